package certified

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/experiments/internal/tried"
	"lethe/nets"
	"lethe/unlearn"
)

func lossConfig(t *testing.T, dataset string, set ...string) *engine.Config {
	t.Helper()
	e, err := engine.Find("loss-perturbation")
	require.NoError(t, err)
	s, err := engine.Defaults(e, engine.Key{Dataset: dataset, Model: "linear", Profile: engine.Paper})
	require.NoError(t, err)
	for _, kv := range set {
		key, value, _ := strings.Cut(kv, "=")
		require.NoError(t, s.Set(key, value))
	}
	return &engine.Config{Experiment: "loss-perturbation", Dataset: dataset, Model: "linear", Profile: engine.Paper, Parts: []engine.Part{{Experiment: "loss-perturbation", Settings: s}}}
}

// swept are records of a sweep over sigma: a residual and an accuracy for each sigma and draw.
func swept(method string, points map[float64][][2]float64) []records.Record {
	var out []records.Record
	for sigma, draws := range points {
		for draw, p := range draws {
			for i, name := range []string{"sweep-gradient-residual", "sweep-test-accuracy"} {
				out = append(out, records.Record{Experiment: "loss-perturbation", Model: "linear", Method: method, Metric: name, Value: p[i], Draw: draw,
					Settings: map[string]any{"features": 10.0, "sweep-sigma": sigma}})
			}
		}
	}
	return out
}

func TestTheSigmaThatAMethodNeedsHasToDoForEveryDraw(t *testing.T) {
	// At epsilon 0.1 and delta 0.01 a residual of 0.0316 sigma may be certified.
	records := swept("first-order", map[float64][][2]float64{
		0: {{9, 0.98}, {11, 0.98}}, 1: {{0.03, 0.97}, {0.04, 0.97}}, 10: {{0.3, 0.9}, {0.31, 0.8}}, 100: {{1, 0.5}, {1, 0.5}}, 1000: {{99, 0.5}, {0, 0.5}},
	})
	r := engine.ResultsOf("loss-perturbation", lossConfig(t, "enron"), records)
	n := needs(r, "first-order", 10, 0.1, 0.01)
	assert.Equal(t, 10.0, n.sigma)
	assert.InDelta(t, 0.85, n.accuracy.Mean, 1e-12)
	assert.Equal(t, 1.0, needs(r, "first-order", 10, 0.5, 0.01).sigma)
	assert.Zero(t, needs(r, "first-order", 10, 0.001, 0.01).sigma, "no sigma that was tried")
	sigma, at := authorsNeed(r, "first-order", 10, 0.1, 0.01)
	assert.InDelta(t, 3.1656*10/0.1, sigma, 0.05, "c r / epsilon of the mean residual without noise")
	assert.Equal(t, 1000.0, at.sigma, "the first that was tried above it")
}

func TestCertifiedClaims(t *testing.T) {
	record := func(method, metric string, value float64, draw int) records.Record {
		return records.Record{Experiment: "loss-perturbation", Model: "linear", Method: method, Metric: metric, Value: value, Draw: draw, Settings: map[string]any{"features": 10.0}}
	}
	var records []records.Record
	for draw := range 10 {
		records = append(records, record("second-order", "certified-share", share01(draw < 7), draw), record("second-order", "test-accuracy", 0.978, draw),
			record("retrain", "test-accuracy", 0.979, draw), record("second-order", "bound-holds", 1, draw), record(majorityClass, "test-accuracy", 0.52, draw))
	}
	records = append(records, swept("none", map[float64][][2]float64{100: {{1, 0.6}}, 1: {{1, 0.97}}})...)
	verdicts := func(c *engine.Config) map[string]bool {
		out := map[string]bool{}
		for _, claim := range lossTargets(engine.ResultsOf("loss-perturbation", c, records)) {
			out[claim.Text] = claim.Met
			assert.Equal(t, claim.Met, claim.Short == "", claim.Text)
		}
		return out
	}
	enron := verdicts(lossConfig(t, "enron"))
	require.Len(t, enron, 4)
	assert.False(t, enron["second order (steps 1) at sigma 1: share of 10 draws that certify, 10 features"])
	assert.True(t, enron["its test accuracy, compared with retraining, 10 features"])
	assert.True(t, enron["share of 10 updates whose residual is within its closed-form bound"])
	assert.True(t, enron["test accuracy at the sigma 100 that noise alone needs, 10 features: points below retraining at the run's sigma"])
	drebin := verdicts(lossConfig(t, "drebin", "steps=2", "sigma=0.3"))
	assert.False(t, drebin["second order (steps 2) at sigma 0.3: share of 10 draws that certify, 10 features"])
	assert.False(t, drebin["test accuracy at the sigma 100 that noise alone needs, 10 features: compared with the majority class"])
	assert.Empty(t, verdicts(lossConfig(t, "enron", "epsilons=0.2")), "targets are for epsilon 0.1")
	assert.Len(t, verdicts(lossConfig(t, "adult")), 1, "the bounds alone")
}

func TestCertifiedRunShowsBoundsThatHoldAndWhatIsWorthNothing(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "loss-perturbation", "linear", "rows=5,60")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("loss-perturbation", tried.Must(engine.ReadConfig(filepath.Join(dir, records.ConfigName))), recs)
	holds := r.Where("bound-holds")
	require.Equal(t, 2*2*3, holds.N, "2 draws, 2 sizes, 3 methods with a bound")
	require.Equal(t, 1.0, holds.Mean)
	text := string(tried.Must(os.ReadFile(filepath.Join(dir, records.TablesName))))
	require.Contains(t, text, "In 12 of 12 updates the residual is within its bound")
	require.Contains(t, text, "the model is no better than the majority class (69.48 %, macro F1 0.410): the certificate is worth nothing")
}

func TestCertificatesAreRefusedForNetworks(t *testing.T) {
	for _, id := range []string{"loss-perturbation", "sigma", "loss-budget"} {
		o := engine.Order{Experiment: id, Dataset: "diabetes", Model: "mlp", Profile: engine.Smoke, Out: t.TempDir()}
		_, _, err := o.Do(t.Context())
		var usage *engine.UsageError
		require.ErrorAs(t, err, &usage)
		require.ErrorContains(t, err, "convex problems only")
	}
}

func TestRowsOfRequestsStayShort(t *testing.T) {
	s, set := tableSession(t, "diabetes")
	d, err := shortRows(s, set)
	require.NoError(t, err)
	require.NotSame(t, s.Data(set), d, "the rows of diabetes are longer than 1")
	r, err := shortRequest(t.Context(), s, set, 50, 0)
	require.NoError(t, err)
	applied, err := r.Apply(d.Train)
	require.NoError(t, err)
	require.Len(t, applied.Rows, 50)
	norms, err := datasets.RowNorms(applied.Data)
	require.NoError(t, err)
	for _, v := range norms {
		require.InDelta(t, 1, v, 1e-12)
	}
}

func TestBudgetAccountsAreTrue(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "loss-budget", "linear", "requests=30", "sigma=20")
	recs, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	r := engine.ResultsOf("loss-budget", tried.Must(engine.ReadConfig(filepath.Join(dir, records.ConfigName))), recs)
	require.Equal(t, []string{"samples"}, kinds(r))
	second := []any{"method", "second-order"}
	require.Equal(t, 30.0, r.Where("requests-certified", second...).Mean)
	require.Zero(t, r.Where("ended-by-budget", second...).Mean)
	require.Equal(t, 1.0, r.Where("ended-by-budget", "method", "none").Mean)
	require.Less(t, r.Where("requests-certified", "method", "none").Mean, 30.0)
	for _, rec := range r.Part("ledger-total") {
		at := []any{"method", rec.Method, "after-requests", rec.Number("after-requests")}
		require.LessOrEqual(t, r.Where("exact-residual", at...).Mean, rec.Value*(1+1e-12))
		require.LessOrEqual(t, rec.Value, r.Where("bound-total", at...).Mean*(1+1e-9)+1e-9)
	}
	for _, claim := range lossBudgetTargets(r) {
		require.True(t, claim.Met, claim.Text)
	}
}

// Whatever requests were noted, the line has points all along its logarithmic axis, and no more
// than can be told apart.
func TestTheFigureOfABudgetHasPointsAllAlong(t *testing.T) {
	record := func(metric string, value float64, at int) records.Record {
		return records.Record{Experiment: "loss-budget", Model: "linear", Method: "second-order", Metric: metric, Value: value, Settings: map[string]any{"kind": "samples", "after-requests": float64(at)}}
	}
	records := []records.Record{record("requests-certified", 10000, 0), record("ledger-total", 1, 0)}
	for at := 40; at <= 10000; at += 40 {
		records = append(records, record("ledger-total", float64(at), at))
	}
	e, err := engine.Find("loss-budget")
	require.NoError(t, err)
	s, err := engine.Defaults(e, engine.Key{Dataset: "adult", Model: "linear", Profile: engine.Paper})
	require.NoError(t, err)
	c := &engine.Config{Experiment: "loss-budget", Dataset: "adult", Model: "linear", Profile: engine.Paper, Parts: []engine.Part{{Experiment: "loss-budget", Settings: s}}}
	figures := lossBudgetFigures(engine.ResultsOf("loss-budget", c, records))
	require.Len(t, figures, 1)
	x := figures[0].Series[0].X
	require.Equal(t, 40.0, x[0])
	for i := 1; i < len(x); i++ {
		require.Less(t, x[i]/x[i-1], 2.1)
	}
	require.Greater(t, x[len(x)-1], 8000.0)
	require.LessOrEqual(t, len(x), 12*3)
}

// Multi-class softmax regression on a model of package nets, not only two classes.
func TestSoftmaxRegressionIsCertified(t *testing.T) {
	const n, p, classes = 300, 6, 4
	r := trial.Random(3, trial.StreamRows, 0)
	x, y := &datasets.Dense{N: n, Cols: p, Data: make([]float64, n*p)}, make([]float64, n)
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	for i := range y {
		y[i] = float64(r.IntN(classes))
		x.Data[i*p+int(y[i])] += 2
	}
	d, err := datasets.NormalizeRows(&datasets.Dataset{Name: "four", X: x, Y: y, Classes: classes})
	require.NoError(t, err)
	model, err := nets.NewModel(nets.Linear{In: p, Out: classes}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	certified := unlearn.Certified{Budget: unlearn.Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}, Seed: 5}
	problem, theta, err := certified.Train(t.Context(), &unlearn.Problem{Objective: model, Train: d, L2: 1}, model.Init(1))
	require.NoError(t, err)
	requests := map[string]unlearn.Request{
		"samples": unlearn.RemoveSamples(1, 2, 3), "labels": unlearn.CorrectLabels([]int{7}, []float64{2}), "features": unlearn.RemoveFeatures(5),
	}
	for name, request := range requests {
		for _, method := range []unlearn.Method{unlearn.None{}, unlearn.FirstOrder{Tau: 1e-2}, unlearn.SecondOrder{}, unlearn.SecondOrder{Steps: 2}} {
			certified.Method = method
			u, err := certified.Unlearn(t.Context(), problem, theta, request)
			var budget *unlearn.BudgetError
			if err != nil {
				require.ErrorAs(t, err, &budget, name)
			}
			c := u.Certificate
			require.LessOrEqual(t, c.Residual, c.Bound*(1+1e-9), "%s, %s", name, method.Name())
			require.LessOrEqual(t, c.Bound, c.WorstCase*(1+1e-9), "%s, %s", name, method.Name())
			if second, ok := method.(unlearn.SecondOrder); ok && second.Steps == 2 {
				require.True(t, c.Issued, name)
				residual, err := problem.With(u.Data).Residual(t.Context(), u.Theta)
				require.NoError(t, err)
				require.InDelta(t, residual, c.Residual, 1e-9)
			}
		}
	}
	worth, err := unlearn.MeasureUtility(t.Context(), problem, theta, 1, d)
	require.NoError(t, err)
	require.False(t, worth.Vacuous())
}
