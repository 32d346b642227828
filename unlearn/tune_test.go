package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTune(t *testing.T) {
	valley := func(v float64) (float64, error) { return math.Abs(math.Round(math.Log10(v)) + 2), nil }
	best, trials, err := Tune(t.Context(), Decades(-4, 1), valley)
	require.NoError(t, err)
	require.Equal(t, 1e-2, best)
	require.Len(t, trials, 6)
	require.Equal(t, Trial{Value: 1e-4, Criterion: 2}, trials[0])

	best, trials, err = Tune(t.Context(), []float64{5, 4, 3, 2, 1, 0.5}, func(v float64) (float64, error) {
		switch v {
		case 1:
			return 0, &WorseError{Method: "first-order"}
		case 2:
			return 0, &DivergedError{Solver: "lissa"}
		case 3:
			return 0, &IndefiniteError{Solver: "cg"}
		case 0.5:
			return math.NaN(), nil
		}
		return 7, nil // 5 and 4 are equally good
	})
	require.NoError(t, err)
	require.Equal(t, 5.0, best)
	for i, failed := range []bool{false, false, true, true, true, true} {
		require.Equal(t, failed, trials[i].Err != nil)
		require.Equal(t, failed, math.IsNaN(trials[i].Criterion))
	}
}

func TestTuneErrors(t *testing.T) {
	best, trials, err := Tune(t.Context(), []float64{1, 10}, func(v float64) (float64, error) { return math.Inf(1), nil })
	require.ErrorContains(t, err, "every value of the grid failed")
	require.ErrorContains(t, err, "at 1: ")
	require.ErrorContains(t, err, "at 10: unlearn: the criterion is +Inf")
	require.Len(t, trials, 2)
	require.True(t, math.IsNaN(best))

	lost := errors.New("file vanished")
	_, trials, err = Tune(t.Context(), []float64{1, 10}, func(float64) (float64, error) { return 0, lost })
	require.ErrorIs(t, err, lost)
	require.Empty(t, trials)

	_, _, err = Tune(t.Context(), nil, nil)
	require.ErrorContains(t, err, "at least one value")

	ctx, cancel := context.WithCancel(t.Context())
	_, trials, err = Tune(ctx, []float64{1, 10}, func(float64) (float64, error) { cancel(); return 1, nil })
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, trials, 1, "what was finished is handed back")
}

func TestTuneFindsTheStepOfFirstOrder(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	r := RemoveSamples(1, 2, 3)
	best, trials, err := Tune(t.Context(), Decades(-4, 4), func(tau float64) (float64, error) {
		u, err := FirstOrder{Tau: tau}.Unlearn(t.Context(), p, theta, r)
		if err != nil {
			return 0, err
		}
		return u.After, nil
	})
	require.NoError(t, err)
	require.Error(t, trials[len(trials)-1].Err)
	for _, trial := range trials {
		u, err := FirstOrder{Tau: trial.Value, Force: true}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		if trial.Err == nil {
			require.Equal(t, u.After, trial.Criterion)
		}
		if trial.Value != best {
			at, err := FirstOrder{Tau: best}.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.Less(t, at.After, u.After)
		}
	}
}
