package trial

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/unlearn"
)

// Subject is a trained model that is to forget something.
type Subject struct {
	Problem *unlearn.Problem
	Theta   []float64           // what training reached
	Say     func(method string) // is told which method begins; nil = nobody
}

// Contender is a method with what tells it from others of its name.
type Contender struct {
	unlearn.Method
	Tags records.Tags
	// Tuned is the method whose chosen setting it has: itself, or the one that it repeats; "" = its
	// setting was given.
	Tuned string
	// Untimed says that it does nothing that its time could be compared for.
	Untimed bool
}

// Outcome is how one method did on one draw.
type Outcome struct {
	Method  string
	Tags    records.Tags
	Metrics []engine.Metric
	Facts   []unlearn.Fact // of the update
	Failed  error          // why there is nothing to measure; nil = there is
	// Of the contender.
	Tuned   string
	Untimed bool
}

// Get returns a metric of the outcome, or NaN.
func (o *Outcome) Get(name string) float64 {
	for _, m := range o.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

// Apply runs one method. A method that failed in a way that belongs to the method is an outcome;
// other errors are errors.
func (s *Subject) Apply(ctx context.Context, m Contender, r unlearn.Request) (Outcome, *unlearn.Update, error) {
	o := Outcome{Method: m.Name(), Tags: m.Tags, Tuned: m.Tuned, Untimed: m.Untimed}
	if s.Say != nil {
		s.Say(m.Name())
	}
	began := time.Now()
	u, err := m.Unlearn(ctx, s.Problem, s.Theta, r)
	seconds := time.Since(began).Seconds()
	if u != nil {
		o.Facts = u.Facts
	}
	if err != nil {
		if !MethodFailed(err) {
			return o, nil, fmt.Errorf("%s: %w", m.Name(), err)
		}
		o.Failed = err
		return o, nil, nil
	}
	if forced := u.Of(unlearn.Forced); len(forced) > 0 {
		o.Tags = o.Tags.With(records.Tags{"forced": forced[0].String()})
	}
	work := u.Cost.Minus(u.Check)
	o.Metrics = append(o.Metrics, engine.Metric{Name: "seconds", Unit: "s", Value: seconds}, engine.Metric{Name: "check-seconds", Unit: "s", Value: u.Check.Seconds},
		engine.Metric{Name: "gradients", Unit: "sample gradients", Value: work.Gradients}, engine.Metric{Name: "hvps", Unit: "sample products", Value: work.HVPs})
	if len(u.Solves) > 0 {
		worst := 0.0
		for _, solve := range u.Solves {
			worst = max(worst, solve.Residual)
		}
		o.Metrics = append(o.Metrics, engine.Metric{Name: "solve-residual", Unit: "1", Value: worst})
	}
	return o, u, nil
}

// MethodFailed reports whether the error says that a method could not do it, rather than that the
// program could not.
func MethodFailed(err error) bool {
	var diverged *unlearn.DivergedError
	var short *unlearn.NotConvergedError
	var indefinite *unlearn.IndefiniteError
	var worse *unlearn.WorseError
	return errors.As(err, &diverged) || errors.As(err, &short) || errors.As(err, &indefinite) || errors.As(err, &worse)
}

// Applied is the result of a method: its parameters, its costs, and why it failed if it did.
type Applied struct {
	Theta    []float64
	Findings []engine.Finding
	Facts    []unlearn.Fact
	Failed   error
}

// CarryOut carries a method out. works reports whether the model gives finite numbers at the
// resulting parameters.
func (s *Subject) CarryOut(ctx context.Context, m Contender, r unlearn.Request, works func(context.Context, []float64) (bool, error)) (*Applied, error) {
	o, u, err := s.Apply(ctx, m, r)
	if err != nil || u == nil {
		return &Applied{Facts: o.Facts, Failed: o.Failed}, err
	}
	if err := brokenSolve(u); err != nil {
		return &Applied{Facts: o.Facts, Failed: err}, nil
	}
	ok, err := works(ctx, u.Theta)
	if err != nil {
		return nil, err
	}
	if !ok || !Finite(u.After) {
		return &Applied{Facts: o.Facts, Failed: ErrNotFinite}, nil
	}
	return appliedFrom(&o, u), nil
}

// appliedFrom is what is recorded of an update.
func appliedFrom(o *Outcome, u *unlearn.Update) *Applied {
	a := &Applied{Theta: u.Theta, Facts: o.Facts}
	for _, m := range o.Metrics {
		a.Findings = append(a.Findings, engine.Finding{Metric: m, Tags: o.Tags})
	}
	a.Findings = append(a.Findings, engine.Finding{Metric: engine.Metric{Name: "gradient-residual", Unit: "1", Value: u.After}, Tags: nil})
	for i, s := range u.Solves {
		tags := records.Tags{"solve": i + 1, "solver": s.Solver, "products": s.Products}
		if s.Chosen != "" {
			tags = tags.With(records.Tags{"chosen": s.Chosen})
		}
		a.Findings = append(a.Findings, engine.Finding{Metric: engine.Metric{Name: "own-residual", Unit: "1", Value: s.Residual}, Tags: tags})
		if Finite(s.Independent) {
			a.Findings = append(a.Findings, engine.Finding{Metric: engine.Metric{Name: "independent-residual", Unit: "1", Value: s.Independent}, Tags: tags})
		}
	}
	return a
}

// brokenSolve returns the error of a solve that was forced though it diverged or met negative
// curvature, in any chunk: what it led to is no result. A solve that only ended at its limit of
// products is one.
func brokenSolve(u *unlearn.Update) error {
	for _, f := range u.Of(unlearn.Forced) {
		_, diverged := errors.AsType[*unlearn.DivergedError](f.Err)
		if _, indefinite := errors.AsType[*unlearn.IndefiniteError](f.Err); diverged || indefinite {
			return f.Err
		}
	}
	return nil
}

// GivesNumbers reports whether parameters and the loss of the first sample are finite.
func GivesNumbers(ctx context.Context, m unlearn.Objective, theta []float64, d *datasets.Dataset) (bool, error) {
	if !AllFinite(theta) {
		return false, nil
	}
	loss, err := m.Loss(ctx, theta, d.Slice(0, 1))
	return Finite(loss), err
}
