package nets

import "lethe/graph"

// Network is all that a user writes. Its forward pass is the deterministic evaluation pass, in
// which the output of a sample depends on that sample only.
type Network interface {
	// Params describes the parameter tensors, in the order in which Forward receives them.
	Params() []Param
	// Forward returns the outputs before the loss, one row a sample, for a batch x whose first
	// dimension counts samples.
	Forward(p []*graph.Node, x *graph.Node) *graph.Node
}

// Param describes one parameter tensor.
type Param = graph.Param

// Weight is a matrix (in, out), Glorot-uniform at the start.
func Weight(name string, in, out int) Param { return graph.Weight(name, in, out) }

// Bias is a vector that starts at zero.
func Bias(name string, n int) Param { return graph.Bias(name, n) }
