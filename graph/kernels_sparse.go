package graph

import (
	"lethe/graph/internal/vec"
)

func lowerSparseMul[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n := shapes[1][1]
	return func(m *machine[T]) {
		x, w, y := m.sparse[in[0]], m.vals[in[1]], m.vals[out]
		if n == 1 {
			sparseMulVec(y, x, w)
			return
		}
		clear(y)
		for r := range x.Rows {
			row := y[r*n : (r+1)*n]
			for k := x.Indptr[r]; k < x.Indptr[r+1]; k++ {
				c := int(x.Indices[k])
				vec.Axpy(row, x.Values[k], w[c*n:(c+1)*n])
			}
		}
	}
}

func sparseMulVec[T Float](y []T, x *Sparse[T], w []T) {
	for r := range x.Rows {
		lo, hi := x.Indptr[r], x.Indptr[r+1]
		ind, val := x.Indices[lo:hi], x.Values[lo:hi]
		var s T
		for k, c := range ind {
			s += val[k] * w[c]
		}
		y[r] = s
	}
}

func lowerSparseMulT[T Float](in []int, shapes [][]int, out int) kernel[T] {
	n := shapes[1][1]
	return func(m *machine[T]) {
		x, d, y := m.sparse[in[0]], m.vals[in[1]], m.vals[out]
		clear(y)
		for r := range x.Rows {
			lo, hi := x.Indptr[r], x.Indptr[r+1]
			ind, val := x.Indices[lo:hi], x.Values[lo:hi]
			if n == 1 {
				s := d[r]
				for k, c := range ind {
					y[c] += val[k] * s
				}
				continue
			}
			row := d[r*n : (r+1)*n]
			for k, c := range ind {
				vec.Axpy(y[int(c)*n:(int(c)+1)*n], val[k], row)
			}
		}
	}
}

func writeDense[T Float](y []T, x *Sparse[T]) {
	clear(y)
	for r := range x.Rows {
		for k := x.Indptr[r]; k < x.Indptr[r+1]; k++ {
			y[r*x.Cols+int(x.Indices[k])] += x.Values[k]
		}
	}
}

func rowNorms[T Float](y []T, x *Sparse[T]) {
	for r := range x.Rows {
		row := x.Values[x.Indptr[r]:x.Indptr[r+1]]
		normStrips(y[r:r+1], row, len(row), 1)
	}
}
