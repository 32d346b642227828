package unlearn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// denseFunction is f(a) b by the eigenvalues of the whole matrix.
func denseFunction(t *testing.T, a *mat.SymDense, b []float64, f func(float64) float64) []float64 {
	var e mat.EigenSym
	require.True(t, e.Factorize(a, true))
	var v mat.Dense
	e.VectorsTo(&v)
	n := len(b)
	c, out := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	c.MulVec(v.T(), mat.NewVecDense(n, b))
	for i, s := range e.Values(nil) {
		c.SetVec(i, c.AtVec(i)*f(s))
	}
	out.MulVec(&v, c)
	return out.RawVector().Data
}

// randomSymmetric has eigenvalues of both signs.
func randomSymmetric(n int, seed uint64) *mat.SymDense {
	r := rand.New(rand.NewPCG(seed, 5))
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			a.SetSym(i, j, r.NormFloat64())
		}
	}
	return a
}

// TestKrylovFunction compares f(A) b with the dense matrix function, in the whole space, in part of
// it where f is smooth, and for numbers far from 1.
func TestKrylovFunction(t *testing.T) {
	a, b := randomSymmetric(20, 1), randomVector(20, 2)
	f := func(s float64) float64 { return math.Exp(-0.3 * s) }
	for _, scale := range []float64{1, 1e-90, 1e90} {
		var scaled mat.SymDense
		scaled.ScaleSym(scale, a)
		at := func(s float64) float64 { return f(s / scale) }
		right := make([]float64, 20)
		floats.ScaleTo(right, scale, b)
		k, err := NewKrylov(t.Context(), Symmetric(&scaled), right, 20)
		require.NoError(t, err)
		want := denseFunction(t, a, b, f)
		for products, tolerance := range map[int]float64{0: 1e-12, 15: 1e-6} {
			got, err := k.Function(at, products)
			require.NoError(t, err)
			floats.Scale(1/scale, got)
			assert.Less(t, floats.Distance(want, got, 2), tolerance*norm(want), "%g, %d products", scale, products)
		}
	}
	k, err := NewKrylov(t.Context(), Symmetric(a), b, 20)
	require.NoError(t, err)
	_, err = k.Function(func(float64) float64 { return math.Inf(1) }, 0)
	assert.ErrorContains(t, err, "at the eigenvalue")
	k, err = NewKrylov(t.Context(), Symmetric(a), make([]float64, 20), 20)
	require.NoError(t, err)
	got, err := k.Function(f, 0)
	require.NoError(t, err)
	assert.Equal(t, make([]float64, 20), got)
}

// TestKrylovCubic: the step fulfils the conditions that hold at the global minimum of the cubic
// model alone, of an indefinite matrix too, and tends to Newton's where the cubic term is small.
func TestKrylovCubic(t *testing.T) {
	b := randomVector(20, 2)
	for _, m := range []float64{1e-3, 1, 100} {
		a := randomSymmetric(20, 1)
		var e mat.EigenSym
		require.True(t, e.Factorize(a, false))
		require.Negative(t, e.Values(nil)[0])
		k, err := NewKrylov(t.Context(), Symmetric(a), b, 20)
		require.NoError(t, err)
		s, shift, err := k.Cubic(m, 0)
		require.NoError(t, err)
		left := mat.NewVecDense(20, nil)
		left.MulVec(a, mat.NewVecDense(20, s))
		left.AddScaledVec(left, shift, mat.NewVecDense(20, s))
		left.AddVec(left, mat.NewVecDense(20, b))
		assert.Less(t, mat.Norm(left, 2), 1e-9*(norm(b)+shift*norm(s)), "(A + a I) s = -b")
		assert.InEpsilon(t, shift, m/2*norm(s), 1e-9)
		assert.GreaterOrEqual(t, shift, -e.Values(nil)[0], "A + a I is positive semi-definite")
	}
	definite := mat.NewSymDense(2, []float64{2, 0, 0, 3})
	k, err := NewKrylov(t.Context(), Symmetric(definite), []float64{2, 3}, 2)
	require.NoError(t, err)
	s, _, err := k.Cubic(1e-9, 0)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{-1, -1}, s, 1e-8)
	_, _, err = k.Cubic(0, 0)
	assert.ErrorContains(t, err, "positive number")
}
