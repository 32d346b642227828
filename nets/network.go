// Package nets turns networks into models: objectives over a flat parameter vector, with losses, gradients, per-sample
// gradients, Hessian-vector and Gauss-Newton products, evaluated in chunks of samples on all cores with the same bits on
// any number of them.
package nets

import (
	"fmt"

	"lethe/graph"
)

// Network is all that a user writes. Its forward pass is the deterministic evaluation pass, in which the output of a
// sample depends on that sample only.
type Network interface {
	// Params describes the parameter tensors, in the order in which Forward receives them.
	Params() []Param
	// Forward returns the outputs before the loss, one row a sample, for a batch x whose first dimension counts samples.
	Forward(p []*graph.Node, x *graph.Node) *graph.Node
}

// Param describes one parameter tensor.
type Param = graph.Param

// Weight is a matrix (in, out), Glorot-uniform at the start.
func Weight(name string, in, out int) Param { return graph.Weight(name, in, out) }

// Bias is a vector that starts at zero.
func Bias(name string, n int) Param { return graph.Bias(name, n) }

// Loss gives one value a sample from the outputs (n, k) and labels (n); the model adds them up.
type Loss func(out, y *graph.Node) *graph.Node

// Logistic is the binary log-loss softplus(z) - y*z of one output z and a label y in {0, 1}.
func Logistic(out, y *graph.Node) *graph.Node { return graph.Logistic(out, y) }

// SoftmaxCrossEntropy is the multi-class log-loss logsumexp(z) - z[y].
func SoftmaxCrossEntropy(out, y *graph.Node) *graph.Node { return graph.SoftmaxCrossEntropy(out, y) }

// Squared is half the squared distance between outputs and targets.
func Squared(out, y *graph.Node) *graph.Node { return graph.SquaredError(out, y) }

// Linear is a linear model: out = xW (+ b). Parameters start normal with standard deviation 1, as the paper's do. x may be sparse rows.
type Linear struct {
	In, Out int
	Bias    bool
}

// Params returns W (In, Out) and, if there is a bias, b (Out).
func (l Linear) Params() []Param {
	atLeast(1, "Linear", setting{"In", l.In}, setting{"Out", l.Out})
	ps := []Param{graph.Normal("W", 1, l.In, l.Out)}
	if l.Bias {
		ps = append(ps, Bias("b", l.Out))
	}
	return ps
}

// Forward returns xW (+ b): (n, Out).
func (l Linear) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	if l.Bias {
		return graph.Affine(x, p[0], p[1])
	}
	return graph.Affine(x, p[0], nil)
}

// MLP is a multi-layer perceptron: affine layers with an activation between them. x may be sparse rows.
type MLP struct {
	In         int
	Hidden     []int
	Out        int
	Activation func(*graph.Node) *graph.Node // nil: graph.Tanh
}

// Params returns dense1/W, dense1/b, dense2/W, and so on; the last layer is the output.
func (m MLP) Params() []Param {
	atLeast(1, "MLP", setting{"In", m.In}, setting{"Out", m.Out})
	for _, width := range m.Hidden {
		atLeast(1, "MLP", setting{"a width of Hidden", width})
	}
	var ps []Param
	in := m.In
	for i, out := range append(append([]int(nil), m.Hidden...), m.Out) {
		ps = append(ps, Weight(layerName(i, "W"), in, out), Bias(layerName(i, "b"), out))
		in = out
	}
	return ps
}

// Forward returns the outputs before the loss: (n, Out).
func (m MLP) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	act := m.Activation
	if act == nil {
		act = graph.Tanh
	}
	for i := range m.Hidden {
		x = act(graph.Affine(x, p[2*i], p[2*i+1]))
	}
	return graph.Affine(x, p[2*len(m.Hidden)], p[2*len(m.Hidden)+1])
}

func layerName(i int, what string) string { return fmt.Sprintf("dense%d/%s", i+1, what) }
