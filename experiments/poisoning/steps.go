package poisoning

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// A step is chosen by the validation accuracy that it leads to, for first and second order alike;
// of an iterative method each chunk's from where the ones before it led. It is chosen while it is
// carried out: what was computed for the tries is what the step then is made of.

// stepRule is a kind of step.
type stepRule interface {
	// method is a step that has its settings found by s.
	method(t *target, s *search) unlearn.Method
}

// stepping are the units of a method that takes steps by a rule: one on the whole request, or one
// for each chunk.
func stepping(name string, rule stepRule, iterative, last bool) func(set *Settings) []poisonUnit {
	return func(set *Settings) []poisonUnit {
		var units []poisonUnit
		for _, way := range ways(set) {
			late := way == kept && len(ways(set)) > 1
			units = append(units, poisonUnit{name: name + " statistics=" + way, after: late, run: func(ctx context.Context, c *repair) ([]records.Record, error) {
				t, err := c.target(ctx, last)
				if err != nil {
					return nil, err
				}
				t.full = iterative && set.Follow == "gradient"
				return c.stepRecords(ctx, t, name, rule, iterative, way)
			}})
		}
		return units
	}
}

// stepTry is what a setting led to.
type stepTry struct {
	tags   records.Tags
	score  float64 // validation accuracy, points
	length float64 // of the step
	failed error   // why nothing was scored; nil = it was
}

// better reports whether a try leads to a higher score than another, or as high a one by a shorter
// step.
func (try *stepTry) better(than *stepTry) bool {
	return try.score > than.score || try.score == than.score && try.length < than.length
}

// stepChoice is a chunk with what was tried and taken.
type stepChoice struct {
	tries []stepTry
	taken int // of tries, -1 = all failed, and no step is taken
}

// search finds the settings of steps, one after the other.
type search struct {
	t       *target
	way     string
	start   []float64    // of the step at hand
	choices []stepChoice // one for each step
	seconds float64      // that the scores took
	say     func(string) // is told what is tried; nil = nobody
}

// begin goes to the next step.
func (s *search) begin(start []float64) {
	s.start, s.choices = start, append(s.choices, stepChoice{taken: -1})
}

// step is the one at hand.
func (s *search) step() *stepChoice { return &s.choices[len(s.choices)-1] }

// try takes parameters that a setting of the step leads to, or why it leads to none, and returns
// their validation accuracy in points, NaN for none.
func (s *search) try(ctx context.Context, theta []float64, tags records.Tags, failed error) (float64, error) {
	if s.say != nil {
		s.say(fmt.Sprintf("step %d, %d settings tried", len(s.choices), len(s.step().tries)))
	}
	began := time.Now()
	defer func() { s.seconds += time.Since(began).Seconds() }()
	try := stepTry{tags: tags, score: math.NaN()}
	var err error
	switch {
	case failed != nil:
		try.failed = failed
	default:
		if try.score, err = s.t.settledScore(ctx, s.way, theta); err != nil {
			return try.score, err
		}
		if !trial.Finite(try.score) {
			try.failed = trial.ErrNotFinite
		}
		try.length = floats.Distance(theta, s.start, 2)
	}
	ch := s.step()
	if k := ch.taken; try.failed == nil && (k < 0 || try.better(&ch.tries[k])) {
		ch.taken = len(ch.tries)
	}
	ch.tries = append(ch.tries, try)
	return try.score, nil
}

// refuse gives up the try that was taken.
func (ch *stepChoice) refuse(reason error) {
	if ch.taken >= 0 {
		ch.tries[ch.taken].failed, ch.taken = reason, -1
	}
}

// best are the settings that lead to the highest validation accuracy, nil if all failed.
func (ch *stepChoice) best() records.Tags {
	if ch.taken < 0 {
		return nil
	}
	return ch.tries[ch.taken].tags
}

// settledScore returns the validation accuracy of parameters with their statistics, in points, NaN
// if they are no numbers.
func (t *target) settledScore(ctx context.Context, way string, theta []float64) (float64, error) {
	if slices.ContainsFunc(theta, func(v float64) bool { return !trial.Finite(v) }) {
		return math.NaN(), nil
	}
	theta, err := t.settled(ctx, way, theta)
	if err != nil {
		return math.NaN(), err
	}
	return t.score(ctx, theta)
}

// stepRecords carries the request out with the best settings, and measures the result.
func (c *repair) stepRecords(ctx context.Context, t *target, name string, rule stepRule, iterative bool, way string) ([]records.Record, error) {
	s := &search{t: t, way: way, say: func(text string) { c.session.Progress.Step(text, 0, 0) }}
	m := c.with(way, rule.method(t, s))
	var scores []float64
	if iterative {
		m = unlearn.Iterative{Method: m, Chunks: c.set.Chunks, Tolerance: c.set.MaxFall, Accept: func(ctx context.Context, theta []float64) (float64, error) {
			score, err := t.score(ctx, theta)
			if len(s.choices) > 0 && s.step().taken < 0 { // no step was taken: the chunk is refused
				score = math.NaN()
			}
			scores = append(scores, score)
			return score, err
		}}
	}
	found, facts, err := c.carriedOut(ctx, t, m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !slices.ContainsFunc(s.choices, func(ch stepChoice) bool { return ch.taken >= 0 }) {
		found = []engine.Finding{engine.Failure("every setting that was tried failed" + s.reason())}
	}
	for i := range found { // the seconds of a method are those with its settings given
		if found[i].Name == "seconds" {
			found[i].Value -= s.seconds
		}
	}
	found = append(found, engine.Finding{Metric: engine.Metric{Name: "tuning-seconds", Unit: "s", Value: s.seconds}, Tags: nil})
	for k, ch := range s.choices {
		found = append(found, ch.findings(k+1)...)
	}
	found = append(found, chunkFindings(scores, facts)...)
	return c.records(name, c.tags().With(records.Tags{"statistics": way}), found), nil
}

// reason says why the last try failed.
func (s *search) reason() string {
	if len(s.choices) == 0 || len(s.step().tries) == 0 {
		return ""
	}
	tries := s.step().tries
	return ": " + tries[len(tries)-1].failed.Error()
}

// findings are the tries of a chunk, and the one taken.
func (ch *stepChoice) findings(chunk int) []engine.Finding {
	var out []engine.Finding
	for k, try := range ch.tries {
		tags := try.tags.With(records.Tags{"chunk": chunk, "taken": k == ch.taken})
		if try.failed != nil {
			out = append(out, engine.Finding{Metric: engine.Metric{Name: "try-failed", Unit: "1", Value: 1}, Tags: tags.With(records.Tags{"reason": try.failed.Error()})})
			continue
		}
		out = append(out, engine.Finding{Metric: engine.Metric{Name: "try", Unit: "points", Value: try.score}, Tags: tags})
	}
	return out
}

// chunkFindings returns the validation accuracy before the first chunk and after each chunk, and
// whether the chunk was taken. A chunk without a finite accuracy gets that of the chunks before it.
func chunkFindings(scores []float64, facts []unlearn.Fact) []engine.Finding {
	var out []engine.Finding
	reached := math.NaN()
	for k, score := range scores {
		taken := !slices.ContainsFunc(facts, func(f unlearn.Fact) bool { return f.Kind == unlearn.Refused && f.Chunk == k })
		if taken {
			reached = score
		}
		if !trial.Finite(score) {
			score = reached
		}
		out = append(out, engine.Finding{Metric: engine.Metric{Name: "chunk-accuracy", Unit: "points", Value: score}, Tags: records.Tags{"chunk": k, "taken": taken}})
	}
	return out
}

// gradientSteps are first-order steps.
type gradientSteps struct{}

// method goes along what the step follows by the values of a decade grid, by up to three decades
// more where the best is an end of it, and by finer ones around the best.
func (gradientSteps) method(t *target, s *search) unlearn.Method {
	set := t.c.set
	m := unlearn.FirstOrder{Force: true, Full: t.full, Sample: set.Sample, FullSample: t.gradientSize(), Seed: t.c.sampleSeed()}
	m.Search = func(ctx context.Context, theta, g []float64) (float64, error) {
		s.begin(theta)
		try := func(tau float64) (float64, error) {
			return s.try(ctx, trial.Along(theta, g, tau), records.Tags{"tau": tau}, nil)
		}
		if !set.Tau.Tuned {
			if _, err := try(set.Tau.Value); err != nil {
				return 0, err
			}
		} else {
			found, err := tune.Decades(set.TauGrid, smallestOf(try))
			if err != nil {
				return 0, err
			}
			if !math.IsNaN(found.Best) {
				for _, tau := range tune.Finer(found.Tried, found.Best, set.TauFine) {
					if _, err := try(tau); err != nil {
						return 0, err
					}
				}
			}
		}
		if best := s.step().best(); best != nil {
			return best["tau"].(float64), nil
		}
		return 0, nil
	}
	return m
}

// gradientSize is how many images of either kind full gradients are estimated from.
func (t *target) gradientSize() int {
	if n := t.c.set.GradientSize; n > 0 {
		return n
	}
	return t.problem.Train.Len()
}

// gradient is what second-order steps follow.
func (t *target) gradient() unlearn.StepGradient {
	if t.full {
		return unlearn.FullGradient
	}
	return unlearn.DifferenceThenFull
}

// newtonSteps are second-order steps: Gauss-Newton, solved in the Krylov space of a few products.
type newtonSteps struct{}

func (newtonSteps) method(t *target, s *search) unlearn.Method {
	return newton{unlearn.SecondOrder{Curvature: unlearn.GaussNewton, Gradient: t.gradient(), Sample: t.c.set.Sample, FullSample: t.gradientSize(),
		Seed: t.c.sampleSeed(), Force: true}, s}
}

// newton is a second-order step whose solver knows where the step starts.
type newton struct {
	unlearn.SecondOrder
	search *search
}

// Unlearn implements [unlearn.Method].
func (m newton) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	m.Solver = krylovSearch{m.search, theta}
	return m.SecondOrder.Unlearn(ctx, p, theta, r)
}

// InChunks implements [unlearn.ChunkedMethod]: that of SecondOrder alone would leave the search
// out.
func (m newton) InChunks(chunks int, more bool) unlearn.Method {
	m.SecondOrder = m.SecondOrder.InChunks(chunks, more).(unlearn.SecondOrder)
	return m
}

const noStep = ", no step is taken"

// krylovSearch solves for all ridges and numbers of products that are tried in one Krylov space, as
// [unlearn.Galerkin] does for one of them, and takes the solution that leads to the best
// parameters; zeros if none leads to any. Ridges are shares of the largest eigenvalue in the space,
// further decades of it where the best is an end of the grid.
type krylovSearch struct {
	search *search
	theta  []float64 // where the step starts
}

// Name returns "galerkin".
func (krylovSearch) Name() string { return unlearn.Galerkin{}.Name() }

// Why a solve takes no step.
var (
	errFollows = errors.New("what the step follows is not finite")
	errProduct = errors.New("the product with the step is not finite")
)

// Solve implements [unlearn.Solver].
func (v krylovSearch) Solve(ctx context.Context, dst []float64, a unlearn.Operator, b []float64) (unlearn.Stats, error) {
	began, before := time.Now(), v.search.seconds
	st := unlearn.Stats{Solver: v.Name(), Residual: 1, Independent: math.NaN()} // that of zeros
	clear(dst)
	v.search.begin(v.theta)
	set := v.search.t.c.set
	if !trial.Finite(floats.Norm(b, 2)) {
		st.Chosen = errFollows.Error() + noStep
		_, err := v.search.try(ctx, nil, nil, errFollows)
		return st, err
	}
	space, err := unlearn.NewKrylov(ctx, a, b, slices.Max(set.ProductsGrid))
	if diverged, ok := errors.AsType[*unlearn.DivergedError](err); ok { // an overflow, which no ridge mends
		st.Iterations, st.Products, st.Seconds = diverged.Iterations, float64(diverged.Iterations), time.Since(began).Seconds()
		st.Chosen = "products are not finite" + noStep
		_, err = v.search.try(ctx, nil, nil, err)
		return st, err
	}
	if err != nil {
		return st, err
	}
	if space.Products() == 0 { // nothing to follow
		st.Residual = 0
		return st, nil
	}
	if err := v.tries(ctx, set, space); err != nil {
		return st, err
	}
	st.Iterations, st.Products = space.Products(), float64(space.Products()+1)
	st.Chosen = "no setting led to finite parameters" + noStep
	if best := v.search.step().best(); best != nil {
		st.Ridge, st.Iterations = best["ridge"].(float64), int(best["products"].(float64))
		found := space.Solve(st.Ridge, st.Iterations)
		if found.Err != nil {
			return st, found.Err
		}
		st.Iterations = found.Products
		copy(dst, found.X)
		st.Chosen = "by the validation accuracy that the step leads to"
	}
	// The true residual, by a product of its own.
	r := make([]float64, len(b))
	if err := a.MulVecTo(ctx, r, dst); err != nil {
		return st, err
	}
	floats.AddScaled(r, st.Ridge, dst)
	if st.Residual = floats.Distance(b, r, 2) / floats.Norm(b, 2); !trial.Finite(st.Residual) {
		v.search.step().refuse(errProduct)
		clear(dst)
		st.Residual, st.Chosen = 1, errProduct.Error()+noStep
	}
	st.Seconds = time.Since(began).Seconds() - (v.search.seconds - before)
	return st, nil
}

// tries scores the settings.
func (v krylovSearch) tries(ctx context.Context, set *Settings, space *unlearn.Krylov) error {
	// with tries a ridge with all numbers of products, and returns the best score.
	with := func(ridge float64, tags records.Tags) (float64, error) {
		best := math.NaN()
		for _, products := range set.ProductsGrid {
			found := space.Solve(ridge, products)
			var next []float64
			if found.Err == nil {
				next = trial.Along(v.theta, found.X, 1)
			}
			score, err := v.search.try(ctx, next, tags.With(records.Tags{"ridge": ridge, "products": products}), found.Err)
			if err != nil {
				return best, err
			}
			if math.IsNaN(best) || score > best {
				best = score
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
	_, err = tune.Decades(set.RidgeShares, smallestOf(func(share float64) (float64, error) { return with(share*largest, records.Tags{"ridge-share": share}) }))
	return err
}

// smallestOf makes a criterion, of which the smallest is sought, of a score.
func smallestOf(score func(v float64) (float64, error)) func(v float64) (float64, error) {
	return func(v float64) (float64, error) {
		s, err := score(v)
		return -s, err
	}
}
