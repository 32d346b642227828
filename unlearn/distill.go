package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"lethe/datasets"
)

// Distill moves a model by steps of Adam towards its own distributions with the mass on some
// outputs spread evenly, and keeps its other answers:
//
//	1/2 mean_{c in Own} KL(q(.|c) || p(.|c)) + 1/2 mean_{c in Other} KL(q(.|c) || p(.|c))
//	  + Retain mean_{x kept} KL(p0(.|x) || p(.|x)),
//
// where p0 are the distributions of the old parameters, q is [Spread] of p0, and the kept samples
// are the training samples that the request does not affect. So q is the projection of p0 on the
// models that treat those outputs alike, and the loss is bounded below: no term is maximized.
//
// On a text Own is the windows in which the characters of a secret are predicted, and Other those
// behind the same prompt in which characters of other strings are. Sample j of a sequence of Other
// has the target of sample j of Own: the character at a place is spread whatever stood before it.
// Without Other it would be spread behind the true characters only, and with targets of its own a
// string would stay as unlikely as the model made it.
//
// It forgets what Own says, whatever the request puts in the place of the affected samples: these
// are not trained on. The update is not refused when the residual grows, as that measures another
// loss. It needs a [TargetObjective] with two outputs or more.
type Distill struct {
	Own   *datasets.Dataset // samples to spread; nil = the affected ones as they were
	Other *datasets.Dataset // further ones, in sequences of Length; nil = none, and Own counts whole
	// Length is the number of samples in Own and in each sequence of Other, where there are any; 0
	// = 1.
	Length int
	Alike  []int // outputs to treat alike, two or more; nil = all
	Lead   *Lead // a bound on what is left of Own; nil = none

	Retain float64 // weight of the kept samples; 0 = 4
	Rate   float64 // of Adam; it falls to a tenth along half a cosine; 0 = 1e-3
	Steps  int     // 0 = 100
	Batch  int     // samples of Other in a step, rounded to whole sequences; 0 = 128
	Kept   int     // kept samples in a step; 0 = 4 * Batch
	Seed   uint64

	Sample int // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "distill".
func (Distill) Name() string { return "distill" }

// Sampling implements [SampledMethod].
func (m Distill) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. Facts say where [Lead] ended.
func (m Distill) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return training(ctx, m, p, theta, r, "the steps diverged: lower Rate", func(t *attempt) ([]float64, error) {
		next, err := m.descend(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("unlearn: %s: %w", m.Name(), err)
		}
		return next, nil
	})
}

func (m Distill) check() error {
	err := checkSettings("Distill", positiveOr("Retain", m.Retain, "the default 4"), positiveOr("Rate", m.Rate, "the default 1e-3"),
		count("Steps", m.Steps, "the default 100"), count("Batch", m.Batch, "the default 128"), count("Kept", m.Kept, "4 times Batch"),
		count("Length", m.Length, "1"), count("Sample", m.Sample, "all samples"))
	length := cmp.Or(m.Length, 1)
	switch {
	case err != nil:
		return err
	case m.Other != nil && (m.Other.Len() == 0 || m.Other.Len()%length != 0):
		return fmt.Errorf("unlearn: Distill.Other has %d samples; give whole sequences of Length=%d", m.Other.Len(), length)
	case m.Other != nil && (m.Own == nil || m.Own.Len() != length):
		return fmt.Errorf("unlearn: Distill.Other needs Own, one sequence of Length=%d samples", length)
	case m.Lead == nil:
		return nil
	case m.Other == nil:
		return errors.New("unlearn: Distill.Lead compares Own with the sequences of Other: give both")
	}
	return m.Lead.check()
}

// descend goes the steps.
func (m Distill) descend(ctx context.Context, t *attempt) ([]float64, error) {
	c, err := m.course(ctx, t)
	if err != nil {
		return nil, err
	}
	steps, rate := cmp.Or(m.Steps, 100), cmp.Or(m.Rate, 1e-3)
	adam := Adam{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
	theta, g, state := slices.Clone(t.theta), make([]float64, len(t.theta)), work(2, len(t.theta))
	for step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.step = step
		batch, err := c.batch(ctx, theta)
		if err != nil {
			return nil, err
		}
		if err := t.meter.countGradients(batch, c.soft.Gradient(ctx, g, theta, batch)); err != nil {
			return nil, err
		}
		if notFinite(g) >= 0 {
			return nil, fmt.Errorf("the gradient of step %d is not finite: lower Rate", step+1)
		}
		adam.apply(theta, g, state, rate*cosine(step, steps), step+1)
	}
	if m.Lead != nil {
		t.note("the lead of Own's sequence ended at %.4g nats, the bound at %.4g, its multiplier at %.4g", c.lead, c.bound, c.multiplier)
	}
	return theta, nil
}
