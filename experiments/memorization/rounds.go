package memorization

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// newton is the second-order step with these numbers, in the Krylov space that round took.
func (sub *secretSubject) newton(ridge, step float64) unlearn.SecondOrder {
	m := sub.secondOrderBy(unlearn.Galerkin{Tolerance: sub.set.Tolerance, Products: sub.set.MaxProducts}, unlearn.GaussNewton)
	m.Ridge, m.Step = ridge, step
	return m
}

// secondOrderBy is second order with a solver and a curvature. A solve that ends before its
// tolerance is what a limit on products means, and how near it came is recorded, so the update is
// forced.
func (sub *secretSubject) secondOrderBy(solver unlearn.Solver, c unlearn.Curvature) unlearn.SecondOrder {
	return unlearn.SecondOrder{Solver: solver, Curvature: c, Sample: sub.set.Sample, Seed: sub.sampleSeed(), Force: true}
}

// round tries ridges and step lengths of a second-order step from theta, which the steps before led
// to: all ridges come from one Krylov space. What it returns beside the tries is the direction of
// each ridge.
func (sub *secretSubject) round(
	ctx context.Context, c *correction, theta, ridges, steps []float64, before path,
) ([]try, map[float64][]float64, error) {
	g, err := sub.difference(ctx, c, theta)
	if err != nil {
		return nil, nil, err
	}
	sample, err := c.applied.Subsample(cmp.Or(sub.set.Sample, c.data.Len()), sub.sampleSeed())
	if err != nil {
		return nil, nil, err
	}
	h, err := sample.Hessian(ctx, sub.problem, theta, unlearn.GaussNewton)
	if err != nil {
		return nil, nil, err
	}
	solutions, err := unlearn.ShiftedSolve(ctx, h, g, ridges, sub.set.MaxProducts)
	if err != nil {
		return nil, nil, err
	}
	directions := map[float64][]float64{}
	var tries []try
	for _, solution := range solutions {
		directions[solution.Ridge] = solution.X
		for _, step := range steps {
			at := before.with(solution.Ridge, step)
			t := try{tags: at.tags()}
			if solution.Err != nil {
				t.failed = solution.Err
			} else if t, err = sub.try(ctx, c, trial.Along(theta, solution.X, step), t.tags); err != nil {
				return nil, nil, err
			}
			t.path = at
			tries = append(tries, t)
		}
	}
	return tries, directions, nil
}

func (sub *secretSubject) secondOrder(ctx context.Context, c *correction) (*choice, error) {
	tries, _, err := sub.round(ctx, c, sub.theta, tune.Grid(sub.set.Ridge, sub.set.RidgeGrid), tune.Grid(sub.set.Step, sub.set.StepGrid), path{})
	if err != nil {
		return nil, err
	}
	ch := &choice{tries: tries}
	if ch.take(sub.nearest()) {
		ch.method = sub.along(ch.taken.path)[0]
	}
	return ch, nil
}

// path is a sequence of second-order steps: the ridge and the length of each.
type path struct{ ridges, steps []float64 }

// with returns the path with one more step.
func (p path) with(ridge, step float64) path {
	return path{append(slices.Clone(p.ridges), ridge), append(slices.Clone(p.steps), step)}
}

// tags are the path as records have it.
func (p path) tags() records.Tags {
	join := func(list []float64) string {
		var words []string
		for _, v := range list {
			words = append(words, numbers.Shortest(v))
		}
		return strings.Join(words, ",")
	}
	return records.Tags{"ridge": join(p.ridges), "step": join(p.steps)}
}

// recordedPath reads the path of a record that an earlier unit wrote.
func recordedPath(r records.Record) (path, error) {
	split := func(key string) (list []float64, err error) {
		for _, word := range strings.Split(r.Text(key), ",") {
			v, err := strconv.ParseFloat(word, 64)
			if err != nil {
				return nil, fmt.Errorf("experiments: a record of %s has the %s %q, which is no list of numbers: restore the file", r.Method, key, r.Text(key))
			}
			list = append(list, v)
		}
		return list, nil
	}
	ridges, err := split("ridge")
	if err != nil {
		return path{}, err
	}
	steps, err := split("step")
	if err == nil && len(steps) != len(ridges) {
		err = fmt.Errorf("experiments: a record of %s has %d ridges and %d steps: restore the file", r.Method, len(ridges), len(steps))
	}
	return path{ridges, steps}, err
}

// along returns the method that goes the path.
func (sub *secretSubject) along(p path) rounds {
	var out rounds
	for i, ridge := range p.ridges {
		out = append(out, sub.newton(ridge, p.steps[i]))
	}
	return out
}

// secondOrderRepeated continues from what second order chose, with difference and curvature
// recomputed, as long as that comes nearer.
func (sub *secretSubject) secondOrderRepeated(ctx context.Context, c *correction) (*choice, error) {
	chosen, ok := trial.First(sub.recorded(c, "second-order", "chosen"))
	if !ok {
		return &choice{failed: errors.New("second order, which it continues from, failed")}, nil
	}
	begin, err := recordedPath(chosen)
	if err != nil {
		return nil, err
	}
	return sub.repeated(ctx, c, begin.ridges[:1], begin.steps[:1], nil, func(int) criterion { return sub.nearest() })
}

// secondOrderExposure repeats second order until the secret is as likely as other strings, at
// a loss that may grow from round to round, and takes the best of all second-order steps that were
// tried, those of the variants before it too.
func (sub *secretSubject) secondOrderExposure(ctx context.Context, c *correction) (*choice, error) {
	var others []try
	for _, r := range append(sub.recorded(c, "second-order", "try"), sub.recorded(c, "second-order-repeated", "try")...) {
		t, err := tryOf(r), error(nil)
		if t.path, err = recordedPath(r); err != nil {
			return nil, err
		}
		t.tags = t.path.tags()
		others = append(others, t)
	}
	return sub.repeated(ctx, c, tune.Grid(sub.set.Ridge, sub.set.RidgeGrid), tune.Grid(sub.set.Step, sub.set.StepGrid), others, func(round int) criterion {
		k := sub.hidden()
		k.limit *= float64(round) / float64(sub.set.Rounds)
		return k
	})
}

// repeated goes rounds of second order, each on the best of its tries by the criterion of the
// round, until none is better than what is reached. The best of all tries by the last round's
// criterion is taken, others included.
func (sub *secretSubject) repeated(
	ctx context.Context, c *correction, ridges, steps []float64, others []try, by func(round int) criterion,
) (*choice, error) {
	ch := &choice{}
	theta, at := sub.theta, path{}
	reached, err := sub.try(ctx, c, theta, nil)
	if err != nil {
		return nil, err
	}
	for round := 1; round <= sub.set.Rounds; round++ {
		tries, directions, err := sub.round(ctx, c, theta, ridges, steps, at)
		if err != nil {
			return nil, err
		}
		ch.tries = append(ch.tries, tries...)
		i, _ := by(round).best(append(tries, reached))
		if i < 0 || i == len(tries) {
			break
		}
		reached, at = tries[i], tries[i].path
		theta = trial.Along(theta, directions[at.ridges[round-1]], at.steps[round-1])
		ridges, steps = tune.Grid(sub.set.Ridge, sub.set.RidgeGrid), tune.Grid(sub.set.Step, sub.set.StepGrid)
	}
	own := ch.tries
	ch.tries = append(slices.Clone(own), others...)
	if ch.take(by(sub.set.Rounds)) {
		ch.method = sub.along(ch.taken.path)
	}
	ch.tries = own
	return ch, nil
}

// rounds carries the same request out several times, each time from where the last one ended: from
// the second on the difference is that which is left between the two texts.
type rounds []unlearn.SecondOrder

// Name implements [unlearn.Method].
func (rounds) Name() string { return "second-order-repeated" }

// Unlearn implements [unlearn.Method].
func (m rounds) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	var all *unlearn.Update
	for _, step := range m {
		u, err := step.Unlearn(ctx, p, theta, r)
		if err != nil {
			return u, err
		}
		theta = u.Theta
		if all == nil {
			all = u
			continue
		}
		u.Before, u.Cost, u.Check = all.Before, all.Cost.Plus(u.Cost), all.Check.Plus(u.Check)
		u.Solves, u.Notes = append(all.Solves, u.Solves...), append(all.Notes, u.Notes...)
		u.Facts = append(all.Facts, u.Facts...)
		all = u
	}
	return all, nil
}
