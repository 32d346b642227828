package onnx

import (
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"Equal":          comparison(graph.Equal, func(x, y int64) bool { return x == y }),
		"Greater":        comparison(graph.Greater, func(x, y int64) bool { return x > y }),
		"GreaterOrEqual": comparison(graph.GreaterOrEqual, func(x, y int64) bool { return x >= y }),
		"Less":           comparison(swapped(graph.Greater), func(x, y int64) bool { return x < y }),
		"LessOrEqual":    comparison(swapped(graph.GreaterOrEqual), func(x, y int64) bool { return x <= y }),
		"And":            comparison(graph.Mul, func(x, y int64) bool { return x != 0 && y != 0 }),
		"Or":             comparison(graph.Maximum, func(x, y int64) bool { return x != 0 || y != 0 }),
		"Xor":            comparison(differs, func(x, y int64) bool { return (x != 0) != (y != 0) }),
		"Not":            not,
		"Where":          where,
		"IsNaN":          func(c *call) []value { return mask(c.each(c.arg(0), isNaN)) },
		"IsInf":          isInf,
	})
}

func swapped(f func(x, y *graph.Node) *graph.Node) func(x, y *graph.Node) *graph.Node {
	return func(x, y *graph.Node) *graph.Node { return f(y, x) }
}

func differs(x, y *graph.Node) *graph.Node { return graph.Not(graph.Equal(x, y)) }

func isNaN(x *graph.Node) *graph.Node { return differs(x, x) }

// mask makes truth values of what an operator builds.
func mask(v value) []value {
	v.kind = bools
	return []value{v}
}

// whole reports whether values are known integers or truth values, which are computed exactly.
func whole(vs ...value) bool {
	return !slices.ContainsFunc(vs, func(v value) bool { return !v.known() || v.kind != ints && v.kind != bools })
}

// comparison has truth values as its result.
func comparison(f func(x, y *graph.Node) *graph.Node, exact func(x, y int64) bool) operator {
	return func(c *call) []value {
		x, y := c.arg(0), c.arg(1)
		if whole(x, y) {
			return []value{c.integers(x, y, bools, func(x, y int64) int64 { return truth(exact(x, y)) })}
		}
		return mask(c.both(x, y, f))
	}
}

func truth(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func not(c *call) []value { return mask(c.each(c.arg(0), graph.Not)) }

// where takes elements of one value or another by a mask.
func where(c *call) []value {
	cond, x, y := c.arg(0), c.arg(1), c.arg(2)
	if x.kind != y.kind {
		c.fail("it chooses between %v and %v", x.kind, y.kind)
	}
	if cond.known() && x.known() && y.known() && x.kind != floats {
		return []value{c.chosen(cond, x, y)}
	}
	out := c.together(func(xs []*graph.Node) *graph.Node { return graph.Where(xs[0], xs[1], xs[2]) }, cond, x, y)
	out.kind = x.kind
	return []value{out}
}

// chosen is where of known integers or texts.
func (c *call) chosen(cond, x, y value) value {
	out := value{kind: x.kind, shape: c.broadcast(cond.shape, c.broadcast(x.shape, y.shape))}
	cond, x, y = c.spread(cond, out.shape), c.spread(x, out.shape), c.spread(y, out.shape)
	for i, m := range cond.ints {
		from := y
		if m != 0 {
			from = x
		}
		if x.kind == texts {
			out.texts = append(out.texts, from.texts[i])
		} else {
			out.ints = append(out.ints, from.ints[i])
		}
	}
	return out
}

// isInf is true for both infinities unless the node leaves one out.
func isInf(c *call) []value {
	return mask(c.each(c.arg(0), func(x *graph.Node) *graph.Node {
		signs := graph.Fixed(x, []float64{0})
		if c.int("detect_positive", 1) != 0 {
			signs = graph.Add(signs, graph.Equal(x, infinity(x, 1)))
		}
		if c.int("detect_negative", 1) != 0 {
			signs = graph.Add(signs, graph.Equal(x, infinity(x, -1)))
		}
		return graph.BroadcastTo(signs, shapeOf(x)...)
	}))
}
