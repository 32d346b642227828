package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"lethe/datasets"
	"lethe/unlearn"
)

// Subject is a trained model that is to forget something.
type Subject struct {
	Problem *unlearn.Problem
	Theta   []float64 // what training reached
}

// contender is a method with what tells it from others of its name.
type contender struct {
	unlearn.Method
	tags Tags
}

// outcome is how one method did on one draw.
type outcome struct {
	method  string
	tags    Tags
	metrics []metric
	failed  string // why there is nothing to measure
}

// get returns a metric of the outcome, or NaN.
func (o *outcome) get(name string) float64 {
	for _, m := range o.metrics {
		if m.name == name {
			return m.value
		}
	}
	return math.NaN()
}

// apply runs one method. A method that failed in a way that belongs to the method is an outcome; other errors are errors.
func (s *Subject) apply(ctx context.Context, m contender, r unlearn.Request) (outcome, *unlearn.Update, error) {
	o := outcome{method: m.Name(), tags: m.tags}
	began := time.Now()
	u, err := m.Unlearn(ctx, s.Problem, s.Theta, r)
	seconds := time.Since(began).Seconds()
	if err != nil {
		if !methodFailed(err) {
			return o, nil, fmt.Errorf("%s: %w", m.Name(), err)
		}
		o.failed = err.Error()
		return o, nil, nil
	}
	if forced := u.Of(unlearn.Forced); len(forced) > 0 {
		o.tags = o.tags.with(Tags{"forced": forced[0].String()})
	}
	work := u.Cost.Minus(u.Check)
	o.metrics = append(o.metrics, metric{"seconds", "s", seconds}, metric{"check-seconds", "s", u.Check.Seconds},
		metric{"gradients", "sample gradients", work.Gradients}, metric{"hvps", "sample products", work.HVPs})
	if len(u.Solves) > 0 {
		worst := 0.0
		for _, solve := range u.Solves {
			worst = max(worst, solve.Residual)
		}
		o.metrics = append(o.metrics, metric{"solve-residual", "1", worst})
	}
	return o, u, nil
}

// methodFailed reports whether the error says that a method could not do it, rather than that the program could not.
func methodFailed(err error) bool {
	var diverged *unlearn.DivergedError
	var short *unlearn.NotConvergedError
	var indefinite *unlearn.IndefiniteError
	var worse *unlearn.WorseError
	return errors.As(err, &diverged) || errors.As(err, &short) || errors.As(err, &indefinite) || errors.As(err, &worse)
}

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
