package poisoning

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/nets"
	"lethe/unlearn"
)

// repair is a request to correct the flipped labels that are known.
type repair struct {
	*poisonSubject
	known   float64 // their share
	request unlearn.Request
	applied *unlearn.Applied
}

// knownFlips is how many of the flips are known.
func knownFlips(share float64, flips int) int { return int(math.Round(share * float64(flips))) }

// repair returns the request for that share of the flips, from the second time on the same one.
func (sub *poisonSubject) repair(known float64) (*repair, error) {
	if c, ok := sub.repairs[known]; ok {
		return c, nil
	}
	rows := sub.rows[:knownFlips(known, len(sub.rows))]
	labels := make([]float64, len(rows))
	for i, row := range rows {
		labels[i] = sub.labels[row]
	}
	c := &repair{poisonSubject: sub, known: known, request: unlearn.CorrectLabels(rows, labels)}
	var err error
	if c.applied, err = c.request.Apply(sub.problem.Train); err != nil {
		return nil, err
	}
	sub.repairs[known] = c
	return c, nil
}

// tags are those of all records of a request.
func (c *repair) tags() records.Tags {
	return c.stage("after").With(records.Tags{"known": c.known})
}

// The two ways to evaluate an update: with re-estimated statistics of batch normalization, and with
// those from before.
const (
	reestimated = "re-estimated"
	kept        = "kept"
)

// ways returns those that the settings ask for, re-estimated first; without images to estimate
// statistics on they are kept.
func ways(set *Settings) []string {
	if set.Reestimate == 0 {
		return []string{kept}
	}
	var out []string
	for _, way := range []string{reestimated, kept} {
		if slices.Contains(set.Statistics, way) {
			out = append(out, way)
		}
	}
	return out
}

// statisticsSeed is that of the images on which statistics are found, sampleSeed that of those
// which stand for all in curvature and residuals: the same for all methods, so that these can be
// compared.
func (sub *poisonSubject) statisticsSeed() uint64 {
	return trial.Random(sub.session.Seed, trial.StreamStatistics, sub.draw).Uint64()
}
func (sub *poisonSubject) sampleSeed() uint64 {
	return trial.Random(sub.session.Seed, trial.StreamCurvature, sub.draw).Uint64()
}

// with returns the method that ends with statistics of that way.
func (sub *poisonSubject) with(way string, m unlearn.Method) unlearn.Method {
	if way == kept {
		return m
	}
	return unlearn.ReestimateStatistics{Method: m, Samples: sub.set.Reestimate, Seed: sub.statisticsSeed(), Force: true}
}

// target is the part of the network that a method changes.
type target struct {
	c       *repair
	problem *unlearn.Problem
	theta   []float64
	whole   func(theta []float64) ([]float64, error)
	full    bool // steps follow the full gradient, not the difference
}

// target returns the whole network, or its last layers: both dense ones and the normalization
// between them.
func (c *repair) target(ctx context.Context, last bool) (*target, error) {
	theta, err := c.trained(ctx)
	if err != nil {
		return nil, err
	}
	if !last {
		return &target{c: c, problem: c.problem, theta: theta, whole: func(theta []float64) ([]float64, error) { return theta, nil }}, nil
	}
	m, err := c.model.Select(theta, c.lastPatterns()...)
	if err != nil {
		return nil, err
	}
	p := *c.problem
	p.Objective = lastLayers{m, c.model}
	chosen, err := m.Chosen(theta)
	return &target{c: c, problem: &p, theta: chosen, whole: m.Whole}, err
}

// lastPatterns name the tensors of the last layers.
func (c *repair) lastPatterns() []string {
	return []string{"dense*/*", fmt.Sprintf("norm%d/*", 2*len(c.set.Blocks)+1)}
}

// lastLayers is a model of some layers that finds its statistics in the whole network.
type lastLayers struct {
	*nets.Model
	all *nets.Model
}

// EstimateStatistics implements [unlearn.StatisticsObjective].
func (l lastLayers) EstimateStatistics(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	whole, err := l.Whole(theta)
	if err != nil {
		return nil, err
	}
	if whole, err = l.all.EstimateStatistics(ctx, whole, d); err != nil {
		return nil, err
	}
	return l.Chosen(whole)
}

// score is the validation accuracy of the target's parameters, in points.
func (t *target) score(ctx context.Context, theta []float64) (float64, error) {
	whole, err := t.whole(theta)
	if err != nil {
		return math.NaN(), err
	}
	works, err := trial.GivesNumbers(ctx, t.c.model, whole, t.c.validation)
	if err != nil || !works {
		return math.NaN(), err
	}
	accuracy, err := t.c.model.Accuracy(ctx, whole, t.c.validation)
	return 100 * accuracy, err
}

// settled returns the parameters with their statistics in that way. Statistics depend on the images
// alone, which no request changes.
func (t *target) settled(ctx context.Context, way string, theta []float64) ([]float64, error) {
	if way == kept {
		return theta, nil
	}
	some := unlearn.StatisticsTrainer{Trainer: trial.Done{Theta: theta}, Samples: t.c.set.Reestimate, Seed: t.c.statisticsSeed()}
	return some.Train(ctx, t.problem, theta)
}
