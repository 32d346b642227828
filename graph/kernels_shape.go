package graph

import "lethe/graph/internal/vec"

func lowerTranspose[T Float](o transpose, in int, shape []int, out int) kernel[T] {
	n := len(shape)
	if swapsLastTwo(o.perm) {
		r, c := shape[n-2], shape[n-1]
		stack := size(shape[:n-2])
		return func(m *machine[T]) {
			x, y := m.vals[in], m.vals[out]
			for k := range stack {
				vec.Transpose(y[k*r*c:(k+1)*r*c], x[k*r*c:(k+1)*r*c], r, c)
			}
		}
	}
	strides := rowMajor(shape)
	outShape, step := make([]int, n), make([]int, n)
	for i, a := range o.perm {
		outShape[i], step[i] = shape[a], strides[a]
	}
	return func(m *machine[T]) { gatherStrided(m.vals[out], m.vals[in], outShape, step) }
}

func rowMajor(shape []int) []int {
	s := make([]int, len(shape))
	w := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = w
		w *= shape[i]
	}
	return s
}

// gatherStrided writes x read with the given strides to y in row-major order.
func gatherStrided[T Float](y, x []T, shape, strides []int) {
	n := len(shape)
	inner, step := shape[n-1], strides[n-1]
	index := make([]int, n-1)
	at := 0
	for o := 0; o < len(y); o += inner {
		row := y[o : o+inner]
		if step == 1 {
			copy(row, x[at:at+inner])
		} else {
			for j := range row {
				row[j] = x[at+j*step]
			}
		}
		for d := n - 2; d >= 0; d-- {
			index[d]++
			at += strides[d]
			if index[d] < shape[d] {
				break
			}
			at -= shape[d] * strides[d]
			index[d] = 0
		}
	}
}

func lowerCut[T Float](axis, lo, hi, in int, shape []int, out int) kernel[T] {
	outer, d, w := size(shape[:axis]), shape[axis], size(shape[axis+1:])
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		n := (hi - lo) * w
		for k := range outer {
			copy(y[k*n:(k+1)*n], x[(k*d+lo)*w:])
		}
	}
}

func lowerPad[T Float](o pad, in int, shape []int, out int) kernel[T] {
	outer, w := size(shape[:o.axis]), size(shape[o.axis+1:])
	n, before, after := shape[o.axis]*w, o.before*w, o.after*w
	return func(m *machine[T]) {
		x, y := m.vals[in], m.vals[out]
		for k := range outer {
			row := y[k*(before+n+after) : (k+1)*(before+n+after)]
			clear(row[:before])
			copy(row[before:], x[k*n:(k+1)*n])
			clear(row[before+n:])
		}
	}
}

func lowerConcat[T Float](o concat, in []int, shapes [][]int, out int) kernel[T] {
	outer := size(shapes[0][:o.axis])
	widths := make([]int, len(in))
	total := 0
	for k, s := range shapes {
		widths[k] = size(s[o.axis:])
		total += widths[k]
	}
	return func(m *machine[T]) {
		y := m.vals[out]
		at := 0
		for k, c := range in {
			x, w := m.vals[c], widths[k]
			for r := range outer {
				copy(y[r*total+at:r*total+at+w], x[r*w:(r+1)*w])
			}
			at += w
		}
	}
}
