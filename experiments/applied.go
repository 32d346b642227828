package experiments

import (
	"context"
	"errors"

	"lethe/datasets"
	"lethe/unlearn"
)

// applied is what a method came to, and what it took.
type applied struct {
	theta    []float64
	findings []finding
	failed   string
}

// carryOut carries a method out. works reports whether the model gives numbers at the parameters that it came to.
func (s *Subject) carryOut(ctx context.Context, m contender, r unlearn.Request, works func(context.Context, []float64) (bool, error)) (*applied, error) {
	o, u, err := s.apply(ctx, m, r)
	if err != nil || u == nil {
		return &applied{failed: o.failed}, err
	}
	if err := brokenSolve(u); err != nil {
		return &applied{failed: err.Error()}, nil
	}
	ok, err := works(ctx, u.Theta)
	if err != nil {
		return nil, err
	}
	if !ok || !finite(u.After) {
		return &applied{failed: notFinite}, nil
	}
	return appliedFrom(&o, u), nil
}

// appliedFrom is what is recorded of an update.
func appliedFrom(o *outcome, u *unlearn.Update) *applied {
	a := &applied{theta: u.Theta}
	for _, m := range o.metrics {
		a.findings = append(a.findings, finding{m, o.tags})
	}
	a.findings = append(a.findings, finding{metric{"gradient-residual", "1", u.After}, nil})
	for i, s := range u.Solves {
		tags := Tags{"solve": i + 1, "solver": s.Solver, "products": s.Products}
		if s.Chosen != "" {
			tags = tags.with(Tags{"chosen": s.Chosen})
		}
		a.findings = append(a.findings, finding{metric{"own-residual", "1", s.Residual}, tags})
		if finite(s.Independent) {
			a.findings = append(a.findings, finding{metric{"independent-residual", "1", s.Independent}, tags})
		}
	}
	return a
}

// brokenSolve returns the error of a solve that was forced though it diverged or met negative curvature, in any chunk: what it led to is no
// result. A solve that only ended at its limit of products is one.
func brokenSolve(u *unlearn.Update) error {
	for _, f := range u.Of(unlearn.Forced) {
		_, diverged := errors.AsType[*unlearn.DivergedError](f.Err)
		if _, indefinite := errors.AsType[*unlearn.IndefiniteError](f.Err); diverged || indefinite {
			return f.Err
		}
	}
	return nil
}

// givesNumbers reports whether parameters and the loss of the first sample are finite.
func givesNumbers(ctx context.Context, m unlearn.Objective, theta []float64, d *datasets.Dataset) (bool, error) {
	if !allFinite(theta) {
		return false, nil
	}
	loss, err := m.Loss(ctx, theta, d.Slice(0, 1))
	return finite(loss), err
}

// failure is the finding of a method that came to nothing.
func failure(reason string) finding {
	return finding{metric{"failed", "1", 1}, Tags{"reason": reason}}
}
