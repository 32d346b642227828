package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"lethe/datasets"
	"lethe/unlearn"
)

// A step is chosen by the validation accuracy that it leads to, for first and second order alike; of an iterative method each chunk's from
// where the ones before it led. What was chosen is then carried out, and only that counts as the method's cost.

// stepRule is a kind of step.
type stepRule interface {
	// try calls use with what each setting leads to from theta on the data of p, which are those before the request.
	try(ctx context.Context, t *target, p *unlearn.Problem, theta []float64, a *unlearn.Applied, use useStep) error
	// method is the step with the settings that were taken.
	method(t *target, tags Tags) unlearn.Method
}

// useStep takes parameters that a setting led to, or why it led to none, and returns their validation accuracy in points, NaN for none.
type useStep func(theta []float64, tags Tags, failed error) (float64, error)

// stepping are the units of a method that takes steps by a rule: one on the whole request, or one for each chunk.
func stepping(name string, rule stepRule, iterative, last bool) func(set *Settings) []poisonUnit {
	return func(set *Settings) []poisonUnit {
		var units []poisonUnit
		for _, way := range ways(set) {
			units = append(units, poisonUnit{name + " statistics=" + way, func(ctx context.Context, c *repair) ([]Record, error) {
				t, err := c.target(ctx, last)
				if err != nil {
					return nil, err
				}
				return c.stepRecords(ctx, t, name, rule, iterative, way)
			}})
		}
		return units
	}
}

// stepTry is what a setting led to.
type stepTry struct {
	tags   Tags
	score  float64 // validation accuracy, points
	theta  []float64
	failed string
}

// stepChoice is a chunk with what was tried and taken.
type stepChoice struct {
	tries []stepTry
	taken int // of tries
}

// choose takes for each chunk the setting that leads to the highest validation accuracy.
func (t *target) choose(ctx context.Context, rule stepRule, chunks int, way string) ([]stepChoice, error) {
	parts, err := t.c.request.Chunks(chunks, t.problem.Train)
	if err != nil {
		return nil, err
	}
	theta, data := t.theta, t.problem.Train
	reached, err := t.score(ctx, theta)
	if err != nil {
		return nil, err
	}
	var out []stepChoice
	for _, part := range parts {
		a, err := part.Apply(data)
		if err != nil {
			return nil, err
		}
		ch, err := t.best(ctx, rule, t.problem.With(data), theta, a, way)
		if err != nil {
			return nil, err
		}
		out = append(out, ch)
		if ch.taken < 0 {
			return out, nil
		}
		if best := ch.tries[ch.taken]; best.score >= reached-t.c.set.MaxFall {
			theta, reached = best.theta, best.score
		}
		for k := range ch.tries {
			ch.tries[k].theta = nil
		}
		data = a.Data
	}
	return out, nil
}

// best tries all settings of a step.
func (t *target) best(ctx context.Context, rule stepRule, p *unlearn.Problem, theta []float64, a *unlearn.Applied, way string) (stepChoice, error) {
	ch := stepChoice{taken: -1}
	err := rule.try(ctx, t, p, theta, a, func(next []float64, tags Tags, failed error) (float64, error) {
		try := stepTry{tags: tags, score: math.NaN()}
		if failed != nil {
			try.failed = failed.Error()
			ch.tries = append(ch.tries, try)
			return try.score, nil
		}
		var err error
		if try.theta, try.score, err = t.settledScore(ctx, way, next, a.Data); err != nil {
			return try.score, err
		}
		if !finite(try.score) {
			try.failed = "the parameters are not finite"
		}
		if k := ch.taken; try.failed == "" && (k < 0 || try.score > ch.tries[k].score) {
			if k >= 0 {
				ch.tries[k].theta = nil
			}
			ch.taken = len(ch.tries)
		} else {
			try.theta = nil
		}
		ch.tries = append(ch.tries, try)
		return try.score, nil
	})
	return ch, err
}

// settledScore returns the parameters with their statistics, and the validation accuracy in points, NaN if they are no numbers.
func (t *target) settledScore(ctx context.Context, way string, theta []float64, d *datasets.Dataset) ([]float64, float64, error) {
	if slices.ContainsFunc(theta, func(v float64) bool { return !finite(v) }) {
		return theta, math.NaN(), nil
	}
	theta, err := t.settled(ctx, way, theta, d)
	if err != nil {
		return nil, math.NaN(), err
	}
	score, err := t.score(ctx, theta)
	return theta, score, err
}

// stepRecords chooses the settings, carries the request out with them, and measures the result.
func (c *repair) stepRecords(ctx context.Context, t *target, name string, rule stepRule, iterative bool, way string) ([]Record, error) {
	chunks := 1
	if iterative {
		chunks = c.set.Chunks
	}
	began := time.Now()
	choices, err := t.choose(ctx, rule, chunks, way)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	found := []finding{{metric{"tuning-seconds", "s", time.Since(began).Seconds()}, nil}}
	for k, ch := range choices {
		found = append(found, ch.findings(k+1)...)
	}
	tags := c.tags().with(Tags{"statistics": way})
	if last := choices[len(choices)-1]; last.taken < 0 {
		return c.records(name, tags, append(found, c.failure("every setting that was tried failed: "+last.tries[len(last.tries)-1].failed))), nil
	}
	result, err := c.carryOut(ctx, t, rule, choices, iterative, way)
	return c.records(name, tags, append(found, result...)), err
}

// findings are the tries of a chunk, and the one taken.
func (ch *stepChoice) findings(chunk int) []finding {
	var out []finding
	for k, try := range ch.tries {
		tags := try.tags.with(Tags{"chunk": chunk, "taken": k == ch.taken})
		if try.failed != "" {
			out = append(out, finding{metric{"try-failed", "1", 1}, tags.with(Tags{"reason": try.failed})})
			continue
		}
		out = append(out, finding{metric{"try", "points", try.score}, tags})
	}
	return out
}

// failure is the finding of a method that came to nothing.
func (c *repair) failure(reason string) finding {
	return finding{metric{"failed", "1", 1}, Tags{"reason": reason}}
}

// carryOut applies the chosen steps to the trained network.
func (c *repair) carryOut(ctx context.Context, t *target, rule stepRule, choices []stepChoice, iterative bool, way string) ([]finding, error) {
	var each []unlearn.Method
	for _, ch := range choices {
		each = append(each, c.with(way, rule.method(t, ch.tries[ch.taken].tags)))
	}
	var scores []float64
	m := each[0]
	if iterative {
		m = unlearn.Iterative{Each: each, Chunks: c.set.Chunks, Tolerance: c.set.MaxFall, Accept: func(ctx context.Context, theta []float64) (float64, error) {
			score, err := t.score(ctx, theta)
			scores = append(scores, score)
			return score, err
		}}
	}
	found, err := c.measured(ctx, t, m, nil)
	return append(found, chunkFindings(scores, c.set.MaxFall)...), err
}

// chunkFindings say what validation accuracy each chunk led to, and whether it was taken.
func chunkFindings(scores []float64, fall float64) []finding {
	var out []finding
	reached := math.NaN()
	for k, score := range scores {
		if taken := k == 0 || score >= reached-fall; finite(score) {
			out = append(out, finding{metric{"chunk-accuracy", "points", score}, Tags{"chunk": k, "taken": taken}})
			if taken {
				reached = score
			}
		}
	}
	return out
}

// gradientSteps are first-order steps.
type gradientSteps struct{}

// try goes along the difference by the values of a decade grid, by up to three decades more where the best is an end of it, and by finer ones
// around the best.
func (gradientSteps) try(ctx context.Context, t *target, p *unlearn.Problem, theta []float64, a *unlearn.Applied, use useStep) error {
	g := make([]float64, len(theta))
	if err := p.Difference(ctx, g, theta, a); err != nil {
		return err
	}
	try := func(tau float64) (float64, error) { return use(along(theta, g, tau), Tags{"tau": tau}, nil) }
	if !t.c.set.Tau.Tuned {
		_, err := try(t.c.set.Tau.Value)
		return err
	}
	taus, best, err := decades(t.c.set.TauGrid, try)
	if err != nil || math.IsNaN(best) {
		return err
	}
	for _, tau := range finer(taus, best, t.c.set.TauFine) {
		if _, err := try(tau); err != nil {
			return err
		}
	}
	return nil
}

// decades tries the values of a grid, and up to three decades beyond an end of it that is the best. It returns all that were tried, rising, and
// the best; NaN if none came to anything.
func decades(grid []float64, try func(v float64) (score float64, err error)) (tried []float64, best float64, err error) {
	best, reached := math.NaN(), math.Inf(-1)
	one := func(v float64) error {
		score, err := try(v)
		if score > reached {
			best, reached = v, score
		}
		return err
	}
	tried = slices.Sorted(slices.Values(grid))
	for _, v := range tried {
		if err := one(v); err != nil {
			return tried, best, err
		}
	}
	for range 3 {
		switch best {
		case tried[0]:
			tried = slices.Insert(tried, 0, best/10)
			err = one(tried[0])
		case tried[len(tried)-1]:
			tried = append(tried, best*10)
			err = one(tried[len(tried)-1])
		}
		if err != nil {
			break
		}
	}
	return tried, best, err
}

func (gradientSteps) method(t *target, tags Tags) unlearn.Method {
	return unlearn.FirstOrder{Tau: tags["tau"].(float64), Force: true, Sample: t.c.set.Sample, Seed: t.c.sampleSeed()}
}

// newtonSteps are second-order steps: Gauss-Newton, solved in the Krylov space of a few products.
type newtonSteps struct{}

// try takes all ridges and numbers of products from one Krylov space. Ridges are shares of its largest eigenvalue, further decades of it where
// the best is an end of the grid.
func (newtonSteps) try(ctx context.Context, t *target, p *unlearn.Problem, theta []float64, a *unlearn.Applied, use useStep) error {
	set := t.c.set
	g := make([]float64, len(theta))
	if err := p.Difference(ctx, g, theta, a); err != nil {
		return err
	}
	n := set.Sample
	if n == 0 {
		n = a.Data.Len()
	}
	sample, err := a.Subsample(n, t.c.sampleSeed())
	if err != nil {
		return err
	}
	h, err := sample.Hessian(ctx, p, theta, unlearn.GaussNewton)
	if err != nil {
		return err
	}
	space, err := unlearn.NewKrylov(ctx, h, g, slices.Max(set.ProductsGrid))
	if err != nil {
		return err
	}
	// with tries a ridge with all numbers of products and step lengths, and returns the best score.
	with := func(ridge float64, tags Tags) (float64, error) {
		best := math.NaN()
		for _, products := range set.ProductsGrid {
			found := space.Solve(ridge, products)
			for _, step := range set.StepGrid {
				var next []float64
				if found.Err == nil {
					next = along(theta, found.X, step)
				}
				score, err := use(next, tags.with(Tags{"ridge": ridge, "products": products, "step": step}), found.Err)
				if err != nil {
					return best, err
				}
				if !(score <= best) {
					best = score
				}
			}
		}
		return best, nil
	}
	if !set.Ridge.Tuned {
		_, err := with(set.Ridge.Value, nil)
		return err
	}
	largest, err := space.Largest()
	if err != nil {
		return err
	}
	_, _, err = decades(set.RidgeShares, func(share float64) (float64, error) { return with(share*largest, Tags{"ridge-share": share}) })
	return err
}

func (newtonSteps) method(t *target, tags Tags) unlearn.Method {
	set := t.c.set
	return unlearn.SecondOrder{
		Solver: unlearn.Galerkin{Products: int(tags["products"].(float64)), Tolerance: set.Tolerance}, Curvature: unlearn.GaussNewton,
		Ridge: tags["ridge"].(float64), Step: tags["step"].(float64), Sample: set.Sample, Seed: t.c.sampleSeed(), Force: true,
	}
}
