package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// shiftedBy is m + r I.
func shiftedBy(m *mat.SymDense, r float64) *mat.SymDense {
	out := mat.NewSymDense(m.SymmetricDim(), nil)
	out.CopySym(m)
	for j := range m.SymmetricDim() {
		out.SetSym(j, j, out.At(j, j)+r)
	}
	return out
}

func TestShiftedSolveAgainstDenseSolutions(t *testing.T) {
	ridges := []float64{0, 1e-3, 0.5, 20, 1e4}
	for _, s := range systems() {
		for _, products := range []int{1, 4, 11, 30, 100} {
			counting := &counted{a: Symmetric(s.m)}
			got, err := ShiftedSolve(t.Context(), counting, s.b, ridges, products)
			require.NoError(t, err)
			require.LessOrEqual(t, counting.products, float64(min(products, len(s.b))), "one space serves all ridges")
			for k, r := range ridges {
				require.Equal(t, r, got[k].Ridge)
				shifted := newSystem("", shiftedBy(s.m, r), s.b)
				if got[k].Err != nil {
					var e *IndefiniteError
					require.ErrorAs(t, got[k].Err, &e)
					require.Nil(t, got[k].X)
					require.False(t, shifted.positive && shifted.condition < 1e12, "%s + %g", s.name, r)
					require.InDelta(t, got[k].Smallest+r, e.Curvature, 1e-12)
					continue
				}
				require.InDelta(t, relativeResidual(shifted, got[k].X), got[k].Residual, 1e-13*shifted.condition+1e-14, "%s + %g", s.name, r)
				if products >= 30 && shifted.condition < 1e8 && norm(s.b) > 0 {
					require.Less(t, got[k].Residual, 1e-7)
					require.Less(t, floats.Distance(shifted.want, got[k].X, 2), 1e-7*norm(shifted.want))
				}
			}
		}
	}
}

// Conjugate gradients run to a number of products end on the same vector, and shorter spaces are
// found in a longer one.
func TestShiftedSolutionsAreTheIteratesOfCG(t *testing.T) {
	// On ill-conditioned matrices it is CG that drifts from what it would be in exact arithmetic.
	for _, s := range []system{systems()[0], newSystem("", rotated(spread(30, 1, 200), 7), randomVector(30, 3))} {
		k, err := NewKrylov(t.Context(), Symmetric(s.m), s.b, 12)
		require.NoError(t, err)
		require.Equal(t, 12, k.Products())
		for _, ridge := range []float64{0, 0.3, 7} {
			for _, products := range []int{1, 2, 5, 12} {
				x := make([]float64, 30)
				kernel := newCGKernel(30, nil)
				r := append([]float64(nil), s.b...)
				_, err := kernel.run(t.Context(), x, r, &counted{a: Ridge(Symmetric(s.m), ridge)}, 0, float64(products))
				require.NoError(t, err)
				got := k.Solve(ridge, products)
				require.NoError(t, got.Err)
				require.Equal(t, products, got.Products)
				require.InDeltaSlice(t, x, got.X, 1e-9*norm(x))
				require.InEpsilon(t, norm(r)/norm(s.b), got.Residual, 1e-7)
				alone, err := ShiftedSolve(t.Context(), Symmetric(s.m), s.b, []float64{ridge}, products)
				require.NoError(t, err)
				require.Equal(t, alone[0], got)
			}
			require.Equal(t, k.Solve(ridge, 12), k.Solve(ridge, 0))
			require.Equal(t, k.Solve(ridge, 12), k.Solve(ridge, 99))
		}
	}
}

func TestShiftedSolveTellsIndefiniteShifts(t *testing.T) {
	s := systems()[2] // smallest eigenvalue -2
	got, err := ShiftedSolve(t.Context(), Symmetric(s.m), s.b, []float64{0, 1.99, 2.01, 5}, 30)
	require.NoError(t, err)
	for k, definite := range []bool{false, false, true, true} {
		require.InDelta(t, -2, got[k].Smallest, 1e-9)
		if definite {
			require.NoError(t, got[k].Err)
			require.Less(t, got[k].Residual, 1e-9)
			continue
		}
		var e *IndefiniteError
		require.ErrorAs(t, got[k].Err, &e)
		require.True(t, numerical(got[k].Err))
		require.InDelta(t, got[k].Ridge-2, e.Curvature, 1e-9)
		require.ErrorContains(t, e, "add a ridge above")
		require.True(t, math.IsNaN(got[k].Residual))
	}
}

func TestShiftedSolveInInvariantSpaces(t *testing.T) {
	got, err := ShiftedSolve(t.Context(), Symmetric(systems()[0].m), make([]float64, 30), []float64{0, 1}, 5)
	require.NoError(t, err)
	for _, s := range got {
		require.Equal(t, make([]float64, 30), s.X)
		require.Zero(t, s.Residual)
		require.Zero(t, s.Products)
	}
	s := systems()[6] // three distinct eigenvalues
	counting := &counted{a: Symmetric(s.m)}
	got, err = ShiftedSolve(t.Context(), counting, s.b, []float64{0, 2}, 20)
	require.NoError(t, err)
	require.Equal(t, 3.0, counting.products)
	require.Equal(t, 3, got[0].Products)
	for _, x := range got {
		require.Less(t, relativeResidual(system{m: shiftedBy(s.m, x.Ridge), b: s.b}, x.X), 1e-13)
		require.Zero(t, x.Residual)
	}
	require.InDelta(t, 1, got[0].Smallest, 1e-12)
}

func TestShiftedSolveThatCannotBeStarted(t *testing.T) {
	a := Symmetric(mat.NewSymDense(2, []float64{2, 1, 1, 3}))
	for _, tt := range []struct {
		b, ridges []float64
		products  int
		want      string
	}{
		{[]float64{1}, nil, 3, "operator of dimension 2"},
		{[]float64{1, math.NaN()}, nil, 3, "right-hand side is NaN at index 1"},
		{[]float64{1, 2}, []float64{0, math.Inf(1)}, 3, "ridge 1 is +Inf"},
		{[]float64{1, 2}, nil, 0, "ask for 1 or more"},
	} {
		_, err := ShiftedSolve(t.Context(), a, tt.b, tt.ridges, tt.products)
		require.ErrorContains(t, err, tt.want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o := &troubled{diagonal: spread(60, 1, 1e4), before: func(k int) error {
		if k == 3 {
			cancel()
		}
		return nil
	}}
	_, err := ShiftedSolve(ctx, o, randomVector(60, 1), []float64{1}, 9)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 3, o.products)
	lost := errors.New("disk on fire")
	_, err = ShiftedSolve(t.Context(), &troubled{diagonal: spread(60, 1, 2), before: func(int) error { return lost }}, randomVector(60, 1), nil, 9)
	require.ErrorIs(t, err, lost)
	_, err = ShiftedSolve(t.Context(), &troubled{diagonal: spread(60, 1, 2), factor: func(int) float64 { return math.NaN() }}, randomVector(60, 1), nil, 9)
	var diverged *DivergedError
	require.ErrorAs(t, err, &diverged)
	require.ErrorContains(t, err, "not finite")
}

// A solver that takes Lanczos' products says that it is the one that met an overflow, and hands
// back the zeros it was given.
func TestOverflowInTheProductsOfLanczos(t *testing.T) {
	for _, s := range []Solver{Galerkin{}, LiSSA{}, CG{}} {
		o := &troubled{diagonal: spread(60, 1, 2), factor: func(int) float64 { return math.NaN() }}
		x := make([]float64, 60)
		st, err := s.Solve(t.Context(), x, o, randomVector(60, 1))
		var diverged *DivergedError
		require.ErrorAs(t, err, &diverged, s.Name())
		require.Equal(t, s.Name(), diverged.Solver)
		require.Equal(t, 1.0, diverged.Best, s.Name())
		require.Equal(t, 1.0, st.Residual, s.Name())
		require.True(t, isZero(x), s.Name())
	}
}

// Galerkin carries out what ShiftedSolve found, from a start too, also where zeros would have the
// smaller residual.
func TestGalerkinIsTheShiftedSolution(t *testing.T) {
	s := newSystem("ill-conditioned", rotated(spread(30, 1e-3, 1e3), 2), randomVector(30, 8))
	a := Symmetric(s.m)
	const ridge, products = 1e-2, 6
	want, err := ShiftedSolve(t.Context(), a, s.b, []float64{ridge}, products)
	require.NoError(t, err)
	require.Greater(t, want[0].Residual, 1.0, "the case that CG refuses")
	got := make([]float64, 30)
	stats, err := Galerkin{Products: products}.Solve(t.Context(), got, Ridge(a, ridge), s.b)
	var short *NotConvergedError
	require.ErrorAs(t, err, &short)
	require.InDeltaSlice(t, want[0].X, got, 1e-9*norm(want[0].X))
	require.InEpsilon(t, want[0].Residual, stats.Residual, 1e-6)
	require.Equal(t, float64(products+1), stats.Products)

	start := randomVector(30, 11)
	x := append([]float64(nil), start...)
	stats, err = Galerkin{Products: 30, Tolerance: 1e-7}.Solve(t.Context(), x, Ridge(a, ridge), s.b)
	require.NoError(t, err)
	require.LessOrEqual(t, stats.Residual, 1e-7)
}
