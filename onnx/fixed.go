package onnx

import "slices"

// made is how a Reshape went for as many samples as the file was exported for: with these shapes it
// is found which axis of its result counts the samples.
type made struct{ in, out []int }

// freed is the shape that a Reshape has in place of its target, in a file that was exported for a
// fixed number of samples, for the number at hand; false where nothing depends on it.
func (c *call) freed(v value) ([]int, bool) {
	m, ok := c.made[c.node]
	if c.fixed == 0 || c.rows == c.fixed || !ok || v.known() || len(m.in) != len(v.shape) {
		return nil, false
	}
	axis := -1
	for i, d := range v.shape {
		if d == m.in[i] {
			continue
		}
		if axis >= 0 || d*c.fixed != m.in[i]*c.rows {
			return nil, false
		}
		axis = i
	}
	if axis < 0 {
		return m.out, true
	}
	inner := size(m.in[axis+1:])
	outer := inner * m.in[axis] / c.fixed // if the samples are the outer part of the axis
	for _, exact := range []bool{true, false} {
		for _, stride := range []int{outer, inner} {
			if j := samplesAt(m.out, stride, c.fixed, exact); j >= 0 {
				out := slices.Clone(m.out)
				out[j] = out[j] / c.fixed * c.rows
				return out, true
			}
		}
	}
	return nil, false
}

// samplesAt is the axis in which n samples lie that are stride elements apart: exactly, or with
// other axes joined to them.
func samplesAt(shape []int, stride, n int, exact bool) int {
	below := 1
	for j := len(shape) - 1; j >= 0; j-- {
		top := below * shape[j]
		if exact && below == stride && shape[j] == n || !exact && stride%below == 0 && top%(stride*n) == 0 {
			return j
		}
		below = top
	}
	return -1
}

// single takes one of the equal parts that a constant has for the samples of a file that was
// exported for a fixed number of them, such as the zeros at which a recurrent layer starts.
func (c *call) single(v value, want []int) value {
	lead := len(want) - len(v.shape)
	if c.fixed < 2 || lead < 0 || !v.known() {
		return v
	}
	for i, d := range v.shape {
		if d != c.fixed || want[lead+i] != c.rows {
			continue
		}
		if v.kind != texts && sameAlong(v.doubles(), v.shape, i) {
			return c.taken(v, i, []int{0})
		}
	}
	return v
}
