package memorization

import (
	"context"
	"fmt"
	"math"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// tags are those of all records of a secret.
func (sub *secretSubject) tags() records.Tags {
	return records.Tags{"length": sub.length, "secret": sub.session.MaskedText(sub.canary.Secret)}
}

// records turns findings into records.
func (sub *secretSubject) records(method string, tags records.Tags, found []engine.Finding) []records.Record {
	return sub.session.RecordsOf(sub.part, method, sub.draw, tags, found)
}

// trainRecords trains, and measures what the model remembers.
func (sub *secretSubject) trainRecords(ctx context.Context) ([]records.Record, error) {
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
		engine.Finding{Metric: engine.Metric{Name: "parameters", Unit: "1", Value: float64(sub.model.Dim())}, Tags: nil}, engine.Finding{Metric: engine.Metric{Name: "windows", Unit: "1", Value: float64(sub.train.Len())}, Tags: nil},
		engine.Finding{Metric: engine.Metric{Name: "vocabulary", Unit: "1", Value: float64(sub.vocabulary.Size())}, Tags: nil},
		engine.Finding{Metric: engine.Metric{Name: "places", Unit: "1", Value: float64(len(sub.canary.Spans))},
			Tags: records.Tags{"prompt": sub.session.MaskedText(sub.canary.Prompt), "inserted": sub.inserted}})
	tags := sub.tags().With(records.Tags{"stage": "before"})
	return append(sub.records("none", tags, found), sub.records("train", tags, effort)...), nil
}

// effort is what a training took; of a model that was loaded nothing is known.
func (sub *secretSubject) effort(name string) ([]engine.Finding, error) {
	return trial.TrainingEffort(sub.session.TrainedPath(name), sub.set.TrainEpochs, sub.train.Len())
}

// methodRecords chooses a method's settings, carries the request out and measures the result.
func (sub *secretSubject) methodRecords(ctx context.Context, c *correction, m memoryMethod) ([]records.Record, error) {
	if _, err := sub.trained(ctx); err != nil {
		return nil, err
	}
	if _, err := sub.retrained(ctx, c); err != nil {
		return nil, err
	}
	tags := sub.tags().With(records.Tags{"stage": "after", "replace": c.name})
	if c.text != "" && sub.session.MaskedText(c.text) == c.text {
		tags = tags.With(records.Tags{"replacement": c.text})
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
	sub.session.Progress.Step("carrying it out and measuring", 0, 0)
	result, err := sub.carryOut(ctx, c, ch)
	return sub.records(m.name, tags, append(found, result...)), err
}

// retrainRecords measures retraining.
func (sub *secretSubject) retrainRecords(ctx context.Context, c *correction, tags records.Tags) ([]records.Record, error) {
	effort, err := sub.effort(sub.retrainName(c))
	if err != nil {
		return nil, err
	}
	m := unlearn.Retrain{Trainer: trial.Done{Theta: c.theta}, Sample: sub.set.Sample, Seed: sub.sampleSeed()}
	u, err := m.Unlearn(ctx, sub.problem, sub.theta, c.request)
	if err != nil {
		return nil, err
	}
	found, err := sub.findings(ctx, c.theta, c.data, c.measured, c.target)
	return sub.records("retrain", tags, append(append(effort, engine.Finding{Metric: engine.Metric{Name: "gradient-residual", Unit: "1", Value: u.After}, Tags: nil}), found...)), err
}

// carryOut applies the chosen method and measures its result. A method that failed gives one
// finding that says so.
func (sub *secretSubject) carryOut(ctx context.Context, c *correction, ch *choice) ([]engine.Finding, error) {
	a, err := ch.update, error(nil)
	switch {
	case ch.failed != nil:
		a = &trial.Applied{Failed: ch.failed}
	case a == nil:
		a, err = sub.apply(ctx, c, ch.method, ch.settings())
	}
	if err != nil {
		return nil, err
	}
	if a.Failed != nil {
		return []engine.Finding{engine.Failure(a.Failed.Error())}, nil
	}
	found := a.Findings
	if ch.trace != nil {
		for i, residual := range ch.trace.Residual {
			found = append(found, engine.Finding{Metric: engine.Metric{Name: "trace-residual", Unit: "1", Value: residual}, Tags: records.Tags{"after-products": ch.trace.Products[i]}})
		}
	}
	measured, err := sub.findings(ctx, a.Theta, c.data, c.measured, c.target)
	if err != nil && ctx.Err() == nil {
		return []engine.Finding{engine.Failure("the update cannot be measured: " + err.Error())}, nil
	}
	return append(found, measured...), err
}

// apply carries a method out on the trained model.
func (sub *secretSubject) apply(ctx context.Context, c *correction, m unlearn.Method, tags records.Tags) (*trial.Applied, error) {
	return (&trial.Subject{Problem: sub.problem, Theta: sub.theta}).CarryOut(ctx, trial.Contender{Method: m, Tags: tags}, c.request, sub.works)
}

// works reports whether the model gives numbers at these parameters.
func (sub *secretSubject) works(ctx context.Context, theta []float64) (bool, error) {
	return trial.GivesNumbers(ctx, sub.model, theta, sub.train)
}
