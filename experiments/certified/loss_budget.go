package certified

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// LossBudget streams single requests against one budget, on the account of a ledger, until it is
// spent.
func LossBudget() *engine.Experiment {
	const id = "loss-budget"
	return tabledata.Experiment{
		ID: id, Title: "A stream of requests under one budget of loss perturbation", Convex: true,
		Question: "how many single requests does a budget cover, and how much does each cost compared with retraining?",
		Defaults: func(s *tabledata.Settings, k engine.Key) {
			lossDefaults(s, k)
			// More steps, each solved roughly.
			s.Steps = 3
			s.Tolerance = 1e-3
		},
		Describe: func(s *tabledata.Settings) (string, []string) {
			return fmt.Sprintf("lambda %g, sigma %g, epsilon %g, delta %g, %s, at most %d requests; first order with tau %s; second order in at most %d steps, "+
					"solver %s, tolerance %g, curvature %s, ridge %s", s.Lambda, s.Sigma, s.Epsilons[0], s.Delta, tabledata.TrainingLine(s), s.Requests, s.Text("tau"), s.Steps,
					s.Solver, s.Tolerance, s.Curvature, s.Text("ridge")), []string{"lambda", "sigma", "epsilons", "delta", "train-tolerance", "train-steps",
					"requests", "tau", "steps", "solver", "tolerance", "curvature", "ridge", "pool"}
		},
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			kinds := []string{"samples"}
			if s.Sparse {
				kinds = []string{"features", "samples"}
			}
			var units []engine.Unit
			for _, kind := range kinds {
				for _, method := range set.Wanted(streamMethods()) {
					units = append(units, engine.Unit{Name: kind + " " + method, Run: func(ctx context.Context) ([]records.Record, error) {
						return streamRecords(ctx, s, id, set, kind, method)
					}})
				}
			}
			return units, nil
		},
		Reads: tabledata.Together([]string{"pool", "test-share", "lambda", "sigma", "train-tolerance", "train-steps", "epsilons", "delta", "requests", "methods"},
			tabledata.UpdateSettings),
		Methods: streamMethods(),
		Fixed:   []string{"tau", "ridge"}, Rows: rows(), Answers: lossBudgetAnswers,
		Tables:  lossBudgetTables,
		Figures: lossBudgetFigures,
	}.Runnable()
}

// stream is one stream at work.
type stream struct {
	*unlearn.Stream
	s           *tabledata.Session
	set         *tabledata.Settings
	kind        string
	allowed     float64
	bounds      float64 // sum of the closed-form bounds of what the entries added; NaN once there was none
	done        int
	spent       bool
	worstSum    float64 // largest relative distance of a total from the sum of its entries
	worstExact  float64 // largest excess of an exact residual over the total
	sum         float64
	accumulated []records.Record
}

func streamRecords(ctx context.Context, s *tabledata.Session, part string, set *tabledata.Settings, kind, method string) ([]records.Record, error) {
	d, err := shortRows(s, set)
	if err != nil {
		return nil, err
	}
	// Most columns of the dense sets are one-hot.
	d = &tabledata.Data{Train: datasets.Sparse(d.Train), Test: datasets.Sparse(d.Test)}
	m, err := tabledata.NewModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lethe-ledger-")
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	defer os.RemoveAll(dir)
	budget := unlearn.Budget{Epsilon: set.Epsilons[0], Delta: set.Delta, Sigma: set.Sigma}
	certified := unlearn.Certified{Budget: budget, Trainer: tabledata.Patient{Trainer: s.Trainer(set)}, Seed: trial.Random(s.Seed, trial.StreamTilt, 0).Uint64()}
	if certified.Method, err = (&streamed{s, set, m.Dim(), budget.Residual()}).method(method); err != nil {
		return nil, err
	}
	p := &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}
	began := time.Now()
	s.Progress.Step("training", 0, 0)
	opened, err := certified.Open(ctx, p, m.Init(s.Seed), dir)
	if err != nil {
		return nil, err
	}
	training := time.Since(began).Seconds()
	st := &stream{Stream: opened, s: s, set: set, kind: kind, allowed: budget.Residual()}
	before, err := unlearn.MeasureUtility(ctx, st.Problem(), st.Theta(), set.Sigma, d.Test)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	seconds, err := st.run(ctx, part, method)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	after, err := unlearn.MeasureUtility(ctx, st.Problem(), st.Theta(), set.Sigma, d.Test)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	began = time.Now()
	if _, err := st.Retrain(ctx); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	retrain := time.Since(began).Seconds()
	o := trial.Outcome{Method: method, Tags: records.Tags{"kind": kind}, Metrics: []engine.Metric{
		{Name: "requests-certified", Unit: "requests", Value: float64(st.done)}, {Name: "budget-spent", Unit: "share", Value: st.sum / st.allowed}, {Name: "ended-by-budget", Unit: "share", Value: share01(st.spent)},
		{Name: "seconds-per-request", Unit: "s", Value: seconds / math.Max(1, float64(st.done))}, {Name: "requests-per-second", Unit: "1/s", Value: float64(st.done) / seconds},
		{Name: "retrain-seconds", Unit: "s", Value: retrain}, {Name: "training-seconds", Unit: "s", Value: training},
		{Name: "accuracy-before", Unit: "share", Value: before.Accuracy}, {Name: "accuracy-after", Unit: "share", Value: after.Accuracy}, {Name: "majority-accuracy", Unit: "share", Value: after.Majority},
		{Name: "macro-f1-after", Unit: "1", Value: after.MacroF1}, {Name: "sum-error", Unit: "1", Value: st.worstSum}, {Name: "exact-excess", Unit: "1", Value: st.worstExact}}}
	names := make([]string, len(o.Metrics))
	for i, m := range o.Metrics {
		names[i] = m.Name
	}
	return append(st.accumulated, s.Records(part, nil, 0, []trial.Outcome{o}, names...)...), st.Close()
}

// run streams requests until the budget is spent or there are no more, and returns the seconds that
// they took, their records aside.
func (t *stream) run(ctx context.Context, part, method string) (seconds float64, err error) {
	requests, err := t.requests(ctx)
	if err != nil {
		return 0, err
	}
	every := max(1, len(requests)/250)
	t.sum = t.Ledger().Total()
	t.note(part, method, 0)
	began := time.Now()
	for i, r := range requests {
		t.s.Progress.Step("certified requests", i, len(requests))
		_, err := t.Unlearn(ctx, r)
		var budget *unlearn.BudgetError
		if errors.As(err, &budget) {
			t.spent = true
			t.add(part, method, "next-total", i+1, budget.Certificate.Spent)
			break
		}
		if err != nil {
			return 0, fmt.Errorf("request %d: %w", i, err)
		}
		t.done++
		t.check()
		if t.done%every == 0 || t.done <= 20 {
			t.note(part, method, t.done)
		}
	}
	return time.Since(began).Seconds(), nil
}

// check compares the last entry with what it has to be.
func (t *stream) check() {
	entries := t.Ledger().Entries()
	e := entries[len(entries)-1]
	t.sum += e.Added
	t.bounds += e.Bound
	t.worstSum = max(t.worstSum, math.Abs(e.Total-t.sum)/t.sum)
	t.worstExact = max(t.worstExact, e.Exact-e.Total)
}

// note records where the account stands.
func (t *stream) note(part, method string, at int) {
	entries := t.Ledger().Entries()
	e := entries[len(entries)-1]
	t.add(part, method, "ledger-total", at, e.Total)
	t.add(part, method, "exact-residual", at, e.Exact)
	t.add(part, method, "bound-total", at, t.bounds+entries[0].Added)
}

func (t *stream) add(part, method, name string, at int, value float64) {
	t.accumulated = append(t.accumulated, t.s.Record(part, method, engine.Metric{Name: name, Unit: "1", Value: value}, 0, records.Tags{"kind": t.kind, "after-requests": at}))
}

// requests returns single requests in a random order: columns of the pool, or samples.
func (t *stream) requests(ctx context.Context) ([]unlearn.Request, error) {
	var out []unlearn.Request
	if t.kind == "samples" {
		n := t.Problem().Train.Len()
		for _, row := range trial.Random(t.s.Seed, trial.StreamRows, 0).Perm(n)[:min(t.set.Requests, n/2)] {
			out = append(out, unlearn.RemoveSamples(row))
		}
		return out, nil
	}
	pool, err := t.s.Pool(ctx, t.set)
	if err != nil {
		return nil, err
	}
	for _, j := range trial.Random(t.s.Seed, trial.StreamColumns, 0).Perm(len(pool))[:min(t.set.Requests, len(pool))] {
		out = append(out, unlearn.RemoveFeatures(pool[j]))
	}
	return out, nil
}
