package graph

import (
	"lethe/graph/internal/blas"
	"lethe/graph/internal/vec"
)

// Convert writes x to dst, which has the same length, rounding to its precision.
func Convert[O, T Float](dst []O, x []T) {
	if same, ok := any(dst).([]T); ok {
		copy(same, x)
		return
	}
	for i, v := range x {
		dst[i] = O(v)
	}
}

// SumOuter writes X'D to dst (in*out) for X (m, in) and D (m, out): the sum of m outer products.
func SumOuter[T Float](dst, x, d []T, m int) {
	if m == 1 {
		vec.Outer(dst, x, d)
		return
	}
	in, out := len(x)/m, len(d)/m
	blas.Gemm(true, false, in, out, m, 1, x, in, d, out, 0, dst, out)
}
