package unlearn

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"lethe/datasets"
)

// Sharded is the models that SISA trained on a problem. It is never changed: a request returns another.
type Sharded struct {
	m      SISA
	p      *Problem
	shards []shard
}

// shard is one model.
type shard struct {
	slices [][]int     // rows of the training data, by slice
	after  [][]float64 // parameters after each slice; nil where a store holds them
	theta  []float64   // after the last
}

// train trains shard i from slice first on.
func (s *Sharded) train(ctx context.Context, p *Problem, i, first int) error {
	sh := &s.shards[i]
	theta := s.m.Start
	if first > 0 {
		var err error
		if theta, err = s.load(i, first-1); err != nil {
			return err
		}
	}
	trainer := s.m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	for k := first; k < len(sh.slices); k++ {
		rows := slices.Concat(sh.slices[:k+1]...)
		slices.Sort(rows)
		if len(rows) > 0 { // else all samples so far were removed: the model stays where it is
			next, err := trainer.Train(ctx, p.With(p.Train.Subset(rows)), slices.Clone(theta))
			if err != nil {
				return fmt.Errorf("unlearn: SISA, shard %d of %d: %w", i+1, len(s.shards), err)
			}
			theta = next
		}
		if err := s.save(i, k, theta); err != nil {
			return err
		}
	}
	sh.theta = theta
	return nil
}

func (s *Sharded) save(i, slice int, theta []float64) error {
	if s.m.Store != nil {
		return s.m.Store.Save(i, slice, theta)
	}
	s.shards[i].after[slice] = theta
	return nil
}

func (s *Sharded) load(i, slice int) ([]float64, error) {
	if s.m.Store != nil {
		theta, err := s.m.Store.Load(i, slice)
		if err == nil && len(theta) != s.p.Dim() {
			err = fmt.Errorf("unlearn: SISA.Store returned %d numbers for slice %d of shard %d, not %d", len(theta), slice, i, s.p.Dim())
		}
		return theta, err
	}
	return s.shards[i].after[slice], nil
}

// Forget carries out a request: the models of the touched shards are trained anew on the corrected data. The update has no Theta but
// Predict, and its Before and After are NaN: several models have no one gradient. A request that affects no sample changes nothing.
func (s *Sharded) Forget(ctx context.Context, r Request) (*Sharded, *Update, error) {
	start := time.Now()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	applied, err := r.Apply(s.p.Train)
	if err != nil {
		return nil, nil, err
	}
	u := &Update{Method: s.m.Name(), Data: applied.Data, Before: math.NaN(), After: math.NaN()}
	next := &Sharded{m: s.m, p: s.p.With(applied.Data), shards: slices.Clone(s.shards)}
	touched := next.renumber(s.p.Train.Len(), applied.Rows, r.removed())
	meter := NewMeter(s.p.Objective)
	metered := next.p.With(applied.Data)
	metered.Objective = meter
	retrained := 0
	for i, first := range touched {
		if first < 0 {
			continue
		}
		retrained++
		next.shards[i].after = slices.Clone(next.shards[i].after)
		if err = next.train(ctx, metered, i, first); err != nil {
			break
		}
	}
	u.Cost = meter.Cost()
	u.Cost.Seconds = time.Since(start).Seconds()
	if err != nil {
		return nil, u, err
	}
	u.Notes = append(u.Notes, fmt.Sprintf("%d of %d shards were touched and retrained", retrained, len(s.shards)))
	u.Predict = next.Predict
	return next, u, nil
}

// renumber moves the shards to the rows of the corrected data, and returns for each the first slice that holds an affected sample; -1
// for none.
func (s *Sharded) renumber(n int, rows, removed []int) (touched []int) {
	affected, gone := make([]bool, n), make([]bool, n)
	mark(affected, rows)
	mark(gone, removed)
	to, at := make([]int, n), 0 // new number of each row
	for i := range to {
		to[i] = at
		if !gone[i] {
			at++
		}
	}
	touched = make([]int, len(s.shards))
	for i := range s.shards {
		old := s.shards[i].slices
		renumbered := make([][]int, len(old))
		touched[i] = -1
		for k, rows := range old {
			for _, row := range rows {
				if affected[row] && touched[i] < 0 {
					touched[i] = k
				}
				if !gone[row] {
					renumbered[k] = append(renumbered[k], to[row])
				}
			}
		}
		s.shards[i].slices = renumbered
	}
	return touched
}

// removed returns the samples that the request removes.
func (r Request) removed() (rows []int) {
	for _, c := range r.Changes {
		if c.Kind == SampleRemoval {
			rows = append(rows, c.Rows...)
		}
	}
	return rows
}

// Models returns the parameters of each shard's model, not to be changed.
func (s *Sharded) Models() [][]float64 {
	out := make([][]float64, len(s.shards))
	for i := range s.shards {
		out[i] = s.shards[i].theta
	}
	return out
}

// Predict returns one class index, or target, a sample: the vote of the models.
func (s *Sharded) Predict(ctx context.Context, d *datasets.Dataset) ([]float64, error) {
	o := s.p.Objective.(Predictor)
	k, err := o.Outputs(d)
	if err != nil {
		return nil, err
	}
	n := d.Len()
	mean := s.m.MeanOutputs || d.Classes == 0
	votes := make([]float64, n*max(d.Classes, k, 1))
	width := len(votes) / max(n, 1)
	out := make([]float64, n*k)
	for i := range s.shards {
		if err := o.Predict(ctx, out, s.shards[i].theta, d); err != nil {
			return nil, err
		}
		if mean {
			for j, z := range out {
				votes[j] += z / float64(len(s.shards))
			}
			continue
		}
		classes, err := classesOf(out, k, d)
		if err != nil {
			return nil, fmt.Errorf("shard %d of %d: %w", i+1, len(s.shards), err)
		}
		for row, class := range classes {
			votes[row*width+int(class)]++
		}
	}
	switch {
	case d.Classes == 0:
		if i := notFinite(votes[:n]); i >= 0 {
			return nil, fmt.Errorf("unlearn: SISA: the models' mean for %s is %v: look for overflow in the model", d.Where(i), votes[i])
		}
		return votes[:n], nil // one output a sample
	case mean:
		return classesOf(votes[:n*k], k, d)
	}
	return classesOf(votes, width, d)
}

// Name returns "sisa".
func (s *Sharded) Name() string { return s.m.Name() }

// Unlearn implements [Method] as [Sharded.Forget] does it, without keeping the models for a next request. p and theta are not
// looked at: the models were trained on a problem of their own.
func (s *Sharded) Unlearn(ctx context.Context, _ *Problem, _ []float64, r Request) (*Update, error) {
	_, u, err := s.Forget(ctx, r)
	return u, err
}
