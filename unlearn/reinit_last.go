package unlearn

import (
	"context"
	"errors"
	"fmt"
)

// ReinitLast trains the last layers again on the corrected data and leaves the others as they are
// (Goel et al. 2022, arXiv 2201.06640; docs/methods.md#reinit-last): from fresh parameters (EU-k,
// exact unlearning of the last k layers), or with Keep from the old ones (CF-k, catastrophic
// forgetting). What the earlier layers have learned of the removed samples stays.
type ReinitLast struct {
	// Select returns the part to be trained at theta (p): what nets.Model.Select does.
	Select  func(theta []float64) (PartObjective, error)
	Trainer Trainer   // nil = LBFGS to a gradient norm of 1e-6
	Keep    bool      // start from the old parameters
	Init    []float64 // fresh parameters of the whole model (p); nil = the objective's [Initializer], by Seed
	Sample  int       // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
	Seed    uint64
}

// Name returns "reinit-last".
func (ReinitLast) Name() string { return "reinit-last" }

// Sampling implements [SampledMethod].
func (m ReinitLast) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. Like [Retrain] it is refused only where it stops being numbers.
func (m ReinitLast) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Select == nil {
		return nil, errors.New("unlearn: ReinitLast needs Select, which names the last layers: see nets.Model.Select")
	}
	if err := checkSettings("ReinitLast", numbers("Init", m.Init)); err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) { return m.train(ctx, t) })
}

func (m ReinitLast) train(ctx context.Context, t *attempt) ([]float64, error) {
	q, start, o, err := Part{Select: m.Select}.problem(t.p, t.theta)
	if err != nil {
		return nil, err
	}
	q.Objective = &Meter{o, t.meter.started, t.meter.counts}
	if !m.Keep {
		fresh, err := t.fresh("ReinitLast.Init", m.Init, m.Seed)
		if err != nil {
			return nil, err
		}
		if start, err = o.Chosen(fresh); err != nil {
			return nil, err
		}
	}
	trainer := m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	next, err := trainer.Train(ctx, q, start)
	if err != nil {
		return nil, fmt.Errorf("unlearn: %s: %w", m.Name(), err)
	}
	t.note("%d of %d parameters were trained", len(start), len(t.theta))
	return o.Whole(next)
}
