package memorization

import (
	"cmp"
	"context"
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
			t := try{tags: before.with(solution.Ridge, step).tags()}
			if solution.Err != nil {
				t.failed = solution.Err.Error()
			} else if t, err = sub.try(ctx, c, trial.Along(theta, solution.X, step), t.tags); err != nil {
				return nil, nil, err
			}
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
		ch.method = sub.along(pathOf(ch.taken.tags))[0]
	}
	return ch, nil
}

// path is a sequence of second-order steps.
type path struct{ ridges, steps []string }

// with returns the path with one more step.
func (p path) with(ridge, step float64) path {
	return path{append(slices.Clone(p.ridges), numbers.Shortest(ridge)), append(slices.Clone(p.steps), numbers.Shortest(step))}
}

// tags are the path as records have it.
func (p path) tags() records.Tags {
	return records.Tags{"ridge": strings.Join(p.ridges, ","), "step": strings.Join(p.steps, ",")}
}

func pathOf(tags map[string]any) path {
	split := func(key string) []string {
		text, _ := tags[key].(string)
		return strings.Split(text, ",")
	}
	return path{split("ridge"), split("step")}
}

// along returns the method that goes the path.
func (sub *secretSubject) along(p path) rounds {
	var out rounds
	for i, ridge := range p.ridges {
		r, _ := strconv.ParseFloat(ridge, 64) // written by with
		s, _ := strconv.ParseFloat(p.steps[i], 64)
		out = append(out, sub.newton(r, s))
	}
	return out
}

// secondOrderRepeated continues from what second order chose, with difference and curvature
// recomputed, as long as that comes nearer.
func (sub *secretSubject) secondOrderRepeated(ctx context.Context, c *correction) (*choice, error) {
	chosen, ok := trial.First(sub.recorded(c, "second-order", "chosen"))
	if !ok {
		return &choice{failed: "second order, which it continues from, failed"}, nil
	}
	begin := sub.along(pathOf(chosen.Settings))[0]
	return sub.repeated(ctx, c, []float64{begin.Ridge}, []float64{begin.Step}, nil, func(int) criterion { return sub.nearest() })
}

// secondOrderExposure repeats second order until the secret is as likely as other strings, at
// a loss that may grow from round to round, and takes the best of all second-order steps that were
// tried, those of the variants before it too.
func (sub *secretSubject) secondOrderExposure(ctx context.Context, c *correction) (*choice, error) {
	var others []try
	for _, r := range append(sub.recorded(c, "second-order", "try"), sub.recorded(c, "second-order-repeated", "try")...) {
		others = append(others, tryOf(r))
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
		reached, at = tries[i], pathOf(tries[i].tags)
		last := sub.along(at)[round-1]
		theta = trial.Along(theta, directions[last.Ridge], last.Step)
		ridges, steps = tune.Grid(sub.set.Ridge, sub.set.RidgeGrid), tune.Grid(sub.set.Step, sub.set.StepGrid)
	}
	own := ch.tries
	ch.tries = append(slices.Clone(own), others...)
	if ch.take(by(sub.set.Rounds)) {
		ch.method = sub.along(pathOf(ch.taken.tags))
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
