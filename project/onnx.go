package project

import (
	"lethe/nets"
	"lethe/onnx"
)

// Graph is a model in an ONNX file.
type Graph interface {
	Network() nets.Network
	Loss() nets.Loss
	Theta() []float64
	Classes() []string
	Notes() []string
	Probabilities(outputs []float64) []float64
	Penalty() []float64
	Save(path string, theta []float64) error
}

func loadGraph(path, output string) (Graph, error) {
	return onnx.Load(path, onnx.Options{Output: output})
}
