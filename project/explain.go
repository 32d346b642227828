package project

import (
	"context"
	"fmt"
	"time"

	"gonum.org/v1/gonum/floats"

	"lethe/project/evidence"
)

// Plan is what a request would do.
type Plan struct {
	Report   *evidence.Report // with the outcome "planned"
	Warnings []string         // with ids: for the terminal only
	// Gradient is the norm of the change that the request makes in the gradient, and Left what the
	// gradient is before it: the request is small where the first is.
	Gradient, Left float64
}

// Explain says what a request would do, and writes nothing: what it touches, how much it changes,
// which method would be taken and about what it costs.
func Explain(ctx context.Context, options UnlearnOptions) (*Plan, error) {
	o, err := prepare(ctx, options)
	if err != nil {
		return nil, err
	}
	p := &Plan{}
	if p.Left, err = o.problem.Residual(ctx, o.model.Theta); err != nil {
		return nil, err
	}
	g := make([]float64, len(o.model.Theta))
	if err := o.problem.Difference(ctx, g, o.model.Theta, o.applied); err != nil {
		return nil, err
	}
	p.Gradient = floats.Norm(g, 2)
	pass, err := o.pass(ctx)
	if err != nil {
		return nil, err
	}
	p.Report = o.planned(&Record{Time: time.Now().UTC().Truncate(time.Second), Request: o.ask()})
	p.Report.History = p.Report.History[:len(p.Report.History)-1] // the request is not in it
	name, why, seconds := o.plan(pass)
	p.Report.Done = evidence.Done{Method: name, Why: why, Seconds: seconds, Estimated: true, Parameters: len(o.model.Theta), ResidualTrained: &p.Left, Convex: o.model.convex() == nil,
		L2: o.model.Training.L2, Regularized: o.regularized()}
	p.Report.Done.Notes = []string{fmt.Sprintf("The request changes the gradient by a vector of norm %.3g. Training left a gradient of norm %.3g.", p.Gradient, p.Left)}
	if hint := o.dear(seconds); hint != "" {
		p.Report.Done.Notes = append(p.Report.Done.Notes, hint)
	}
	p.Report.NotShown = o.limits()
	p.Warnings = o.warnings()
	return p, nil
}

// pass measures the seconds of a gradient over the corrected data.
func (o *order) pass(ctx context.Context) (float64, error) {
	began := time.Now()
	_, err := o.problem.With(o.applied.Data).Residual(ctx, o.model.Theta)
	return time.Since(began).Seconds(), err
}

const whyCertified = "the model is certified, and certified updates are made by Newton's method and noise"

// plan says which method would be taken, why, and about how many seconds it takes where a pass over
// the data takes so many. A Hessian product counts as two passes.
func (o *order) plan(pass float64) (name, why string, seconds float64) {
	const (
		newtonPasses = 60 // three steps of ten products
		secondPasses = 80 // one step of forty products
		// A network's Gauss-Newton product costs more than two passes, and a solve takes hundreds:
		// 700 passes were measured on a table of 60,000 rows with mlp:64,64 and L2 1.
		networkPasses = 500
	)
	epochs := float64(orElse(o.o.Epochs, orElse(o.model.Training.Epochs, 100)))
	convex := o.model.convex() == nil
	switch o.o.Method {
	case "", "auto":
		if o.budget() != nil {
			return certifiedMethod, whyCertified, newtonPasses * pass
		}
		if convex {
			// Steps that a Hessian preconditions which is written out take some gradients and products.
			passes := min(newtonPasses, 15+2*o.model.Objective.HessianProducts(o.applied.Data))
			return "newton", "the model is convex, so Newton's method finds what retraining would give", passes * pass
		}
		return "auto", "the model is not convex: several methods are tried on a held-out part of the training data", (secondPasses/4 + o.model.Training.passes()/2) * pass
	case "newton":
		if o.budget() != nil {
			return certifiedMethod, whyCertified, newtonPasses * pass
		}
		return "newton", "asked for with --method", newtonPasses * pass
	case "second":
		if !convex {
			return "second", "asked for with --method", networkPasses * pass
		}
		return "second", "asked for with --method", secondPasses * pass
	case "fine-tune":
		return "fine-tune", "asked for with --method", 2 * float64(orElse(o.o.Epochs, 1)) * pass
	case "retrain":
		return "retrain", "asked for with --method", 2 * epochs * pass
	}
	return o.o.Method, "asked for with --method", 4 * pass
}

// dear says that training again may be cheaper than an update of so many seconds; "" = it is not, or
// nobody would notice.
func (o *order) dear(seconds float64) string {
	const noticed = 2 // seconds, and times as long
	first := o.model.Records[0]
	if o.o.Method == "retrain" || o.budget() != nil || first.Kind != "train" || seconds < noticed || seconds < noticed*first.Seconds {
		return ""
	}
	return fmt.Sprintf("The update may take much longer than the training, which took %.2g s. --method retrain trains again instead, and gives the retrained model itself.",
		first.Seconds)
}
