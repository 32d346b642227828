package graph

import "lethe/graph/internal/vec"

// strips reduces n rows of length w, each after each, to one row.
type strips[T Float] func(dst, x []T, n, w int)

func sumStrips[T Float](dst, x []T, n, w int) {
	if w == 1 {
		dst[0] = vec.Sum(x[:n])
		return
	}
	copy(dst, x[:w])
	for r := 1; r < n; r++ {
		vec.AddTo(dst, x[r*w:(r+1)*w])
	}
}

func maxStrips[T Float](dst, x []T, n, w int) {
	if w == 1 {
		dst[0] = vec.MaxValue(x[:n])
		return
	}
	copy(dst, x[:w])
	for r := 1; r < n; r++ {
		vec.Max(dst, dst, x[r*w:(r+1)*w])
	}
}

// lowerReduce reduces neighboring axes, seen as (outer, n, w). [Sum] and [Max] split others.
func lowerReduce[T Float](axes []int, in int, shape []int, out int, f strips[T]) kernel[T] {
	outer, n, w := size(shape[:axes[0]]), 1, size(shape[axes[len(axes)-1]+1:])
	for _, a := range axes {
		n *= shape[a]
	}
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		for k := range outer {
			f(y[k*w:(k+1)*w], x[k*n*w:(k+1)*n*w], n, w)
		}
	}
}
