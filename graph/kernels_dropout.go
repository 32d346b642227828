package graph

func lowerDropout[T Float](o dropoutMask, in, out int) kernel[T] {
	width := size(o.shape[1:])
	keep := T(1 / (1 - o.rate))
	limit := uint64(o.rate * (1 << 53))
	return func(m *machine[T]) {
		key, y := m.vals[in], m.vals[out]
		for i := range o.shape[0] {
			high, ok := indexOf(m, key[2*i], 1<<24, "key", 2*i)
			low, ok2 := indexOf(m, key[2*i+1], 1<<24, "key", 2*i+1)
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
