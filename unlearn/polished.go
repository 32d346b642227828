package unlearn

import (
	"context"
	"errors"
	"fmt"
)

// Polished carries a request out by Method and then trains on from there on the corrected data: the
// step does at once what training would take long for, and a short training mends what the step
// left. Like [FineTune] it is not refused when the residual grows.
type Polished struct {
	Method  Method  // whose parameters the training starts from; set its Force where the step itself would be refused
	Trainer Trainer // a short one: [Adam] for a pass with Schedule: OneCycle

	Sample int    // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
	Seed   uint64 // of Sample
}

// Name returns the method's name with "-polished" behind it.
func (m Polished) Name() string {
	if m.Method == nil {
		return "polished"
	}
	return m.Method.Name() + "-polished"
}

// Sampling implements [SampledMethod].
func (m Polished) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. It costs what Method and Trainer do.
func (m Polished) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Method == nil || m.Trainer == nil {
		return nil, errors.New("unlearn: Polished needs a Method and a Trainer")
	}
	return training(ctx, m, p, theta, r, "the training diverged: lower its rate", func(t *attempt) ([]float64, error) {
		u, err := m.Method.Unlearn(ctx, p, theta, r)
		if u != nil {
			t.spent = Cost{Gradients: u.Cost.Gradients, HVPs: u.Cost.HVPs}
		}
		if err != nil {
			return nil, err
		}
		if more, any := u.belongsTo(); any || u.Theta == nil || u.Transform != nil {
			return nil, fmt.Errorf("unlearn: Polished: an update by %s is not parameters alone%s, so that no training can start from it", m.Method.Name(), more)
		}
		t.update.Solves, t.update.Ridge, t.update.Facts, t.update.Notes = u.Solves, u.Ridge, u.Facts, append(t.update.Notes, u.Notes...)
		next, err := m.Trainer.Train(ctx, t.p, u.Theta)
		if err != nil {
			return nil, fmt.Errorf("unlearn: %s: %w", m.Name(), err)
		}
		return next, nil
	})
}
