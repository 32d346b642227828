package onnx

import "lethe/graph"

func init() {
	ops := map[string]operator{"PRelu": prelu}
	for name, f := range activations {
		ops[name] = func(c *call) []value {
			return []value{c.each(c.arg(0), func(x *graph.Node) *graph.Node { return f(c, x) })}
		}
	}
	register("", ops)
}

// activations are functions of single elements whose constants stand in attributes.
var activations = map[string]func(c *call, x *graph.Node) *graph.Node{
	"Elu": func(c *call, x *graph.Node) *graph.Node { return graph.ELU(x, c.float("alpha", 1)) },
	"Celu": func(c *call, x *graph.Node) *graph.Node {
		alpha := c.float("alpha", 1)
		if alpha == 0 {
			c.fail("alpha is 0, and Celu divides by it")
		}
		return graph.Scale(graph.ELU(graph.Scale(x, 1/alpha), 1), alpha)
	},
	"Selu": func(c *call, x *graph.Node) *graph.Node {
		// The constants are those of single precision, as in the files.
		return graph.Scale(graph.ELU(x, c.float("alpha", float64(float32(1.67326319217681884765625)))), c.float("gamma", float64(float32(1.05070102214813232421875))))
	},
	"Softplus": func(_ *call, x *graph.Node) *graph.Node { return graph.Softplus(x) },
	"Softsign": func(_ *call, x *graph.Node) *graph.Node { return softsign(x) },
	"HardSigmoid": func(c *call, x *graph.Node) *graph.Node {
		return hardSigmoid(x, c.float("alpha", 0.2), c.float("beta", 0.5))
	},
	"HardSwish": func(_ *call, x *graph.Node) *graph.Node { return graph.Mul(x, hardSigmoid(x, 1.0/6, 0.5)) },
	"Mish":      func(_ *call, x *graph.Node) *graph.Node { return graph.Mul(x, graph.Tanh(graph.Softplus(x))) },
	"Swish": func(c *call, x *graph.Node) *graph.Node {
		return graph.Mul(x, graph.Sigmoid(graph.Scale(x, c.float("alpha", 1))))
	},
	"ThresholdedRelu": func(c *call, x *graph.Node) *graph.Node { return thresholded(x, c.float("alpha", 1)) },
	"Shrink":          func(c *call, x *graph.Node) *graph.Node { return shrunk(x, c.float("lambd", 0.5), c.float("bias", 0)) },
}

// softsign is x/(1 + |x|).
func softsign(x *graph.Node) *graph.Node { return graph.Div(x, graph.Shift(graph.Abs(x), 1)) }

// hardSigmoid is alpha*x + beta, from 0 to 1.
func hardSigmoid(x *graph.Node, alpha, beta float64) *graph.Node {
	return between(graph.Shift(graph.Scale(x, alpha), beta), 0, 1)
}

// thresholded is x where it is above a limit and 0 elsewhere.
func thresholded(x *graph.Node, limit float64) *graph.Node {
	none := graph.Fixed(x, []float64{0})
	return graph.Where(graph.Greater(x, graph.Fixed(x, []float64{limit})), x, none)
}

// shrunk takes bias off what is above a limit, adds it to what is below its negative, and makes the
// rest 0.
func shrunk(x *graph.Node, limit, bias float64) *graph.Node {
	number := func(c float64) *graph.Node { return graph.Fixed(x, []float64{c}) }
	below := graph.Where(graph.Greater(number(-limit), x), graph.Shift(x, bias), number(0))
	return graph.Where(graph.Greater(x, number(limit)), graph.Shift(x, -bias), below)
}

// prelu is x where it is above 0 and a learned slope times x elsewhere.
func prelu(c *call) []value {
	return []value{c.together(func(xs []*graph.Node) *graph.Node {
		below := graph.Minimum(xs[0], graph.Fixed(xs[0], []float64{0}))
		return graph.Add(graph.ReLU(xs[0]), graph.Mul(xs[1], below))
	}, c.arg(0), c.arg(1))}
}
