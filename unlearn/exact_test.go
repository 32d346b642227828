package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestFactoredSolvesItsMatrixAndThoseNearIt(t *testing.T) {
	eigenvalues := spread(40, 1, 1e4)
	m := rotated(eigenvalues, 1)
	f, err := Factor(t.Context(), Symmetric(m))
	require.NoError(t, err)
	require.Equal(t, 40, f.Dim())
	b := randomVector(40, 2)
	s := newSystem("", m, b)
	x := make([]float64, 40)
	stats, err := f.Solve(t.Context(), x, Symmetric(m), b)
	require.NoError(t, err)
	require.Equal(t, 1, stats.Iterations)
	require.Equal(t, 2.0, stats.Products)
	require.InDeltaSlice(t, s.want, x, 1e-8)

	near := mat.NewSymDense(40, nil)
	near.SymRankOne(m, 5, mat.NewVecDense(40, randomVector(40, 3)))
	near.SymRankOne(near, 3, mat.NewVecDense(40, randomVector(40, 4)))
	s = newSystem("", near, b)
	clear(x)
	stats, err = f.Solve(t.Context(), x, Symmetric(near), b)
	require.NoError(t, err)
	require.LessOrEqual(t, stats.Iterations, 3+1, "a change of rank 2 makes three different eigenvalues")
	require.InDeltaSlice(t, s.want, x, 1e-8)

	direct := make([]float64, 40)
	f.SolveTo(direct, b)
	require.InDeltaSlice(t, newSystem("", m, b).want, direct, 1e-9)
	_, err = f.Solve(t.Context(), x[:3], Symmetric(mat.NewSymDense(3, nil)), b[:3])
	require.ErrorContains(t, err, "factor of dimension 40 used on an operator of dimension 3")
}

func TestMaterialize(t *testing.T) {
	m := rotated(spread(12, 1, 10), 1)
	got, err := Materialize(t.Context(), Symmetric(m), 0)
	require.NoError(t, err)
	require.True(t, mat.EqualApprox(m, got, 1e-13))
	_, err = Materialize(t.Context(), Symmetric(m), 11)
	require.ErrorContains(t, err, "12 x 12 matrix is not written out (limit 11")
	_, err = Exact{MaxDim: 3}.Solve(t.Context(), make([]float64, 12), Symmetric(m), make([]float64, 12))
	require.NoError(t, err, "b = 0 needs no matrix")
	_, err = Exact{MaxDim: 3}.Solve(t.Context(), make([]float64, 12), Symmetric(m), randomVector(12, 1))
	require.ErrorContains(t, err, "use CG or MINRES")
}
