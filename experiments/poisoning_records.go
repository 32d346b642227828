package experiments

import (
	"context"

	"lethe/unlearn"
)

// trainRecords trains on the poisoned labels, and measures what the network learned of them.
func (sub *poisonSubject) trainRecords(ctx context.Context) ([]Record, error) {
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
	effort = append(effort, finding{metric{"parameters", "1", float64(sub.model.Dim())}, nil},
		finding{metric{"images", "1", float64(len(sub.labels))}, nil})
	tags := Tags{"budget": sub.budget, "flips": len(sub.rows), "stage": "before"}
	return append(sub.records("none", tags, found), sub.records("train", tags, effort)...), nil
}

// cleanRecords trains on the true labels.
func (sub *poisonSubject) cleanRecords(ctx context.Context) ([]Record, error) {
	theta, err := sub.cleaned(ctx)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, theta)
	if err != nil {
		return nil, err
	}
	effort, err := sub.effort(sub.cleanName(), len(sub.labels))
	tags := Tags{"budget": sub.budget, "flips": len(sub.rows), "stage": "clean"}
	return sub.records("retrain", tags, append(effort, found...)), err
}

// effort is what a training on n images took, without the pass that finds its statistics.
func (sub *poisonSubject) effort(name string, n int) ([]finding, error) {
	return trainingEffort(sub.session.trainedPath(name), sub.set.TrainEpochs, n)
}

// unchanged measures the network with its own statistics, re-estimated ones, or both, as the settings say.
func unchanged(set *imageSettings) []poisonUnit {
	return []poisonUnit{{name: "none", run: func(ctx context.Context, c *repair) ([]Record, error) {
		t, err := c.target(ctx, false)
		if err != nil {
			return nil, err
		}
		return c.eachWay(ctx, t, "none", unlearn.None{Sample: set.Sample, Seed: c.sampleSeed()})
	}}}
}

// eachWay measures what a method without settings comes to.
func (c *repair) eachWay(ctx context.Context, t *target, name string, m unlearn.Method) ([]Record, error) {
	var out []Record
	for _, way := range ways(c.set) {
		found, err := c.measured(ctx, t, c.with(way, m))
		if err != nil {
			return nil, err
		}
		out = append(out, c.records(name, c.tags().with(Tags{"statistics": way}), found)...)
	}
	return out, nil
}
