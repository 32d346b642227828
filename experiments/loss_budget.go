package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"lethe/datasets"
	"lethe/unlearn"
)

// budgetExperiment streams single requests against one budget, on the account of a ledger, until it is spent.
func lossBudgetExperiment() *Experiment {
	const id = "loss-budget"
	return tableExperiment{
		ID: id, Title: "A stream of requests against one budget of loss perturbation", Convex: true,
		Question: "how many single requests does a budget bear, and what does each cost against retraining?",
		Defaults: func(s *tableSettings, k Key) {
			lossDefaults(s, k)
			s.Steps, s.Tolerance = 3, 1e-3 // more steps, each solved roughly
		},
		Describe: func(s *tableSettings) (string, []string) {
			return fmt.Sprintf("lambda %g, sigma %g, epsilon %g, delta %g, %s, at most %d requests; first order with tau %s; second order in at most %d steps, "+
					"solver %s, tolerance %g, curvature %s, ridge %s", s.Lambda, s.Sigma, s.Epsilons[0], s.Delta, trainingLine(s), s.Requests, s.Text("tau"), s.Steps,
					s.Solver, s.Tolerance, s.Curvature, s.Text("ridge")), []string{"lambda", "sigma", "epsilons", "delta", "train-tolerance", "train-steps",
					"requests", "tau", "steps", "solver", "tolerance", "curvature", "ridge", "pool"}
		},
		Units: func(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			kinds := []string{"samples"}
			if s.Sparse {
				kinds = []string{"features", "samples"}
			}
			var units []Unit
			for _, kind := range kinds {
				for _, method := range []string{"none", "first-order", "second-order"} {
					units = append(units, Unit{kind + " " + method, func(ctx context.Context) ([]Record, error) {
						return s.streamRecords(ctx, id, set, kind, method)
					}})
				}
			}
			return units, nil
		},
		Own: []string{"epsilons", "delta", "requests"}, Idle: idleInStreams(id), Rows: certifiedRows, Claims: (*Results).lossBudgetClaims,
		Tables:  lossBudgetTables,
		Figures: lossBudgetFigures,
	}.engineExperiment()
}

// storedFactor is the number of parameters up to which second order keeps a factor of the Hessian.
const storedFactor = 500

// streamMethod returns what carries the requests out. Second order takes a further step as long as the residual is above a
// hundred-thousandth of the budget.
func (s *tableSession) streamMethod(set *tableSettings, method string, dim int, allowed float64) (unlearn.Method, error) {
	switch method {
	case "none":
		return unlearn.None{}, nil
	case "first-order":
		return unlearn.FirstOrder{Tau: set.Tau.Value, Force: true}, nil
	}
	second, err := secondOrder(set, set.Ridge.Value, s.Seed)
	if err != nil {
		return nil, err
	}
	second.Gradient, second.Until = unlearn.FullGradient, allowed*1e-5
	if dim <= storedFactor && set.Solver == "cg" {
		second.Solver = &unlearn.LaggedCholesky{Tolerance: set.Tolerance}
	}
	return second, nil
}

// stream is one stream at work.
type stream struct {
	*unlearn.Stream
	s           *tableSession
	set         *tableSettings
	kind        string
	allowed     float64
	bounds      float64 // sum of the closed-form bounds of what the entries added; NaN once there was none
	done        int
	spent       bool
	worstSum    float64 // largest relative distance of a total from the sum of its entries
	worstExact  float64 // largest excess of an exact residual over the total
	sum         float64
	accumulated []Record
}

func (s *tableSession) streamRecords(ctx context.Context, part string, set *tableSettings, kind, method string) ([]Record, error) {
	d, err := s.shortRows(set)
	if err != nil {
		return nil, err
	}
	// Most columns of the dense sets are one-hot.
	d = &data{Train: datasets.Sparse(d.Train), Test: datasets.Sparse(d.Test)}
	m, err := newModel(s.Model, d.Train, set)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lethe-ledger-")
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	defer os.RemoveAll(dir)
	budget := unlearn.Budget{Epsilon: set.Epsilons[0], Delta: set.Delta, Sigma: set.Sigma}
	certified := unlearn.Certified{Budget: budget, Trainer: patient{s.trainer(set)}, Seed: random(s.Seed, streamTilt, 0).Uint64()}
	if certified.Method, err = s.streamMethod(set, method, m.Dim(), budget.Residual()); err != nil {
		return nil, err
	}
	p := &unlearn.Problem{Objective: m, Train: d.Train, L2: set.Lambda}
	began := time.Now()
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
	o := outcome{method: method, tags: Tags{"kind": kind}, metrics: []metric{
		{"requests-certified", "requests", float64(st.done)}, {"budget-spent", "share", st.sum / st.allowed}, {"ended-by-budget", "share", share01(st.spent)},
		{"seconds-per-request", "s", seconds / math.Max(1, float64(st.done))}, {"requests-per-second", "1/s", float64(st.done) / seconds},
		{"retrain-seconds", "s", retrain}, {"training-seconds", "s", training},
		{"accuracy-before", "share", before.Accuracy}, {"accuracy-after", "share", after.Accuracy}, {"majority-accuracy", "share", after.Majority},
		{"macro-f1-after", "1", after.MacroF1}, {"sum-error", "1", st.worstSum}, {"exact-excess", "1", st.worstExact}}}
	names := make([]string, len(o.metrics))
	for i, m := range o.metrics {
		names[i] = m.name
	}
	return append(st.accumulated, s.records(part, nil, 0, []outcome{o}, names...)...), st.Close()
}

// run streams requests until the budget is spent or there are no more, and returns the seconds that they took, their records aside.
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
	t.accumulated = append(t.accumulated, t.s.record(part, method, metric{name, "1", value}, 0, Tags{"kind": t.kind, "after-requests": at}))
}

// requests returns single requests in a random order: columns of the pool, or samples.
func (t *stream) requests(ctx context.Context) ([]unlearn.Request, error) {
	var out []unlearn.Request
	if t.kind == "samples" {
		n := t.Problem().Train.Len()
		for _, row := range random(t.s.Seed, streamRows, 0).Perm(n)[:min(t.set.Requests, n/2)] {
			out = append(out, unlearn.RemoveSamples(row))
		}
		return out, nil
	}
	pool, err := t.s.pool(ctx, t.set)
	if err != nil {
		return nil, err
	}
	for _, j := range random(t.s.Seed, streamColumns, 0).Perm(len(pool))[:min(t.set.Requests, len(pool))] {
		out = append(out, unlearn.RemoveFeatures(pool[j]))
	}
	return out, nil
}
