package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"lethe/datasets"
)

// BadTeacher is the baseline with two teachers (Chundawat et al. 2023, arXiv 2205.08096;
// docs/methods.md#bad-teacher): an incompetent one, a network that has learned nothing, on what
// shall go, and the old model on what shall stay,
//
//	min over theta of the mean of KL(p(theta_random) || p(theta)) on F and KL(p(theta0) || p(theta)) on R.
//
// F is the affected samples as they were, R a share of the samples that the request leaves as they
// are. Nothing is learned from a correction: the incompetent teacher says what the sample is.
type BadTeacher struct {
	Incompetent []float64 // parameters of that teacher (p); nil = the objective's [Initializer], by Steps.Seed
	Share       float64   // of R, below 1; 0 = 0.3
	Epochs      int       // passes over both; 0 = 1
	Steps       Steps     // Rate 0 = 1e-4, published for Adam
	Sample      int       // > 0 estimates the residuals before and after on that many samples of either kind: see [Subsample]
}

// Name returns "bad-teacher".
func (BadTeacher) Name() string { return "bad-teacher" }

// Sampling implements [SampledMethod].
func (m BadTeacher) Sampling() Sampling { return Sampling{m.Sample, m.Steps.Seed} }

// Unlearn implements [Method], for a [TargetObjective]. Like [FineTune] it is refused only where it
// stops being numbers.
func (m BadTeacher) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	err := checkSettings("BadTeacher", numbers("Incompetent", m.Incompetent), fraction("Share", m.Share, "the default 0.3"), count("Epochs", m.Epochs, "1"))
	if err != nil {
		return nil, err
	}
	steps, err := m.Steps.or("BadTeacher", 1e-4)
	if err != nil {
		return nil, err
	}
	return baseline(ctx, m, p, theta, r, func(t *attempt) ([]float64, error) {
		bad, err := t.fresh("BadTeacher.Incompetent", m.Incompetent, m.Steps.Seed)
		if err != nil {
			return nil, err
		}
		soft, err := WithTargets(t.p.Objective, SoftTargets)
		if err != nil {
			return nil, err
		}
		all, err := m.lessons(ctx, t, bad)
		if err != nil {
			return nil, err
		}
		w := t.newWalk(steps)
		return w.theta, w.pass(ctx, cmp.Or(m.Epochs, 1), 0, true, []term{{weight: 1, objective: soft, data: all}})
	})
}

// lessons is what the two teachers say.
func (m BadTeacher) lessons(ctx context.Context, t *attempt, bad []float64) (*datasets.Dataset, error) {
	rest, err := t.untouched()
	if err != nil {
		return nil, err
	}
	share := cmp.Or(m.Share, 0.3)
	gone, err := t.teacher(ctx, bad, t.applied.Old, 1)
	if err != nil {
		return nil, err
	}
	stays, err := t.teacher(ctx, t.theta, some(rest, max(1, int(share*float64(rest.Len()))), m.Steps.Seed), 1)
	if err != nil {
		return nil, err
	}
	all, err := datasets.Concat(gone, stays)
	if err != nil {
		return nil, fmt.Errorf("unlearn: BadTeacher: %w", err)
	}
	return all, nil
}

// fresh returns parameters that have seen no sample: those given in a field, or what an
// [Initializer] draws.
func (t *attempt) fresh(field string, given []float64, seed uint64) ([]float64, error) {
	if given != nil {
		if len(given) != len(t.theta) {
			return nil, fmt.Errorf("unlearn: %s has length %d for %d parameters", field, len(given), len(t.theta))
		}
		return slices.Clone(given), nil
	}
	o, ok := offered[Initializer](t.p.Objective)
	if !ok {
		return nil, fmt.Errorf("unlearn: %s: objective %T is no Initializer: give parameters that were never trained", field, innermost(t.p.Objective))
	}
	return o.Init(seed), nil
}
