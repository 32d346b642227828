package onnx

import (
	"math"

	"lethe/graph"
)

func init() {
	// Not of ONNX, but Keras' converter writes it for GELU.
	register("", map[string]operator{"Erfc": each(func(x *graph.Node) *graph.Node {
		return graph.Scale(graph.Phi(graph.Scale(x, -math.Sqrt2)), 2)
	})})
}
