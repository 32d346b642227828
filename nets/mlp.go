package nets

import (
	"fmt"

	"lethe/graph"
)

// MLP is a multi-layer perceptron: affine layers with an activation between them. x may be sparse
// rows.
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
