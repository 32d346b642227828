package nets_test

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/graph"
	"lethe/graph/graphtest"
	"lethe/nets"
)

// OneHidden is a network with one hidden tanh layer.
type OneHidden struct{ In, Hidden, Out int }

// Params describes the parameter tensors in the order in which Forward receives them.
func (m OneHidden) Params() []nets.Param {
	return []nets.Param{nets.Weight("W1", m.In, m.Hidden), nets.Bias("b1", m.Hidden), nets.Weight("W2", m.Hidden, m.Out), nets.Bias("b2", m.Out)}
}

// Forward returns the outputs before the loss, one row a sample.
func (m OneHidden) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	h := graph.Tanh(graph.Affine(x, p[0], p[1]))
	return graph.Affine(h, p[2], p[3])
}

// A network of one's own has all that the stock networks have.
func ExampleNetwork() {
	net := OneHidden{In: 2, Hidden: 3, Out: 2}
	fmt.Println("derivatives:", graphtest.Check(net, nets.SoftmaxCrossEntropy, graphtest.Random(1, 4, 2, 2)))

	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := &datasets.Dataset{Name: "xor", Classes: 2, Y: []float64{0, 1, 1, 0},
		X: &datasets.Dense{N: 4, Cols: 2, Data: []float64{0, 0, 0, 1, 1, 0, 1, 1}}}
	ctx, theta := context.Background(), m.Init(1)
	g, hv := make([]float64, m.Dim()), make([]float64, m.Dim())
	fmt.Println("parameters:", m.Dim())
	fmt.Println("gradient:", m.Gradient(ctx, g, theta, d))
	fmt.Println("Hessian times gradient:", m.HVP(ctx, hv, theta, g, d))
	rows := make([]float64, d.Len()*m.Dim())
	fmt.Println("per-sample gradients:", m.PerSampleGradients(ctx, rows, theta, d))
	// Output:
	// derivatives: <nil>
	// parameters: 17
	// gradient: <nil>
	// Hessian times gradient: <nil>
	// per-sample gradients: <nil>
}
