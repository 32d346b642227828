package unlearn

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func TestSGDOnTheWholeDataIsGradientDescentWithMomentum(t *testing.T) {
	for name, p := range problems(t) {
		if p.Train.Len() == 0 {
			continue
		}
		theta, velocity := randomVector(p.Dim(), 6), make([]float64, p.Dim())
		start := append([]float64(nil), theta...)
		g := make([]float64, p.Dim())
		for range 5 {
			require.NoError(t, p.Gradient(t.Context(), g, theta))
			for j := range theta {
				velocity[j] = 0.8*velocity[j] + g[j]/40
				theta[j] -= 0.3 * velocity[j]
			}
		}
		got, err := SGD{Rate: 0.3, Momentum: 0.8, Batch: 40, Epochs: 5}.Train(t.Context(), p, start)
		require.NoError(t, err)
		require.InDeltaSlice(t, theta, got, 1e-12, name)
		require.Equal(t, randomVector(p.Dim(), 6), start, "the start is left alone")
	}
}

// On a quadratic with Hessian H, gradient descent with rate r leaves (I - r H/n)^k of the distance
// to the optimum.
func TestSGDContractsAsTheHessianSays(t *testing.T) {
	p := problems(t)["least squares, sparse"]
	optimum, start := ridgeRegression(t, p), randomVector(p.Dim(), 6)
	h, err := p.Hessian(t.Context(), start, FullHessian)
	require.NoError(t, err)
	m, err := Materialize(t.Context(), h, 0)
	require.NoError(t, err)
	distance, moved := mat.NewVecDense(p.Dim(), nil), mat.NewVecDense(p.Dim(), nil)
	distance.SubVec(mat.NewVecDense(p.Dim(), start), mat.NewVecDense(p.Dim(), optimum))
	for range 7 {
		moved.MulVec(m, distance)
		distance.AddScaledVec(distance, -0.4/40, moved)
	}
	got, err := SGD{Rate: 0.4, Batch: 100, Epochs: 7}.Train(t.Context(), p, start)
	require.NoError(t, err)
	want := floats.AddTo(make([]float64, p.Dim()), optimum, distance.RawVector().Data)
	require.InDeltaSlice(t, want, got, 1e-12)
}

// An epoch at a tiny rate moves along -Rate * steps / n * grad L: every sample and the whole
// regularizer count alike.
func TestAnEpochAppliesTheWholeObjective(t *testing.T) {
	for name, p := range problems(t) {
		if p.Train.Len() == 0 {
			continue
		}
		for _, batch := range []int{1, 5, 20, 64} { // of equal size: 40 samples
			start := randomVector(p.Dim(), 6)
			const rate = 1e-7
			got, err := SGD{Rate: rate, Batch: batch, Seed: 5}.Train(t.Context(), p, start)
			require.NoError(t, err)
			steps := math.Ceil(40 / float64(batch))
			want := make([]float64, p.Dim())
			require.NoError(t, p.Gradient(t.Context(), want, start))
			floats.Scale(-rate*steps/40, want)
			floats.Sub(got, start)
			require.InDeltaSlice(t, want, got, 1e-5*norm(want), "%s, batches of %d", name, batch)
		}
	}
}

func TestStepsFollowTheBatchesOfTheSeed(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(p.Dim(), 6)
	start := append([]float64(nil), theta...)
	g := make([]float64, p.Dim())
	for epoch := range uint64(2) {
		order := rand.New(rand.NewPCG(9, epoch)).Perm(40)
		for k := range 3 { // 13, 13 and 14 samples
			rows := order[k*40/3 : (k+1)*40/3]
			require.NoError(t, p.Objective.Gradient(t.Context(), g, theta, p.Train.Subset(rows)))
			for j := range theta {
				whole := g[j]*40/float64(len(rows)) + p.L2*p.Penalty[j]*theta[j] + p.Tilt[j]
				g[j] = whole / 40
			}
			floats.AddScaled(theta, -0.2, g)
		}
	}
	got, err := SGD{Rate: 0.2, Batch: 15, Epochs: 2, Seed: 9}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.InDeltaSlice(t, theta, got, 1e-13)
	other, err := SGD{Rate: 0.2, Batch: 15, Epochs: 2, Seed: 10}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.NotEqual(t, got, other)
}

func stochastic(epochs int, seed uint64, callback func(Progress) error, c Checkpoint) map[string]Trainer {
	return map[string]Trainer{
		"sgd":     SGD{Rate: 0.2, Momentum: 0.9, Batch: 7, Epochs: epochs, Seed: seed, Callback: callback, Checkpoint: c},
		"adam":    Adam{Rate: 0.05, Batch: 7, Epochs: epochs, Seed: seed, Callback: callback, Checkpoint: c},
		"amsgrad": Adam{Rate: 0.05, AMSGrad: true, Batch: 7, Epochs: epochs, Seed: seed, Callback: callback, Checkpoint: c},
	}
}

func TestStochasticTrainersComeNearTheOptimum(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	want, err := p.Loss(t.Context(), trained(t, p))
	require.NoError(t, err)
	start := randomVector(p.Dim(), 6)
	before, err := p.Loss(t.Context(), start)
	require.NoError(t, err)
	for name, trainer := range stochastic(200, 1, nil, Checkpoint{}) {
		theta, err := trainer.Train(t.Context(), p, start)
		require.NoError(t, err)
		loss, err := p.Loss(t.Context(), theta)
		require.NoError(t, err)
		require.Less(t, loss-want, 0.02*(before-want), name)
	}
}

func TestProgressOfStochasticTrainers(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	for name := range stochastic(1, 0, nil, Checkpoint{}) {
		var seen []Progress
		trainer := stochastic(3, 2, func(now Progress) error {
			now.Theta = append([]float64(nil), now.Theta...)
			seen = append(seen, now)
			return nil
		}, Checkpoint{})[name]
		theta, err := trainer.Train(t.Context(), p, start)
		require.NoError(t, err)
		require.Len(t, seen, 18, "40 samples in batches of at most 7, three times")
		for i, now := range seen {
			require.Equal(t, name, now.Trainer)
			require.Equal(t, []int{i + 1, i / 6, 3, i%6 + 1, 6}, []int{now.Iteration, now.Epoch, now.Epochs, now.Step, now.Steps})
			require.Equal(t, i%6 == 5, now.EpochDone())
		}
		require.Equal(t, theta, seen[17].Theta)
		require.InDelta(t, 3, seen[17].Gradients, 1e-12)
		// One batch of all samples: the estimates are the values themselves.
		whole := SGD{Rate: 0.2, Batch: 40, Callback: func(now Progress) error { seen = append(seen, now); return nil }}
		_, err = whole.Train(t.Context(), p, start)
		require.NoError(t, err)
		last := seen[len(seen)-1]
		residual, err := p.Residual(t.Context(), start)
		require.NoError(t, err)
		require.InEpsilon(t, residual, last.GradientNorm, 1e-12)
		batchLoss, err := p.Objective.Loss(t.Context(), start, p.Train)
		require.NoError(t, err)
		require.InEpsilon(t, batchLoss+p.regularizer(last.Theta), last.Loss, 1e-12)
	}
	plain := *p
	plain.Objective = logistic(p.Dim())
	_, err := SGD{Rate: 0.1, Callback: func(now Progress) error {
		require.True(t, math.IsNaN(now.Loss), "the objective has no LossGradient")
		return nil
	}}.Train(t.Context(), &plain, start)
	require.NoError(t, err)
}

func TestDivergedTrainingIsAnError(t *testing.T) {
	p := problems(t)["least squares, dense"]
	start := randomVector(p.Dim(), 6)
	theta, err := SGD{Rate: 1e6, Epochs: 1000, Batch: 40}.Train(t.Context(), p, start)
	var e *DivergedError
	require.ErrorAs(t, err, &e)
	require.True(t, numerical(err))
	require.Equal(t, "gradient norm", e.Quantity)
	require.Greater(t, e.Residual, 1e100)
	require.ErrorContains(t, err, "lower Rate")
	require.NotContains(t, err.Error(), "relative residual")
	require.Equal(t, -1, notFinite(theta), "parameters of the last finished epoch")
}

func TestStochasticTrainersStop(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	diskFull := errors.New("disk full")
	for name := range stochastic(1, 0, nil, Checkpoint{}) {
		ctx, cancel := context.WithCancel(t.Context())
		var last []float64
		steps := 0
		theta, err := stochastic(3, 2, func(now Progress) error {
			if steps++; steps == 8 {
				cancel()
			}
			last = append([]float64(nil), now.Theta...)
			return nil
		}, Checkpoint{})[name].Train(ctx, p, start)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 8, steps)
		require.Equal(t, last, theta, "what was finished is kept")
		_, err = stochastic(3, 2, func(Progress) error { return diskFull }, Checkpoint{})[name].Train(t.Context(), p, start)
		require.ErrorIs(t, err, diskFull)
	}
}

func TestStochasticSettingsThatCannotBe(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	for _, tt := range []struct {
		trainer Trainer
		want    string
	}{
		{SGD{}, "SGD.Rate is "},
		{SGD{Rate: math.Inf(1)}, "SGD.Rate is "},
		{SGD{Rate: 1, Momentum: 1}, "SGD.Momentum is 1; give a number between 0 and 1"},
		{SGD{Rate: 1, Batch: -1}, "SGD.Batch is -1"},
		{SGD{Rate: 1, Epochs: -1}, "SGD.Epochs is -1"},
		{SGD{Rate: 1, Checkpoint: Checkpoint{Every: -1}}, "SGD.Checkpoint.Every is -1"},
		{SGD{Rate: 1, Checkpoint: Checkpoint{Seconds: -1}}, "SGD.Checkpoint.Seconds is -1"},
		{SGD{Rate: 1, Checkpoint: Checkpoint{Seconds: math.NaN()}}, "SGD.Checkpoint.Seconds is NaN"},
		{Adam{Rate: -1}, "Adam.Rate is -1"},
		{Adam{Epsilon: math.NaN()}, "Adam.Epsilon is NaN"},
		{Adam{Beta1: 1}, "Adam.Beta1 is 1; give a number between 0 and 1"},
		{Adam{Beta2: -0.1}, "Adam.Beta2 is -0.1"},
	} {
		_, err := tt.trainer.Train(t.Context(), p, start)
		require.ErrorContains(t, err, tt.want)
	}
	_, err := SGD{Rate: 1}.Train(t.Context(), p.With(p.Train.Slice(0, 0)), start)
	require.ErrorContains(t, err, "no samples")
	_, err = SGD{Rate: 1}.Train(t.Context(), p, start[:1])
	require.ErrorContains(t, err, "theta has length 1")
}
