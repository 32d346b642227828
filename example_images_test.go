package lethe_test

import (
	"context"
	"fmt"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
	"lethe/unlearn"
)

// blots are images of 6 by 6 pixels: bright on the left in class 0 and on the right in class 1.
func blots(n int) *datasets.Dataset {
	x := &datasets.Images{N: n, Height: 6, Width: 6, Channels: 1, Pixels: make([]byte, n*36), Scale: 255}
	y := make([]float64, n)
	for i := range n {
		y[i] = float64(i % 2)
		for k := range 36 {
			x.Pixels[i*36+k] = byte((i*31 + k*k*17 + i*k) % 150)
			if (k%6 >= 3) == (i%2 == 1) {
				x.Pixels[i*36+k] += 25
			}
		}
	}
	return &datasets.Dataset{Name: "blots", X: x, Y: y, Classes: 2}
}

// Some images were labelled wrongly; the network learnt that, and is repaired without another
// training.
func Example_images() {
	ctx := context.Background()
	right := blots(200)
	wrong := right.With(right.X, append([]float64(nil), right.Y...))
	var rows []int
	var labels []float64
	for i := 0; i < 80; i += 2 { // 40 images of class 0 labelled as 1
		wrong.Y[i] = 1
		rows, labels = append(rows, i), append(labels, 0)
	}
	net := nets.Sequential(
		nets.Conv{In: 1, Out: 4, Size: 3, Same: true}, nets.Activation(graph.ReLU), nets.BatchNorm{Channels: 4}, nets.MaxPool{Size: 2},
		nets.Flatten{}, nets.Dense{In: 3 * 3 * 4, Out: 2})
	model, err := nets.NewModel(net, nets.SoftmaxCrossEntropy, nets.Float32())
	if err != nil {
		fmt.Println(err)
		return
	}
	problem := &unlearn.Problem{Objective: model, Train: wrong}
	theta, err := unlearn.Adam{Rate: 0.01, Epochs: 15, Seed: 1}.Train(ctx, problem, model.Init(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	if theta, err = model.EstimateStatistics(ctx, theta, wrong); err != nil { // of the batch normalisation
		fmt.Println(err)
		return
	}
	method := unlearn.SecondOrder{Curvature: unlearn.GaussNewton, Ridge: 30, Solver: unlearn.CG{Tolerance: 1e-3}}
	update, err := method.Unlearn(ctx, problem, theta, unlearn.CorrectLabels(rows, labels))
	if err != nil {
		fmt.Println(err)
		return
	}
	before, err := model.Accuracy(ctx, theta, right)
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := model.Accuracy(ctx, update.Theta, right)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("wrong labels learnt:", before < 0.9)
	fmt.Println("most of that mended:", 1-after < (1-before)/2)
	// Output:
	// wrong labels learnt: true
	// most of that mended: true
}
