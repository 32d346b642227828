package unlearn

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// FineTune is the baseline that goes on training on the corrected data for a short while: from
// theta, over mini-batches B in random order (docs/paper.md#linear-models, the authors' rule),
//
//	theta <- theta - (Rate/Batch) (sum_{i in B} grad l(z_i, theta) + s (L2 diag(penalty) theta + tilt)), s = 1,
//
// or with s = |B|/n, so that a pass goes down L itself: with s = 1 it goes down a loss whose
// regularizer counts n/|B| times, which ruins the model when L2 is large.
//
// It is not refused when the residual grows, as stochastic steps make it do; only when it stops
// being a number.
type FineTune struct {
	Rate   float64 // learning rate; 1e-4 on the linear models of the paper, or find it with [Tune]
	Batch  int     // samples in a batch, and the divisor of the last, shorter one too; 0 = 32
	Epochs int     // passes over the corrected data; 0 = 1
	Seed   uint64  // of the order, and of Sample
	Share  bool    // s = |B|/n instead of the authors' 1
	Sample int     // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "fine-tune".
func (FineTune) Name() string { return "fine-tune" }

// Sampling implements [SampledMethod].
func (m FineTune) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method].
func (m FineTune) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("FineTune", above0("Rate", m.Rate, ": try 1e-4, or find it with Tune"), count("Batch", m.Batch, "the default 32"),
		count("Epochs", m.Epochs, "1"))
	if err != nil {
		return nil, err
	}
	return training(ctx, m, p, theta, r, "the steps diverged: lower Rate", func(t *attempt) ([]float64, error) {
		next := slices.Clone(theta)
		for epoch := range cmp.Or(m.Epochs, 1) {
			if err := m.pass(ctx, t.p, next, epoch); err != nil {
				return nil, err
			}
		}
		return next, nil
	})
}

// pass moves theta over every sample of p once.
func (m FineTune) pass(ctx context.Context, p *Problem, theta []float64, epoch int) error {
	n, batch := p.Train.Len(), cmp.Or(m.Batch, 32)
	shuffled := p.Train.Subset(rand.New(rand.NewPCG(m.Seed, uint64(epoch))).Perm(n))
	g := make([]float64, len(theta))
	for lo := 0; lo < n; lo += min(batch, n) {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := p.With(shuffled.Slice(lo, lo+min(batch, n-lo)))
		if m.Share {
			b = b.share(float64(b.Train.Len()) / float64(n))
		}
		if err := b.Gradient(ctx, g, theta); err != nil {
			return err
		}
		floats.AddScaled(theta, -m.Rate/float64(batch), g)
	}
	return nil
}

// share returns the problem with that share of its regularizer and tilt.
func (p *Problem) share(s float64) *Problem {
	q := *p
	q.L2 *= s
	if p.Tilt != nil {
		q.Tilt = make([]float64, len(p.Tilt))
		floats.ScaleTo(q.Tilt, s, p.Tilt)
	}
	return &q
}
