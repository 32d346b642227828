package poisoning

import (
	"context"
	"fmt"
	"slices"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// retraining trains again on the labels as far as they are corrected.
func retraining(*Settings) []poisonUnit {
	return []poisonUnit{{name: "retrain", run: func(ctx context.Context, c *repair) ([]records.Record, error) {
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
	return fmt.Sprintf("%s-%d-%s", c.wrongSpec.name(), c.draw, numbers.Former(c.known))
}

// trainedRecords returns the records of the result of a finished training, with its effort.
func (c *repair) trainedRecords(ctx context.Context, name string, theta []float64, effort []engine.Finding, ways ...string) ([]records.Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	var out []records.Record
	for _, way := range ways {
		m := unlearn.Retrain{Trainer: trial.Done{Theta: theta}, Sample: c.set.Sample, Seed: c.sampleSeed()}
		found, err := c.measured(ctx, t, c.with(way, m))
		if err != nil {
			return nil, err
		}
		out = append(out, c.records(name, c.tags().With(records.Tags{"statistics": way}), added(found, effort))...)
	}
	return out, nil
}

// added returns the findings with what comes with no tags of its own added to that of the same
// name.
func added(found, more []engine.Finding) []engine.Finding {
	out := slices.Clone(found)
next:
	for _, m := range more {
		for i := range out {
			if out[i].Name == m.Name && len(m.Tags) == 0 {
				out[i].Value += m.Value
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}

// sharding are the units of SISA, one for each number of shards.
func sharding(set *Settings) []poisonUnit {
	var units []poisonUnit
	for _, shards := range set.Shards {
		name := fmt.Sprintf("sisa-%d", shards)
		units = append(units, poisonUnit{name: name, run: func(ctx context.Context, c *repair) ([]records.Record, error) {
			return c.sisaRecords(ctx, name, shards)
		}})
	}
	return units
}

// sisaRecords train the shards on the poisoned labels, those that the request touches again on the
// corrected ones, and measure their vote.
func (c *repair) sisaRecords(ctx context.Context, name string, shards int) ([]records.Record, error) {
	training := &storedTraining{sub: c.poisonSubject, name: fmt.Sprintf("sisa-%s-%d-%d", c.wrongSpec.name(), c.draw, shards), many: true}
	m := unlearn.SISA{Shards: shards, Trainer: c.fitted(training), Start: c.start, Seed: trial.Random(c.session.Seed, trial.StreamSharding, c.draw).Uint64()}
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
	return c.records(name, c.tags().With(records.Tags{"statistics": kept}), append(training.effort, found...)), err
}
