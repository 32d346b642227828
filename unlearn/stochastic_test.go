package unlearn

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// dropping is an objective whose training pass drops each of its inputs with probability 1/2 and
// doubles the others.
type dropping struct {
	full
	rate   float64
	noises *[]uint64
}

func (o dropping) Stochastic() bool { return o.rate > 0 }

func (o dropping) TrainingGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset, noise uint64) (float64, error) {
	if o.noises != nil {
		*o.noises = append(*o.noises, noise)
	}
	rng := rand.New(rand.NewPCG(noise, 0))
	x := *d.X.(*datasets.Dense)
	x.Data = slices.Clone(x.Data)
	for i := range x.Data {
		x.Data[i] *= 2 * float64(rng.IntN(2))
	}
	dropped := *d
	dropped.X = &x
	return o.full.LossGradient(ctx, dst, theta, &dropped)
}

func droppingProblem(t *testing.T) (*Problem, *[]uint64) {
	p := *problems(t)["logistic, dense, tilted"]
	var noises []uint64
	p.Objective = dropping{full{logistic(p.Dim())}, 0.5, &noises}
	return &p, &noises
}

func TestTrainersGoDownTheTrainingPass(t *testing.T) {
	p, noises := droppingProblem(t)
	theta := randomVector(p.Dim(), 6)
	start := slices.Clone(theta)
	got, err := SGD{Rate: 0.2, Batch: 20, Epochs: 3, Seed: 9}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Len(t, *noises, 6)
	slices.Sort(*noises)
	require.Len(t, slices.Compact(slices.Clone(*noises)), 6, "each step has a noise of its own")

	// The same steps by hand, with the noises that were drawn.
	p, noises = droppingProblem(t)
	_, err = SGD{Rate: 0.2, Batch: 20, Epochs: 3, Seed: 9}.Train(t.Context(), p, start)
	require.NoError(t, err)
	drawn := slices.Clone(*noises)
	g := make([]float64, p.Dim())
	for epoch := range 3 {
		order := rand.New(rand.NewPCG(9, uint64(epoch))).Perm(40)
		for k := range 2 {
			batch := p.Train.Subset(order[20*k : 20*(k+1)])
			_, err := p.Objective.(dropping).TrainingGradient(t.Context(), g, theta, batch, drawn[2*epoch+k])
			require.NoError(t, err)
			for j := range theta {
				theta[j] -= 0.2 * (2*g[j] + p.L2*theta[j] + p.Tilt[j]) / 40
			}
			if epoch == 0 && k == 0 {
				evaluated := make([]float64, p.Dim())
				require.NoError(t, p.Objective.Gradient(t.Context(), evaluated, start, batch))
				require.Greater(t, floats.Distance(g, evaluated, 2), 0.1*norm(evaluated), "the passes differ")
			}
		}
	}
	require.InDeltaSlice(t, theta, got, 1e-13)

	other, err := SGD{Rate: 0.2, Batch: 40, Epochs: 3, Seed: 10}.Train(t.Context(), p, start)
	require.NoError(t, err)
	same, err := SGD{Rate: 0.2, Batch: 40, Epochs: 3, Seed: 9}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Greater(t, floats.Distance(other, same, 2), 1e-3, "the noise follows the seed: one batch leaves no other choice")
}

func TestObjectiveWithoutNoiseTrainsAsAnyOther(t *testing.T) {
	p, noises := droppingProblem(t)
	want, err := Adam{Batch: 7, Seed: 3}.Train(t.Context(), problems(t)["logistic, dense, tilted"], randomVector(5, 6))
	require.NoError(t, err)
	p.Objective = dropping{full{logistic(5)}, 0, noises}
	got, err := Adam{Batch: 7, Seed: 3}.Train(t.Context(), p, randomVector(5, 6))
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Empty(t, *noises)
}

func TestStochasticTrainingGoesOnToTheSameBits(t *testing.T) {
	start := randomVector(5, 6)
	for name := range stochastic(1, 0, nil, Checkpoint{}) {
		p, noises := droppingProblem(t)
		whole, err := stochastic(3, 4, nil, Checkpoint{})[name].Train(t.Context(), p, start)
		require.NoError(t, err)
		want := slices.Clone(*noises)
		for stop := 1; stop < 18; stop += 4 {
			p, noises := droppingProblem(t)
			path := filepath.Join(t.TempDir(), "state")
			killed, steps := errors.New("killed"), 0
			_, err := stochastic(3, 4, func(Progress) error {
				if steps++; steps == stop {
					return killed
				}
				return nil
			}, Checkpoint{Path: path})[name].Train(t.Context(), p, start)
			require.ErrorIs(t, err, killed)
			require.FileExists(t, path)
			theta, err := stochastic(3, 4, nil, Checkpoint{Path: path})[name].Train(t.Context(), p, start)
			require.NoError(t, err)
			require.Equal(t, whole, theta, "%s stopped after step %d", name, stop)
			require.Equal(t, want, *noises)
			require.NoError(t, os.Remove(path))
		}
	}
}

func TestUpdatesUseTheEvaluationPass(t *testing.T) {
	p, noises := droppingProblem(t)
	theta := trained(t, p)
	for _, m := range everyMethod() {
		switch m.(type) {
		case SISA: // its models are trained, by a trainer of the test's that takes the training pass
			continue
		case NegGradPlus, SCRUB, SalUn, MSG, BadTeacher, NPO, ReinitLast, MatchedPrediction, Polished: // trainings down the training pass
			continue
		}
		_, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
		require.NoError(t, err, m.Name())
	}
	require.Empty(t, *noises)
}

func TestMeterCountsTrainingPasses(t *testing.T) {
	p, noises := droppingProblem(t)
	m := NewMeter(p.Objective)
	require.True(t, m.Stochastic())
	got, want := make([]float64, 5), make([]float64, 5)
	loss, err := m.TrainingGradient(t.Context(), got, randomVector(5, 6), p.Train, 77)
	require.NoError(t, err)
	expected, err := p.Objective.(dropping).TrainingGradient(t.Context(), want, randomVector(5, 6), p.Train, 77)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, expected, loss)
	require.Equal(t, []uint64{77, 77}, *noises)
	require.Equal(t, 40.0, m.Cost().Gradients)
	for _, o := range []Objective{logistic(5), dropping{full{logistic(5)}, 0, nil}} {
		m := NewMeter(o)
		require.False(t, m.Stochastic())
		_, err := m.TrainingGradient(t.Context(), got, want, p.Train, 0)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.Zero(t, m.Cost().Gradients)
	}

	// Retraining sees the objective through a meter.
	*noises = nil
	_, err = Retrain{Trainer: SGD{Rate: 0.1, Batch: 10}}.Unlearn(t.Context(), p, randomVector(5, 6), RemoveSamples(1))
	require.NoError(t, err)
	require.Len(t, *noises, 4)
}
