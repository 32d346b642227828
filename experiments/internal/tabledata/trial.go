package tabledata

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Reference is the retrained model that the others are measured against: warm on networks that are
// not convex, since a cold retraining ends in another minimum.
type Reference struct {
	theta   []float64
	loss    float64   // mean over the test samples
	losses  []float64 // of each test sample
	Classes []float64
	// Accuracy is the share of the test samples whose class is their label.
	Accuracy float64
}

// TrialOf carries out one draw's request with the (first) retraining and the methods of these
// words, and measures each against retraining, from the second time on without doing it again.
func (s *Session) TrialOf(ctx context.Context, set *Settings, size, draw int, words ...string) ([]trial.Outcome, error) {
	rows := slices.DeleteFunc(rowsOf(func(_ *contender, word string) bool { return slices.Contains(words, word) }), func(label string) bool {
		return slices.ContainsFunc(contenders, func(c contender) bool { return c.Label == label && c.stage == reference })
	})
	t, err := s.trialOf(ctx, set, size, draw, rows, false)
	if err != nil {
		return nil, err
	}
	return t.outcomes(rows), nil
}

// trialOf carries out the methods of these rows, unless an earlier trial did. keep asks for the
// reference as well, whose parameters are large.
func (s *Session) trialOf(ctx context.Context, set *Settings, size, draw int, rows []string, keep bool) (*measuredDraw, error) {
	key := fmt.Sprint(trialKey(set), size, draw)
	for _, t := range s.trials[key] {
		if t.covers(rows) && (t.kept || !keep) {
			return t, nil
		}
	}
	sub, err := s.Subject(ctx, set)
	if err != nil {
		return nil, err
	}
	st, err := s.Tuned(ctx, set, size)
	if err != nil {
		return nil, err
	}
	methods, err := s.contenders(ctx, sub, set, st, rows)
	if err != nil {
		return nil, err
	}
	r, err := s.Request(ctx, set, size, draw)
	if err != nil {
		return nil, err
	}
	t := &measuredDraw{rows: rows, kept: keep}
	var ref *Reference
	for i, m := range methods {
		o, u, err := sub.Apply(ctx, m.Contender, r)
		if err != nil {
			return nil, err
		}
		if u != nil {
			r, err := sub.Measure(ctx, &o, u, ref)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				ref = r
			}
		}
		if m.Name() == "none" {
			o.Metrics = append(o.Metrics, engine.Metric{Name: "trained-residual", Unit: "1", Value: sub.Trained}, engine.Metric{Name: "test-samples", Unit: "samples", Value: float64(sub.Test.Len())})
		}
		t.measured = append(t.measured, rowOutcome{m.row, o})
	}
	if keep {
		t.ref = ref
	}
	s.trials[key] = append(s.trials[key], t)
	return t, nil
}

// measuredDraw holds the outcomes of a draw's methods.
type measuredDraw struct {
	rows     []string // that were asked for; some have no method on this model
	measured []rowOutcome
	kept     bool       // whether the reference was kept
	ref      *Reference // that the outcomes were measured against; nil if it failed
}

// rowOutcome is the outcome of a row's method.
type rowOutcome struct {
	row string
	trial.Outcome
}

// covers reports whether these rows are among those of the trial.
func (t *measuredDraw) covers(rows []string) bool {
	return !slices.ContainsFunc(rows, func(r string) bool { return !slices.Contains(t.rows, r) })
}

// outcomes returns those of the rows, in the order in which they were carried out.
func (t *measuredDraw) outcomes(rows []string) []trial.Outcome {
	var out []trial.Outcome
	for _, m := range t.measured {
		if slices.Contains(rows, m.row) {
			out = append(out, m.Outcome)
		}
	}
	return out
}

// Measure adds the quality of the update to the outcome, with its distances to the reference where
// there is one, and returns it as a reference for others; nil if it is not finite. A retraining
// that becomes the reference is measured against itself.
func (s *Fitted) Measure(ctx context.Context, o *trial.Outcome, u *unlearn.Update, ref *Reference) (*Reference, error) {
	if u.Predict != nil {
		return nil, s.measureVote(ctx, o, u, ref)
	}
	test := s.Test
	if u.Transform != nil {
		test = u.Transform(test)
	}
	p := s.Problem.With(u.Data)
	if u.Tilt != nil {
		p.Tilt = u.Tilt
	}
	if !trial.AllFinite(u.Theta) {
		o.Failed, o.Metrics = trial.ErrNotFinite, nil
		return nil, nil
	}
	residual, err := p.Residual(ctx, u.Theta)
	if err != nil {
		return nil, err
	}
	own := &Reference{theta: u.Theta, losses: make([]float64, test.Len())}
	if err := s.Model.SampleLosses(ctx, own.losses, u.Theta, test); err != nil {
		return nil, err
	}
	own.loss = stat.Mean(own.losses, nil)
	if !trial.Finite(residual) || !trial.Finite(own.loss) {
		o.Failed, o.Metrics = trial.ErrNotFinite, nil
		return nil, nil
	}
	if own.Classes, err = s.Model.Classes(ctx, u.Theta, test); err != nil {
		return nil, err
	}
	accuracy, err := datasets.Accuracy(own.Classes, test)
	if err != nil {
		return nil, err
	}
	own.Accuracy = accuracy
	o.Metrics = append(o.Metrics,
		engine.Metric{Name: "gradient-residual", Unit: "1", Value: residual},
		engine.Metric{Name: "test-accuracy", Unit: "share", Value: accuracy},
		engine.Metric{Name: "test-loss", Unit: "nat", Value: own.loss},
		engine.Metric{Name: "loss-difference", Unit: "nat", Value: own.loss - s.TestLoss})
	if ref == nil && o.Method == "retrain" {
		ref = own
	}
	if ref != nil {
		o.Metrics = append(o.Metrics,
			engine.Metric{Name: "loss-distance", Unit: "nat", Value: math.Abs(own.loss - ref.loss)},
			engine.Metric{Name: "sample-loss-distance", Unit: "nat", Value: own.apart(ref)},
			engine.Metric{Name: "agreement", Unit: "share", Value: trial.Same(own.Classes, ref.Classes)},
			engine.Metric{Name: "parameter-distance", Unit: "1", Value: trial.Distance(u.Theta, ref.theta)})
	}
	return own, nil
}

// apart returns the mean over the test samples of |loss here - loss there|: unlike the distance of
// the mean losses it cannot vanish by chance.
func (r *Reference) apart(other *Reference) float64 {
	sum := 0.0
	for i, l := range r.losses {
		sum += math.Abs(l - other.losses[i])
	}
	return sum / float64(len(r.losses))
}

// Records turns outcomes into records of the named metrics. A method that failed gives one record,
// of the metric "failed".
func (s *Session) Records(part string, size records.Tags, draw int, outcomes []trial.Outcome, metrics ...string) []records.Record {
	var out []records.Record
	for _, o := range outcomes {
		tags := size.With(o.Tags)
		if o.Failed != nil {
			out = append(out, s.Record(part, o.Method, engine.Metric{Name: "failed", Unit: "1", Value: 1}, draw, tags.With(records.Tags{"reason": o.Failed.Error()})))
			continue
		}
		for _, name := range metrics {
			for _, m := range o.Metrics {
				if m.Name == name {
					out = append(out, s.Record(part, o.Method, m, draw, tags))
				}
			}
		}
	}
	return out
}
