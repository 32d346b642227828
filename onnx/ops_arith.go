package onnx

import "lethe/graph"

func init() {
	register("", map[string]operator{
		"Relu": func(c *call) []value { return []value{c.each(c.arg(0), graph.ReLU)} },
		"Tanh": func(c *call) []value { return []value{c.each(c.arg(0), graph.Tanh)} },
	})
}
