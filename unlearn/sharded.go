package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"lethe/datasets"
)

// Sharded is the models that SISA trained on a problem. It is never changed: a request returns
// another.
type Sharded struct {
	m      SISA
	p      *Problem
	shards []shard
}

// shard is one model.
type shard struct {
	slices [][]int     // rows of the training data, by slice
	after  [][]float64 // parameters after each slice; nil where a store holds them
	kept   []keptSlice // what a store holds; nil without one
	theta  []float64   // after the last; nil where no sample is left that counts, so that the shard has no vote
}

// check refuses a Sharded that nobody trained.
func (s *Sharded) check() error {
	if s == nil || s.p == nil {
		return errors.New("unlearn: there are no models of shards: SISA.Train makes them")
	}
	return nil
}

// train trains shard i from slice first on. What was there before it is not written to.
func (s *Sharded) train(ctx context.Context, p *Problem, i, first int) error {
	sh := &s.shards[i]
	theta, first, err := s.from(i, first)
	if err != nil {
		return err
	}
	trainer := s.m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	count := len(sh.slices)
	sh.after = append(slices.Clone(sh.after[:min(first, len(sh.after))]), make([][]float64, count-min(first, len(sh.after)))...)
	sh.kept = append(slices.Clone(sh.kept[:min(first, len(sh.kept))]), make([]keptSlice, count-min(first, len(sh.kept)))...)
	counts := false
	for k := first; k < count; k++ {
		rows := slices.Concat(sh.slices[:k+1]...)
		slices.Sort(rows)
		part := s.m.regularized(p.on(p.Train.Subset(rows)))
		if counts = part.Train.TotalWeight() > 0; counts { // else all samples so far were removed: the model stays where it is
			next, err := trainer.Train(ctx, part, slices.Clone(theta))
			if err != nil {
				return fmt.Errorf("unlearn: SISA, shard %d of %d: %w", i+1, len(s.shards), err)
			}
			theta = next
		}
		if err := s.save(i, k, part, theta); err != nil {
			return err
		}
	}
	if sh.theta = theta; !counts {
		sh.theta = nil
	}
	return nil
}

// regularized gives the problem of a shard its part of the regularizer and the tilt.
func (m SISA) regularized(p *Problem) *Problem {
	if m.WholeL2 {
		return p
	}
	return p.share(1 / float64(m.Shards))
}

// from returns the parameters that a training from slice first on begins with, and the slice from
// which it does: an earlier one where a store has something else by now.
func (s *Sharded) from(i, first int) ([]float64, int, error) {
	for ; first > 0; first-- {
		theta, err := s.load(i, first-1)
		if err != nil || theta != nil {
			return theta, first, err
		}
	}
	return s.m.Start, 0, nil
}

// voters is the number of models.
func (s *Sharded) voters() int {
	n := 0
	for i := range s.shards {
		if s.shards[i].theta != nil {
			n++
		}
	}
	return n
}

// Forget carries out a request: the models of the touched shards are retrained on the corrected
// data. The update has no Theta but Predict, and its Before and After are NaN: several models have
// no one gradient. A request that affects no sample changes nothing.
func (s *Sharded) Forget(ctx context.Context, r Request) (*Sharded, *Update, error) {
	start := time.Now()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	applied, err := r.apply(s.p.Train)
	if err != nil {
		return nil, nil, err
	}
	u := &Update{Method: s.m.Name(), Data: applied.Data, Before: math.NaN(), After: math.NaN(), Unchanged: applied.unchanged}
	next := &Sharded{m: s.m, p: s.p.on(applied.Data), shards: slices.Clone(s.shards)}
	touched := next.renumber(s.p.Train.Len(), applied.Rows, r.removed())
	meter := NewMeter(s.p.Objective)
	metered := next.p.on(applied.Data)
	metered.Objective = meter
	retrained := 0
	for i, first := range touched {
		if first < 0 || u.Unchanged {
			continue
		}
		retrained++
		if err = next.train(ctx, metered, i, first); err != nil {
			break
		}
	}
	u.Cost = meter.Cost()
	u.Cost.Seconds = time.Since(start).Seconds()
	if err == nil && next.voters() == 0 {
		err = noVoter(next.p)
	}
	if err != nil {
		return nil, u, err
	}
	u.Notes = append(u.Notes, fmt.Sprintf("%d of %d shards were touched and retrained", retrained, len(s.shards)))
	if u.Unchanged {
		u.Notes = append(u.Notes, applied.nothing)
	}
	if empty := len(next.shards) - next.voters(); empty > 0 {
		u.Notes = append(u.Notes, fmt.Sprintf("%d of %d shards have no sample left and no vote", empty, len(next.shards)))
	}
	u.Predict = next.Predict
	return next, u, nil
}

// renumber moves the shards to the rows of the corrected data, and returns for each the first slice
// that holds an affected sample; -1 for none.
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

// Models returns the parameters of each shard's model, not to be changed; nil where a shard has no
// sample left, and so no model.
func (s *Sharded) Models() [][]float64 {
	out := make([][]float64, len(s.shards))
	for i := range s.shards {
		out[i] = s.shards[i].theta
	}
	return out
}

// Predict returns one class index, or target, a sample (as many as a sample has labels): the vote
// of the models. d has to be data for the model that was trained: of the same shape, classes and
// names as the training data.
func (s *Sharded) Predict(ctx context.Context, d *datasets.Dataset) ([]float64, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	p := s.p
	if p.Train == nil { // there is nothing to compare with
		p = p.With(d)
	}
	if err := p.checkMeets("the data to answer for", d); err != nil {
		return nil, err
	}
	o, k, err := p.predictor(d)
	if err != nil {
		return nil, err
	}
	voters, labels, classes := s.voters(), d.Len()*d.Width(), p.Train.Classes
	if voters == 0 {
		return nil, noVoter(p)
	}
	mean := s.m.MeanOutputs || classes == 0
	out := make([]float64, d.Len()*k)
	votes := make([]float64, len(out))
	if !mean {
		votes = make([]float64, labels*classes)
	}
	for i := range s.shards {
		theta := s.shards[i].theta
		if theta == nil {
			continue
		}
		if mean {
			err := o.Predict(ctx, out, theta, d)
			if err == nil {
				err = p.checkMean(ctx, k, out, theta, d)
			}
			if err != nil {
				return nil, fmt.Errorf("shard %d of %d: %w", i+1, len(s.shards), err)
			}
			for j, z := range out {
				votes[j] += z / float64(voters)
			}
			continue
		}
		answers, err := p.classesAt(ctx, o, k, out, theta, d)
		if err != nil {
			return nil, fmt.Errorf("shard %d of %d: %w", i+1, len(s.shards), err)
		}
		for at, class := range answers {
			votes[at*classes+int(class)]++
		}
	}
	switch {
	case classes == 0:
		if i := notFinite(votes); i >= 0 {
			return nil, fmt.Errorf("unlearn: SISA: the models' mean for %s is %v: look for overflow in the model", d.Where(i/d.Width()), votes[i])
		}
		return votes, nil
	case mean:
		return answersOf(votes, k, d)
	}
	return classesOf(votes, classes, d)
}

// Name returns "sisa".
func (s *Sharded) Name() string { return s.m.Name() }

// Unlearn implements [Method] as [Sharded.Forget] does it, without keeping the models for a next
// request. p and theta are not looked at: the models were trained on a problem of their own.
func (s *Sharded) Unlearn(ctx context.Context, _ *Problem, _ []float64, r Request) (*Update, error) {
	_, u, err := s.Forget(ctx, r)
	return u, err
}
