package poisoning

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
)

// A method is compared with several trainings on the true labels that differ in nothing but their
// seeds. What they measure spreads, and a method whose number lies within that spread cannot be told
// from one more of them.

// bandSeeds are those of the initial parameters and of the order of a training of the band, from 1.
func (sub *poisonSubject) bandSeeds(number int) (start, order uint64) {
	rng := trial.Random(sub.session.Seed, trial.StreamBand, 1000*sub.draw+number)
	return rng.Uint64(), rng.Uint64()
}

// order is the seed of the order of the training's batches.
func (t *storedTraining) order() uint64 {
	if t.band > 0 {
		_, order := t.sub.bandSeeds(t.band)
		return order
	}
	return trial.Random(t.sub.session.Seed, trial.StreamOrder, t.sub.draw).Uint64()
}

// bandTraining is that training, with its initial parameters.
func (sub *poisonSubject) bandTraining(number int) (t *storedTraining, start []float64) {
	seed, _ := sub.bandSeeds(number)
	return &storedTraining{sub: sub, name: bandName(sub.wrongSpec, sub.draw, number), band: number}, sub.model.Init(seed)
}

func bandName(w wrongSpec, draw, number int) string {
	return fmt.Sprintf("band-%s%d-%d", w.images(), draw, number)
}

// bandRecords measure one training of the band. Kinds of wrong labels that leave the images as they
// are share the file of the training.
func (sub *poisonSubject) bandRecords(ctx context.Context, number int) ([]records.Record, error) {
	t, start := sub.bandTraining(number)
	theta, err := sub.fitted(t).Train(ctx, sub.problem.With(sub.truth), start)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, theta)
	if err != nil {
		return nil, err
	}
	return sub.records("retrain", sub.stage("band").With(records.Tags{"init-seed": number}), append(t.effort, found...)), nil
}

// band is where 95 % of further trainings on the true labels lie, judged by those at hand.
type band struct {
	n               int
	mean, low, high float64
}

// bandOf is the prediction interval for one more value of a normal distribution (Hahn and Meeker
// 1991, Statistical Intervals, section 4.2):
//
//	mean ± t(0.975; n-1) s sqrt(1 + 1/n),
//
// with the standard deviation s of the n values. For n = 5 that is 3.04 s.
func bandOf(values []float64) band {
	s := records.SpreadOf(values)
	if s.N < 2 {
		return band{n: s.N, mean: s.Mean, low: math.NaN(), high: math.NaN()}
	}
	n := float64(s.N)
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * s.SD * math.Sqrt(1+1/n)
	return band{s.N, s.Mean, s.Mean - half, s.Mean + half}
}

// The verdicts on a number.
const (
	insideBand = "inside"
	belowBand  = "below"
	aboveBand  = "above"
	voidBand   = "void"    // the training that was held out lies outside too
	noHarm     = "no harm" // the network on the wrong labels lies inside too
)

// verdict says where a value lies; empty where there is no band or no value.
func (b band) verdict(v float64) string {
	switch {
	case math.IsNaN(b.low) || math.IsNaN(v):
		return ""
	case v < b.low:
		return belowBand
	case v > b.high:
		return aboveBand
	}
	return insideBand
}

// bandValues is what the trainings of a draw's band measured.
func bandValues(r *engine.Results, metric string, draw int) []float64 {
	var out []float64
	for _, rec := range r.Part(metric, "method", "retrain", "stage", "band") {
		if rec.Draw == draw {
			out = append(out, rec.Value)
		}
	}
	return out
}
