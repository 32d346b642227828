package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/unlearn"
)

// budgetExperiment streams single requests, each of which publishes a certified model, on the account of a ledger. No budget is spent:
// what a stream has is a cost for each request, and an epsilon that all releases have together.
func budgetExperiment() *Experiment {
	const id = "budget"
	return &Experiment{
		ID: id, Title: "A stream of certified requests", Convex: true,
		Question: "what does each of many single requests cost against retraining, and what do all releases give away together?",
		Defaults: releaseDefaults, Describe: describeReleases,
		Units: func(_ context.Context, s *Session, set *Settings) ([]Unit, error) {
			kinds := []string{"samples", "labels"}
			if s.Sparse {
				kinds = []string{"features", "samples", "labels"}
			}
			var units []Unit
			for _, kind := range kinds {
				units = append(units, Unit{kind, func(ctx context.Context) ([]Record, error) { return s.streamReleases(ctx, id, set, kind) }})
			}
			return units, nil
		},
		Tables:  budgetTables,
		Figures: budgetFigures,
	}
}

// streamReleases works off the requests of one kind.
func (s *Session) streamReleases(ctx context.Context, part string, set *Settings, kind string) (out []Record, err error) {
	d := s.data(set)
	// Most columns of the dense sets are one-hot.
	d = &data{Train: datasets.Sparse(d.Train), Test: datasets.Sparse(d.Test)}
	m, err := newModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	requests, err := s.singleRequests(ctx, set, d.Train, kind)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lethe-releases-")
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	defer os.RemoveAll(dir)
	mechanism := set.mechanism()
	mechanism.Trainer = s.trainer(set)
	mechanism.Rand = rand.New(rand.NewPCG(s.Seed, streamRelease<<32))
	p := &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}
	began := time.Now()
	stream, err := mechanism.Open(ctx, p, m.Init(s.Seed), dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	o := outcome{method: released, tags: Tags{"kind": kind}}
	add := func(name, unit string, v float64) { o.metrics = append(o.metrics, metric{name, unit, v}) }
	add("training-seconds", "s", time.Since(began).Seconds())
	passes := 0.0
	var before []float64 // the state that the last request started from
	began = time.Now()
	for i, r := range requests {
		before = stream.State()
		u, err := stream.Unlearn(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("request %d: %w", i, err)
		}
		passes += (u.Cost.Gradients + u.Cost.HVPs) / float64(u.Data.Len())
	}
	seconds := time.Since(began).Seconds()
	n := float64(len(requests))
	add("requests-certified", "requests", n)
	add("seconds-per-request", "s", seconds/n)
	add("requests-per-second", "1/s", n/seconds)
	add("products", "1", passes/n)
	add("epsilon-together", "1", stream.Together())
	if err := s.compareRetraining(ctx, set, m, stream, before, d, add); err != nil {
		return nil, err
	}
	names := make([]string, len(o.metrics))
	for i, m := range o.metrics {
		names[i] = m.name
	}
	return s.records(part, nil, 0, []outcome{o}, names...), nil
}

// compareRetraining measures the last release beside the model retrained on what is left: warm, by Newton's method from the state before the
// last request, and cold.
func (s *Session) compareRetraining(
	ctx context.Context, set *Settings, m Model, stream *unlearn.ReleaseStream, before []float64, d *data,
	add func(name, unit string, v float64),
) error {
	p := stream.Problem()
	if _, err := timedRetraining(ctx, set.newton(), p, before, "warm", add); err != nil {
		return err
	}
	retrained, err := timedRetraining(ctx, s.trainer(set), p, m.Init(s.Seed), "cold", add)
	if err != nil {
		return err
	}
	add("state-distance", "1", floats.Distance(stream.State(), retrained, 2))
	add("allowed-distance", "1", stream.Latest().Distance+set.TrainTolerance/set.Lambda) // retraining stops short of the optimum too
	for _, model := range []struct {
		metric string
		theta  []float64
	}{{"accuracy", stream.Latest().Theta}, {"retrained-accuracy", retrained}} {
		classes, err := m.Classes(ctx, model.theta, d.Test)
		if err != nil {
			return err
		}
		add(model.metric, "share", share(classes, d.Test))
	}
	return nil
}

// timedRetraining trains on p from the start, and adds its seconds and its passes over the data.
func timedRetraining(
	ctx context.Context, trainer unlearn.Trainer, p *unlearn.Problem, start []float64, name string, add func(name, unit string, v float64),
) ([]float64, error) {
	meter := unlearn.NewMeter(p.Objective)
	metered := *p
	metered.Objective = meter
	began := time.Now()
	theta, err := trainer.Train(ctx, &metered, start)
	if err != nil {
		return nil, err
	}
	add(name+"-seconds", "s", time.Since(began).Seconds())
	add(name+"-passes", "1", (meter.Cost().Gradients+meter.Cost().HVPs)/float64(p.Train.Len()))
	return theta, nil
}

// singleRequests returns requests of one sample, label or column each, in a random order.
func (s *Session) singleRequests(ctx context.Context, set *Settings, train *datasets.Dataset, kind string) ([]unlearn.Request, error) {
	var out []unlearn.Request
	if kind == "features" {
		pool, err := s.pool(ctx, set)
		if err != nil {
			return nil, err
		}
		for _, j := range random(s.Seed, streamColumns, 0).Perm(len(pool))[:min(set.Requests, len(pool))] {
			out = append(out, unlearn.RemoveFeatures(pool[j]))
		}
		return out, nil
	}
	rows := random(s.Seed, streamRows, 0).Perm(train.Len())[:min(set.Requests, train.Len()/2)]
	labels := otherLabels(random(s.Seed, streamLabels, 0), train, rows)
	for i, row := range rows {
		if kind == "labels" {
			out = append(out, unlearn.CorrectLabels([]int{row}, labels[i:i+1]))
		} else {
			out = append(out, unlearn.RemoveSamples(row))
		}
	}
	return out, nil
}

func budgetTables(r *Results) []Table {
	b, _ := r.budgetOf()
	t := Table{Title: "Single certified requests", Header: []string{"requests", "number", "seconds a request", "requests a second", "passes a request",
		"warm retraining, s", "its passes", "cold retraining, s", "its passes", "accuracy at last, %", "retrained, %", "distance to retraining", "allowed", "epsilon of all releases"}}
	for _, kind := range []string{"features", "samples", "labels"} {
		at := func(metric string) float64 { return r.where(metric, "kind", kind).mean }
		if math.IsNaN(at("requests-certified")) {
			continue
		}
		row := []string{kind, formatNumber(at("requests-certified"))}
		for _, name := range []string{"seconds-per-request", "requests-per-second", "products", "warm-seconds", "warm-passes", "cold-seconds", "cold-passes"} {
			row = append(row, significant(at(name), 3))
		}
		row = append(row, percent.one(at("accuracy")), percent.one(at("retrained-accuracy")))
		for _, name := range []string{"state-distance", "allowed-distance", "epsilon-together"} {
			row = append(row, significant(at(name), 3))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = fmt.Sprintf("Every request is certified by itself at epsilon %g, delta %g; the last column is the epsilon of all releases of a stream taken together, at the "+
		"same delta. A request costs its passes over the data, its place in the ledger (syncs to disk) and the file of its release; a pass is a gradient or a "+
		"Hessian product over all samples. Retraining is on what is left after the last request, to the same residual and without noise: warm by Newton's "+
		"method from the state before that request, cold by L-BFGS. The distance is that of the state, before its noise.", b.Epsilon, b.Delta)
	return []Table{t}
}

// budgetFigures shows what all releases of a stream give away together.
func budgetFigures(r *Results) []Figure {
	b, _ := r.budgetOf()
	m := unlearn.OutputPerturbation{Epsilon: b.Epsilon, Delta: b.Delta}
	together := Series{Label: released}
	for n := 1; n <= 1000; n *= 2 {
		together.X, together.Y = append(together.X, float64(n)), append(together.Y, m.Together(n))
	}
	return []Figure{{Name: "together", X: "releases", Y: "epsilon of all together", LogX: true, LogY: true, Series: []Series{together},
		Caption: fmt.Sprintf("Epsilon of several releases taken together, at delta %g, where each has epsilon %g", b.Delta, b.Epsilon)}}
}

// budgetClaims: the state never leaves its distance of retraining, and accuracy is retraining's.
func (r *Results) budgetClaims() []Claim {
	var out []Claim
	for _, kind := range []string{"features", "samples", "labels"} {
		at := func(metric string) float64 { return r.where(metric, "kind", kind).mean }
		if math.IsNaN(at("requests-certified")) {
			continue
		}
		name := fmt.Sprintf("after %s single requests (%s): ", formatNumber(at("requests-certified")), kind)
		out = append(out, atMost(name+"distance of the state to retraining", at("state-distance"), at("allowed-distance")),
			within(name+"test accuracy of the release, against retraining without noise", at("accuracy"), at("retrained-accuracy"), 0.0002, percent, "%"))
	}
	return out
}
