package certified

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
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// Budget streams single requests, each of which publishes a certified model, on the account of a
// ledger. No budget is spent: what a stream has is a cost for each request, and an epsilon that all
// releases have together.
func Budget() *engine.Experiment {
	const id = "budget"
	return tabledata.Experiment{
		ID: id, Title: "A stream of certified requests", Convex: true,
		Question: "how much does each of many single requests cost compared with retraining, and what do all releases reveal together?",
		Defaults: releaseDefaults, Describe: describeReleases,
		Units: func(_ context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			kinds := []string{"samples", "labels"}
			if s.Sparse {
				kinds = []string{"features", "samples", "labels"}
			}
			var units []engine.Unit
			for _, c := range contenders {
				if c.releases == nil || !c.carried(set) {
					continue
				}
				for _, kind := range kinds {
					units = append(units, engine.Unit{Name: kind, Run: func(ctx context.Context) ([]records.Record, error) {
						return streamReleases(ctx, s, id, set, kind, c.Label, c.releases(set))
					}})
				}
			}
			return units, nil
		},
		Reads:   []string{"pool", "test-share", "lambda", "train-tolerance", "train-steps", "epsilons", "delta", "requests", "certified-residual", "against", "methods"},
		Methods: releasesMethods(), Rows: rows(), Answers: budgetAnswers,
		Tables:  budgetTables,
		Figures: budgetFigures,
	}.Runnable()
}

// streamReleases works off the requests of one kind by the mechanism of that row.
func streamReleases(
	ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, kind, row string, mechanism unlearn.OutputPerturbation,
) (out []records.Record, err error) {
	d := s.Data(set)
	// Most columns of the dense sets are one-hot.
	d = &tabledata.Data{Train: datasets.Sparse(d.Train), Test: datasets.Sparse(d.Test)}
	m, err := tabledata.NewModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	requests, err := singleRequests(ctx, s, set, d.Train, kind)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lethe-releases-")
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	defer os.RemoveAll(dir)
	mechanism.Trainer = s.Trainer(set)
	mechanism.Rand = rand.New(rand.NewPCG(s.Seed, trial.StreamRelease<<32))
	p := &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}
	began := time.Now()
	s.Progress.Step("training", 0, 0)
	stream, err := mechanism.Open(ctx, p, m.Init(s.Seed), dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	o := trial.Outcome{Method: row, Tags: records.Tags{"kind": kind}}
	add := func(name, unit string, v float64) {
		o.Metrics = append(o.Metrics, engine.Metric{Name: name, Unit: unit, Value: v})
	}
	add("training-seconds", "s", time.Since(began).Seconds())
	passes := 0.0
	var before []float64 // the state that the last request started from
	began = time.Now()
	for i, r := range requests {
		s.Progress.Step("certified requests", i, len(requests))
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
	if err := compareRetraining(s, ctx, set, m, stream, before, d, add); err != nil {
		return nil, err
	}
	names := make([]string, len(o.Metrics))
	for i, m := range o.Metrics {
		names[i] = m.Name
	}
	return s.Records(part, nil, 0, []trial.Outcome{o}, names...), nil
}

// compareRetraining measures the last release beside the model retrained on what is left: warm, by
// Newton's method from the state before the last request, and cold.
func compareRetraining(s *tabledata.Session,
	ctx context.Context, set *tabledata.Settings, m tabledata.Model, stream *unlearn.ReleaseStream, before []float64, d *tabledata.Data,
	add func(name, unit string, v float64),
) error {
	p := stream.Problem()
	s.Progress.Step("retraining, to compare with", 0, 0)
	if _, err := timedRetraining(ctx, set.Newton(), p, before, "warm", add); err != nil {
		return err
	}
	retrained, err := timedRetraining(ctx, s.Trainer(set), p, m.Init(s.Seed), "cold", add)
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
		accuracy, err := datasets.Accuracy(classes, d.Test)
		if err != nil {
			return err
		}
		add(model.metric, "share", accuracy)
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
func singleRequests(ctx context.Context, s *tabledata.Session, set *tabledata.Settings, train *datasets.Dataset, kind string) ([]unlearn.Request, error) {
	var out []unlearn.Request
	if kind == "features" {
		pool, err := s.Pool(ctx, set)
		if err != nil {
			return nil, err
		}
		for _, j := range trial.Random(s.Seed, trial.StreamColumns, 0).Perm(len(pool))[:min(set.Requests, len(pool))] {
			out = append(out, unlearn.RemoveFeatures(pool[j]))
		}
		return out, nil
	}
	rows := trial.Random(s.Seed, trial.StreamRows, 0).Perm(train.Len())[:min(set.Requests, train.Len()/2)]
	labels := tabledata.OtherLabels(trial.Random(s.Seed, trial.StreamLabels, 0), train, rows)
	for i, row := range rows {
		if kind == "labels" {
			out = append(out, unlearn.CorrectLabels([]int{row}, labels[i:i+1]))
		} else {
			out = append(out, unlearn.RemoveSamples(row))
		}
	}
	return out, nil
}

func budgetTables(r *engine.Results) []report.Table {
	b, _ := budgetOf(r)
	t := report.Table{Title: "Single certified requests", Header: []string{"requests", "number", "time / request, s", "requests / s", "passes / request",
		"warm retraining, s", "warm passes", "cold retraining, s", "cold passes", "final accuracy, %", "retrained, %", "distance to retraining", "allowed", "epsilon of all releases"}}
	for _, kind := range []string{"features", "samples", "labels"} {
		at := func(metric string) float64 { return r.Where(metric, "kind", kind).Mean }
		if math.IsNaN(at("requests-certified")) {
			continue
		}
		row := report.NewRow(kind).Exactly(at("requests-certified"))
		for _, name := range []string{"seconds-per-request", "requests-per-second", "products", "warm-seconds", "warm-passes", "cold-seconds", "cold-passes"} {
			row.One(report.Plain, at(name))
		}
		row.One(report.Percent, at("accuracy")).One(report.Percent, at("retrained-accuracy"))
		for _, name := range []string{"state-distance", "allowed-distance", "epsilon-together"} {
			row.One(report.Plain, at(name))
		}
		t.Append(row)
	}
	t.Note = fmt.Sprintf("Every request is certified separately at epsilon %g, delta %g. The last column is the epsilon of all releases of a stream together, at the "+
		"same delta. The time of a request includes its passes over the data, its ledger entry (syncs to disk) and the file of its release. A pass is a gradient or a "+
		"Hessian product over all samples. Retraining uses the data after the last request, to the same residual and without noise: warm by Newton's "+
		"method from the state before that request, cold by L-BFGS. The distance is that of the state, before noise is added.", b.Epsilon, b.Delta)
	return []report.Table{t}
}

// budgetFigures shows what all releases of a stream give away together.
func budgetFigures(r *engine.Results) []report.Figure {
	b, _ := budgetOf(r)
	m := unlearn.OutputPerturbation{Epsilon: b.Epsilon, Delta: b.Delta}
	together := report.Series{Label: released, Bare: true}
	for n := 1; n <= 1000; n *= 2 {
		together.X, together.Y = append(together.X, float64(n)), append(together.Y, m.Together(n))
	}
	return []report.Figure{{Name: "together", X: "number of releases", Y: "epsilon of all together", LogX: true, LogY: true, Series: []report.Series{together},
		Title: "Epsilon of several releases taken together", Subtitle: "computed, not measured",
		Caption: fmt.Sprintf("At delta %g, where each release has epsilon %g", b.Delta, b.Epsilon)}}
}
