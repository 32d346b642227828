package unlearn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// FirstOrder takes one gradient step along the difference that the request makes (Warnecke et al.
// 2023, the first-order update; docs/paper.md#updates):
//
//	theta' = theta - Tau G,  G = sum grad l(z~, theta) - sum grad l(z, theta).
//
// An update that raises the gradient residual on the corrected data is refused with [WorseError],
// unless it stays below what training had left on the old data.
type FirstOrder struct {
	// Tau is the step's length. It has no sensible default: 1e-4 to 1e-3 for linear models on rows
	// of norm 1, much less for networks; see [Tune].
	Tau float64
	// Search finds Tau where that is 0: it gets the old parameters and what the step follows,
	// neither of which it may change, and returns the length of the step, or 0 to leave the
	// parameters as they are. What it costs is not counted, but for its seconds.
	Search func(ctx context.Context, theta, g []float64) (tau float64, err error)

	Force bool // keep an update that made things worse

	// Full puts the full gradient of L(.; D') in the place of G, so that each request also mends
	// what training and the requests before it left: in [Iterative], gradient descent on the
	// corrected data.
	Full bool

	// Sample > 0 estimates the residuals before and after, and the full gradient, on that many
	// samples of either kind, each on a draw of its own by Seed: see [Subsample]. FullSample > 0 is
	// how many the full gradient has instead where Sample is set.
	Sample, FullSample int
	Seed               uint64

	chunked chunked
}

// Name returns "first-order".
func (FirstOrder) Name() string { return "first-order" }

// Forces implements [ForcingMethod].
func (m FirstOrder) Forces() bool { return m.Force }

// Sampling implements [SampledMethod].
func (m FirstOrder) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. It costs the gradients of the affected samples, before and after,
// and the trust check; with Full the full gradient too, which without Sample is the trust check's
// own.
func (m FirstOrder) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Search == nil {
		if err := checkSettings("FirstOrder", above0("Tau", m.Tau, ", or 0 with Search; try 1e-4, or find it with Tune")); err != nil {
			return nil, err
		}
	} else if m.Tau != 0 {
		return nil, errors.New("unlearn: FirstOrder.Tau has to be a positive number, or 0 with Search; try 1e-4, or find it with Tune")
	}
	if err := checkSettings("FirstOrder", count("Sample", m.Sample, "all samples"), count("FullSample", m.FullSample, "as many as Sample")); err != nil {
		return nil, err
	}
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.Sampling())
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	g, err := t.follows(ctx, m.Full, m.Force)
	if err != nil {
		return t.refuse(err)
	}
	if m.Full {
		if err := t.fullGradient(ctx, m.FullSample, g, theta, 0); err != nil {
			return t.refuse(err)
		}
	}
	tau, err := m.length(ctx, t, g)
	if err != nil {
		return t.refuse(err)
	}
	next := slices.Clone(theta)
	if tau > 0 {
		floats.AddScaled(next, -tau, g)
	}
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Force, m.remedy())
}

// length is Tau, or what Search says.
func (m FirstOrder) length(ctx context.Context, t *attempt, g []float64) (float64, error) {
	if m.Search == nil {
		return m.Tau, nil
	}
	tau, err := m.Search(ctx, t.theta, g)
	switch {
	case err != nil:
		return 0, err
	case tau != 0 && !positive(tau):
		return 0, fmt.Errorf("unlearn: FirstOrder.Search returned %v; it has to be a positive number, or 0 for no step", tau)
	}
	t.note("Search took Tau %.6g", tau)
	return tau, nil
}

// remedy says what else to try, and nothing that is set already.
func (m FirstOrder) remedy() remedy {
	ways := []string{"lower Tau"}
	if m.Search != nil {
		ways = []string{"let Search return a smaller Tau"}
	}
	if !m.Full && !m.chunked.is {
		ways = append(ways, "set Full")
	}
	return remedy{append(append(ways, m.chunked.ways()...), "use "+m.Instead()), setForce}
}

// Instead implements [AdvisingMethod].
func (FirstOrder) Instead() string { return "SecondOrder" }
