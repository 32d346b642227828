package onnx

import "slices"

// oneRow is a value that does not depend on the samples and that an exporter wrote down for its own
// number of them along an axis: one row of it, where all are the same.
func (c *call) oneRow(v value, axis int) value {
	if !v.known() {
		f := fault{node: c.node, message: "it joins what was written down for the samples of the export with those of a batch"}
		if len(v.from) == 0 {
			panic(&f)
		}
		panic(&wanted{v.from, f})
	}
	if v.kind == texts || !sameAlong(v.doubles(), v.shape, axis) {
		return v
	}
	shape := slices.Clone(v.shape)
	shape[axis] = 1
	return v.pick(shape, func(out, in []int) { copy(in, out) })
}

// refitted is a value that can be repeated to a shape, where only the number of samples that it was
// written down for is in the way.
func (c *call) refitted(v value, shape []int) value {
	if v.data || len(v.shape) != len(shape) {
		return v
	}
	for i, d := range shape {
		if have := v.shape[i]; have != d && have > 1 && d > 1 && have == c.fixed {
			v = c.oneRow(v, i)
		}
	}
	return v
}

// meeting are values of which those that were written down for the file's number of samples meet
// others with the batch's along the first axis.
func (c *call) meeting(vs []value) []value {
	if c.fixed < 2 || c.rows == 0 {
		return vs
	}
	vs = slices.Clone(vs)
	for i, v := range vs {
		if v.data || len(v.shape) == 0 || v.shape[0] != c.fixed || !v.known() && c.rows == c.fixed {
			continue
		}
		if slices.ContainsFunc(vs, func(w value) bool { return w.data && len(w.shape) == len(v.shape) && w.shape[0] == c.rows }) {
			vs[i] = c.oneRow(v, 0)
		}
	}
	return vs
}

// sameAlong reports whether a row-major array is the same at all positions of an axis.
func sameAlong(xs []float64, shape []int, axis int) bool {
	inner := size(shape[axis+1:])
	for k, x := range xs {
		if x != xs[k-k/inner%shape[axis]*inner] {
			return false
		}
	}
	return true
}
