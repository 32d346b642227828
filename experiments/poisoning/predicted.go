package poisoning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Methods of short trainings that go on from a step of ours: towards the outputs that the step
// predicts, or on the corrected labels. Their rates are chosen as those of fine-tuning are, the
// step's own settings as those of the step alone.

// foundStep is a step whose settings were found.
type foundStep struct {
	theta           []float64 // the whole network after it
	seconds, tuning float64   // that it took with its settings given, and their choice
	work            unlearn.Cost
}

// step finds the step of a rule once for a request: on the whole network or on its last layers, in
// chunks or at once.
func (c *repair) step(ctx context.Context, rule stepRule, iterative, last bool) (*foundStep, error) {
	key := fmt.Sprintf("%T %t %t", rule, iterative, last)
	if found, ok := c.steps[key]; ok {
		return found, nil
	}
	t, err := c.target(ctx, last)
	if err != nil {
		return nil, err
	}
	t.full = iterative && c.set.Follow == "gradient"
	s := &search{t: t, way: ways(c.set)[0]}
	m := rule.method(t, s)
	if iterative {
		m = unlearn.Iterative{Method: c.with(s.way, m), Chunks: c.set.Chunks}
	}
	began := time.Now()
	u, err := m.Unlearn(ctx, t.problem, t.theta, c.request)
	if err != nil {
		return nil, err
	}
	whole, err := t.whole(u.Theta)
	if err != nil {
		return nil, err
	}
	found := &foundStep{theta: whole, seconds: time.Since(began).Seconds() - u.Check.Seconds - s.seconds, tuning: s.seconds, work: u.Cost.Minus(u.Check)}
	if c.steps == nil {
		c.steps = map[string]*foundStep{}
	}
	c.steps[key] = found
	return found, nil
}

// cycleRates are those that trainings by Adam try first.
func cycleRates(set *Settings) ([]float64, bool) { return set.AdamRates, true }

// cycleFineTuner is fine-tuning by Adam whose rate rises and falls to 0, over so many passes.
var cycleFineTuner = fineTuner{name: "fine-tune-cycle", rates: cycleRates, method: func(c *repair, rate float64, epochs int) unlearn.Method {
	return unlearn.Retrain{Trainer: c.cycle(rate, epochs), Sample: c.set.Sample, Seed: c.sampleSeed()}
}}

func (c *repair) cycle(rate float64, epochs int) unlearn.Trainer {
	return unlearn.Adam{Rate: rate, Schedule: unlearn.OneCycle, AMSGrad: c.set.AMSGrad, Batch: c.set.TrainBatch, Epochs: epochs, Seed: c.sampleSeed()}
}

// polisher starts the same fine-tuning at second order on the last layers.
var polisher = fineTuner{name: "polished", rates: cycleRates,
	step: func(ctx context.Context, c *repair) (*foundStep, error) {
		return c.step(ctx, newtonSteps{}, false, true)
	},
	from: func(c *repair, s *foundStep, rate float64, epochs int) unlearn.Method {
		return unlearn.Polished{Method: s.taken(), Trainer: c.cycle(rate, epochs), Sample: c.set.Sample, Seed: c.sampleSeed()}
	},
}

// taken is the method that gives the step's parameters.
func (s *foundStep) taken() unlearn.Method {
	return unlearn.Retrain{Trainer: trial.Done{Theta: s.theta}}
}

// matching makes the fine-tuner that matches the outputs which a step predicts.
func matching(name string, rule stepRule, iterative, last bool) fineTuner {
	return fineTuner{name: name, rates: cycleRates,
		step: func(ctx context.Context, c *repair) (*foundStep, error) { return c.step(ctx, rule, iterative, last) },
		from: func(c *repair, s *foundStep, rate float64, epochs int) unlearn.Method {
			return unlearn.MatchedPrediction{Method: s.taken(), Rate: rate, Passes: epochs, Batch: c.set.TrainBatch, Sample: c.set.Sample, Seed: c.sampleSeed()}
		},
		work: func(c *repair, epochs int) float64 { // the passes, and the derivatives that predict
			touched := len(c.applied.Rows)
			drawn := min(3*touched, c.applied.Data.Len()-touched)
			return float64(touched + epochs*(touched+2*drawn))
		},
	}
}

var (
	lastMatcher  = matching("matched", newtonSteps{}, false, true)
	chunkMatcher = matching("matched-chunks", newtonSteps{}, true, false)
)

// predicting are the lines of poisonMethods that start from what an update predicts, and
// fine-tuning down the same schedule beside them.
func predicting() []poisonMethod {
	return []poisonMethod{
		{cycleFineTuner.name, 24, cycleFineTuner.units, kind{family: true}},
		{polisher.name, 25, polisher.units, kind{family: true}},
		{lastMatcher.name, 26, lastMatcher.units, kind{family: true}},
		{chunkMatcher.name, 27, chunkMatcher.units, kind{family: true}},
		{"unrolled", 28, unrolledUnits, kind{}},
	}
}

// unrolledUnits are the response of the training itself, with nothing to choose.
func unrolledUnits(set *Settings) []poisonUnit {
	var units []poisonUnit
	for _, way := range ways(set) {
		units = append(units, poisonUnit{name: "unrolled statistics=" + way, after: way == kept && len(ways(set)) > 1,
			run: func(ctx context.Context, c *repair) ([]records.Record, error) { return c.unrolledRecords(ctx, way) }})
	}
	return units
}

func (c *repair) unrolledRecords(ctx context.Context, way string) ([]records.Record, error) {
	t, err := c.target(ctx, false)
	if err != nil {
		return nil, err
	}
	made, err := unlearn.ReadCheckpoint(c.session.TrainedPath(c.trainName()))
	if err != nil {
		return nil, err
	}
	m := unlearn.UnrolledResponse{Curvature: unlearn.GaussNewton, Products: slices.Max(c.set.ProductsGrid), Sample: c.set.Sample, Seed: c.sampleSeed(), Force: true}
	if m.Time, err = unlearn.TrainingTime(made); err != nil {
		return nil, err
	}
	if !made.ParametersOnly { // a network that was taken from a folder has no means of squares
		if m.Squares, err = unlearn.AdamSquares(made); err != nil {
			return nil, err
		}
	}
	found, err := c.measured(ctx, t, c.with(way, m))
	if err != nil {
		return nil, err
	}
	found = append(found, engine.Finding{Metric: engine.Metric{Name: "tuning-seconds", Unit: "s", Value: 0}})
	return c.records("unrolled", c.tags().With(records.Tags{"statistics": way}), found), nil
}
