package poisoning

import (
	"context"
	"math"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tune"
	"lethe/unlearn"
)

// opponent is a published baseline of which one number is tuned, by validation accuracy as the
// lengths of updates and the rates of fine-tuning are; its other settings are the published ones.
type opponent struct {
	name   string
	grid   []float64 // the number's values to try first
	closed bool      // none beyond the ends of the grid
	method func(c *repair, v float64) unlearn.Method
}

// rates are the learning rates that are tried of baselines by SGD with momentum, adamRates those by
// Adam.
var (
	rates     = []float64{1e-3, 1e-2, 1e-1}
	adamRates = []float64{1e-4, 1e-3, 1e-2}
)

// opponents are in the order of the table.
var opponents = []opponent{
	{name: "neg-grad-plus", grid: rates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.NegGradPlus{Steps: c.momentumSteps(v), Sample: c.set.Sample}
	}},
	{name: "scrub", grid: rates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.SCRUB{Steps: c.momentumSteps(v), Sample: c.set.Sample}
	}},
	{name: "ssd", grid: []float64{1, 10, 100}, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.SSD{Alpha: v, Samples: c.set.GradientSize, Sample: c.set.Sample, Seed: c.sampleSeed()}
	}},
	{name: "potion", grid: []float64{0.25, 0.5, 0.75, 0.9}, closed: true, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.Potion{Rho: v, Samples: c.set.GradientSize, Sample: c.set.Sample, Seed: c.sampleSeed()}
	}},
	{name: "sap", grid: []float64{1e3, 1e4, 1e5, 1e6}, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.SAP{Alpha: v, Sample: c.set.Sample, Seed: c.sampleSeed()}
	}},
	{name: "salun", grid: rates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.SalUn{Steps: c.momentumSteps(v), Sample: c.set.Sample}
	}},
	{name: "msg", grid: rates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.MSG{Steps: c.momentumSteps(v), Sample: c.set.Sample}
	}},
	{name: "bad-teacher", grid: adamRates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.BadTeacher{Incompetent: c.start, Steps: c.adamSteps(v), Sample: c.set.Sample}
	}},
	{name: "npo", grid: adamRates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.NPO{Steps: c.adamSteps(v), Sample: c.set.Sample}
	}},
	{name: "reinit-last", grid: adamRates, method: func(c *repair, v float64) unlearn.Method {
		return unlearn.ReinitLast{Init: c.start, Sample: c.set.Sample, Seed: c.sampleSeed(),
			Trainer: unlearn.Adam{Rate: v, Batch: c.set.TrainBatch, Epochs: 5, Seed: c.sampleSeed()},
			Select: func(theta []float64) (unlearn.PartObjective, error) {
				return c.model.Select(theta, c.lastPatterns()...)
			}}
	}},
}

func (c *repair) momentumSteps(rate float64) unlearn.Steps {
	return unlearn.Steps{Rate: rate, Momentum: momentum, Batch: c.set.TrainBatch, Seed: c.sampleSeed()}
}

func (c *repair) adamSteps(rate float64) unlearn.Steps {
	return unlearn.Steps{Rate: rate, Adam: true, Batch: c.set.TrainBatch, Seed: c.sampleSeed()}
}

// opposing are the lines of poisonMethods, with the marks that no other method there has.
func opposing() []poisonMethod {
	marks := []int{7, 14, 16, 17, 18, 19, 20, 21, 22, 23}
	var out []poisonMethod
	for i, o := range opponents {
		out = append(out, poisonMethod{o.name, marks[i], o.units, kind{}})
	}
	return out
}

// units is one piece of work: the tries and the result of the best.
func (o opponent) units(*Settings) []poisonUnit {
	return []poisonUnit{{name: o.name, run: func(ctx context.Context, c *repair) ([]records.Record, error) {
		return c.opposed(ctx, o)
	}}}
}

// opposedTry is what a method made of the network at one value.
type opposedTry struct {
	theta              []float64
	seconds, gradients float64
	failed             error
}

// opposed tries values and measures the best in each way of statistics.
func (c *repair) opposed(ctx context.Context, o opponent) ([]records.Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	tries := map[float64]*opposedTry{}
	var out []records.Record
	for _, way := range ways(c.set) {
		records, err := c.opposedIn(ctx, t, o, way, tries)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}

// opposedIn chooses and measures in one way of statistics.
func (c *repair) opposedIn(ctx context.Context, t *target, o opponent, way string, tries map[float64]*opposedTry) ([]records.Record, error) {
	tags := c.tags().With(records.Tags{"statistics": way})
	var out []records.Record
	spent := 0.0
	try := smallestOf(func(v float64) (float64, error) {
		made, err := c.oppose(ctx, t, o, v, tries)
		if err != nil {
			return math.NaN(), err
		}
		began := time.Now()
		score, failed := math.NaN(), made.failed
		if failed == nil {
			if score, err = t.settledScore(ctx, way, made.theta); err != nil {
				return score, err
			}
			if !trial.Finite(score) {
				failed = trial.ErrNotFinite
			}
		}
		seconds := made.seconds + time.Since(began).Seconds()
		spent += seconds
		at := records.Tags{"tau-ft": v}
		found := []engine.Finding{{Metric: engine.Metric{Name: "try-seconds", Unit: "s", Value: seconds}, Tags: at}}
		if failed != nil {
			found = append(found, engine.Finding{Metric: engine.Metric{Name: "try-failed", Unit: "1", Value: 1}, Tags: at.With(records.Tags{"reason": failed.Error()})})
		} else {
			found = append(found, engine.Finding{Metric: engine.Metric{Name: "try", Unit: "points", Value: score}, Tags: at})
		}
		out = append(out, c.records(o.name, tags, found)...)
		return score, nil
	})
	search, err := o.search(try)
	if err != nil {
		return nil, err
	}
	if math.IsNaN(search.Best) {
		return append(out, c.records(o.name, tags, []engine.Finding{engine.Failure("every setting that was tried failed")})...), nil
	}
	best := tries[search.Best]
	effort := []engine.Finding{{Metric: engine.Metric{Name: "seconds", Unit: "s", Value: best.seconds}},
		{Metric: engine.Metric{Name: "gradients", Unit: "sample gradients", Value: best.gradients}},
		{Metric: engine.Metric{Name: "taken", Unit: "1", Value: search.Best}, Tags: records.Tags{"tau-ft": search.Best}},
		{Metric: engine.Metric{Name: "tuning-seconds", Unit: "s", Value: spent - best.seconds}}}
	measured, err := c.trainedRecords(ctx, o.name, best.theta, effort, way)
	return append(out, measured...), err
}

// search tries the grid, and values beyond its ends where they may follow.
func (o opponent) search(try func(v float64) (float64, error)) (tune.Search, error) {
	if !o.closed {
		return tune.Decades(o.grid, try)
	}
	s := tune.Search{Tried: o.grid, Best: math.NaN(), Criterion: math.Inf(1)}
	for _, v := range o.grid {
		score, err := try(v)
		if err != nil {
			return s, err
		}
		if score < s.Criterion {
			s.Best, s.Criterion = v, score
		}
	}
	return s, nil
}

// oppose carries the method out at a value, from the second time on by memory.
func (c *repair) oppose(ctx context.Context, t *target, o opponent, v float64, tries map[float64]*opposedTry) (*opposedTry, error) {
	if made, ok := tries[v]; ok {
		return made, nil
	}
	began := time.Now()
	u, err := o.method(c, v).Unlearn(ctx, t.problem, t.theta, c.request)
	made := &opposedTry{seconds: time.Since(began).Seconds(), failed: err}
	if err != nil && !trial.MethodFailed(err) {
		return nil, err
	}
	if err == nil {
		made.theta, made.gradients = u.Theta, u.Cost.Minus(u.Check).Gradients
		made.seconds -= u.Check.Seconds // the check is taken when the result is measured
	}
	tries[v] = made
	return made, nil
}
