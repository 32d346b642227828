package graph

import "lethe/graph/internal/vec"

// lowerMoments adds up each sample's positions in the precision of the program, and the samples in double.
func lowerMoments[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n, c := shapes[0][0], shapes[0][len(shapes[0])-1]
	positions := size(shapes[0]) / (n * c)
	return func(m *machine[T]) {
		x, weight, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		mean, variance := y[:c], y[c:]
		sum, square, row := m.block[:c], m.block[c:2*c], m.block[2*c:3*c]
		total, mass := make([]float64, c), 0.0
		over := func(dst []T, add func(row []T)) {
			clear(total)
			mass = 0
			for i, w := range weight {
				if w == 0 {
					continue
				}
				clear(sum)
				for p := range positions {
					add(x[(i*positions+p)*c : (i*positions+p+1)*c])
				}
				for k, s := range sum {
					total[k] += float64(w) * float64(s)
				}
				mass += float64(w) * float64(positions)
			}
			for k, t := range total {
				dst[k] = T(t / mass)
			}
		}
		over(mean, func(x []T) { vec.AddTo(sum, x) })
		over(variance, func(x []T) {
			vec.Sub(row, x, mean)
			vec.Mul(square, row, row)
			vec.AddTo(sum, square)
		})
	}
}
