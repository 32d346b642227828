package onnx

import (
	"slices"

	"lethe/graph"
)

// together applies a function of single elements to values that are broadcast against each other.
// It works in the order of axes in which the largest of them lies, so that channels that are last
// stay there. The result holds floating-point numbers if one of them does, and integers otherwise.
func (c *call) together(f func(xs []*graph.Node) *graph.Node, vs ...value) value {
	vs = c.meeting(vs)
	var lead value // that whose order is kept
	rank := 0
	for _, v := range vs {
		rank = max(rank, len(v.shape))
		if v.raw != nil && (lead.raw == nil || v.size() > lead.size()) {
			lead = v
		}
	}
	if slices.ContainsFunc(vs, func(v value) bool { return v.size() == 0 }) {
		return c.empty(vs)
	}
	xs := make([]*graph.Node, len(vs))
	if lead.perm == nil || len(lead.shape) < rank {
		for i, v := range vs {
			xs[i] = c.nodeOf(v)
		}
		return result(f(xs)).of(vs)
	}
	order := inverse(lead.perm)
	for i, v := range vs {
		if k := rank - len(v.shape); k > 0 {
			v = result(graph.Reshape(c.nodeOf(v), slices.Concat(onesOf(k), v.shape)...))
		}
		xs[i] = c.inOrder(v, order...)
	}
	return permuted(f(xs), lead.perm...).of(vs)
}

// empty is what becomes of values of which one has no elements.
func (c *call) empty(vs []value) value {
	var shape []int
	for _, v := range vs {
		shape = c.broadcast(shape, v.shape)
	}
	return value{shape: shape}.of(vs)
}

// of gives a value the kind of numbers that a function of others makes.
func (v value) of(vs []value) value {
	v.kind = ints
	for _, other := range vs {
		if other.kind == floats {
			v.kind = floats
		}
	}
	return v
}

// inverse is the permutation that undoes one.
func inverse(perm []int) []int {
	out := make([]int, len(perm))
	for i, p := range perm {
		out[p] = i
	}
	return out
}

// both is together for two values.
func (c *call) both(a, b value, f func(x, y *graph.Node) *graph.Node) value {
	return c.together(func(xs []*graph.Node) *graph.Node { return f(xs[0], xs[1]) }, a, b)
}

// within reports whether a broadcasts to the shape of b.
func (c *call) within(a, b value) bool {
	lead := len(b.shape) - len(a.shape)
	if lead < 0 {
		return false
	}
	for i, d := range a.shape {
		if d != 1 && d != b.shape[lead+i] {
			return false
		}
	}
	return true
}
