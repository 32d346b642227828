package project

import (
	"errors"

	"lethe/nets"
)

// Graph is a model in an ONNX file.
type Graph interface {
	Network() nets.Network
	Loss() nets.Loss
	Theta() []float64
	Classes() []string
	Notes() []string
	Save(path string, theta []float64) error
}

func loadGraph(path, output string) (Graph, error) { return nil, errors.ErrUnsupported }
