package onnx

import (
	"math"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"Relu": each(graph.ReLU), "Tanh": each(graph.Tanh), "Sigmoid": each(graph.Sigmoid), "Softplus": each(graph.Softplus),
		"Exp": each(graph.Exp), "Log": each(graph.Log), "Sqrt": each(graph.Sqrt), "Erf": each(graph.Erf), "Reciprocal": each(graph.Recip),
		"Neg": each(graph.Neg), "Abs": each(graph.Abs), "Softsign": each(softsign), "Mish": each(mish),
		"LeakyRelu": leakyRelu, "Elu": elu, "Selu": selu, "Celu": celu, "HardSigmoid": hardSigmoid, "HardSwish": each(hardSwish),
		"PRelu": prelu, "Gelu": gelu, "Swish": swish, "Clip": clip,
		"Add": arithmetic(graph.Add, func(a, b int64) int64 { return a + b }),
		"Sub": arithmetic(graph.Sub, func(a, b int64) int64 { return a - b }),
		"Mul": arithmetic(graph.Mul, func(a, b int64) int64 { return a * b }),
		"Div": div, "Pow": pow, "Sum": sum, "Mean": mean, "Max": most(1), "Min": most(-1),
	})
}

// each is the operator of a function of single elements.
func each(f func(*graph.Node) *graph.Node) operator {
	return func(c *call) []value { return []value{c.each(c.arg(0), f)} }
}

func softsign(x *graph.Node) *graph.Node { return graph.Div(x, graph.Shift(graph.Abs(x), 1)) }

func mish(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Tanh(graph.Softplus(x))) }

// below is min(x, 0).
func below(x *graph.Node) *graph.Node { return graph.Neg(graph.ReLU(graph.Neg(x))) }

// ramp is x cut to the interval from 0 to 1.
func ramp(x *graph.Node) *graph.Node {
	return graph.Sub(graph.ReLU(x), graph.ReLU(graph.Shift(x, -1)))
}

// expBelow is a*(exp(x/b) - 1) below 0, and scale*x above.
func expBelow(scale, a, b float64) func(*graph.Node) *graph.Node {
	return func(x *graph.Node) *graph.Node {
		low := graph.Scale(graph.Shift(graph.Exp(graph.Scale(below(x), 1/b)), -1), a)
		return graph.Add(graph.Scale(graph.ReLU(x), scale), low)
	}
}

func elu(c *call) []value {
	return []value{c.each(c.arg(0), expBelow(1, c.float("alpha", 1), 1))}
}

func selu(c *call) []value {
	alpha, gamma := c.float("alpha", 1.67326319217681884765625), c.float("gamma", 1.05070102214813232421875)
	return []value{c.each(c.arg(0), expBelow(gamma, gamma*alpha, 1))}
}

func celu(c *call) []value {
	alpha := c.float("alpha", 1)
	if alpha == 0 {
		c.fail("alpha is 0")
	}
	return []value{c.each(c.arg(0), expBelow(1, alpha, alpha))}
}

func leakyRelu(c *call) []value {
	slope := c.float("alpha", float64(float32(0.01)))
	return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return graph.LeakyReLU(x, slope) })}
}

func hardSigmoid(c *call) []value {
	alpha, beta := c.float("alpha", float64(float32(0.2))), c.float("beta", 0.5)
	return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return ramp(graph.Shift(graph.Scale(x, alpha), beta)) })}
}

func hardSwish(x *graph.Node) *graph.Node {
	return graph.Mul(x, ramp(graph.Shift(graph.Scale(x, 1.0/6), 0.5)))
}

func prelu(c *call) []value {
	low := c.each(c.arg(0), below)
	high := c.each(c.arg(0), graph.ReLU)
	return []value{c.both(high, c.both(low, c.arg(1), graph.Mul), graph.Add)}
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

func swish(c *call) []value {
	alpha := c.float("alpha", 1)
	return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return graph.Mul(x, graph.Sigmoid(graph.Scale(x, alpha))) })}
}

func clip(c *call) []value {
	lo, hi := c.number(1, math.Inf(-1)), c.number(2, math.Inf(1))
	return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return atMost(atLeast(x, lo), hi) })}
}

// atLeast is max(x, c) and atMost is min(x, c). A bound at the end of single precision is none.
func atLeast(x *graph.Node, c float64) *graph.Node {
	switch {
	case c <= -math.MaxFloat32:
		return x
	case c == 0:
		return graph.ReLU(x)
	}
	return graph.Shift(graph.ReLU(graph.Shift(x, -c)), c)
}

func atMost(x *graph.Node, c float64) *graph.Node { return graph.Neg(atLeast(graph.Neg(x), -c)) }

// both applies a function of two elements, with broadcasting. Where one of the values lies permuted
// in memory and the other fits into it, the other is brought into the same order.
func (c *call) both(a, b value, f func(x, y *graph.Node) *graph.Node) value {
	k := floats
	if a.kind != floats && b.kind != floats {
		k = ints
	}
	var out value
	switch {
	case a.perm != nil && c.within(b, a):
		out = value{shape: a.shape, raw: f(a.raw, c.alongside(b, a)), perm: a.perm}
	case b.perm != nil && c.within(a, b):
		out = value{shape: b.shape, raw: f(c.alongside(a, b), b.raw), perm: b.perm}
	default:
		out = result(f(c.nodeOf(a), c.nodeOf(b)))
	}
	out.kind = k
	return out
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

// alongside is the node of a with its axes as those of b lie in memory.
func (c *call) alongside(a, b value) *graph.Node {
	if len(a.shape) == 0 {
		return c.nodeOf(a)
	}
	lead := len(b.shape) - len(a.shape)
	if lead > 0 {
		shape := make([]int, len(b.shape))
		for i := range shape {
			shape[i] = 1
		}
		copy(shape[lead:], a.shape)
		a = value{kind: a.kind, shape: shape, raw: graph.Reshape(c.nodeOf(a), shape...)}
	}
	inverse := make([]int, len(b.perm))
	for i, p := range b.perm {
		inverse[p] = i
	}
	return c.inOrder(a, inverse...)
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

func sum(c *call) []value {
	out := c.arg(0)
	for i := 1; i < len(c.in); i++ {
		out = c.both(out, c.arg(i), graph.Add)
	}
	return []value{out}
}

func mean(c *call) []value {
	n := float64(len(c.in))
	return []value{c.each(sum(c)[0], func(x *graph.Node) *graph.Node { return graph.Scale(x, 1/n) })}
}

// most is the largest of each element of several values, or with sign -1 the smallest.
func most(sign float64) operator {
	two := func(a, b *graph.Node) *graph.Node {
		if sign < 0 {
			return graph.Sub(a, graph.ReLU(graph.Sub(a, b)))
		}
		return graph.Add(a, graph.ReLU(graph.Sub(b, a)))
	}
	whole := func(a, b int64) int64 {
		if sign < 0 {
			return min(a, b)
		}
		return max(a, b)
	}
	return func(c *call) []value {
		out := c.arg(0)
		for i := 1; i < len(c.in); i++ {
			out = c.largest(out, c.arg(i), sign, two, whole)
		}
		return []value{out}
	}
}

// largest takes a bound by itself: next to a very large one no digits of the others would be left.
func (c *call) largest(a, b value, sign float64, two func(a, b *graph.Node) *graph.Node, whole func(a, b int64) int64) value {
	if a.known() && !b.known() {
		a, b = b, a
	}
	if b.known() && b.kind == floats && b.size() == 1 && len(b.shape) <= len(a.shape) {
		return c.each(a, func(x *graph.Node) *graph.Node {
			if sign < 0 {
				return atMost(x, b.floats[0])
			}
			return atLeast(x, b.floats[0])
		})
	}
	return c.combine(a, b, two, whole)
}
