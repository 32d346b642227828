package unlearn

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// centred is logistic regression on x - mu: the first half of its parameters are weights, the
// second the statistic mu, the mean of x.
type centred struct{ columns int }

func (o centred) Dim() int { return 2 * o.columns }

// shifted returns d with mu taken off each row.
func (o centred) shifted(theta []float64, d *datasets.Dataset) *datasets.Dataset {
	x := *d.X.(*datasets.Dense)
	x.Data = slices.Clone(x.Data)
	for i := range x.Data {
		x.Data[i] -= theta[o.columns+i%o.columns]
	}
	return d.With(&x, d.Y)
}

func (o centred) inner() full { return full{logistic(o.columns)} }

func (o centred) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	return o.inner().Loss(ctx, theta[:o.columns], o.shifted(theta, d))
}

func (o centred) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	return o.inner().Gradient(ctx, dst[:o.columns], theta[:o.columns], o.shifted(theta, d))
}

func (o centred) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	clear(dst)
	return o.inner().HVP(ctx, dst[:o.columns], theta[:o.columns], v[:o.columns], o.shifted(theta, d))
}

func (o centred) Outputs(*datasets.Dataset) (int, error) { return 1, nil }

func (o centred) Predict(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	return o.inner().Predict(ctx, dst, theta[:o.columns], o.shifted(theta, d))
}

func (o centred) EstimateStatistics(_ context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	out := slices.Clone(theta)
	copy(out[o.columns:], means(d))
	return out, nil
}

func means(d *datasets.Dataset) []float64 {
	x := d.X.(*datasets.Dense)
	out := make([]float64, x.Cols)
	for i, v := range x.Data {
		out[i%x.Cols] += v / float64(x.N)
	}
	return out
}

// centredProblem is one with its optimum at the statistics of its data.
func centredProblem(t *testing.T) (*Problem, []float64) {
	p := &Problem{Objective: centred{3}, Train: randomData(60, 3, 2, false, 8), L2: 1, Penalty: []float64{1, 1, 1, 0, 0, 0}}
	start, err := p.Objective.(centred).EstimateStatistics(t.Context(), make([]float64, 6), p.Train)
	require.NoError(t, err)
	theta, err := LBFGS{}.Train(t.Context(), p, start)
	require.NoError(t, err)
	return p, theta
}

func TestStatisticsAreThoseOfTheCorrectedData(t *testing.T) {
	p, theta := centredProblem(t)
	r := RemoveSamples(1, 5, 20, 31)
	a, err := r.Apply(p.Train)
	require.NoError(t, err)
	for _, inner := range []Method{
		None{}, FirstOrder{Tau: 0.01, Force: true}, SecondOrder{Ridge: 0.1, Force: true}, FirstOrder{Tau: 0.01, Sample: 20, Seed: 3, Force: true},
		SecondOrder{Ridge: 0.1, Sample: 20, Seed: 3, Force: true}, Retrain{},
	} {
		without, err := inner.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		u, err := ReestimateStatistics{Method: inner}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err, inner.Name())
		require.Equal(t, without.Theta[:3], u.Theta[:3])
		require.Equal(t, means(a.Data), u.Theta[3:])
		require.NotEqual(t, theta[3:], u.Theta[3:])
		require.Equal(t, inner.Name()+"-reestimated", ReestimateStatistics{Method: inner}.Name())
		require.Equal(t, without.Method, u.Method)
		require.Contains(t, u.Notes, "statistics are those of 56 of the 56 corrected samples")

		// Before is Method's, After that of the last parameters, on the same samples.
		require.Equal(t, without.Before, u.Before)
		same := None{}
		if s, ok := inner.(SampledMethod); ok {
			same.Sample, same.Seed = s.Sampling().Size, s.Sampling().Seed
		}
		at, err := same.Unlearn(t.Context(), p, u.Theta, r)
		require.NoError(t, err)
		require.InDelta(t, at.Before, u.After, 1e-12)
		require.Greater(t, math.Abs(without.After-u.After), 1e-3, "the old statistics give another one")

		// 56 samples for the statistics, and those of one more residual.
		residual := at.Cost.Gradients
		extra := u.Cost.Minus(without.Cost)
		check := u.Check.Minus(without.Check)
		require.Equal(t, 56.0, extra.Gradients-check.Gradients)
		require.Contains(t, []float64{residual, 2*residual + 4}, check.Gradients, "and what training had left where that has to be known")
		require.Len(t, u.Solves, len(without.Solves))
	}
}

func TestStatisticsOfASample(t *testing.T) {
	p, theta := centredProblem(t)
	m := ReestimateStatistics{Method: None{}, Samples: 7, Seed: 4}
	u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
	var worse *WorseError
	require.ErrorAs(t, err, &worse, "the statistics of seven samples are worse, and nobody forced them")
	require.Nil(t, u.Theta)
	require.Positive(t, u.Cost.Gradients)

	m.Force = true
	u, err = m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
	require.NoError(t, err)
	require.Len(t, u.Of(Forced), 1)
	require.ErrorAs(t, u.Of(Forced)[0].Err, &worse)
	u, err = Iterative{Method: m, Chunks: 2}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 5))
	require.NoError(t, err)
	require.Equal(t, 1, u.Of(Forced)[0].Chunk)

	m.Method, m.Force = SecondOrder{Force: true, Ridge: 0.1}, false
	u, err = m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
	require.NoError(t, err)
	found := false
	for seed := range uint64(2) { // seven rows of the corrected data give these means, and another seed others
		d := someOf(u.Data, 7, 4+seed)
		require.Equal(t, 7, d.Len())
		found = found || slices.Equal(means(d), u.Theta[3:])
		require.Equal(t, seed == 0, slices.Equal(means(d), u.Theta[3:]))
	}
	require.True(t, found)
	for _, row := range samples(someOf(u.Data, 7, 4)) {
		require.True(t, slices.ContainsFunc(samples(u.Data), func(r []float64) bool { return slices.Equal(r, row) }))
	}
}

// After each chunk the statistics are those of the data that the chunk left.
func TestStatisticsAfterEachChunk(t *testing.T) {
	p, theta := centredProblem(t)
	r := RemoveSamples(1, 5, 20, 31)
	var seen [][]float64
	m := Iterative{Method: ReestimateStatistics{Method: FirstOrder{Tau: 0.01, Force: true}}, Chunks: 2,
		Accept: func(_ context.Context, theta []float64) (float64, error) {
			seen = append(seen, slices.Clone(theta[3:]))
			return 0, nil
		}}
	require.Equal(t, "first-order-reestimated-iterative", m.Name())
	u, err := m.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	half, err := RemoveSamples(1, 5).Apply(p.Train)
	require.NoError(t, err)
	require.Equal(t, [][]float64{theta[3:], means(half.Data), means(u.Data)}, seen)
	residual, err := p.With(u.Data).Residual(t.Context(), u.Theta)
	require.NoError(t, err)
	require.InDelta(t, residual, u.After, 1e-12)
}

func TestTrainingThenStatistics(t *testing.T) {
	p, _ := centredProblem(t)
	inner := SGD{Rate: 0.1, Epochs: 2, Batch: 10}
	start := make([]float64, 6)
	without, err := inner.Train(t.Context(), p, start)
	require.NoError(t, err)
	theta, err := StatisticsTrainer{Trainer: inner}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.Equal(t, without[:3], theta[:3])
	require.Equal(t, means(p.Train), theta[3:])

	// A training that ended short of its tolerance is handed on with its statistics.
	short := LBFGS{Tolerance: 1e-9, MaxIterations: 2}
	theta, err = StatisticsTrainer{Trainer: short, Samples: 9, Seed: 2}.Train(t.Context(), p, start)
	var left *NotConvergedError
	require.ErrorAs(t, err, &left)
	require.Equal(t, means(someOf(p.Train, 9, 2)), theta[3:])

	// Each shard of SISA has the statistics of its own samples.
	s, err := SISA{Shards: 3, Trainer: StatisticsTrainer{Trainer: inner}}.Train(t.Context(), p)
	require.NoError(t, err)
	next, u, err := s.Forget(t.Context(), RemoveSamples(s.shards[1].slices[0][2]))
	require.NoError(t, err)
	for i, sh := range next.shards {
		require.Equal(t, means(u.Data.Subset(sh.slices[0])), next.Models()[i][3:])
	}
	require.Equal(t, 2*19.0+19, u.Cost.Gradients, "two passes over the one shard that was touched, and its statistics")
}

func TestStatisticsThatCannotBe(t *testing.T) {
	p, theta := centredProblem(t)
	bare := *p
	bare.Objective = leastSquares(6)
	bare.Train = randomData(60, 6, 0, false, 8)
	sgd := SGD{Rate: 0.1}
	for _, tt := range []struct {
		m    Method
		p    *Problem
		want string
	}{
		{ReestimateStatistics{}, p, "ReestimateStatistics needs a Method"},
		{ReestimateStatistics{Method: None{}, Samples: -1}, p, "ReestimateStatistics.Samples is -1"},
		{ReestimateStatistics{Method: None{}}, &bare, "glm has no running statistics"},
		{ReestimateStatistics{Method: SISA{Shards: 2, Trainer: sgd}}, p, "sisa answers by several models"},
		{Retrain{Trainer: StatisticsTrainer{}}, p, "StatisticsTrainer needs a Trainer"},
		{Retrain{Trainer: StatisticsTrainer{Trainer: sgd, Samples: -1}}, p, "StatisticsTrainer.Samples is -1"},
		{Retrain{Trainer: StatisticsTrainer{Trainer: sgd}}, &bare, "no running statistics"},
	} {
		_, err := tt.m.Unlearn(t.Context(), tt.p, theta, RemoveSamples(1))
		require.ErrorContains(t, err, tt.want)
	}
	_, err := NewMeter(bare.Objective).EstimateStatistics(t.Context(), theta, bare.Train)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	metered := NewMeter(p.Objective)
	_, err = metered.EstimateStatistics(t.Context(), theta, p.Train)
	require.NoError(t, err)
	require.Equal(t, 60.0, metered.Cost().Gradients)
}
