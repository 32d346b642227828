package project

import (
	"context"
	"fmt"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// retrained is the model trained again on the corrected data, beside the update.
type retrained struct {
	seconds             float64
	test, kept, touched *Scores
	scores              *Scores  // of the data on which agreement is measured
	agreement           *float64 // share of the samples that get the same answer; nil in a regression
	apart               *float64 // of a regression: see evidence.Retraining.Apart
	distance            float64  // of the parameters of the update from it, relative to those of the old model
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
	r.agreement, r.apart = o.agreement(after, r.scores)
	if far := floats.Distance(o.model.Theta, u.Theta, 2); far > 0 {
		r.distance = floats.Distance(x.update.Theta, u.Theta, 2) / far
	}
	x.retraining = r
	return nil
}

// agreement compares the answers of two models: the share that is equal, or how far apart those of
// a regression are.
func (o *order) agreement(a, b *Scores) (equal, apart *float64) {
	if o.applied.Data.Classes > 0 {
		share := agreement(a.answers, b.answers)
		return &share, nil
	}
	spread := stat.PopStdDev(b.answers, nil)
	if spread == 0 {
		return nil, nil
	}
	return nil, new(*rootMeanSquare(a.answers, b.answers) / spread)
}
