package poisoning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// fineTuner is a way of fine-tuning: by which rule, down which pass, at which rates.
type fineTuner struct {
	name   string
	rates  func(set *Settings) (tried []float64, more bool) // those tried first, and whether others may follow
	method func(c *repair, rate float64, epochs int) unlearn.Method
}

// plainFineTuner is the authors' rule: plain SGD down the evaluation pass.
var plainFineTuner = fineTuner{
	name:  "fine-tune",
	rates: func(set *Settings) ([]float64, bool) { return tune.Grid(set.TauFT, set.RateGrid), set.TauFT.Tuned },
	method: func(c *repair, rate float64, epochs int) unlearn.Method {
		return unlearn.FineTune{Rate: rate, Batch: c.set.Batch, Epochs: epochs, Share: true, Sample: c.set.Sample, Seed: c.sampleSeed()}
	},
}

// trainerFineTuner continues as the network was trained: by Adam, down the training pass. Training
// on from the old parameters is warm retraining that ends early.
var trainerFineTuner = fineTuner{
	name:  "fine-tune-adam",
	rates: func(set *Settings) ([]float64, bool) { return set.AdamRates, true },
	method: func(c *repair, rate float64, epochs int) unlearn.Method {
		return unlearn.Retrain{Trainer: unlearn.Adam{Rate: rate, AMSGrad: c.set.AMSGrad, Batch: c.set.TrainBatch, Epochs: epochs, Seed: c.sampleSeed()},
			Sample: c.set.Sample, Seed: c.sampleSeed()}
	},
}

// momentum is that of fine-tuning by SGD, the usual one.
const momentum = 0.9

// momentumFineTuner goes down the training pass too, by SGD with momentum.
var momentumFineTuner = fineTuner{
	name:  "fine-tune-momentum",
	rates: func(set *Settings) ([]float64, bool) { return set.MomentumRates, true },
	method: func(c *repair, rate float64, epochs int) unlearn.Method {
		return unlearn.Retrain{Trainer: unlearn.SGD{Rate: rate, Momentum: momentum, Batch: c.set.TrainBatch, Epochs: epochs, Seed: c.sampleSeed()},
			Sample: c.set.Sample, Seed: c.sampleSeed()}
	},
}

// units lists the work of fine-tuning: for each number of passes one for each rate of the grid,
// whose parameters are kept, and one that takes the best by validation accuracy, beyond an end of
// the grid if the best is at that end.
func (f fineTuner) units(set *Settings) []poisonUnit {
	var units []poisonUnit
	rates, _ := f.rates(set)
	for _, epochs := range set.FineEpochs {
		for _, rate := range rates {
			units = append(units, poisonUnit{name: f.title(epochs) + " rate=" + numbers.Former(rate), run: func(ctx context.Context, c *repair) ([]records.Record, error) {
				return c.fineTuneTries(ctx, f, rate, epochs)
			}})
		}
		units = append(units, poisonUnit{name: f.title(epochs), run: func(ctx context.Context, c *repair) ([]records.Record, error) {
			return c.fineTuneRecords(ctx, f, epochs)
		}})
	}
	return units
}

// title is the method's name in records: "fine-tune-adam-2" for two passes.
func (f fineTuner) title(epochs int) string { return fmt.Sprintf("%s-%d", f.name, epochs) }

// fineTuned returns the result of fine-tuning and the seconds that it took, from the run's folder
// if it holds them.
func (c *repair) fineTuned(ctx context.Context, t *target, f fineTuner, rate float64, epochs int) (theta []float64, seconds float64, err error) {
	path := c.session.TrainedPath(fmt.Sprintf("%s-%s-%d-%s", f.name, c.name(), epochs, numbers.Former(rate)))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		if theta, _, err = c.model.Load(path); err == nil {
			seconds, err = trial.ReadSeconds(path)
		}
		return theta, seconds, err
	}
	began := time.Now()
	u, err := f.method(c, rate, epochs).Unlearn(ctx, t.problem, t.theta, c.request)
	seconds = time.Since(began).Seconds()
	if err != nil {
		return nil, seconds, err
	}
	seconds -= u.Check.Seconds // the check is taken when the result is measured
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, seconds, fmt.Errorf("experiments: %w", err)
	}
	clock := trial.TrainingClock{Path: trial.SecondsPath(path), Before: seconds, Began: time.Now()}
	if err := clock.Keep(); err != nil { // before the parameters, so that these never come without
		return nil, seconds, err
	}
	return u.Theta, seconds, c.model.Save(path, u.Theta, c.metadata(c.applied.Data))
}

// fineTuneTries fine-tunes at one rate, and scores the result in each way of statistics.
func (c *repair) fineTuneTries(ctx context.Context, f fineTuner, rate float64, epochs int) ([]records.Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	theta, seconds, failed := c.fineTuned(ctx, t, f, rate, epochs)
	if failed != nil && !trial.MethodFailed(failed) {
		return nil, failed
	}
	var out []records.Record
	for _, way := range ways(c.set) {
		tags := records.Tags{"tau-ft": rate, "epochs": epochs}
		score, began := math.NaN(), time.Now()
		reason := "the parameters are not finite"
		if failed != nil {
			reason = failed.Error()
		} else if score, err = t.settledScore(ctx, way, theta); err != nil {
			return nil, err
		}
		found := []engine.Finding{{Metric: engine.Metric{Name: "try-seconds", Unit: "s", Value: seconds + time.Since(began).Seconds()}, Tags: tags}}
		switch {
		case trial.Finite(score):
			found = append(found, engine.Finding{Metric: engine.Metric{Name: "try", Unit: "points", Value: score}, Tags: tags})
		default:
			found = append(found, engine.Finding{Metric: engine.Metric{Name: "try-failed", Unit: "1", Value: 1}, Tags: tags.With(records.Tags{"reason": reason})})
		}
		out = append(out, c.records(f.title(epochs), c.tags().With(records.Tags{"statistics": way}), found)...)
	}
	return out, nil
}

// fineTunes are the records of a metric of the tries in a way of statistics.
func (c *repair) fineTunes(recs []records.Record, name, metric, way string) []records.Record {
	return records.Matching(recs, c.part, name, metric, c.draw, c.tags().With(records.Tags{"statistics": way}))
}

// beyond tries rates beyond an end of the grid that is better than all others in one of the ways of
// statistics, up to three decades of them, and returns the tries.
func (c *repair) beyond(ctx context.Context, f fineTuner, epochs int) ([]records.Record, error) {
	var more []records.Record
	name := f.title(epochs)
	rates, open := f.rates(c.set)
	if !open {
		return nil, nil
	}
	for _, way := range ways(c.set) {
		_, err := tune.Decades(rates, smallestOf(func(rate float64) (float64, error) {
			at := func(r records.Record) bool { return r.Number("tau-ft") == rate }
			known := slices.Concat(c.session.Before, more)
			if i := slices.IndexFunc(c.fineTunes(known, name, "try-seconds", way), at); i < 0 {
				tries, err := c.fineTuneTries(ctx, f, rate, epochs)
				if err != nil {
					return math.NaN(), err
				}
				more = append(more, tries...)
				known = slices.Concat(known, tries)
			}
			tries := c.fineTunes(known, name, "try", way)
			if i := slices.IndexFunc(tries, at); i >= 0 {
				return tries[i].Value, nil
			}
			return math.NaN(), nil
		}))
		if err != nil {
			return more, err
		}
	}
	return more, nil
}

// fineTuneRecords measure the best of the rates. Choosing it took the seconds of all tries but for
// those of the training that is taken.
func (c *repair) fineTuneRecords(ctx context.Context, f fineTuner, epochs int) ([]records.Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	name := f.title(epochs)
	out, err := c.beyond(ctx, f, epochs)
	if err != nil {
		return nil, err
	}
	known := slices.Concat(c.session.Before, out)
	for _, way := range ways(c.set) {
		choosing := 0.0
		for _, r := range c.fineTunes(known, name, "try-seconds", way) {
			choosing += r.Value
		}
		tags := c.tags().With(records.Tags{"statistics": way})
		tries := c.fineTunes(known, name, "try", way)
		if len(tries) == 0 {
			out = append(out, c.records(name, tags, []engine.Finding{engine.Failure("every rate that was tried failed")})...)
			continue
		}
		rate := slices.MaxFunc(tries, func(a, b records.Record) int { return cmp.Compare(a.Value, b.Value) }).Number("tau-ft")
		theta, seconds, err := c.fineTuned(ctx, t, f, rate, epochs)
		if err != nil {
			return nil, err
		}
		effort := []engine.Finding{{Metric: engine.Metric{Name: "seconds", Unit: "s", Value: seconds}, Tags: nil},
			{Metric: engine.Metric{Name: "gradients", Unit: "sample gradients", Value: float64(epochs * c.applied.Data.Len())}, Tags: nil}, {Metric: engine.Metric{Name: "taken", Unit: "1", Value: rate}, Tags: records.Tags{"tau-ft": rate}},
			{Metric: engine.Metric{Name: "tuning-seconds", Unit: "s", Value: choosing - seconds}, Tags: nil}}
		records, err := c.trainedRecords(ctx, name, theta, effort, way)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}
