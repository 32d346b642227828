package experiments

import (
	"context"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// estimating is a model that takes the gradient over a whole training text from some of its windows, scaled to all. That is the gradient
// residual which each method reports before and after: taken from all windows it would cost more than most methods. Gradients over
// fewer samples, by which methods move, are exact.
type estimating struct {
	*nets.Model
	n    int   // windows of the whole text
	rows []int // those taken, rising
}

var (
	_ unlearn.LossGradient          = estimating{}
	_ unlearn.GaussNewtonLinearizer = estimating{}
)

// estimating returns the subject's model, itself where all windows are to be taken.
func (sub *secretSubject) estimating() unlearn.Objective {
	n := sub.train.Len()
	if sub.set.CheckSample == 0 || sub.set.CheckSample >= n {
		return sub.model
	}
	return estimating{sub.model, n, sampledRows(n, sub.set.CheckSample, sub.session.Seed, streamCheck, sub.length)}
}

// Gradient implements [unlearn.Objective].
func (e estimating) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	_, err := e.LossGradient(ctx, dst, theta, d)
	return err
}

// LossGradient implements [unlearn.LossGradient].
func (e estimating) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	if d.Len() != e.n {
		return e.Model.LossGradient(ctx, dst, theta, d)
	}
	loss, err := e.Model.LossGradient(ctx, dst, theta, d.Subset(e.rows))
	scale := float64(e.n) / float64(len(e.rows))
	floats.Scale(scale, dst)
	return loss * scale, err
}
