package onnx

import (
	"math"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"Relu": each(graph.ReLU), "Tanh": each(graph.Tanh), "Sigmoid": each(graph.Sigmoid),
		"Exp": each(graph.Exp), "Log": each(graph.Log), "Sqrt": each(graph.Sqrt), "Erf": each(graph.Erf), "Reciprocal": each(graph.Recip),
		"Neg": each(graph.Neg), "Abs": each(graph.Abs),
		"LeakyRelu": leakyRelu,
		"Gelu":      gelu, "Clip": clip,
		"Add": arithmetic(graph.Add, func(a, b int64) int64 { return a + b }),
		"Sub": arithmetic(graph.Sub, func(a, b int64) int64 { return a - b }),
		"Mul": arithmetic(graph.Mul, func(a, b int64) int64 { return a * b }),
		"Div": div, "Pow": pow,
	})
}

// each is the operator of a function of single elements.
func each(f func(*graph.Node) *graph.Node) operator {
	return func(c *call) []value { return []value{c.each(c.arg(0), f)} }
}

func leakyRelu(c *call) []value {
	slope := c.float("alpha", float64(float32(0.01)))
	return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return graph.LeakyReLU(x, slope) })}
}

func gelu(c *call) []value {
	f := graph.GELU
	switch how := c.text("approximate", "none"); how {
	case "none":
	case "tanh":
		f = graph.GELUTanh
	default:
		c.fail("attribute \"approximate\" is %q, and has to be none or tanh", how)
	}
	return []value{c.each(c.arg(0), f)}
}

func clip(c *call) []value {
	lo, hi := c.number(1, math.Inf(-1)), c.number(2, math.Inf(1))
	return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return between(x, lo, hi) })}
}

// arithmetic is the operator of a function of two elements; known integers stay exact.
func arithmetic(f func(x, y *graph.Node) *graph.Node, g func(a, b int64) int64) operator {
	return func(c *call) []value { return []value{c.combine(c.arg(0), c.arg(1), f, g)} }
}

func (c *call) combine(a, b value, f func(x, y *graph.Node) *graph.Node, g func(a, b int64) int64) value {
	if a.known() && b.known() && a.kind == ints && b.kind == ints {
		return c.integers(a, b, ints, g)
	}
	return c.both(a, b, f)
}

func div(c *call) []value {
	a, b := c.arg(0), c.arg(1)
	if a.kind != floats && b.kind != floats {
		return []value{c.integers(c.known(0), c.known(1), ints, func(p, q int64) int64 {
			if q == 0 {
				c.fail("division by zero")
			}
			return p / q
		})}
	}
	return []value{c.both(a, b, graph.Div)}
}

func pow(c *call) []value {
	x, y := c.arg(0), c.arg(1)
	if x.known() && y.known() && x.kind == ints && y.kind == ints {
		return []value{c.integers(x, y, ints, wholePower)}
	}
	if !y.known() && y.data {
		return []value{c.both(x, y, graph.Pow)}
	}
	known := c.knownFloats(1)
	if x.kind == ints {
		out := c.both(x, c.known(1), graph.Pow)
		out.kind = ints
		return []value{out}
	}
	if len(known) != 1 || len(y.shape) > len(x.shape) {
		return []value{c.both(x, c.known(1), graph.Pow)}
	}
	return []value{c.each(x, func(x *graph.Node) *graph.Node {
		if known[0] == 2 {
			return graph.Square(x)
		}
		return graph.PowC(x, known[0])
	})}
}

func wholePower(x, n int64) int64 {
	if n < 0 {
		return int64(math.Pow(float64(x), float64(n)))
	}
	p := int64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}
