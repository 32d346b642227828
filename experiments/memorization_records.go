package experiments

import (
	"context"
	"fmt"
	"math"
	"time"

	"lethe/unlearn"
)

// tags are those of all records of a secret.
func (sub *secretSubject) tags() Tags { return Tags{"length": sub.length, "secret": sub.canary.Secret} }

// records turns findings into records.
func (sub *secretSubject) records(method string, tags Tags, found []finding) []Record {
	return sub.session.recordsOf(sub.part, method, sub.draw, tags, found)
}

// trainRecords trains, and measures what the model remembers.
func (sub *secretSubject) trainRecords(ctx context.Context) ([]Record, error) {
	theta, err := sub.trained(ctx)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, theta, sub.train, nil, math.NaN())
	if err != nil {
		return nil, err
	}
	effort, err := sub.effort(sub.trainName())
	if err != nil {
		return nil, err
	}
	effort = append(effort,
		finding{metric{"parameters", "1", float64(sub.model.Dim())}, nil}, finding{metric{"windows", "1", float64(sub.train.Len())}, nil},
		finding{metric{"vocabulary", "1", float64(sub.vocabulary.Size())}, nil},
		finding{metric{"places", "1", float64(len(sub.canary.Spans))}, Tags{"prompt": sub.canary.Prompt}})
	tags := sub.tags().with(Tags{"stage": "before"})
	return append(sub.records("none", tags, found), sub.records("train", tags, effort)...), nil
}

// effort is what a training took; of a model that was loaded nothing is known.
func (sub *secretSubject) effort(name string) ([]finding, error) {
	return trainingEffort(sub.session.trainedPath(name), sub.set.TrainEpochs, sub.train.Len())
}

// methodRecords chooses a method's settings, carries the request out and measures the result.
func (sub *secretSubject) methodRecords(ctx context.Context, c *correction, m memoryMethod) ([]Record, error) {
	if _, err := sub.trained(ctx); err != nil {
		return nil, err
	}
	if _, err := sub.retrained(ctx, c); err != nil {
		return nil, err
	}
	tags := sub.tags().with(Tags{"stage": "after", "replace": c.name})
	if c.text != "" {
		tags = tags.with(Tags{"replacement": c.text})
	}
	if m.choose == nil {
		return sub.retrainRecords(ctx, c, tags)
	}
	began := time.Now()
	ch, err := m.choose(sub, ctx, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.name, err)
	}
	found := ch.findings(time.Since(began).Seconds())
	result, err := sub.carryOut(ctx, c, ch)
	return sub.records(m.name, tags, append(found, result...)), err
}

// retrainRecords measures retraining.
func (sub *secretSubject) retrainRecords(ctx context.Context, c *correction, tags Tags) ([]Record, error) {
	effort, err := sub.effort(sub.retrainName(c))
	if err != nil {
		return nil, err
	}
	m := unlearn.Retrain{Trainer: done{c.theta}, Sample: sub.set.Sample, Seed: sub.sampleSeed()}
	u, err := m.Unlearn(ctx, sub.problem, sub.theta, c.request)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, c.theta, c.data, c.measured, c.target)
	return sub.records("retrain", tags, append(append(effort, finding{metric{"gradient-residual", "1", u.After}, nil}), found...)), err
}

// carryOut applies the chosen method and measures its result. A method that failed gives one finding that says so.
func (sub *secretSubject) carryOut(ctx context.Context, c *correction, ch *choice) ([]finding, error) {
	a, err := ch.update, error(nil)
	switch {
	case ch.failed != "":
		a = &applied{failed: ch.failed}
	case a == nil:
		a, err = sub.apply(ctx, c, ch.method, ch.settings())
	}
	if err != nil {
		return nil, err
	}
	if a.failed != "" {
		return []finding{failure(a.failed)}, nil
	}
	found := a.findings
	if ch.trace != nil {
		for i, residual := range ch.trace.residual {
			found = append(found, finding{metric{"trace-residual", "1", residual}, Tags{"after-products": ch.trace.products[i]}})
		}
	}
	measured, err := sub.findings(ctx, a.theta, c.data, c.measured, c.target)
	if err != nil && ctx.Err() == nil {
		return []finding{failure("the update cannot be measured: " + err.Error())}, nil
	}
	return append(found, measured...), err
}

// apply carries a method out on the trained model.
func (sub *secretSubject) apply(ctx context.Context, c *correction, m unlearn.Method, tags Tags) (*applied, error) {
	return (&Subject{Problem: sub.problem, Theta: sub.theta}).carryOut(ctx, contender{m, tags}, c.request, sub.works)
}

// works reports whether the model gives numbers at these parameters.
func (sub *secretSubject) works(ctx context.Context, theta []float64) (bool, error) {
	return givesNumbers(ctx, sub.model, theta, sub.train)
}
