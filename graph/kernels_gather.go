package graph

import (
	"fmt"

	"lethe/graph/internal/vec"
)

// indexOf reads a whole number from 0 to n-1; anything else is the data's fault and ends the run
// with an error.
func indexOf[T Float](m *machine[T], x T, n int, what string, at int) (int, bool) {
	i := int(x)
	if T(i) != x || i < 0 || i >= n {
		if m.err == nil {
			m.err = fmt.Errorf("graph: %s %v, number %d of the input counted from 0, is not a whole number from 0 to %d", what, x, at, n-1)
		}
		return 0, false
	}
	return i, true
}

func lowerGather[T Float](in []int, shapes [][]int, out int) kernel[T] {
	rows, w := shapes[0][0], size(shapes[0][1:])
	return func(m *machine[T]) {
		table, index, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		for k, x := range index {
			r, _ := indexOf(m, x, rows, "index", k)
			copy(y[k*w:(k+1)*w], table[r*w:(r+1)*w])
		}
	}
}

func lowerScatter[T Float](o scatter, in []int, shapes [][]int, out int) kernel[T] {
	w := size(shapes[0][len(shapes[1]):])
	return func(m *machine[T]) {
		x, index, y := m.vals[in[0]], m.vals[in[1]], m.vals[out]
		clear(y)
		for k, f := range index {
			if r, ok := indexOf(m, f, o.rows, "index", k); ok {
				vec.AddTo(y[r*w:(r+1)*w], x[k*w:(k+1)*w])
			}
		}
	}
}

func lowerOneHot[T Float](o oneHot, in, out int) kernel[T] {
	return func(m *machine[T]) {
		y := m.vals[out]
		clear(y)
		for k, f := range m.vals[in] {
			if c, ok := indexOf(m, f, o.classes, "class", k); ok {
				y[k*o.classes+c] = 1
			}
		}
	}
}
