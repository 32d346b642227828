package unlearn

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"lethe/datasets"
	"lethe/internal/settingstest"
)

// Whatever the problem and the request, what an update says of itself is true, and what is worse is
// refused.
func TestReportsAreTrueOnRandomProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(2, 30).Draw(t, "n"), rapid.IntRange(1, 6).Draw(t, "p")
		link := rapid.SampledFrom([]func(int) glm{leastSquares, logistic, neuron}).Draw(t, "objective")
		d := randomData(n, dim, 2, rapid.Bool().Draw(t, "sparse"), rapid.Uint64().Draw(t, "seed"))
		p := &Problem{Objective: full{link(dim)}, Train: d, L2: rapid.Float64Range(0, 3).Draw(t, "L2"), Tilt: randomVector(dim, 7)}
		theta, r := randomVector(dim, rapid.Uint64().Draw(t, "theta")), drawRequest(t, d)
		untouched := slices.Clone(theta)
		trained, err := p.Residual(context.Background(), theta)
		require.NoError(t, err)
		for _, m := range []Method{
			None{}, Occlusion{}, FirstOrder{Tau: 0.1}, SecondOrder{}, SecondOrder{Curvature: GaussNewton, Ridge: 1, Steps: 3},
			FineTune{Rate: 0.1}, Iterative{Method: FirstOrder{Tau: 0.1}, Chunks: 3}, Iterative{Method: SecondOrder{Ridge: 2}},
			PublishedSecondOrder{}, PublishedSecondOrder{Scale: 10, Batch: 5}, SecondOrder{Ridge: 1, Steps: 2, Gradient: Difference},
		} {
			u, err := m.Unlearn(context.Background(), p, theta, r)
			require.Equal(t, untouched, theta)
			if err != nil {
				_, refused := errors.AsType[*WorseError](err)
				require.True(t, refused || numerical(err), "%s: %v", m.Name(), err)
				require.Nil(t, u.Theta)
				continue
			}
			at := p.With(u.Data)
			before, err := at.Residual(context.Background(), theta)
			require.NoError(t, err)
			after, err := at.Residual(context.Background(), u.Theta)
			require.NoError(t, err)
			require.InDelta(t, before, u.Before, 1e-12*(1+before))
			require.InDelta(t, after, u.After, 1e-12*(1+after))
			if m.Name() != "fine-tune" {
				require.LessOrEqual(t, after, max(before, trained)*(1+2e-6)+1e-10, m.Name())
			}
		}
	})
}

// methodRow is a method set up so that it can run on any problem of five parameters.
type methodRow struct {
	name    string // by which tables call it
	m       Method
	allowed map[string]string // values of its settings that are no mistake
}

// methodTable is one of each method. A new one has its row here and nowhere else in the tests of
// all methods.
func methodTable() []methodRow {
	huge, with, start := settingstest.Huge, settingstest.With, func(fields ...string) map[string]string { // refused in words, if at all
		return settingstest.With(settingstest.Huge(fields...), "Start", "huge negative")
	}
	at, second := make([]float64, 5), huge("Ridge", "Step", "Steps", "Until", "Sample", "FullSample")
	return []methodRow{
		{"none", None{}, huge("Sample")},
		{"occlusion", Occlusion{}, nil},
		{"first-order", FirstOrder{Tau: 1e-3, Force: true}, huge("Tau", "Sample", "FullSample")},
		{"second-order", SecondOrder{Force: true}, second},
		{"second-order", SecondOrder{Steps: 3, Force: true}, second},
		{"fine-tune", FineTune{Rate: 1e-3}, huge("Rate", "Batch", "Epochs", "Sample")},
		{"neg-grad-plus", NegGradPlus{Steps: Steps{Rate: 1e-3}}, huge("Epochs", "Sample")},
		{"scrub", SCRUB{Epochs: 3, Ascents: 1, Steps: Steps{Rate: 1e-3}}, with(huge("Gamma", "Alpha", "Epochs", "Sample"), "Temperature", "huge")},
		{"ssd", SSD{Samples: 30}, huge("Alpha", "Lambda", "Samples", "Sample")},
		{"salun", SalUn{Epochs: 2, Steps: Steps{Rate: 1e-3}}, huge("Epochs", "Sample")},
		{"bad-teacher", BadTeacher{Incompetent: slices.Clone(at)}, with(huge("Epochs", "Sample"), "Incompetent", "huge negative")},
		{"npo", NPO{Steps: Steps{Rate: 1e-3}}, huge("Beta", "Alpha", "Epochs", "Sample")},
		{"reinit-last", ReinitLast{Select: firstThree, Init: slices.Clone(at), Trainer: newton{}}, with(huge("Sample"), "Init", "huge negative")},
		{"potion", Potion{Samples: 30}, huge("Tries", "Samples", "Sample")},
		{"sap", SAP{}, huge("Alpha", "Trusted", "Sample")},
		{"msg", MSG{}, huge("Slow", "Epochs", "Sample")},
		{"auto", Auto{MaxLoss: 1}, huge("MaxLoss", "Sample", "Passes")},
		{"auto", Auto{MaxLoss: 1, Candidates: []Candidate{{"", SecondOrder{}}, {"", FirstOrder{Tau: 1e-3}}}}, huge("MaxLoss", "Sample", "Passes")},
		{"second-order-part", Part{Method: SecondOrder{Force: true}, Select: firstThree}, nil},
		{"retrain", Retrain{Trainer: newton{}}, huge("Sample")},
		{"retrain", Retrain{Trainer: newton{}, Start: slices.Clone(at)}, start("Sample")},
		{"first-order-iterative", Iterative{Method: FirstOrder{Tau: 1e-3, Force: true}}, huge("Chunks", "Tolerance")},
		{"second-order-iterative", Iterative{Method: SecondOrder{Force: true}}, huge("Chunks", "Tolerance")},
		{"second-order-published", PublishedSecondOrder{Force: true}, huge("Batch", "Damping", "Scale", "Iterations", "Check", "Sample")},
		{"first-order-reestimated", ReestimateStatistics{Method: FirstOrder{Tau: 1e-3, Force: true}}, huge("Samples")},
		{"second-order-reestimated-iterative", Iterative{Method: ReestimateStatistics{Method: SecondOrder{Force: true}}}, huge("Chunks", "Tolerance")},
		{"sisa", SISA{Shards: 3, Trainer: StatisticsTrainer{Trainer: SGD{Rate: 0.1}}}, huge("Shards", "Slices")},
		{"retrain", Retrain{Trainer: StatisticsTrainer{Trainer: newton{}}}, huge("Sample")},
		{"sisa", SISA{Shards: 3, Slices: 2, Trainer: SGD{Rate: 0.1}, Start: slices.Clone(at)}, start("Shards", "Slices")},
		{"dp", ObjectivePerturbation{Sigma: 2, Trainer: newton{}, Seed: 1, Start: slices.Clone(at)}, start("Sigma")},
		{"dp-sgd", DPSGD{Rate: 0.1, Noise: 1, Batch: 8, Steps: 3, Seed: 1, Start: slices.Clone(at)}, start("Rate", "Noise", "Clip", "Steps", "Batch", "Samples")},
	}
}

// firstThreeOf is the first three parameters of an objective, the others being held fixed.
type firstThreeOf struct {
	of   full
	rest []float64
}

func (o firstThreeOf) Dim() int { return 3 }

func (o firstThreeOf) Chosen(whole []float64) ([]float64, error) {
	return slices.Clone(whole[:3]), nil
}

func (o firstThreeOf) Whole(part []float64) ([]float64, error) {
	return slices.Concat(part, o.rest), nil
}

func (o firstThreeOf) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	return o.of.Loss(ctx, slices.Concat(theta, o.rest), d)
}

func (o firstThreeOf) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	g := make([]float64, 5)
	err := o.of.Gradient(ctx, g, slices.Concat(theta, o.rest), d)
	copy(dst, g)
	return err
}

func (o firstThreeOf) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	g := make([]float64, 5)
	err := o.of.HVP(ctx, g, slices.Concat(theta, o.rest), slices.Concat(v, []float64{0, 0}), d)
	copy(dst, g)
	return err
}

// firstThree is the part that a test updates.
func firstThree(theta []float64) (PartObjective, error) {
	return firstThreeOf{full{logistic(5)}, slices.Clone(theta[3:])}, nil
}

// everyMethod is the methods of the table.
func everyMethod() (all []Method) {
	for _, r := range methodTable() {
		all = append(all, r.m)
	}
	return all
}

// trainedBefore tells the methods whose models were trained before the request, on noise or in
// shards, from those that change theta.
func trainedBefore(m Method) bool {
	switch m.(type) {
	case SISA, ObjectivePerturbation, DPSGD:
		return true
	}
	return false
}

func TestNames(t *testing.T) {
	for _, r := range methodTable() {
		require.Equal(t, r.name, r.m.Name())
	}
}

func TestEmptyRequestChangesNothing(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	p.Objective = full{logistic(5)}
	theta := randomVector(5, 5) // not an optimum: a Newton step would go far
	rare, err := datasets.ZeroColumns(p.Train, []int{4})
	require.NoError(t, err)
	for name, r := range map[string]Request{
		"zero": {}, "empty lists": merge(t, RemoveSamples(), RemoveFeatures(), CorrectLabels(nil, nil)), "a feature nobody has": RemoveFeatures(4),
	} {
		for _, m := range everyMethod() {
			u, err := m.Unlearn(t.Context(), p.With(rare), theta, r)
			require.NoError(t, err, name)
			if trainedBefore(m) {
				require.Equal(t, asTrained(t, m, p.With(rare)), answers(t, p, u, rare), "%s, %s", m.Name(), name)
				continue
			}
			require.Equal(t, theta, u.Theta, name)
			require.NotSame(t, &theta[0], &u.Theta[0], "the caller's vector is not handed out")
			require.Empty(t, u.Solves)
			require.Equal(t, u.Before, u.After)
			require.Equal(t, Cost{Gradients: 40}, Cost{u.Cost.Gradients, u.Cost.HVPs, 0})
			require.Equal(t, u.Cost.Gradients, u.Check.Gradients)
		}
	}
}

// asTrained returns what the model of a method that is trained before the request answers before
// it.
func asTrained(t *testing.T, m Method, p *Problem) []float64 {
	switch m := m.(type) {
	case SISA:
		s, err := m.Train(t.Context(), p)
		require.NoError(t, err)
		return must(s.Predict(t.Context(), p.Train))
	case ObjectivePerturbation:
		return answers(t, p, &Update{Theta: must(m.Train(t.Context(), p)).Theta}, p.Train)
	case DPSGD:
		return answers(t, p, &Update{Theta: must(m.Train(t.Context(), p)).Theta}, p.Train)
	}
	return nil
}

// answers returns what an updated model says of the samples.
func answers(t *testing.T, p *Problem, u *Update, d *datasets.Dataset) []float64 {
	if u.Predict != nil {
		return must(u.Predict(t.Context(), d))
	}
	out := make([]float64, d.Len())
	require.NoError(t, p.Objective.(Predictor).Predict(t.Context(), out, u.Theta, d))
	return out
}

// cancelling ends a context at the start of a gradient.
type cancelling struct {
	full
	calls, at int
	cancel    func()
}

func (o *cancelling) tick() {
	if o.calls == o.at {
		o.cancel()
	}
	o.calls++
}

func (o *cancelling) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	o.tick()
	return o.full.Gradient(ctx, dst, theta, d)
}

func (o *cancelling) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	o.tick()
	return o.full.LossGradient(ctx, dst, theta, d)
}

func TestCancelledContextStopsEveryMethod(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(5, 5)
	for _, m := range everyMethod() {
		run := func(at int) (u *Update, calls int, err error) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := &cancelling{full: p.Objective.(full), at: at, cancel: cancel}
			q := *p
			q.Objective = o
			u, err = m.Unlearn(ctx, &q, theta, RemoveSamples(1, 2, 3))
			return u, o.calls, err
		}
		_, calls, err := run(-1)
		require.NoError(t, err)
		for _, at := range []int{0, calls / 2, calls - 1} {
			u, done, err := run(at)
			require.ErrorIs(t, err, context.Canceled, "%s at call %d of %d", m.Name(), at, calls)
			require.Equal(t, at+1, done, "%s went on", m.Name())
			require.True(t, u == nil || u.Theta == nil)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(5, 5)
	for _, tt := range []struct {
		m    Method
		want string
	}{
		{FirstOrder{}, "FirstOrder.Tau is 0; give a positive number"},
		{FirstOrder{Tau: math.Inf(1)}, "FirstOrder.Tau"},
		{SecondOrder{Ridge: -1}, "SecondOrder.Ridge is -1"},
		{SecondOrder{Steps: -1}, "SecondOrder.Steps is -1"},
		{SecondOrder{Batches: 100}, "100 batches of 39 samples"},
		{FineTune{}, "FineTune.Rate is 0; give a positive number"},
		{FineTune{Rate: 1, Batch: -1}, "FineTune.Batch is -1"},
		{Retrain{Trainer: newton{}, Start: theta[:2]}, "Start has length 2 for 5"},
		{Iterative{}, "needs a Method"},
		{Iterative{Method: FirstOrder{Tau: 1e-3}, Chunks: -1}, "Iterative.Chunks is -1"},
		{SISA{Shards: -1}, "SISA.Shards is -1"},
		{SISA{Shards: 8, Slices: 6}, "8 shards of 6 slices on 40 samples"},
		{SISA{Start: theta[:2]}, "SISA.Start has length 2 for 5"},
		{ObjectivePerturbation{}, "ObjectivePerturbation.Sigma is 0; give a positive number"},
		{ObjectivePerturbation{Sigma: math.NaN()}, "Sigma"},
		{DPSGD{Noise: 1}, "DPSGD.Rate"},
		{DPSGD{Rate: 1}, "without noise nothing is private"},
		{DPSGD{Rate: 1, Noise: 1, Clip: -1}, "DPSGD.Clip is -1"},
		{DPSGD{Rate: 1, Noise: 1, Batch: 41}, "batches of 1 to 40"},
		{DPSGD{Rate: 1, Noise: 1, Steps: -1}, "DPSGD.Steps is -1"},
		{DPSGD{Rate: 1, Noise: 1, Seed: 1, Start: theta[:2]}, "DPSGD.Start has length 2"},
		{DPSGD{Rate: 1, Noise: 1, Delta: 2}, "DPSGD.Delta is 2"},
	} {
		_, err := tt.m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
		require.ErrorContains(t, err, tt.want)
	}
	for _, m := range everyMethod() {
		_, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(99))
		require.ErrorContains(t, err, "row 99", m.Name())
		_, err = m.Unlearn(t.Context(), p, theta[:2], RemoveSamples(9))
		require.Error(t, err, m.Name())
	}
}
