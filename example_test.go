package lethe_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
	"lethe/unlearn"
)

// Classifier is a network with one hidden tanh layer and one output.
type Classifier struct{ In, Hidden int }

// Params describes the parameter tensors in the order in which Forward receives them.
func (c Classifier) Params() []nets.Param {
	return []nets.Param{nets.Weight("W1", c.In, c.Hidden), nets.Bias("b1", c.Hidden), nets.Weight("W2", c.Hidden, 1)}
}

// Forward returns the outputs before the loss, one row a sample.
func (c Classifier) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.MatMul(graph.Tanh(graph.Affine(x, p[0], p[1])), p[2])
}

// A network of one's own learns the Pima diabetes data; then twenty patients withdraw their
// consent.
func Example() {
	ctx := context.Background()
	data, err := datasets.Load(ctx, "diabetes", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := nets.NewModel(Classifier{In: 8, Hidden: 10}, nets.Logistic)
	if err != nil {
		fmt.Println(err)
		return
	}
	problem := &unlearn.Problem{Objective: model, Train: data.Train, L2: 1}
	theta, err := unlearn.LBFGS{}.Train(ctx, problem, model.Init(1))
	if err != nil {
		fmt.Println(err)
		return
	}

	rows := make([]int, 20)
	for i := range rows {
		rows[i] = i
	}
	update, err := unlearn.SecondOrder{Curvature: unlearn.GaussNewton}.Unlearn(ctx, problem, theta, unlearn.RemoveSamples(rows...))
	if err != nil {
		fmt.Println(err)
		return
	}
	retrained, err := unlearn.LBFGS{}.Train(ctx, problem.With(update.Data), theta)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("parameters:", len(theta), "samples left:", update.Data.Len())
	fmt.Println("gradient residual fell:", update.After < update.Before)
	fmt.Println("nearer to retraining:", distance(update.Theta, retrained) < distance(theta, retrained))
	// Output:
	// parameters: 100 samples left: 594
	// gradient residual fell: true
	// nearer to retraining: true
}

func distance(a, b []float64) float64 { return floats.Distance(a, b, 2) }
