package experiments

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
		found, err := c.measured(ctx, t, c.with(way, m))
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
	seconds -= u.Check.Seconds // the check is taken when the result is measured
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, seconds, fmt.Errorf("experiments: %w", err)
	}
	clock := trainingClock{path: secondsPath(path), before: seconds, began: time.Now()}
	if err := clock.keep(); err != nil { // before the parameters, so that these never come without
		return nil, seconds, err
	}
	return u.Theta, seconds, c.model.Save(path, u.Theta, c.metadata(c.applied.Data))
}

// fineTuneTries fine-tunes at one rate, and scores the result in each way of statistics.
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
		score, began := math.NaN(), time.Now()
		if err == nil {
			if score, err = t.settledScore(ctx, way, theta); err != nil {
				return nil, err
			}
		}
		found := []finding{{metric{"try-seconds", "s", seconds + time.Since(began).Seconds()}, tags}}
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

// fineTunes are the records of a metric of the tries in a way of statistics.
func (c *repair) fineTunes(records []Record, name, metric, way string) []Record {
	return matching(records, c.part, name, metric, c.draw, c.tags().with(Tags{"statistics": way}))
}

// beyond tries rates beyond an end of the grid that is better than all others in one of the ways of statistics, up to three decades of them, and
// returns the tries.
func (c *repair) beyond(ctx context.Context, name string, epochs int) ([]Record, error) {
	var more []Record
	if !c.set.TauFT.Tuned {
		return nil, nil
	}
	for _, way := range ways(c.set) {
		_, _, err := decades(c.set.RateGrid, func(rate float64) (float64, error) {
			at := func(r Record) bool { return r.Number("tau-ft") == rate }
			known := slices.Concat(c.session.before, more)
			if i := slices.IndexFunc(c.fineTunes(known, name, "try-seconds", way), at); i < 0 {
				tries, err := c.fineTuneTries(ctx, name, rate, epochs)
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
		})
		if err != nil {
			return more, err
		}
	}
	return more, nil
}

// fineTuneRecords measure the best of the rates. Choosing it took the seconds of all tries but for those of the training that is taken.
func (c *repair) fineTuneRecords(ctx context.Context, name string, epochs int) ([]Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	out, err := c.beyond(ctx, name, epochs)
	if err != nil {
		return nil, err
	}
	known := slices.Concat(c.session.before, out)
	for _, way := range ways(c.set) {
		choosing := 0.0
		for _, r := range c.fineTunes(known, name, "try-seconds", way) {
			choosing += r.Value
		}
		tags := c.tags().with(Tags{"statistics": way})
		tries := c.fineTunes(known, name, "try", way)
		if len(tries) == 0 {
			out = append(out, c.records(name, tags, []finding{failure("every rate that was tried failed")})...)
			continue
		}
		rate := slices.MaxFunc(tries, func(a, b Record) int { return cmp.Compare(a.Value, b.Value) }).Number("tau-ft")
		theta, seconds, err := c.fineTuned(ctx, t, rate, epochs)
		if err != nil {
			return nil, err
		}
		effort := []finding{{metric{"seconds", "s", seconds}, nil},
			{metric{"gradients", "sample gradients", float64(epochs * c.applied.Data.Len())}, nil}, {metric{"taken", "1", rate}, Tags{"tau-ft": rate}},
			{metric{"tuning-seconds", "s", choosing - seconds}, nil}}
		records, err := c.trainedRecords(ctx, name, theta, effort, way)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
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
