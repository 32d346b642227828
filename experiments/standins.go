package experiments

// Temporary: stands in for what is being built elsewhere.

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

type standIn struct {
	Solver    unlearn.Solver
	Ridge     float64
	Step      float64
	Sample    int
	Seed      uint64
	Curvature unlearn.Curvature
	Force     bool
}

type scaledModel struct {
	*nets.Model
	scale float64
}

func (m scaledModel) LinearizeGaussNewton(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	f, err := m.Model.LinearizeGaussNewton(ctx, theta, d)
	return func(dst, v []float64) error {
		err := f(dst, v)
		floats.Scale(m.scale, dst)
		return err
	}, err
}

func (m scaledModel) Linearize(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error) {
	f, err := m.Model.Linearize(ctx, theta, d)
	return func(dst, v []float64) error {
		err := f(dst, v)
		floats.Scale(m.scale, dst)
		return err
	}, err
}

func sampledHessian(ctx context.Context, p *unlearn.Problem, theta []float64, curvature unlearn.Curvature, sample int, seed uint64) (unlearn.Operator, error) {
	n := p.Train.Len()
	var m *nets.Model
	switch o := p.Objective.(type) {
	case *nets.Model:
		m = o
	case estimating:
		m = o.Model
	}
	q := *p
	if sample == 0 {
		sample = n
	}
	q.Objective = scaledModel{m, float64(n) / float64(sample)}
	q.Train = sampled(p.Train, sample, seed, streamCurvature, 0)
	return q.Hessian(ctx, theta, curvature)
}

func (m standIn) Name() string { return "second-order" }

func (m standIn) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	a, err := r.Apply(p.Train)
	if err != nil {
		return nil, err
	}
	g := make([]float64, len(theta))
	if err := p.Difference(ctx, g, theta, a); err != nil {
		return nil, err
	}
	q := p.With(a.Data)
	h, err := sampledHessian(ctx, q, theta, m.Curvature, m.Sample, m.Seed)
	if err != nil {
		return nil, err
	}
	delta := make([]float64, len(theta))
	st, err := m.Solver.Solve(ctx, delta, unlearn.Ridge(h, m.Ridge), g)
	if err != nil && !methodFailed(err) {
		return nil, err
	}
	next := slices.Clone(theta)
	floats.AddScaled(next, -m.Step, delta)
	u := &unlearn.Update{Theta: next, Data: a.Data, Solves: []unlearn.Stats{st}}
	u.After, err = q.Residual(ctx, next)
	return u, err
}

func shiftedSolve(ctx context.Context, a unlearn.Operator, b []float64, ridges []float64, products int) ([][]float64, error) {
	var out [][]float64
	for _, r := range ridges {
		d := make([]float64, len(b))
		if _, err := (unlearn.CG{Tolerance: 1e-8, MaxProducts: products}).Solve(ctx, d, unlearn.Ridge(a, r), b); err != nil && !methodFailed(err) {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
