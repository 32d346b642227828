package unlearn

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A chunk that the score refuses leaves the parameters; what comes after it starts from them, on
// data that moved on.
func TestAChunkThatMakesThingsWorseIsRefused(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	rows := []int{4, 9, 20}
	r := RemoveSamples(rows...)
	step := FirstOrder{Tau: 0.05, Force: true}
	for name, tt := range map[string]struct {
		scores    []float64 // of the start and after each chunk
		tolerance float64
		refused   []bool
	}{
		"none":                {[]float64{1, 1, 2, 3}, 0, []bool{false, false, false}},
		"the second":          {[]float64{1, 2, 1.4, 1.9}, 0.5, []bool{false, true, false}},
		"within the limit":    {[]float64{1, 0.5, 0, -0.5}, 0.5, []bool{false, false, false}},
		"the last":            {[]float64{1, 1, 1, math.NaN()}, 9, []bool{false, false, true}},
		"all":                 {[]float64{1, 0, 0, 0}, 0.5, []bool{true, true, true}},
		"after a refused one": {[]float64{1, 0, 0.8, 0.4}, 0.3, []bool{true, false, true}},
	} {
		at := 0
		var scored [][]float64
		m := Iterative{Method: step, Chunks: 3, Tolerance: tt.tolerance, Accept: func(_ context.Context, theta []float64) (float64, error) {
			scored = append(scored, slices.Clone(theta))
			at++
			return tt.scores[at-1], nil
		}}
		u, err := m.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err, name)
		// By hand, chunk by chunk.
		current, data := slices.Clone(theta), p.Train
		want := [][]float64{slices.Clone(theta)}
		for k, refused := range tt.refused {
			next, err := step.Unlearn(t.Context(), p.With(data), current, RemoveSamples(rows[k]-k))
			require.NoError(t, err)
			want = append(want, next.Theta)
			if data = next.Data; !refused {
				current = next.Theta
			}
			note := slices.ContainsFunc(u.Notes, func(n string) bool { return refusedNote(n, k+1) })
			require.Equal(t, refused, note, "%s: %v", name, u.Notes)
		}
		require.Equal(t, want, scored, name)
		require.Equal(t, current, u.Theta, name)
		require.Equal(t, samples(data), samples(u.Data), name)
		residual, err := p.With(data).Residual(t.Context(), u.Theta)
		require.NoError(t, err)
		require.InDelta(t, residual, u.After, 1e-12, name)
	}
}

func refusedNote(note string, chunk int) bool {
	return len(note) > 25 && note[:6] == "chunk " && int(note[6]-'0') == chunk && note[7:26] == " of 3: refused, the"
}

func TestAScoreThatFailsEndsTheUpdate(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	broken := errors.New("no validation set")
	for calls := range 3 {
		m := Iterative{Method: FirstOrder{Tau: 0.05, Force: true}, Chunks: 2, Accept: func(context.Context, []float64) (float64, error) {
			if calls--; calls < 0 {
				return 0, broken
			}
			return 1, nil
		}}
		u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
		require.ErrorIs(t, err, broken)
		require.Nil(t, u.Theta)
	}
	// No score is lower than one that is no number: every chunk would be refused, and the update be
	// one that does nothing.
	u, err := Iterative{Method: SecondOrder{}, Accept: func(context.Context, []float64) (float64, error) { return math.NaN(), nil }}.
		Unlearn(t.Context(), p, theta, RemoveSamples(1, 2))
	require.ErrorContains(t, err, "Iterative.Accept gives the parameters before the request the score NaN")
	require.Nil(t, u.Theta)
	_, err = Iterative{Method: None{}, Tolerance: -1}.Unlearn(t.Context(), p, theta, RemoveSamples(1))
	require.ErrorContains(t, err, "Iterative.Tolerance is -1")
}

// What an update holds beside its parameters would be lost: hidden features, votes, a certificate,
// the tilt of a private training.
func TestChunksByMethodsThatLeaveMoreThanParameters(t *testing.T) {
	p := &Problem{Objective: convexLogistic(5), Train: shortRows(60, 5, 2, false, 3), L2: 1}
	m := Certified{Seed: 1, Budget: Budget{1, 0.1, 1e3}, Trainer: newton{}}
	q, theta, err := m.Train(t.Context(), p, make([]float64, 5))
	require.NoError(t, err)
	for want, method := range map[string]Method{
		"occlusion is not parameters alone, and":                  Occlusion{},
		"sisa is not parameters alone (several models answer)":    SISA{Shards: 2, Trainer: newton{}},
		"second-order is not parameters alone (it has a certif":   m,
		"dp is not parameters alone (they were trained with a ti": ObjectivePerturbation{Sigma: 1, Trainer: newton{}, Seed: 1},
	} {
		for _, chunks := range []int{1, 2} {
			u, err := Iterative{Method: method, Chunks: chunks}.Unlearn(t.Context(), q, theta, RemoveFeatures(1, 2))
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, "carry the request out in one go")
			require.Nil(t, u.Theta)
		}
		if _, ok := method.(Occlusion); !ok {
			_, err := ReestimateStatistics{Method: method}.Unlearn(t.Context(), q, theta, RemoveFeatures(1, 2))
			require.Error(t, err)
			require.NotContains(t, err.Error(), "no running statistics")
		}
	}
}
