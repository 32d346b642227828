package unlearn

import (
	"context"
	"errors"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// FirstOrder takes one gradient step along the difference that the request makes (Warnecke et al. 2023, the first-order update;
// PAPER.md section 1):
//
//	theta' = theta - Tau G,  G = sum grad l(z~, theta) - sum grad l(z, theta).
//
// An update that raises the gradient residual on the corrected data is refused with [ErrWorse], unless it stays below what training had
// left on the old data.
type FirstOrder struct {
	// Tau is the step's length. It has no sensible default: 1e-4 to 1e-3 for linear models on rows of norm 1, much less
	// for networks; see [Tune].
	Tau   float64
	Force bool // keep an update that made things worse

	// Sample > 0 estimates the residuals before and after on that many samples of either kind, drawn by Seed: see [Subsample].
	Sample int
	Seed   uint64
}

// Name returns "first-order".
func (FirstOrder) Name() string { return "first-order" }

func (m FirstOrder) forced() bool { return m.Force }

func (m FirstOrder) sampling() sampling { return sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. It costs the gradients of the affected samples, before and after, and the trust check.
func (m FirstOrder) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if !(m.Tau > 0) || !finite(m.Tau) {
		return nil, errors.New("unlearn: FirstOrder.Tau has to be a positive number; try 1e-4, or find it with Tune")
	}
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.sampling())
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	g, err := t.difference(ctx)
	if err != nil {
		return t.refuse(err)
	}
	next := slices.Clone(theta)
	floats.AddScaled(next, -m.Tau, g)
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Force, "lower Tau, use SecondOrder, or set Force to keep it")
}
