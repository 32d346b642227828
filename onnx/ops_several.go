package onnx

import (
	"math"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"Max":  several(graph.Maximum, func(x, y int64) int64 { return max(x, y) }),
		"Min":  several(graph.Minimum, func(x, y int64) int64 { return min(x, y) }),
		"Sum":  several(graph.Add, func(x, y int64) int64 { return x + y }),
		"Mean": mean,
	})
}

func infinity(x *graph.Node, sign int) *graph.Node { return graph.Fixed(x, []float64{math.Inf(sign)}) }

// several joins any number of values, element by element.
func several(f func(x, y *graph.Node) *graph.Node, exact func(x, y int64) int64) operator {
	return func(c *call) []value {
		out := c.arg(0)
		for i := 1; i < len(c.in); i++ {
			out = c.combine(out, c.arg(i), f, exact)
		}
		return []value{out}
	}
}

func mean(c *call) []value {
	sum := several(graph.Add, nil)(c)[0]
	return []value{c.each(sum, func(x *graph.Node) *graph.Node { return graph.Scale(x, 1/float64(len(c.in))) })}
}
