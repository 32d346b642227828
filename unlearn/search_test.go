package unlearn

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A search is given where the step starts and what it follows, and its length is the one that is
// taken, chunk by chunk.
func TestFirstOrderTakesTheLengthThatASearchFinds(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	lengths := []float64{0.05, 0, 0.02}
	var starts, directions [][]float64
	m := Iterative{Chunks: 3, Method: FirstOrder{Force: true, Search: func(_ context.Context, theta, g []float64) (float64, error) {
		starts, directions = append(starts, slices.Clone(theta)), append(directions, slices.Clone(g))
		return lengths[len(starts)-1], nil
	}}}
	u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(4, 9, 20))
	require.NoError(t, err)
	current, data := theta, p.Train
	for k, row := range []int{4, 8, 18} {
		a := applied(t, p.With(data), RemoveSamples(row))
		g := make([]float64, len(theta))
		require.NoError(t, p.With(data).Difference(t.Context(), g, current, a))
		require.Equal(t, current, starts[k])
		require.Equal(t, g, directions[k])
		if lengths[k] > 0 {
			next, err := FirstOrder{Tau: lengths[k], Force: true}.Unlearn(t.Context(), p.With(data), current, RemoveSamples(row))
			require.NoError(t, err)
			current = next.Theta
		}
		data = a.Data
	}
	require.Equal(t, current, u.Theta)

	returns := func(tau float64, err error) FirstOrder {
		return FirstOrder{Search: func(context.Context, []float64, []float64) (float64, error) { return tau, err }}
	}
	broken := errors.New("no validation set")
	_, err = returns(1, broken).Unlearn(t.Context(), p, theta, RemoveSamples(4))
	require.ErrorIs(t, err, broken)
	for _, tau := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err = returns(tau, nil).Unlearn(t.Context(), p, theta, RemoveSamples(4))
		require.ErrorContains(t, err, "FirstOrder.Search returned")
	}
	both := returns(1, nil)
	both.Tau = 1
	for _, m := range []FirstOrder{{}, both} {
		_, err = m.Unlearn(t.Context(), p, theta, RemoveSamples(4))
		require.ErrorContains(t, err, "or 0 with Search")
	}
}
