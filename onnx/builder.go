package onnx

import (
	"lethe/graph"
	"lethe/nets"
)

// builder is one network being built: for a batch of rows samples, or for known inputs.
type builder struct {
	like       *graph.Node    // some node of the graph, for constants
	rows       int            // samples in the batch; 0 where all is known
	training   *nets.Training // nil in the evaluation pass
	params     []*graph.Node  // by number
	statistics map[int]int    // how often each parameter is a running mean or variance
	values     map[string]value
}
