package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

func TestStepIsALength(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	whole, err := exact().Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
	require.NoError(t, err)
	for _, step := range []float64{0.25, 1, 1.5} {
		m := exact()
		m.Step = step
		u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
		require.NoError(t, err)
		want := slices.Clone(theta)
		for j := range want {
			want[j] += step * (whole.Theta[j] - theta[j])
		}
		require.InDeltaSlice(t, want, u.Theta, 1e-13)
	}
	for _, step := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err := SecondOrder{Step: step}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
		require.ErrorContains(t, err, "SecondOrder.Step is")
	}
	_, err = SecondOrder{Gradient: 7}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
	require.ErrorContains(t, err, "unknown SecondOrder.Gradient 7")
}

// Reference: the steps written out with dense algebra.
func TestRepeatedDifferenceSteps(t *testing.T) {
	const step, steps = 0.7, 3
	p := problems(t)["logistic, dense, tilted"]
	start := trained(t, p)
	r := mixed(t)
	a := applied(t, p, r)
	whole, err := a.Subsample(1000, 0)
	require.NoError(t, err)
	theta, g := slices.Clone(start), make([]float64, 5)
	for range steps {
		require.NoError(t, p.Difference(t.Context(), g, theta, a))
		floats.AddScaled(theta, -step, newSystem("", stratified(t, p, whole, theta, 0), g).want)
	}
	u, err := SecondOrder{Solver: Exact{}, Step: step, Steps: steps, Gradient: Difference, Force: true}.Unlearn(t.Context(), p, start, r)
	require.NoError(t, err)
	require.InDeltaSlice(t, theta, u.Theta, 1e-10)
	require.Equal(t, 4.0*38, u.Check.Gradients, "no step needs a full gradient")
	require.Equal(t, 4.0*38+steps*(38+4+2), u.Cost.Gradients)

	// Without Force a step that raises the residual beyond what training left is left out.
	u, err = SecondOrder{Solver: Exact{}, Steps: 3, Gradient: Difference}.Unlearn(t.Context(), p, start, r)
	require.NoError(t, err)
	require.Len(t, u.Solves, 2)
	require.Contains(t, u.Notes[0], "step 2 would have raised the residual")
}

// The default solve ends where the error of the quadratic model is larger than what it leaves: the
// residual after the update is that of an exact solve to a percent, for about half the products.
func TestTheDefaultSolveIsAForcingTerm(t *testing.T) {
	p := &Problem{Objective: full{logistic(40)}, Train: randomData(400, 40, 2, false, 3), L2: 0.1}
	theta := trained(t, p)
	r := RemoveSamples(allRows(40)...)
	short, err := SecondOrder{}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	long, err := SecondOrder{Solver: CG{Tolerance: 1e-8}}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.LessOrEqual(t, short.Solves[0].Residual, 1e-3)
	require.InEpsilon(t, long.After, short.After, 0.01)
	require.Less(t, short.Solves[0].Products, 0.6*long.Solves[0].Products)
}
