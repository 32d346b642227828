package poisoning

import (
	"context"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// stage are the tags of the records of a stage.
func (sub *poisonSubject) stage(name string) records.Tags {
	tags := records.Tags{"budget": sub.budget, "flips": len(sub.rows), "stage": name}
	if sub.part == correctID {
		tags["wrong"] = sub.kind
	}
	return tags
}

// trainRecords trains on the poisoned labels, and measures what the network learned of them.
func (sub *poisonSubject) trainRecords(ctx context.Context) ([]records.Record, error) {
	theta, err := sub.trained(ctx)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, theta)
	if err != nil {
		return nil, err
	}
	effort, err := sub.effort(sub.trainName(), len(sub.labels))
	if err != nil {
		return nil, err
	}
	effort = append(effort, engine.Finding{Metric: engine.Metric{Name: "parameters", Unit: "1", Value: float64(sub.model.Dim())}, Tags: nil},
		engine.Finding{Metric: engine.Metric{Name: "images", Unit: "1", Value: float64(len(sub.labels))}, Tags: nil})
	tags := sub.stage("before")
	return append(sub.records("none", tags, found), sub.records("train", tags, effort)...), nil
}

// cleanRecords trains on the true labels.
func (sub *poisonSubject) cleanRecords(ctx context.Context) ([]records.Record, error) {
	theta, err := sub.cleaned(ctx)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, theta)
	if err != nil {
		return nil, err
	}
	effort, err := sub.effort(sub.cleanName(), len(sub.labels))
	tags := sub.stage("clean")
	return sub.records("retrain", tags, append(effort, found...)), err
}

// effort is what a training on n images took, without the pass that finds its statistics.
func (sub *poisonSubject) effort(name string, n int) ([]engine.Finding, error) {
	return trial.TrainingEffort(sub.session.TrainedPath(name), sub.set.TrainEpochs, n)
}

// unchanged measures the network with its own statistics, re-estimated ones, or both, as the
// settings say.
func unchanged(set *Settings) []poisonUnit {
	return []poisonUnit{{name: "none", run: func(ctx context.Context, c *repair) ([]records.Record, error) {
		t, err := c.target(ctx, false)
		if err != nil {
			return nil, err
		}
		return c.eachWay(ctx, t, "none", unlearn.None{Sample: set.Sample, Seed: c.sampleSeed()})
	}}}
}

// eachWay measures the result of a method without settings.
func (c *repair) eachWay(ctx context.Context, t *target, name string, m unlearn.Method) ([]records.Record, error) {
	var out []records.Record
	for _, way := range ways(c.set) {
		found, err := c.measured(ctx, t, c.with(way, m))
		if err != nil {
			return nil, err
		}
		out = append(out, c.records(name, c.tags().With(records.Tags{"statistics": way}), found)...)
	}
	return out, nil
}
