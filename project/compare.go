package project

import (
	"context"
	"fmt"
	"time"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// retrained is the model trained again on the corrected data, beside the update.
type retrained struct {
	seconds             float64
	test, kept, touched *Scores
	scores              *Scores // of the data on which agreement is measured
	agreement           float64 // share of the samples that get the same answer
	distance            float64 // of the parameters of the update from it, relative to those of the old model
}

// compare trains the model again on the corrected data.
func (o *order) compare(ctx context.Context, x *done) error {
	m, err := o.retrain()
	if err != nil {
		return err
	}
	o.progress.Step("training again, to compare", 0, 0)
	began := time.Now()
	u, err := m.Unlearn(ctx, o.problem, o.model.Theta, o.request)
	if err != nil {
		return fmt.Errorf("training again for --compare: %w", err)
	}
	r := &retrained{seconds: time.Since(began).Seconds()}
	on, err := o.measured(ctx, u.Theta, o.changes, o.applied.Data)
	if err != nil {
		return err
	}
	r.test, r.kept, r.touched, x.completed[2] = on.test, on.kept, on.touched, on.completed
	after := x.kept[1]
	if r.scores = r.kept; o.test != nil {
		r.scores, after = r.test, x.test[1]
	}
	r.agreement = o.agreement(after, r.scores, o.applied.Data)
	if far := floats.Distance(o.model.Theta, u.Theta, 2); far > 0 {
		r.distance = floats.Distance(x.update.Theta, u.Theta, 2) / far
	}
	x.retraining = r
	return nil
}

// agreement is the share of samples to which two models give the same answer; of a regression, 1
// minus their mean square difference as a share of the variance of the labels.
func (o *order) agreement(a, b *Scores, d *datasets.Dataset) float64 {
	if d.Classes > 0 {
		return agreement(a.answers, b.answers)
	}
	mean, spread, apart := floats.Sum(b.answers)/float64(len(b.answers)), 0.0, 0.0
	for i := range a.answers {
		spread += (b.answers[i] - mean) * (b.answers[i] - mean)
		apart += (a.answers[i] - b.answers[i]) * (a.answers[i] - b.answers[i])
	}
	if spread == 0 {
		return 1
	}
	return 1 - apart/spread
}
