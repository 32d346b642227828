package onnx

import "slices"

// pick is the known value of the given shape whose element at each place is that of v at the place
// which source writes to its second argument.
func (v value) pick(shape []int, source func(out, in []int)) value {
	w := value{kind: v.kind, shape: slices.Clone(shape)}
	out, in := make([]int, len(shape)), make([]int, len(v.shape))
	for range size(shape) {
		source(out, in)
		at := 0
		for i, d := range v.shape {
			at = at*d + in[i]
		}
		switch v.kind {
		case texts:
			w.texts = append(w.texts, v.texts[at])
		case floats, mapped:
			w.floats = append(w.floats, v.floats[at])
		default:
			w.ints = append(w.ints, v.ints[at])
		}
		next(out, shape)
	}
	return w
}

// next goes on to the following place, row by row.
func next(at, shape []int) {
	for i := len(shape) - 1; i >= 0; i-- {
		if at[i]++; at[i] < shape[i] {
			return
		}
		at[i] = 0
	}
}

// as is a known value in another shape of as many elements.
func (v value) as(shape ...int) value {
	v.shape = slices.Clone(shape)
	return v
}

// broadcast is the shape to which two shapes are broadcast.
func (c *call) broadcast(a, b []int) []int {
	n := max(len(a), len(b))
	out := make([]int, n)
	for i := range out {
		p, q := 1, 1
		if k := i - n + len(a); k >= 0 {
			p = a[k]
		}
		if k := i - n + len(b); k >= 0 {
			q = b[k]
		}
		switch {
		case p == q || q == 1:
			out[i] = p
		case p == 1:
			out[i] = q
		default:
			c.fail("shapes %v and %v do not go together", a, b)
		}
	}
	return out
}

// spread is a known value, repeated to a larger shape.
func (c *call) spread(v value, shape []int) value {
	if slices.Equal(v.shape, shape) {
		return v
	}
	c.room(shape)
	lead := len(shape) - len(v.shape)
	return v.pick(shape, func(out, in []int) {
		for i, d := range v.shape {
			in[i] = 0
			if d != 1 {
				in[i] = out[lead+i]
			}
		}
	})
}

// maxKnown is the number of elements that all known values that a graph makes may have.
const maxKnown = 1 << 25

// room refuses a known value that is larger than a model should need, alone or with those before
// it, before it is made.
func (c *call) room(shape []int) {
	total := 1
	for _, d := range shape {
		if d < 0 {
			c.fail("it asks for a value of shape %v", shape)
		}
		if d > 0 && total > maxKnown/d {
			c.fail("it asks for a value of shape %v, more than a model should need", shape)
		}
		total *= max(d, 1)
	}
	if *c.spent += total; *c.spent > maxKnown {
		c.fail("it asks for a value of shape %v, and with those before it that is more than a model should need", shape)
	}
}

// integers applies a function to known integers of two values.
func (c *call) integers(a, b value, k kind, f func(a, b int64) int64) value {
	shape := c.broadcast(a.shape, b.shape)
	a, b = c.spread(a, shape), c.spread(b, shape)
	out := value{kind: k, shape: shape, ints: make([]int64, len(a.ints))}
	for i := range a.ints {
		out.ints[i] = f(a.ints[i], b.ints[i])
	}
	return out
}

// doubles are the known numbers of a value as floating-point ones.
func (v value) doubles() []float64 {
	if v.kind == floats || v.kind == mapped {
		return v.floats
	}
	out := make([]float64, len(v.ints))
	for i, x := range v.ints {
		out[i] = float64(x)
	}
	return out
}
