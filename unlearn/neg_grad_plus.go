package unlearn

import (
	"cmp"
	"context"
)

// NegGradPlus is the baseline that learns what shall stay and unlearns what shall go at once
// (NegGrad+ of Kurmanji et al. 2023, arXiv 2302.09880; docs/methods.md#neggrad):
//
//	min over theta of Alpha mean_R l - (1 - Alpha) mean_F l,
//
// in batches of both. R is the corrected data, so corrected rows count with their new labels; F is
// the affected samples as they were. The second term has no lower bound: too small an Alpha, or too
// many passes, ruin the model.
type NegGradPlus struct {
	Alpha  float64 // 0 = 0.95; published values are 0.9 to 0.9999
	Epochs int     // passes over R; 0 = 5
	Steps  Steps
	Sample int // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "neg-grad-plus".
func (NegGradPlus) Name() string { return "neg-grad-plus" }

// Sampling implements [SampledMethod].
func (m NegGradPlus) Sampling() Sampling { return Sampling{m.Sample, m.Steps.Seed} }

// Unlearn implements [Method]. Like [FineTune] it is refused only where it stops being numbers.
func (m NegGradPlus) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := checkSettings("NegGradPlus", fraction("Alpha", m.Alpha, "the default 0.95"), count("Epochs", m.Epochs, "5")); err != nil {
		return nil, err
	}
	steps, err := m.Steps.or("NegGradPlus", 0)
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		alpha, o, w := cmp.Or(m.Alpha, 0.95), t.p.Objective, t.newWalk(steps)
		kept := []term{{weight: alpha, objective: o, data: t.p.Train}}
		return w.theta, w.pass(ctx, cmp.Or(m.Epochs, 5), 0, true, kept, term{weight: alpha - 1, objective: o, data: t.applied.Old})
	})
}
