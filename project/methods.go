package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"lethe/unlearn"
)

// Methods are those of UnlearnOptions.
var Methods = []string{"auto", "newton", "first", "second", "fine-tune", "retrain"}

// method returns the method asked for, and its settings in words.
func (o *order) method() (unlearn.Method, []Setting, error) {
	setting := func(name string, value any) Setting { return Setting{name, fmt.Sprint(value)} }
	notConvex := o.model.convex()
	switch name := o.o.Method; name {
	case "", "auto":
		m := unlearn.Auto{MaxLoss: o.maxLoss() / 100, Seed: o.o.Seed}
		settings := []Setting{setting("asked for", "auto"), setting("largest loss of accuracy", fmt.Sprintf("%g points", o.maxLoss()))}
		if notConvex != nil {
			m.Continue, m.Passes = o.once(), o.model.Training.passes()/2
			settings = append(settings, setting("budget of the trials", fmt.Sprintf("%g gradients over the training data", m.Passes)))
		}
		return m, settings, nil
	case "newton":
		if notConvex != nil {
			return nil, nil, usage("Newton's method retrains convex models only, and %v: choose auto or second", notConvex)
		}
		return unlearn.Retrain{Trainer: unlearn.Newton{Callback: o.steps}}, []Setting{setting("until", "the gradient norm is 1e-6")}, nil
	case "first":
		if o.o.Rate > 0 {
			return unlearn.FirstOrder{Tau: o.o.Rate}, []Setting{setting("step", o.o.Rate)}, nil
		}
		return unlearn.FirstOrder{Search: o.lineSearch}, []Setting{setting("step", "the minimum along the line, by one Hessian product")}, nil
	case "second":
		m := unlearn.SecondOrder{Ridge: o.o.Ridge}
		curvature := "Hessian"
		if notConvex != nil {
			m.Curvature, curvature = unlearn.GaussNewton, "Gauss-Newton"
		}
		return o.restated(m), []Setting{setting("curvature", curvature), setting("ridge", o.o.Ridge), setting("solver", "conjugate gradients")}, nil
	case "fine-tune":
		m := unlearn.FineTune{Rate: orElse(o.o.Rate, orElse(o.model.Training.Rate, 1e-3)), Epochs: orElse(o.o.Epochs, 1), Batch: o.model.Training.Batch, Seed: o.o.Seed, Share: true}
		return o.restated(m), []Setting{setting("rate", m.Rate), setting("epochs", m.Epochs)}, nil
	case "retrain":
		m, err := o.retrain()
		return m, []Setting{setting("trainer", o.model.Training.Trainer)}, err
	default:
		return nil, nil, usage("there is no method %q: choose %s", name, strings.Join(Methods, ", "))
	}
}

// once is a pass of the trainer that made the model, at the rate with which its schedule begins.
func (o *order) once() unlearn.Trainer {
	t := o.model.Training
	if t.Schedule == unlearn.OneCycle.String() {
		t.Rate *= unlearn.OneCycle.Factor(1, 1000)
		t.Schedule = ""
	}
	t.Epochs, t.Seed = 1, o.o.Seed
	return t.trainer(o.model.Objective, unlearn.Checkpoint{}, o.progress)
}

// passes is about how many gradients over the data the training took. Of trainers without epochs
// the history does not say it.
func (t Training) passes() float64 { return float64(orElse(t.Epochs, 100)) }

// checkMethod finds what is wrong with the settings of the method before anything is read.
func (o *UnlearnOptions) checkMethod() error {
	name := orElse(o.Method, "auto")
	if !slices.Contains(Methods, name) {
		return usage("there is no method %q: choose %s", name, strings.Join(Methods, ", "))
	}
	for _, x := range []struct {
		flag  string
		given bool
		of    []string
	}{
		{"--rate", o.Rate != 0, []string{"first", "fine-tune"}},
		{"--ridge", o.Ridge != 0, []string{"second"}},
		{"--epochs", o.Epochs != 0, []string{"fine-tune", "retrain"}},
	} {
		if x.given && !slices.Contains(x.of, name) {
			return usage("%s is for --method %s, not for %s", x.flag, strings.Join(x.of, " and "), name)
		}
	}
	return nil
}

// restated estimates running statistics again behind a method, where the model has them.
func (o *order) restated(m unlearn.Method) unlearn.Method {
	if o.model.Objective.Statistics() {
		return unlearn.ReestimateStatistics{Method: m, Seed: o.o.Seed}
	}
	return m
}

// retrain trains the model from the start, as it was trained.
func (o *order) retrain() (unlearn.Method, error) {
	t := o.model.Training
	trainer := t
	if o.o.Epochs > 0 {
		trainer.Epochs = o.o.Epochs
	}
	by := trainer.trainer(o.model.Objective, unlearn.Checkpoint{}, o.progress)
	if by == nil {
		return nil, usage("the model was trained elsewhere, so it cannot be trained again here: choose auto, second or fine-tune")
	}
	return unlearn.Retrain{Trainer: by, Start: o.model.Objective.Init(t.Seed)}, nil
}

// steps tells how far Newton's method is.
func (o *order) steps(x unlearn.Progress) error {
	o.progress.Step(fmt.Sprintf("Newton step %d, gradient norm %.2g", x.Iteration, x.GradientNorm), 0, 0)
	return nil
}

// lineSearch returns the length of the step along -g at which the quadratic model of the loss on
// the corrected data is smallest: g'g / g'Hg.
func (o *order) lineSearch(ctx context.Context, theta, g []float64) (float64, error) {
	curvature := unlearn.FullHessian
	if o.model.convex() != nil {
		curvature = unlearn.GaussNewton
	}
	h, err := o.problem.With(o.applied.Data).Hessian(ctx, theta, curvature)
	if err != nil {
		return 0, err
	}
	hg := make([]float64, len(g))
	if err := h.MulVecTo(ctx, hg, g); err != nil {
		return 0, err
	}
	if bend := floats.Dot(g, hg); bend > 0 {
		return floats.Dot(g, g) / bend, nil
	}
	return 0, nil
}
