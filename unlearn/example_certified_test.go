package unlearn_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"lethe/datasets"
	"lethe/unlearn"
)

// Convexity says that least squares is convex, and how curved: what certificates ask of an
// objective.
func (m regression) Convexity() (gamma, gamma2 float64, err error) { return 1, 0, nil }

// Outputs and Predict give what the model answers.
func (m regression) Outputs(*datasets.Dataset) (int, error) { return 1, nil }

func (m regression) Predict(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for i := range d.Y {
		dst[i] = dot(row(d, i), theta)
	}
	return nil
}

// Noise is drawn before training; then each request gets a certificate, or is refused with what it
// would have needed.
func ExampleCertified() {
	ctx := context.Background()
	flats := flats()
	p, err := (&unlearn.Problem{Objective: regression{2}, Train: flats, L2: 1}).Normalize() // rows of norm 1
	if err != nil {
		fmt.Println(err)
		return
	}
	m := unlearn.Certified{Budget: unlearn.Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}, Seed: 1}
	p, theta, err := m.Train(ctx, p, make([]float64, 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	update, err := m.Unlearn(ctx, p, theta, unlearn.RemoveSamples(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	c := update.Certificate
	fmt.Printf("issued %v: residual below 1e-6: %v, allowed %.4f\n", c.Issued, c.Residual < 1e-6, c.Allowed)

	m.Method = unlearn.None{}
	_, err = m.Unlearn(ctx, p, theta, unlearn.RemoveSamples(4))
	budget, refused := errors.AsType[*unlearn.BudgetError](err)
	fmt.Printf("without an update: refused %v, residual %.1f\n", refused, budget.Certificate.Residual)
	// Output:
	// issued true: residual below 1e-6: true, allowed 0.0316
	// without an update: refused true, residual 73.8
}

// A stream of requests against one budget, on the account of a ledger that survives a kill.
func ExampleCertified_Open() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	p, err := (&unlearn.Problem{Objective: regression{2}, Train: flats(), L2: 1}).Normalize()
	if err != nil {
		fmt.Println(err)
		return
	}
	m := unlearn.Certified{Budget: unlearn.Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}, Seed: 1, Method: unlearn.SecondOrder{Gradient: unlearn.FullGradient}}
	stream, err := m.Open(ctx, p, make([]float64, 2), dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range []unlearn.Request{unlearn.RemoveSamples(4), unlearn.CorrectLabels([]int{0}, []float64{9})} {
		if _, err := stream.Unlearn(ctx, r); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(stream.Ledger().Requests(), "requests, within the budget:", stream.Ledger().Total() < m.Budget.Residual())
	fmt.Println(stream.Close())
	// Output:
	// 2 requests, within the budget: true
	// <nil>
}
