package unlearn_test

import (
	"context"
	"fmt"
	"math"
	"os"

	"lethe/unlearn"
)

// LossSmoothness says how curved half of a squared error is; it has no bound of its slope.
func (regression) LossSmoothness() (curvature, slope float64, err error) { return 1, math.Inf(1), nil }

// Every request is certified: the descent goes on until its residual is small enough, and the
// release has fresh noise.
func ExampleOutputPerturbation_Open() {
	dir, err := os.MkdirTemp("", "releases-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	p := &unlearn.Problem{Objective: regression{2}, Train: flats(), L2: 1}
	m := unlearn.OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-3}
	stream, err := m.Open(ctx, p, make([]float64, 2), dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stream.Close()
	update, err := stream.Unlearn(ctx, unlearn.RemoveSamples(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := update.Release
	fmt.Printf("within %g of retraining, then noise of %.4f a parameter\n", r.Distance, r.Noise)
	fmt.Println(stream)
	// Output:
	// within 0.001 of retraining, then noise of 0.0095 a parameter
	// 1 requests carried out; each release is (0.1, 0.01)-certified, all 2 together (0.171, 0.01)
}
