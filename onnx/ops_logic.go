package onnx

import (
	"math"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"Equal":          compare(func(a, b float64) bool { return a == b }),
		"Less":           compare(func(a, b float64) bool { return a < b }),
		"LessOrEqual":    compare(func(a, b float64) bool { return a <= b }),
		"Greater":        compare(func(a, b float64) bool { return a > b }),
		"GreaterOrEqual": compare(func(a, b float64) bool { return a >= b }),
		"And":            logical(func(a, b int64) int64 { return a & b }),
		"Or":             logical(func(a, b int64) int64 { return a | b }),
		"Xor":            logical(func(a, b int64) int64 { return a ^ b }),
		"Mod":            mod,
		"Not":            not,
		"Where":          where,
		"Floor":          rounding(math.Floor), "Ceil": rounding(math.Ceil), "Round": rounding(math.RoundToEven),
	})
}

// compare compares known numbers.
func compare(is func(a, b float64) bool) operator {
	return func(c *call) []value {
		a, b := c.known(0), c.known(1)
		shape := c.broadcast(a.shape, b.shape)
		a, b = c.spread(a, shape), c.spread(b, shape)
		out := value{kind: bools, shape: shape}
		if a.kind == texts || b.kind == texts {
			c.fail("it compares %v with %v", a.kind, b.kind)
		}
		x, y := a.doubles(), b.doubles()
		for i := range x {
			out.ints = append(out.ints, truth(is(x[i], y[i])))
		}
		return []value{out}
	}
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func logical(f func(a, b int64) int64) operator {
	return func(c *call) []value {
		c.knownInts(0)
		c.knownInts(1)
		return []value{c.integers(c.in[0], c.in[1], bools, f)}
	}
}

// mod is the remainder of known integers, with the sign of the divisor or, with fmod, of the other.
func mod(c *call) []value {
	c.knownInts(0)
	c.knownInts(1)
	return []value{c.integers(c.in[0], c.in[1], ints, func(a, b int64) int64 {
		if b == 0 {
			c.fail("division by zero")
		}
		r := a % b
		if r != 0 && (r < 0) != (b < 0) && c.int("fmod", 0) == 0 {
			r += b
		}
		return r
	})}
}

func not(c *call) []value {
	out := value{kind: bools, shape: c.arg(0).shape}
	for _, x := range c.knownInts(0) {
		out.ints = append(out.ints, 1-x)
	}
	return []value{out}
}

func rounding(f func(float64) float64) operator {
	return func(c *call) []value {
		out := value{kind: floats, shape: c.arg(0).shape}
		for _, x := range c.knownFloats(0) {
			out.floats = append(out.floats, f(x))
		}
		return []value{out}
	}
}

// where takes elements of one of two values, by a known mask.
func where(c *call) []value {
	c.knownInts(0)
	mask, x, y := c.in[0], c.arg(1), c.arg(2)
	shape := c.broadcast(mask.shape, c.broadcast(x.shape, y.shape))
	if x.known() && y.known() {
		return []value{c.choose(c.spread(mask, shape), c.spread(x, shape), c.spread(y, shape))}
	}
	first := value{kind: floats, shape: mask.shape}
	second := value{kind: floats, shape: mask.shape}
	for _, m := range mask.ints {
		first.floats, second.floats = append(first.floats, float64(m)), append(second.floats, float64(1-m))
	}
	return []value{c.both(c.masked(x, first), c.masked(y, second), graph.Add)}
}

// masked is v where mask is 1, and 0 elsewhere, even where v is infinite.
func (c *call) masked(v, mask value) value {
	if !v.known() {
		return c.both(v, mask, graph.Mul)
	}
	shape := c.broadcast(v.shape, mask.shape)
	at, out := c.spread(mask, shape), c.spread(v, shape)
	xs := append([]float64(nil), out.doubles()...)
	for i, m := range at.floats {
		if m == 0 {
			xs[i] = 0
		}
	}
	return value{kind: floats, shape: shape, floats: xs}
}

// choose is where of known values of one shape.
func (c *call) choose(mask, x, y value) value {
	out := value{kind: x.kind, shape: mask.shape}
	if x.kind != y.kind {
		c.fail("it chooses between %v and %v", x.kind, y.kind)
	}
	for i, m := range mask.ints {
		from := y
		if m != 0 {
			from = x
		}
		switch x.kind {
		case texts:
			out.texts = append(out.texts, from.texts[i])
		case floats:
			out.floats = append(out.floats, from.floats[i])
		default:
			out.ints = append(out.ints, from.ints[i])
		}
	}
	return out
}
