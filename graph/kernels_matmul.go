package graph

import (
	"lethe/graph/internal/blas"
)

// lowerProducts multiplies through BLAS; the second and later products are added where the first
// was written.
func lowerProducts[T Float](o products, in []int, shapes [][]int, out int, v value) kernel[T] {
	lead := len(v.shape) - 2
	stack := size(v.shape[:lead])
	rows, cols := v.shape[lead], v.shape[lead+1]
	return func(m *machine[T]) {
		c := m.vals[out]
		for t, f := range o.flags {
			a, b := m.vals[in[2*t]], m.vals[in[2*t+1]]
			sa, sb := shapes[2*t][lead:], shapes[2*t+1][lead:]
			inner := sa[1]
			if f.ta {
				inner = sa[0]
			}
			var beta T
			if t > 0 {
				beta = 1
			}
			na, nb, nc := sa[0]*sa[1], sb[0]*sb[1], rows*cols
			for k := range stack {
				blas.Gemm(f.ta, f.tb, rows, cols, inner, 1, a[k*na:(k+1)*na], sa[1], b[k*nb:(k+1)*nb], sb[1], beta, c[k*nc:(k+1)*nc], cols)
			}
		}
	}
}
