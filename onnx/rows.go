package onnx

import "slices"

// meeting are values of which those that were written down for the file's number of samples meet
// others with the batch's along the first axis: of such a constant one of its equal parts is taken.
func (c *call) meeting(vs []value) []value {
	if c.fixed < 2 || c.rows == 0 {
		return vs
	}
	vs = slices.Clone(vs)
	for i, v := range vs {
		if v.data || len(v.shape) == 0 || v.shape[0] != c.fixed || !v.known() && c.rows == c.fixed {
			continue
		}
		k := slices.IndexFunc(vs, func(w value) bool { return w.data && len(w.shape) == len(v.shape) && w.shape[0] == c.rows })
		if k >= 0 {
			vs[i] = c.single(c.constant(v), vs[k].shape)
		}
	}
	return vs
}

// constant is a value that does not depend on the samples and whose numbers have to be known: the
// parameters that it comes from become constants.
func (c *call) constant(v value) value {
	if v.known() {
		return v
	}
	panic(&wanted{v.from, fault{node: c.node, message: "it joins what was written down for the samples of the export with those of a batch"}})
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
