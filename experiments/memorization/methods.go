package memorization

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// memoryMethod is a method of memorization.
type memoryMethod struct {
	name  string
	mark  int    // in figures
	after string // the method whose choice it takes; "" = none
	// choose finds its settings. Retraining has none: it is what the others are compared with.
	choose func(*secretSubject, context.Context, *correction) (*choice, error)
	second bool // it is of second order
}

// ofSecondOrder reports whether the method that records name is of second order.
func ofSecondOrder(method string) bool {
	return slices.ContainsFunc(listed(), func(m memoryMethod) bool { return m.name == method && m.second })
}

// listed are the methods in the order of tables, figures and their legends. A new one is a line
// here.
func listed() []memoryMethod {
	return []memoryMethod{
		{"none", 3, "", (*secretSubject).none, false},
		{"fine-tune", 4, "", (*secretSubject).fineTune, false},
		{"fine-tune-adam", 8, "", (*secretSubject).fineTuneAdam, false},
		{"fine-tune-exposure", 9, "", (*secretSubject).fineTuneExposure, false},
		{"first-order", 0, "", (*secretSubject).firstOrder, false},
		{"first-order-matched", 5, "second-order", (*secretSubject).firstOrderMatched, false},
		{"second-order", 1, "", (*secretSubject).secondOrder, true},
		{"second-order-repeated", 6, "second-order", (*secretSubject).secondOrderRepeated, true},
		{"second-order-exposure", 11, "", (*secretSubject).secondOrderExposure, true},
		{"second-order-lissa", 7, "", (*secretSubject).secondOrderLissa, true},
		{"second-order-published", 10, "", (*secretSubject).secondOrderPublished, true},
		{"second-order-soft", 12, "", (*secretSubject).secondOrderSoft, true},
		{"distill", 13, "", (*secretSubject).distill, false},
		{"distill-lead", 14, "", (*secretSubject).distillLead, false},
		{"retrain", 2, "", nil, false},
	}
}

// memoryMethods returns the methods in the order in which they are carried out: retraining first,
// and what takes another's choice after that.
func memoryMethods() []memoryMethod {
	var out, waiting []memoryMethod
	add := func(m memoryMethod) {
		out = append(out, m)
		for _, w := range waiting {
			if w.after == m.name {
				out = append(out, w)
			}
		}
	}
	all := listed()
	for _, m := range all {
		if m.choose == nil {
			add(m)
		}
	}
	for _, m := range all {
		done := func(x memoryMethod) bool { return x.name == m.after }
		switch {
		case m.choose == nil:
		case m.after != "" && !slices.ContainsFunc(out, done):
			waiting = append(waiting, m)
		default:
			add(m)
		}
	}
	return out
}

// memoryMethodNames are the names that may be chosen from.
func memoryMethodNames() []string {
	var names []string
	for _, m := range listed() {
		if m.choose != nil {
			names = append(names, m.name)
		}
	}
	return names
}

// rows are the rows of tables and the lines of figures, in their order.
func rows() []engine.Row {
	var rows []engine.Row
	for _, m := range listed() {
		rows = append(rows, engine.Row{Label: rowLabel(m.name), Mark: m.mark})
	}
	return rows
}

// wanted reports whether the settings ask for the method; retraining is always needed.
func (m memoryMethod) wanted(set *Settings) bool {
	return m.choose == nil || slices.Contains(set.Methods, "all") || slices.Contains(set.Methods, m.name)
}

func (sub *secretSubject) none(context.Context, *correction) (*choice, error) {
	return &choice{method: unlearn.None{Sample: sub.set.Sample, Seed: sub.sampleSeed()}}, nil
}

// sampleSeed is that of the windows which stand for all in curvature and gradient residuals: the
// same for all methods, so that residuals can be compared.
func (sub *secretSubject) sampleSeed() uint64 {
	return trial.Random(sub.session.Seed, trial.StreamCurvature, sub.stream()).Uint64()
}

// difference returns G at theta.
func (sub *secretSubject) difference(ctx context.Context, c *correction, theta []float64) ([]float64, error) {
	g := make([]float64, len(theta))
	return g, sub.problem.Difference(ctx, g, theta, c.applied)
}

// firstOrder tries a grid of tau, further values where the best is an end of it, and a finer grid
// around the best.
func (sub *secretSubject) firstOrder(ctx context.Context, c *correction) (*choice, error) {
	g, err := sub.difference(ctx, c, sub.theta)
	if err != nil {
		return nil, err
	}
	ch := &choice{}
	try := func(tau float64) (float64, error) {
		t, err := sub.try(ctx, c, trial.Along(sub.theta, g, tau), records.Tags{"tau": tau})
		ch.tries = append(ch.tries, t)
		return sub.nearest().number(&t), err
	}
	if !sub.set.Tau.Tuned {
		if _, err := try(sub.set.Tau.Value); err != nil {
			return nil, err
		}
	} else {
		found, err := tune.Decades(sub.set.TauGrid, try)
		if err != nil {
			return nil, err
		}
		if !math.IsNaN(found.Best) {
			for _, tau := range tune.Finer(found.Tried, found.Best, sub.set.TauFine) {
				if _, err := try(tau); err != nil {
					return nil, err
				}
			}
		}
	}
	if ch.take(sub.nearest()) {
		ch.method = sub.gradientStep(ch.taken.tags["tau"].(float64))
	}
	return ch, nil
}

// gradientStep is first order with that tau.
func (sub *secretSubject) gradientStep(tau float64) unlearn.Method {
	return unlearn.FirstOrder{Tau: tau, Force: true, Sample: sub.set.Sample, Seed: sub.sampleSeed()}
}

// firstOrderMatched looks for the tau at which first order forgets as much as second order did: the
// smallest one that gives the secret the same log2-perplexity. What that costs in accuracy is what
// the two are compared by.
func (sub *secretSubject) firstOrderMatched(ctx context.Context, c *correction) (*choice, error) {
	second, ok := trial.First(sub.recorded(c, "second-order", "log2-perplexity"))
	if !ok {
		return &choice{failed: errors.New("second order, which it has to match, failed or was omitted")}, nil
	}
	g, err := sub.difference(ctx, c, sub.theta)
	if err != nil {
		return nil, err
	}
	tau, err := sub.matchingTau(ctx, g, second.Value)
	var none *noMatchError
	if errors.As(err, &none) {
		return &choice{failed: none}, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := sub.try(ctx, c, trial.Along(sub.theta, g, tau), records.Tags{"tau": tau, "goal": second.Value})
	if err != nil {
		return nil, err
	}
	ch := &choice{method: sub.gradientStep(tau), tries: []try{t}}
	ch.take(sub.nearest())
	return ch, nil
}

// noMatchError says that no tau of first order reaches a perplexity.
type noMatchError struct{ goal, reached float64 }

func (e *noMatchError) Error() string {
	return fmt.Sprintf("no tau of the grid gives the secret a log2-perplexity of %.4g bit, the most is %.4g", e.goal, e.reached)
}

// matchingTau goes up the fine grid to the first tau that reaches the goal, and halves the step
// before it on the logarithmic scale.
func (sub *secretSubject) matchingTau(ctx context.Context, g []float64, goal float64) (float64, error) {
	at := func(tau float64) (float64, error) {
		theta := trial.Along(sub.theta, g, tau)
		if works, err := sub.works(ctx, theta); err != nil || !works {
			return math.Inf(1), err
		}
		bits, err := sub.perplexity(ctx, theta)
		if err != nil && ctx.Err() == nil {
			return math.Inf(1), nil // the model overflowed
		}
		return bits, err
	}
	factor := math.Pow(10, 1/float64(sub.set.TauFine))
	low, high := slices.Min(sub.set.TauGrid)/10, slices.Max(sub.set.TauGrid)*10
	reached := math.Inf(-1)
	for tau := low; tau <= high; tau *= factor {
		bits, err := at(tau)
		if err != nil {
			return 0, err
		}
		reached = max(reached, bits)
		if bits < goal {
			continue
		}
		below, above := tau/factor, tau
		for range 20 {
			middle := math.Sqrt(below * above)
			if bits, err = at(middle); err != nil {
				return 0, err
			}
			if bits < goal {
				below = middle
			} else {
				above = middle
			}
		}
		return above, nil
	}
	return 0, &noMatchError{goal, reached}
}

// secondOrderLissa solves with LiSSA, scale and ridge from the spectrum of the Hessian itself:
// nothing is set by hand.
func (sub *secretSubject) secondOrderLissa(context.Context, *correction) (*choice, error) {
	ch := &choice{trace: &trial.Trace{}}
	solver := unlearn.LiSSA{Tolerance: sub.set.Tolerance, MaxProducts: sub.set.LissaProducts, ChooseRidge: true, Seed: sub.session.Seed, Trace: ch.trace.Add}
	ch.method = sub.secondOrderBy(solver, unlearn.FullHessian)
	return ch, nil
}

// secondOrderPublished is the authors' recursion with the paper's damping and scale on this model,
// for which nobody chose them.
func (sub *secretSubject) secondOrderPublished(_ context.Context, c *correction) (*choice, error) {
	m := unlearn.PublishedSecondOrder{Scale: publishedScale(c), Curvature: unlearn.FullHessian, Sample: sub.set.Sample, Seed: sub.sampleSeed(), Force: true}
	ch := &choice{trace: &trial.Trace{}, tags: records.Tags{"scale": m.Scale}}
	m.Trace = func(iteration int, _, residual float64) {
		if iteration > 0 && trial.Finite(residual) {
			ch.trace.Products, ch.trace.Residual = append(ch.trace.Products, float64(iteration)), append(ch.trace.Residual, residual)
		}
	}
	ch.method = m
	return ch, nil
}

// publishedScale is the paper's for their two replacements (docs/paper.md#unintended-memorization).
func publishedScale(c *correction) float64 {
	if c.name == "text2" {
		return 36000
	}
	return 39000
}

// rowLabel names the row of a method.
func rowLabel(method string) string {
	if method == "second-order-published" {
		return "second-order, " + paperNumbers
	}
	return trial.BeforeLabel(method)
}

// paperNumbers names the settings of second-order-published. They are the paper's, for its own
// model; of this model its authors say nothing.
const paperNumbers = "the paper's damping and scale on this model"
