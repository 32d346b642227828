package graph

func lowerDropout[T Float](o dropoutMask, in, out int) kernel[T] {
	width := size(o.shape[1:])
	keep := T(1 / (1 - o.rate))
	limit := uint64(o.rate * (1 << 53))
	return func(m *machine[T]) {
		key, y := m.vals[in], m.vals[out]
		for i := range o.shape[0] {
			high, ok := indexOf(m, key[2*i], 1<<24, "key")
			low, ok2 := indexOf(m, key[2*i+1], 1<<24, "key")
			if !ok || !ok2 {
				return
			}
			state := Mix(uint64(high)<<40 ^ uint64(low)<<16 ^ uint64(o.stream))
			row := y[i*width : (i+1)*width]
			for j := range row {
				state += 0x9e3779b97f4a7c15
				if Mix(state)>>11 < limit {
					row[j] = 0
				} else {
					row[j] = keep
				}
			}
		}
	}
}

// Mix is the output function of SplitMix64 (Steele, Lea and Flood 2014): it spreads equal steps of z over all 64 bits.
func Mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
