package unlearn

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

func TestFineTuneFollowsTheAuthorsRule(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(p.Dim(), 5)
	r := RemoveSamples(2, 30) // 38 samples stay: batches of 32 and 6
	tune := func(m FineTune) []float64 {
		u, err := m.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		return u.Theta
	}
	a, err := r.Apply(p.Train)
	require.NoError(t, err)
	// One batch holds everything, so that the order does not matter.
	want, g := slices.Clone(theta), make([]float64, len(theta))
	for range 3 {
		require.NoError(t, p.With(a.Data).Gradient(t.Context(), g, want))
		floats.AddScaled(want, -0.2/50, g)
	}
	require.InDeltaSlice(t, want, tune(FineTune{Rate: 0.2, Batch: 50, Epochs: 3}), 1e-13)
	// Small steps: two batches move theta by the loss' gradient once and the regularizer's twice,
	// each over 32.
	const rate = 1e-7
	require.NoError(t, p.With(a.Data).Gradient(t.Context(), g, theta))
	p.addRegularizerGradient(g, theta)
	moved := tune(FineTune{Rate: rate})
	for j := range g {
		require.InDelta(t, -g[j]/32, (moved[j]-theta[j])/rate, 1e-5)
	}
	// With shares the two batches together move it by the gradient of L itself.
	require.NoError(t, p.With(a.Data).Gradient(t.Context(), g, theta))
	shared := tune(FineTune{Rate: rate, Share: true})
	for j := range g {
		require.InDelta(t, -g[j]/32, (shared[j]-theta[j])/rate, 1e-5)
	}
	require.Equal(t, tune(FineTune{Rate: 0.1, Seed: 4}), tune(FineTune{Rate: 0.1, Seed: 4}))
	require.NotEqual(t, tune(FineTune{Rate: 0.1, Seed: 4}), tune(FineTune{Rate: 0.1, Seed: 5}))
	// Each epoch has an order of its own.
	twice := slices.Clone(theta)
	for range 2 {
		require.NoError(t, FineTune{Rate: 0.1}.pass(t.Context(), p.With(a.Data), twice, 0))
	}
	require.NotEqual(t, twice, tune(FineTune{Rate: 0.1, Epochs: 2}))
}

func TestOcclusionHidesRemovedFeatures(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(p.Dim(), 5)
	u, err := Occlusion{}.Unlearn(t.Context(), p, theta, merge(t, RemoveFeatures(3, 1), RemoveSamples(0)))
	require.NoError(t, err)
	require.Equal(t, theta, u.Theta)
	test := randomData(6, 5, 2, false, 8)
	want := samples(test)
	for _, row := range want {
		row[1], row[3] = 0, 0
	}
	require.Equal(t, want, samples(u.Transform(test)))
	func() {
		defer func() {
			require.Contains(t, recover(), "occlusion: the data lack columns of the training data: ")
		}()
		u.Transform(randomData(6, 3, 2, false, 8))
	}()
	u, err = Occlusion{}.Unlearn(t.Context(), p, theta, RemoveSamples(0))
	require.NoError(t, err)
	require.Nil(t, u.Transform)
	// A feature that is zero in all training samples is hidden too.
	rare, err := datasets.ZeroColumns(p.Train, []int{4})
	require.NoError(t, err)
	u, err = Occlusion{}.Unlearn(t.Context(), p.With(rare), theta, RemoveFeatures(4))
	require.NoError(t, err)
	require.Equal(t, 0.0, samples(u.Transform(test))[2][4])
}
