package unlearn_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// mislabelled returns diabetes with labels of training samples flipped, and the request that mends
// them.
func mislabelled(t *testing.T, flips int, seed uint64) (train, test *datasets.Dataset, r unlearn.Request) {
	data, err := datasets.Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	rows := rand.New(rand.NewPCG(seed, 1)).Perm(data.Train.Len())[:flips]
	slices.Sort(rows)
	var wrong, right []float64
	for _, i := range rows {
		wrong, right = append(wrong, 1-data.Train.Y[i]), append(right, data.Train.Y[i])
	}
	train, err = datasets.SetLabels(data.Train, rows, wrong)
	require.NoError(t, err)
	return train, data.Test, unlearn.CorrectLabels(rows, right)
}

func perceptron(t *testing.T, cores int) *nets.Model {
	m, err := nets.NewModel(nets.MLP{In: 8, Hidden: []int{8}, Out: 1}, nets.Logistic, nets.Cores(cores))
	require.NoError(t, err)
	return m
}

// same is the share of samples to which two models give one answer.
func same(t *testing.T, m *nets.Model, a, b []float64, d *datasets.Dataset) float64 {
	x, err := m.Classes(t.Context(), a, d)
	require.NoError(t, err)
	y, err := m.Classes(t.Context(), b, d)
	require.NoError(t, err)
	n := 0
	for i := range x {
		if x[i] == y[i] {
			n++
		}
	}
	return float64(n) / float64(len(x))
}

// On a small network the setting that is chosen on training data alone agrees with retraining at
// least as well as a first-order step that is tuned by the residual, over five draws.
func TestAutoAgreesWithRetrainingOnANetwork(t *testing.T) {
	ctx := t.Context()
	m := perceptron(t, 2)
	auto, first, before := 0.0, 0.0, 0.0
	for seed := range uint64(5) {
		train, test, r := mislabelled(t, 60, seed)
		p := &unlearn.Problem{Objective: m, Train: train, L2: 0.5}
		theta, err := unlearn.LBFGS{Tolerance: 1e-4}.Train(ctx, p, m.Init(1))
		require.NoError(t, err)
		u, err := unlearn.Auto{Seed: seed}.Unlearn(ctx, p, theta, r)
		require.NoError(t, err)
		retrained, err := unlearn.LBFGS{Tolerance: 1e-4}.Train(ctx, p.With(u.Data), m.Init(1))
		require.NoError(t, err)
		tau, _, err := unlearn.Tune(ctx, unlearn.Decades(-5, -1), func(tau float64) (float64, error) {
			u, err := unlearn.FirstOrder{Tau: tau, Force: true}.Unlearn(ctx, p, theta, r)
			if err != nil {
				return 0, err
			}
			return u.After, nil
		})
		require.NoError(t, err)
		f, err := unlearn.FirstOrder{Tau: tau, Force: true}.Unlearn(ctx, p, theta, r)
		require.NoError(t, err)
		auto += same(t, m, u.Theta, retrained, test)
		first += same(t, m, f.Theta, retrained, test)
		before += same(t, m, theta, retrained, test)
		chosen := u.Tried[slices.IndexFunc(u.Tried, func(x unlearn.Tried) bool { return x.Chosen })]
		for _, x := range u.Tried {
			t.Logf("%s: C %.4g, fall %.3f, %v %v", x.Name, x.Criterion, x.Fall, x.Err, x.Chosen)
		}
		t.Logf("draw %d: %s of %d, C %.4g; agreement %.3f, first order %.3f, no update %.3f", seed, chosen.Name, len(u.Tried), chosen.Criterion,
			same(t, m, u.Theta, retrained, test), same(t, m, f.Theta, retrained, test), same(t, m, theta, retrained, test))
	}
	require.GreaterOrEqual(t, auto, first)
	require.Greater(t, auto, before)
}

// The choice and its result have the same bits on any number of cores.
func TestAutoDoesNotDependOnCores(t *testing.T) {
	train, _, r := mislabelled(t, 40, 1)
	var want *unlearn.Update
	for _, passes := range []float64{0, 5} {
		want = nil
		for _, cores := range []int{1, 2, 5} {
			sameOnCores(t, train, r, passes, cores, &want)
		}
	}
}

func sameOnCores(t *testing.T, train *datasets.Dataset, r unlearn.Request, passes float64, cores int, first **unlearn.Update) {
	m := perceptron(t, cores)
	p := &unlearn.Problem{Objective: m, Train: train, L2: 0.5}
	theta, err := unlearn.LBFGS{Tolerance: 1e-2}.Train(t.Context(), p, m.Init(1))
	require.NoError(t, err)
	u, err := unlearn.Auto{Seed: 4, Passes: passes, Sample: int(20 * passes), Continue: unlearn.SGD{Rate: 1e-3, Epochs: 1, Seed: 2},
		LastLayers: func(theta []float64) (unlearn.PartObjective, error) { return m.Select(theta, "dense2/*") }}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	if *first == nil {
		*first = u
	}
	want := *first
	require.Equal(t, want.Theta, u.Theta)
	require.Equal(t, want.Notes, u.Notes)
	for i := range u.Tried {
		require.Equal(t, want.Tried[i].Name, u.Tried[i].Name)
		require.Equal(t, want.Tried[i].Chosen, u.Tried[i].Chosen)
	}
}

// normalized trains a network with batch normalization for so many epochs.
func normalized(t *testing.T, train *datasets.Dataset, epochs int) (*nets.Model, *unlearn.Problem, []float64) {
	t.Helper()
	m, err := nets.NewModel(nets.Sequential(nets.Dense{In: 8, Out: 8}, nets.BatchNorm{Channels: 8}, nets.MLP{In: 8, Hidden: []int{8}, Out: 1}),
		nets.Logistic)
	require.NoError(t, err)
	penalty, err := m.Penalty("dense*/*", "layer*/*/*")
	require.NoError(t, err)
	p := &unlearn.Problem{Objective: m, Train: train, L2: 0.1, Penalty: penalty}
	trainer := unlearn.StatisticsTrainer{Trainer: unlearn.SGD{Rate: 0.2, Momentum: 0.5, Epochs: epochs, Batch: 32, Seed: 1}}
	theta, err := trainer.Train(t.Context(), p, m.Init(1))
	require.NoError(t, err)
	return m, p, theta
}

// A network with batch normalization has its statistics estimated again, whatever is chosen.
func TestAutoOnANetworkWithStatistics(t *testing.T) {
	train, _, r := mislabelled(t, 60, 2)
	m, p, theta := normalized(t, train, 30)
	once := unlearn.StatisticsTrainer{Trainer: unlearn.SGD{Rate: 0.02, Epochs: 1, Batch: 32, Seed: 3}}
	few, err := unlearn.Auto{Seed: 1, MaxLoss: 0.05, Continue: once, Passes: 0.1}.Unlearn(t.Context(), p, theta, r)
	if _, refused := errors.AsType[*unlearn.RefusedError](err); !refused { // the first one may do too little
		require.NoError(t, err)
	}
	require.Len(t, few.Tried, 1, "the budget is for one")
	require.Contains(t, strings.Join(few.Notes, "\n"), "further settings were not tried")
	u, err := unlearn.Auto{Seed: 1, MaxLoss: 0.05, Continue: once}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	for _, x := range u.Tried {
		t.Logf("%s: C %.4g, fall %.3f, %v %v", x.Name, x.Criterion, x.Fall, x.Err, x.Chosen)
	}
	again, err := m.EstimateStatistics(t.Context(), u.Theta, u.Data)
	require.NoError(t, err)
	require.InDeltaSlice(t, again, u.Theta, 1e-9, "the statistics are those of the corrected data")
	loss, err := p.With(u.Data).Loss(context.Background(), u.Theta)
	require.NoError(t, err)
	old, err := p.With(u.Data).Loss(context.Background(), theta)
	require.NoError(t, err)
	require.Less(t, loss, old)
}

// A network whose training had left more than a small request makes can do without a residual that
// falls: request after request is carried out, each on what the one before it left, and says on
// what it rests.
func TestAutoGoesOnWhereTrainingHadLeftMuch(t *testing.T) {
	train, _, _ := mislabelled(t, 60, 2)
	_, p, theta := normalized(t, train, 10)
	rests := 0
	for k := range 4 {
		u, err := unlearn.Auto{Seed: 1}.Unlearn(t.Context(), p, theta, unlearn.RemoveSamples(6*k, 6*k+1, 6*k+2, 6*k+3, 6*k+4, 6*k+5))
		require.NoError(t, err, k)
		chosen := u.Tried[slices.IndexFunc(u.Tried, func(x unlearn.Tried) bool { return x.Chosen })]
		require.Negative(t, chosen.Criterion)
		if strings.Contains(strings.Join(u.Notes, "\n"), "the update rests on its criterion") {
			rests++
		}
		p, theta = p.With(u.Data), u.Theta
	}
	require.Positive(t, rests, "else this test shows nothing")
}

// responds is what an update of a network has to lower, on all corrected samples: the criterion of
// Auto with nothing held out and nothing estimated. It is the proximal Bregman objective of Bae et
// al. 2022, section 3, whose minimum is where the same training would have ended.
func responds(t *testing.T, p *unlearn.Problem, r unlearn.Request, theta, next []float64) float64 {
	t.Helper()
	applied, err := r.Apply(p.Train)
	require.NoError(t, err)
	loss := func(d *datasets.Dataset, theta []float64) float64 {
		x, err := p.Objective.Loss(t.Context(), theta, d)
		require.NoError(t, err)
		return x
	}
	left := make([]float64, len(theta)) // what training had left on the old samples
	require.NoError(t, p.Objective.Gradient(t.Context(), left, theta, p.Train))
	c := loss(applied.Data, next) - loss(applied.Data, theta)
	for j := range theta {
		d := next[j] - theta[j]
		c += p.L2*d*d/2 - left[j]*d
	}
	return c
}

// A budget does not make the check blind to what training had left: where that is more than a
// request makes, an update that the criterion speaks for is carried out, and it is a good one by an
// objective of which Auto has seen a part.
func TestAutoWithABudgetWhereTrainingHadLeftMuch(t *testing.T) {
	train, _, _ := mislabelled(t, 60, 2)
	m := perceptron(t, 2)
	rests, gentle := 0, 0
	for draw := range uint64(9) {
		rows := rand.New(rand.NewPCG(draw, 3)).Perm(train.Len())[:60]
		p := &unlearn.Problem{Objective: m, Train: train.Subset(rows), L2: 0.01}
		theta, err := unlearn.SGD{Rate: 0.05, Momentum: 0.5, Epochs: 30, Batch: 16, Seed: draw}.Train(t.Context(), p, m.Init(draw))
		require.NoError(t, err)
		r := unlearn.RemoveSamples(1, 7, 13, 22)
		u, err := unlearn.Auto{Seed: draw, MaxLoss: 0.05, Passes: 15}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err, "draw %d", draw)
		require.Negative(t, responds(t, p, r, theta, u.Theta), "draw %d", draw)
		notes := strings.Join(u.Notes, "\n")
		if strings.Contains(notes, "the update rests on its criterion") {
			rests++
		}
		if strings.Contains(notes, "the gentlest of the settings") {
			gentle++
			require.Contains(t, notes, "it was refused: unlearn: auto: the accuracy on the 56 kept samples would fall")
		}
		t.Logf("draw %d: residual %.4g before and %.4g after", draw, u.Before, u.After)
	}
	require.Positive(t, rests, "else this test shows nothing")
	require.Positive(t, gentle, "else this test shows nothing")
}

// outputs are what a model answers, with the running statistics that its parameters hold.
func outputs(t *testing.T, m *nets.Model, theta []float64, d *datasets.Dataset) []float64 {
	t.Helper()
	out := make([]float64, d.Len())
	require.NoError(t, m.Predict(t.Context(), out, theta, d))
	return out
}

// With batch normalization, too, the criterion leads towards the retrained model: in each draw the
// chosen update answers more like what the same training makes of the corrected data than the old
// weights with statistics estimated again.
func TestAutoWithStatisticsLeadsTowardsRetraining(t *testing.T) {
	for draw := range uint64(3) {
		train, test, r := mislabelled(t, 60, draw)
		m, p, theta := normalized(t, train, 40)
		u, err := unlearn.Auto{Seed: draw, MaxLoss: 0.05}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		_, _, retrained := normalized(t, u.Data, 40)
		still, err := m.EstimateStatistics(t.Context(), theta, u.Data)
		require.NoError(t, err)
		want := outputs(t, m, retrained, test)
		a, b := floats.Distance(outputs(t, m, u.Theta, test), want, 2), floats.Distance(outputs(t, m, still, test), want, 2)
		t.Logf("draw %d: distance of the update %.3g, of no update %.3g; agreement %.3f and %.3f", draw, a, b,
			same(t, m, u.Theta, retrained, test), same(t, m, still, retrained, test))
		require.Less(t, a, b, "draw %d", draw)
	}
}
