package experiments

import (
	"context"

	"gonum.org/v1/gonum/optimize"

	"lethe/unlearn"
)

type pendingTrainer struct {
	tol   float64
	steps int
}

func (t pendingTrainer) Train(ctx context.Context, p *unlearn.Problem, theta []float64) ([]float64, error) {
	problem := optimize.Problem{
		Func: func(x []float64) float64 { v, _ := p.Loss(ctx, x); return v },
		Grad: func(g, x []float64) { _ = p.Gradient(ctx, g, x) },
	}
	r, err := optimize.Minimize(problem, theta, &optimize.Settings{GradientThreshold: t.tol, MajorIterations: t.steps}, &optimize.LBFGS{})
	if r != nil {
		return r.X, nil
	}
	return nil, err
}
