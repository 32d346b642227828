package graph

import "lethe/graph/internal/vec"

// momentsWidth is how many elements are worked on at a time: whole positions, few of which would be short vectors.
func momentsWidth(channels int) int { return channels * max(1, 512/channels) }

// lowerMoments adds up each sample's positions in the precision of the program, and the samples in double.
func lowerMoments[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n, c := shapes[0][0], shapes[0][len(shapes[0])-1]
	positions := size(shapes[0]) / (n * c)
	wide := momentsWidth(c)
	return func(m *machine[T]) {
		x, weight, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		mean, variance := y[:c], y[c:]
		sum, row, means := m.block[:wide], m.block[wide:2*wide], m.block[2*wide:3*wide]
		total, mass := make([]float64, c), 0.0
		over := func(dst []T, add func(x []T)) {
			clear(total)
			mass = 0
			for i, w := range weight {
				if w == 0 {
					continue
				}
				clear(sum)
				for sample := x[i*positions*c : (i+1)*positions*c]; len(sample) > 0; {
					k := min(wide, len(sample))
					add(sample[:k])
					sample = sample[k:]
				}
				for at := c; at < wide; at += c {
					vec.AddTo(sum[:c], sum[at:at+c])
				}
				for k, s := range sum[:c] {
					total[k] += float64(w) * float64(s)
				}
				mass += float64(w) * float64(positions)
			}
			for k, t := range total {
				dst[k] = T(t / mass)
			}
		}
		over(mean, func(x []T) { vec.AddTo(sum[:len(x)], x) })
		for at := 0; at < wide; at += c {
			copy(means[at:], mean)
		}
		over(variance, func(x []T) {
			off := row[:len(x)]
			vec.Sub(off, x, means[:len(x)])
			vec.Mul(off, off, off)
			vec.AddTo(sum[:len(x)], off)
		})
	}
}
