package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lethe/datasets"
	"lethe/unlearn"
)

// retraining trains again on the labels as far as they are corrected.
func retraining(*Settings) []poisonUnit {
	return []poisonUnit{{name: "retrain", run: func(ctx context.Context, c *repair) ([]Record, error) {
		if len(c.applied.Rows) == len(c.rows) { // all are
			theta, err := c.cleaned(ctx)
			if err != nil {
				return nil, err
			}
			effort, err := c.effort(c.cleanName(), len(c.labels))
			if err != nil {
				return nil, err
			}
			return c.trainedRecords(ctx, "retrain", theta, effort, ways(c.set)...)
		}
		training := &storedTraining{sub: c.poisonSubject, name: "retrain-" + c.name()}
		theta, err := c.fitted(training).Train(ctx, c.problem.With(c.applied.Data), c.start)
		if err != nil {
			return nil, err
		}
		return c.trainedRecords(ctx, "retrain", theta, training.effort, ways(c.set)...)
	}}}
}

// name tells the requests of a run apart in file names.
func (c *repair) name() string {
	return fmt.Sprintf("%d-%d-%s", c.budget, c.draw, formatNumber(c.known))
}

// trainedRecords measure what a training came to that was carried out before, and took that effort.
func (c *repair) trainedRecords(ctx context.Context, name string, theta []float64, effort []finding, ways ...string) ([]Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, way := range ways {
		m := unlearn.Retrain{Trainer: done{theta}, Sample: c.set.Sample, Seed: c.sampleSeed()}
		found, err := c.measured(ctx, t, c.with(way, m), nil)
		if err != nil {
			return nil, err
		}
		out = append(out, c.records(name, c.tags().with(Tags{"statistics": way}), added(found, effort))...)
	}
	return out, nil
}

// added returns the findings with what comes with no tags of its own added to that of the same name.
func added(found, more []finding) []finding {
	out := slices.Clone(found)
next:
	for _, m := range more {
		for i := range out {
			if out[i].name == m.name && len(m.tags) == 0 {
				out[i].value += m.value
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}

// fineTuning are the units of fine-tuning: for each number of passes one for each rate of the grid, whose parameters are kept, and one that
// takes the best by validation accuracy, beyond an end of the grid where that is there.
func fineTuning(set *Settings) []poisonUnit {
	var units []poisonUnit
	for _, epochs := range set.FineEpochs {
		name := fmt.Sprintf("fine-tune-%d", epochs)
		for _, rate := range grid(set.TauFT, set.RateGrid) {
			units = append(units, poisonUnit{name: name + " rate=" + formatNumber(rate), run: func(ctx context.Context, c *repair) ([]Record, error) {
				return c.fineTuneTries(ctx, name, rate, epochs)
			}})
		}
		units = append(units, poisonUnit{name: name, run: func(ctx context.Context, c *repair) ([]Record, error) {
			return c.fineTuneRecords(ctx, name, epochs)
		}})
	}
	return units
}

// fineTuned returns what fine-tuning comes to and the seconds that it took, from the run's folder where it is there.
func (c *repair) fineTuned(ctx context.Context, t *target, rate float64, epochs int) (theta []float64, seconds float64, err error) {
	path := c.session.trainedPath(fmt.Sprintf("fine-tune-%s-%d-%s", c.name(), epochs, formatNumber(rate)))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		if theta, _, err = c.model.Load(path); err == nil {
			seconds, err = readSeconds(path)
		}
		return theta, seconds, err
	}
	began := time.Now()
	m := unlearn.FineTune{Rate: rate, Batch: c.set.Batch, Epochs: epochs, Share: true, Sample: c.set.Sample, Seed: c.sampleSeed()}
	u, err := m.Unlearn(ctx, t.problem, t.theta, c.request)
	seconds = time.Since(began).Seconds()
	if err != nil {
		return nil, seconds, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, seconds, fmt.Errorf("experiments: %w", err)
	}
	clock := trainingClock{path: secondsPath(path), before: seconds, began: time.Now()}
	if err := clock.keep(); err != nil { // before the parameters, so that these never come without
		return nil, seconds, err
	}
	return u.Theta, seconds, c.model.Save(path, u.Theta, c.metadata(c.applied.Data))
}

// fineTuneTries fine-tunes at one rate.
func (c *repair) fineTuneTries(ctx context.Context, name string, rate float64, epochs int) ([]Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	theta, seconds, err := c.fineTuned(ctx, t, rate, epochs)
	if err != nil && !methodFailed(err) {
		return nil, err
	}
	var out []Record
	for _, way := range ways(c.set) {
		tags := Tags{"tau-ft": rate, "epochs": epochs}
		found := []finding{{metric{"tuning-seconds", "s", seconds}, tags}}
		score := math.NaN()
		if err == nil {
			if score, err = t.settledScore(ctx, way, theta); err != nil {
				return nil, err
			}
		}
		switch {
		case finite(score):
			found = append(found, finding{metric{"try", "points", score}, tags})
		default:
			found = append(found, finding{metric{"try-failed", "1", 1}, tags.with(Tags{"reason": "the parameters are not finite"})})
		}
		out = append(out, c.records(name, c.tags().with(Tags{"statistics": way}), found)...)
	}
	return out, nil
}

// bestRate returns the rate that leads to the highest validation accuracy in a way of statistics, with the records of rates that were tried
// beyond the end of the grid, for both ways; NaN if all failed.
func (c *repair) bestRate(ctx context.Context, name, way string, epochs int, done []Record) (best float64, more []Record, err error) {
	tags := c.tags().with(Tags{"statistics": way})
	look := func(rate float64) (float64, bool) {
		for _, r := range slices.Concat(done, more) {
			if r.Experiment != c.part || r.Method != name || r.Draw != c.draw || !has(r, tags) || r.Number("tau-ft") != rate {
				continue
			}
			switch r.Metric {
			case "try":
				return r.Value, true
			case "try-failed":
				return math.NaN(), true
			}
		}
		return math.NaN(), false
	}
	try := func(rate float64) (float64, error) {
		score, ok := look(rate)
		if ok {
			return score, nil
		}
		records, err := c.fineTuneTries(ctx, name, rate, epochs)
		more = append(more, records...)
		score, _ = look(rate)
		return score, err
	}
	if !c.set.TauFT.Tuned {
		score, err := try(c.set.TauFT.Value)
		if math.IsNaN(score) {
			return score, more, err
		}
		return c.set.TauFT.Value, more, err
	}
	_, best, err = decades(c.set.RateGrid, try)
	return best, more, err
}

// fineTuneRecords measure the best of the rates.
func (c *repair) fineTuneRecords(ctx context.Context, name string, epochs int) ([]Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, way := range ways(c.set) {
		tags := c.tags().with(Tags{"statistics": way})
		rate, more, err := c.bestRate(ctx, name, way, epochs, slices.Concat(c.session.before, out))
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
		if math.IsNaN(rate) {
			out = append(out, c.records(name, tags, []finding{c.failure("every rate that was tried failed")})...)
			continue
		}
		theta, seconds, err := c.fineTuned(ctx, t, rate, epochs)
		if err != nil {
			return nil, err
		}
		effort := []finding{{metric{"seconds", "s", seconds}, nil},
			{metric{"gradients", "sample gradients", float64(epochs * c.applied.Data.Len())}, nil}, {metric{"taken", "1", rate}, Tags{"tau-ft": rate}}}
		records, err := c.trainedRecords(ctx, name, theta, effort, way)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}

// has reports whether a record has all of the tags.
func has(r Record, tags Tags) bool {
	for key, v := range tags {
		if r.Settings[key] != v {
			return false
		}
	}
	return true
}

// sharding are the units of SISA, one for each number of shards.
func sharding(set *Settings) []poisonUnit {
	var units []poisonUnit
	for _, shards := range set.Shards {
		name := fmt.Sprintf("sisa-%d", shards)
		units = append(units, poisonUnit{name: name, run: func(ctx context.Context, c *repair) ([]Record, error) {
			return c.sisaRecords(ctx, name, shards)
		}})
	}
	return units
}

// sisaRecords train the shards on the poisoned labels, those that the request touches again on the corrected ones, and measure their vote.
func (c *repair) sisaRecords(ctx context.Context, name string, shards int) ([]Record, error) {
	training := &storedTraining{sub: c.poisonSubject, name: fmt.Sprintf("sisa-%d-%d-%d", c.budget, c.draw, shards), many: true}
	m := unlearn.SISA{Shards: shards, Trainer: c.fitted(training), Start: c.start, Seed: random(c.session.Seed, streamSharding, c.draw).Uint64()}
	models, err := m.Train(ctx, c.problem)
	if err != nil {
		return nil, err
	}
	training.effort = nil // from here on it is the request's
	_, u, err := models.Forget(ctx, c.request)
	if err != nil {
		return nil, err
	}
	flipped := c.problem.Train.Subset(c.rows)
	found, err := c.answers(func(d *datasets.Dataset) ([]float64, error) { return u.Predict(ctx, d) }, flipped)
	return c.records(name, c.tags().with(Tags{"statistics": kept, "note": u.Notes[0]}), append(training.effort, found...)), err
}
