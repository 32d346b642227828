package unlearn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/unlearn"
)

// An update of the last layer alone is that of the model which has only this layer free.
func TestPartIsTheUpdateOfTheSelectedModel(t *testing.T) {
	train, _, r := mislabelled(t, 20, 3)
	m := perceptron(t, 2)
	penalty, err := m.Penalty("*/W")
	require.NoError(t, err)
	p := &unlearn.Problem{Objective: m, Train: train, L2: 0.5, Penalty: penalty}
	theta, err := unlearn.LBFGS{Tolerance: 1e-2}.Train(t.Context(), p, m.Init(1))
	require.NoError(t, err)
	inner := unlearn.SecondOrder{Force: true}
	u, err := unlearn.Part{Method: inner, Select: func(theta []float64) (unlearn.PartObjective, error) { return m.Select(theta, "dense2/*") }}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)

	last, err := m.Select(theta, "dense2/*")
	require.NoError(t, err)
	part, err := last.Chosen(theta)
	require.NoError(t, err)
	free, err := last.Chosen(penalty)
	require.NoError(t, err)
	alone, err := inner.Unlearn(t.Context(), &unlearn.Problem{Objective: last, Train: train, L2: 0.5, Penalty: free}, part, r)
	require.NoError(t, err)
	whole, err := last.Whole(alone.Theta)
	require.NoError(t, err)
	require.Equal(t, whole, u.Theta)
	require.Equal(t, theta[:8*8+8], u.Theta[:8*8+8], "the first layer stays")
	after, err := p.With(u.Data).Residual(t.Context(), u.Theta)
	require.NoError(t, err)
	require.InDelta(t, after, u.After, 1e-9)
	require.GreaterOrEqual(t, u.Cost.HVPs, alone.Cost.HVPs)

	_, err = unlearn.Part{Method: inner}.Unlearn(t.Context(), p, theta, r)
	require.ErrorContains(t, err, "needs a Method and Select")
}
