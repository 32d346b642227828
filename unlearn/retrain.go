package unlearn

import (
	"context"
	"fmt"
	"slices"
)

// Retrain trains on the corrected data: the yardstick of every other method. The zero value is
// ready.
type Retrain struct {
	Trainer Trainer   // nil = LBFGS to a gradient norm of 1e-6
	Start   []float64 // start of the training (p), the initial parameters for a cold one; nil = the old parameters, warm
	// Force keeps parameters that the trainer handed back with a [NotConvergedError]; Notes says
	// so.
	Force bool

	// Sample > 0 estimates the residuals before and after on that many samples of either kind,
	// drawn by Seed: see [Subsample].
	Sample int
	Seed   uint64
}

// Name returns "retrain".
func (Retrain) Name() string { return "retrain" }

// Sampling implements [SampledMethod].
func (m Retrain) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. A request that affects no sample is no reason to train again.
func (m Retrain) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Start != nil && len(m.Start) != len(theta) {
		return nil, fmt.Errorf("unlearn: Retrain.Start has length %d for %d parameters", len(m.Start), len(theta))
	}
	if err := checkSettings("Retrain", numbers("Start", m.Start)); err != nil {
		return nil, err
	}
	start := m.Start
	if start == nil {
		start = theta
	}
	trainer := m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	return training(ctx, m, p, theta, r, "the training diverged: lower its rate", func(t *attempt) ([]float64, error) {
		next, err := trainer.Train(ctx, t.p, slices.Clone(start))
		if err != nil {
			if !m.Force || !numerical(err) || len(next) != len(theta) {
				return nil, fmt.Errorf("unlearn: %s: %w", m.Name(), err)
			}
			t.forced(err)
		}
		return next, nil
	})
}
