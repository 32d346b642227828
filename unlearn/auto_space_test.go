package unlearn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// With a space of all dimensions and the curvature of all samples the step is the solution of the
// dense system; with less it is that of SecondOrder with the same products and samples.
func TestAutoTakesStepsOfAKrylovSpace(t *testing.T) {
	p := &Problem{Objective: full{neuron(5)}, Train: randomData(300, 5, 2, false, 4), L2: 0.5}
	theta, err := Newton{Tolerance: 1e-9, Curvature: GaussNewton}.Train(t.Context(), p, randomVector(5, 3))
	require.NoError(t, err)
	r := RemoveSamples(3, 17, 40)
	const ridge = 0.3

	a := autoOf(t, Auto{Sample: 1000}, p, theta, r)
	u, err := a.take(t.Context(), spaceStep{ridge, 5})
	require.NoError(t, err)
	h, err := p.With(a.update.Data).Hessian(t.Context(), theta, GaussNewton)
	require.NoError(t, err)
	dense := mat.NewDense(5, 5, nil)
	for j := range 5 {
		unit, column := make([]float64, 5), make([]float64, 5)
		unit[j] = 1
		require.NoError(t, h.MulVecTo(t.Context(), column, unit))
		column[j] += ridge
		dense.SetCol(j, column)
	}
	var want mat.VecDense
	require.NoError(t, want.SolveVec(dense, mat.NewVecDense(5, a.g)))
	for j, v := range theta {
		require.InDelta(t, v-want.AtVec(j), u.Theta[j], 1e-9)
	}

	a = autoOf(t, Auto{Sample: 40, Seed: 7}, p, theta, r)
	u, err = a.take(t.Context(), spaceStep{ridge, 2})
	require.NoError(t, err)
	other, err := SecondOrder{Curvature: GaussNewton, Ridge: ridge, Solver: Galerkin{Products: 2}, Sample: 40, Seed: 7, Force: true}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.InDeltaSlice(t, other.Theta, u.Theta, 1e-9)
}

// A budget leaves out the dear candidates where a cheap one serves, and the accuracy and the
// residual are checked as without one.
func TestAutoWithABudget(t *testing.T) {
	p := &Problem{Objective: full{neuron(5)}, Train: randomData(300, 5, 2, false, 4), L2: 0.5}
	theta, err := Newton{Tolerance: 1e-9, Curvature: GaussNewton}.Train(t.Context(), p, randomVector(5, 3))
	require.NoError(t, err)
	for name, r := range requests(t, p.Train) {
		all, err := Auto{MaxLoss: 1, Candidates: nil}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err, name)
		few, err := Auto{MaxLoss: 1, Passes: 10}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err, name)
		require.Less(t, few.Cost.Gradients+2*few.Cost.HVPs, all.Cost.Gradients+2*all.Cost.HVPs, name)
		require.Less(t, few.After, few.Before, name)
		require.Contains(t, strings.Join(few.Notes, "\n"), "and the budget 10")
	}
	a := autoOf(t, Auto{Passes: 10, Sample: 100}, p, theta, RemoveSamples(3))
	h, err := a.rehearsal(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.search(t.Context()))
	for name, r := range requests(t, p.Train) { // what the space begins with is G of the rehearsal
		a := autoOf(t, Auto{Passes: 10, Sample: 100}, p, theta, r)
		h, err := a.rehearsal(t.Context())
		require.NoError(t, err)
		d, err := h.r.apply(h.p.Train)
		require.NoError(t, err)
		want := make([]float64, len(theta))
		require.NoError(t, h.p.Difference(t.Context(), want, theta, d))
		g, err := h.difference(t.Context(), d)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, g, 1e-9, name)
	}
	for i, x := range a.update.Tried { // what is scored is what the step leads to
		step, ok := h.steps[i]
		if !ok || x.Err != nil {
			continue
		}
		solved := h.space.Solve(step.ridge, step.products)
		require.NoError(t, solved.Err)
		at := append([]float64(nil), theta...)
		for j, v := range solved.X {
			at[j] -= v
		}
		c, err := h.criterion(t.Context(), at)
		require.NoError(t, err)
		require.InDelta(t, c, x.Criterion, 1e-9)
	}
}

// Steps that would make the residual larger are passed over before one is carried out.
func TestAutoPassesOverStepsThatRaiseTheResidual(t *testing.T) {
	p := &Problem{Objective: full{neuron(5)}, Train: randomData(300, 5, 2, false, 4), L2: 0.5}
	theta, err := Newton{Tolerance: 1e-9, Curvature: GaussNewton}.Train(t.Context(), p, randomVector(5, 3))
	require.NoError(t, err)
	a := autoOf(t, Auto{Passes: 10, Sample: 1000}, p, theta, RemoveSamples(3, 17, 40))
	h, err := a.rehearsal(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.search(t.Context()))
	best := a.smallest()
	require.GreaterOrEqual(t, best, 0)
	a.update.Before, a.trained = 1e-9, 1e-9 // as if the residual had been next to nothing
	require.NoError(t, h.passOverRising(t.Context()))
	require.ErrorContains(t, a.update.Tried[best].Err, "it would make the gradient residual larger")
	_, ok := h.steps[a.smallest()]
	require.False(t, ok, "no step in the space is left")
}
