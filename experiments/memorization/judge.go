package memorization

import (
	"context"
	"math"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
)

// judge says what accuracy parameters lose on some windows against the trained model.
type judge struct {
	data   *datasets.Dataset
	before []bool // which of them the trained model guesses; nil = not asked yet
}

// judges returns the judge of settings and that of what they lead to: on the two halves of the
// held-out text, or on the corrected training text.
func (sub *secretSubject) judges(corrected *datasets.Dataset) (choosing, measured *judge) {
	if sub.choosing == nil {
		all := trial.Sampled(corrected, sub.set.Accuracy, sub.session.Seed, trial.StreamAccuracy, sub.stream())
		return &judge{data: trial.Sampled(corrected, sub.set.TuneSample, sub.session.Seed, trial.StreamTuning, sub.stream())}, &judge{data: all}
	}
	return &judge{data: trial.Sampled(sub.choosing, sub.set.TuneSample, sub.session.Seed, trial.StreamTuning, sub.stream())}, &judge{data: sub.measured}
}

// verdict is what a judge finds.
type verdict struct {
	accuracy, accuracyError float64 // share, and its standard error
	lost, lostError         float64 // points, and their standard error: of the same windows
	loss                    float64 // mean, nat
	windows                 int
}

// verdict judges parameters of the trained subject.
func (j *judge) verdict(ctx context.Context, sub *secretSubject, theta []float64) (verdict, error) {
	if j.before == nil {
		before, _, err := guesses(ctx, sub.model, sub.theta, j.data)
		if err != nil {
			return verdict{}, err
		}
		j.before = before
	}
	right, loss, err := guesses(ctx, sub.model, theta, j.data)
	if err != nil {
		return verdict{}, err
	}
	v := compared(j.before, right)
	v.loss = loss
	return v, nil
}

// compared counts what was right before and after. The standard error of an accuracy a is
// sqrt(a(1-a)/n); that of a loss l on the same n windows, of which a share d changed from right to
// wrong or back, is sqrt((d - l^2)/n).
func compared(before, after []bool) verdict {
	n, changed := float64(len(after)), 0.0
	for i := range after {
		if before[i] != after[i] {
			changed++
		}
	}
	a := shareRight(after)
	lost := shareRight(before) - a
	return verdict{
		accuracy: a, accuracyError: math.Sqrt(a * (1 - a) / n), lost: 100 * lost, lostError: 100 * math.Sqrt(max(0, changed/n-lost*lost)/n),
		windows: len(after),
	}
}

// findings are the verdict in records.
func (v verdict) findings() []engine.Finding {
	return []engine.Finding{
		{Metric: engine.Metric{Name: "held-out-accuracy", Unit: "share", Value: v.accuracy}, Tags: records.Tags{"windows": v.windows, "standard-error": v.accuracyError}},
		{Metric: engine.Metric{Name: "held-out-loss", Unit: "nat", Value: v.loss}, Tags: records.Tags{"windows": v.windows}},
		{Metric: engine.Metric{Name: "points-lost", Unit: "points", Value: v.lost}, Tags: records.Tags{"windows": v.windows, "standard-error": v.lostError}},
	}
}
