package unlearn

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// gramBatches is the mean of k matrices X_b'X_b + I of m random rows each, with the mean as a
// matrix.
type gramBatches struct {
	Operator
	batches  []*mat.SymDense
	products int // with single batches
}

func newGramBatches(p, k, m int, shift float64) (*gramBatches, *mat.SymDense) {
	mean := mat.NewSymDense(p, nil)
	g := &gramBatches{}
	for b := range k {
		x := mat.NewDense(m, p, randomVector(m*p, uint64(b)+100))
		a := mat.NewSymDense(p, nil)
		a.SymOuterK(1, x.T())
		for j := range p {
			a.SetSym(j, j, a.At(j, j)+shift)
		}
		g.batches = append(g.batches, a)
		mean.AddSym(mean, a)
	}
	mean.ScaleSym(1/float64(k), mean)
	g.Operator = Symmetric(mean)
	return g, mean
}

func (g *gramBatches) Batches() int { return len(g.batches) }

func (g *gramBatches) MulVecBatchTo(ctx context.Context, dst, x []float64, b int) error {
	g.products++
	return Symmetric(g.batches[b]).MulVecTo(ctx, dst, x)
}

// The condition number of the Hessian on Adult is about 12,500.
func TestLiSSANeedsNoNumbersSetByHand(t *testing.T) {
	m := rotated(spread(81, 1, 12_500), 1)
	s := newSystem("", m, randomVector(81, 2))
	x := make([]float64, 81)
	stats, err := LiSSA{}.Solve(t.Context(), x, Symmetric(m), s.b)
	require.NoError(t, err)
	require.LessOrEqual(t, relativeResidual(s, x), 1e-3)
	require.InEpsilon(t, relativeResidual(s, x), stats.Residual, 1e-9)
	require.InEpsilon(t, 1.01*12_501/2, stats.Scale, 1e-3)
	require.Contains(t, stats.Chosen, "half the sum of the extreme eigenvalues 12500 and")
	require.Less(t, stats.Products, 45_000.0, "condition number * ln(1000) / 2, were all of b along the smallest eigenvalue")
	require.InDelta(t, stats.Products, float64(stats.Iterations)+64, 0.1)
}

// The authors' form (docs/paper.md#lissa): u_0 = v; u_j = v + (1-damping) u_{j-1} - (1/scale) H
// u_{j-1}; result u_J/scale.
func TestLiSSAIsTheAuthorsRecursion(t *testing.T) {
	const p, scale, damping, depth = 20, 15.0, 0.02, 37
	m := rotated(spread(p, 0.1, 20), 1)
	v := mat.NewVecDense(p, randomVector(p, 2))
	u, product := mat.VecDenseCopyOf(v), mat.NewVecDense(p, nil)
	for range depth {
		product.MulVec(m, u)
		u.ScaleVec(1-damping, u)
		u.AddScaledVec(u, -1/scale, product)
		u.AddVec(u, v)
	}
	u.ScaleVec(1/scale, u)
	x := make([]float64, p)
	a := Ridge(Symmetric(m), damping*scale)
	stats, err := LiSSA{Scale: scale, MaxProducts: depth + 1, Tolerance: 1e-15}.Solve(t.Context(), x, a, v.RawVector().Data)
	var e *NotConvergedError
	require.ErrorAs(t, err, &e)
	require.Equal(t, depth+1, stats.Iterations)
	require.InDeltaSlice(t, u.RawVector().Data, x, 1e-13)
	require.Empty(t, stats.Chosen)
}

func TestLiSSAGrowthIsAnError(t *testing.T) {
	m := rotated(spread(30, 1, 100), 1)
	s := newSystem("", m, randomVector(30, 2))
	for _, scale := range []float64{1e-3, 1, 40, 49} {
		x := make([]float64, 30)
		stats, err := LiSSA{Scale: scale}.Solve(t.Context(), x, Symmetric(m), s.b)
		var e *DivergedError
		require.ErrorAs(t, err, &e, "scale %g", scale)
		require.Equal(t, scale, e.Scale)
		require.InEpsilon(t, relativeResidual(s, x), e.Best, 1e-9, "the best vector is handed back")
		require.LessOrEqual(t, e.Best, 1.0)
		require.Equal(t, e.Best, stats.Residual)
		require.Greater(t, e.Residual, 10*e.Best)
		require.Greater(t, e.Curvature, 2*scale)
		require.LessOrEqual(t, e.Curvature, 100+1e-9)
		require.ErrorContains(t, err, "the largest eigenvalue is at least")
	}
	_, err := LiSSA{Scale: 51}.Solve(t.Context(), make([]float64, 30), Symmetric(m), s.b)
	require.NoError(t, err)
}

// A residual that rises too slowly to be seen as growth is none the less no success.
func TestLiSSASlowGrowthAtTheEndIsAnError(t *testing.T) {
	eigenvalues := spread(30, 1, 100)
	eigenvalues[0] = -0.01
	m := rotated(eigenvalues, 1)
	_, err := LiSSA{Scale: 51, MaxProducts: 3000}.Solve(t.Context(), make([]float64, 30), Symmetric(m), randomVector(30, 2))
	var e *IndefiniteError
	require.ErrorAs(t, err, &e)
	require.InDelta(t, -0.01, e.Curvature, 1e-3)
}

func TestLiSSARaisesAScaleThatLanczosMissed(t *testing.T) {
	o := &troubled{diagonal: spread(30, 1, 100), factor: func(k int) float64 {
		if k <= 30 { // Lanczos' 30 products see a matrix with a tenth of the eigenvalues
			return 0.1
		}
		return 1
	}}
	b := randomVector(30, 2)
	x := make([]float64, 30)
	stats, err := LiSSA{}.Solve(t.Context(), x, o, b)
	require.NoError(t, err)
	require.Contains(t, stats.Chosen, "raised to")
	require.Greater(t, stats.Scale, 50.0)
	for i := range x {
		x[i] = b[i] - o.diagonal[i]*x[i]
	}
	require.LessOrEqual(t, norm(x), 1e-3*norm(b))
}

func TestLiSSAChoosesTheRidgeFromTheSmallestEigenvalue(t *testing.T) {
	eigenvalues := spread(30, 0.5, 40)
	eigenvalues[2] = -3
	m, b := rotated(eigenvalues, 1), randomVector(30, 2)
	x := make([]float64, 30)
	stats, err := LiSSA{ChooseRidge: true, Tolerance: 1e-10}.Solve(t.Context(), x, Symmetric(m), b)
	require.NoError(t, err)
	require.InEpsilon(t, 6, stats.Ridge, 1e-6)
	require.Contains(t, stats.Chosen, "ridge 6: twice the size of the smallest eigenvalue -3")
	for i := range 30 {
		m.SetSym(i, i, m.At(i, i)+stats.Ridge)
	}
	require.InDeltaSlice(t, newSystem("", m, b).want, x, 1e-8)

	stats, err = LiSSA{ChooseRidge: true}.Solve(t.Context(), x, Symmetric(m), b)
	require.NoError(t, err)
	require.Zero(t, stats.Ridge)
	require.Contains(t, stats.Chosen, "no ridge")

	g, mean := newGramBatches(20, 10, 15, -8)
	require.False(t, new(mat.Cholesky).Factorize(mean))
	x = make([]float64, 20)
	stats, err = LiSSA{ChooseRidge: true, Tolerance: 1e-8}.Solve(t.Context(), x, g, b[:20])
	require.NoError(t, err)
	for i := range 20 {
		mean.SetSym(i, i, mean.At(i, i)+stats.Ridge)
	}
	require.InDeltaSlice(t, newSystem("", mean, b[:20]).want, x, 1e-6)
}

func TestLiSSATrace(t *testing.T) {
	m := rotated(spread(30, 1, 100), 1)
	var products, residuals []float64
	s := LiSSA{Trace: func(p, r float64) { products, residuals = append(products, p), append(residuals, r) }}
	stats, err := s.Solve(t.Context(), make([]float64, 30), Symmetric(m), randomVector(30, 2))
	require.NoError(t, err)
	require.Len(t, residuals, stats.Iterations+1)
	require.Equal(t, 1.0, residuals[0])
	require.IsDecreasing(t, residuals)
	require.IsIncreasing(t, products)
	require.Equal(t, stats.Residual, residuals[len(residuals)-1])
	require.Equal(t, stats.Products, products[len(products)-1])
}

func TestLiSSAOnBatches(t *testing.T) {
	g, mean := newGramBatches(20, 25, 6, 1) // each batch has rank 6 + the ridge
	s := newSystem("", mean, randomVector(20, 2))
	for _, tol := range []float64{1e-3, 1e-10} {
		g.products = 0
		x := make([]float64, 20)
		stats, err := LiSSA{Tolerance: tol, Seed: 3}.Solve(t.Context(), x, g, s.b)
		require.NoError(t, err)
		require.LessOrEqual(t, relativeResidual(s, x), tol)
		require.InDelta(t, relativeResidual(s, x), stats.Residual, 1e-14)
		require.Contains(t, stats.Chosen, "the largest eigenvalue of 4 of the 25 batches")
		require.Greater(t, stats.Products, float64(g.products)/25)
		require.Equal(t, stats.Iterations, g.products-4*batchSteps)
	}
	solve := func(s LiSSA) ([]float64, Stats, error) {
		x := make([]float64, 20)
		stats, err := s.Solve(t.Context(), x, g, randomVector(20, 2))
		return x, stats, err
	}
	one, stats, err := solve(LiSSA{Seed: 3})
	require.NoError(t, err)
	again, other, _ := solve(LiSSA{Seed: 3})
	require.Equal(t, one, again)
	require.Equal(t, stats.Products, other.Products)
	other3, _, _ := solve(LiSSA{Seed: 4})
	require.NotEqual(t, one, other3)
}

// One batch in 25 is a hundred times the others, and mostly none of those whose eigenvalues are
// looked up.
func TestLiSSABacksOffFromBatchesUnlikeTheOthers(t *testing.T) {
	g, mean := newGramBatches(20, 25, 6, 1)
	unlike := g.batches[7]
	mean.ScaleSym(25, mean)
	unlike.ScaleSym(100, unlike)
	for i := range 20 {
		for j := i; j < 20; j++ {
			mean.SetSym(i, j, (mean.At(i, j)+0.99*unlike.At(i, j))/25)
		}
	}
	s := newSystem("", mean, randomVector(20, 2))
	doubled := 0
	for seed := range uint64(5) {
		x := make([]float64, 20)
		stats, err := LiSSA{Tolerance: 1e-6, Seed: seed}.Solve(t.Context(), x, g, s.b)
		require.NoError(t, err)
		require.LessOrEqual(t, relativeResidual(s, x), 1e-6)
		if strings.Contains(stats.Chosen, "doubled") {
			doubled++
		}
	}
	require.Positive(t, doubled)
	// A scale that is set stays: fewer steps a pass have to do.
	x := make([]float64, 20)
	stats, err := LiSSA{Tolerance: 1e-6, Scale: 400}.Solve(t.Context(), x, g, s.b)
	require.NoError(t, err)
	require.Equal(t, 400.0, stats.Scale)
	require.LessOrEqual(t, relativeResidual(s, x), 1e-6)
}

func TestLiSSAPlainEndsAtTheNoiseOfBatchesAndSaysSo(t *testing.T) {
	g, mean := newGramBatches(20, 25, 6, 1)
	s := newSystem("", mean, randomVector(20, 2))
	x := make([]float64, 20)
	stats, err := LiSSA{Plain: true, MaxProducts: 400, Tolerance: 1e-6}.Solve(t.Context(), x, g, s.b)
	var e *NotConvergedError
	require.ErrorAs(t, err, &e)
	require.InEpsilon(t, relativeResidual(s, x), e.Reached, 1e-9)
	require.InEpsilon(t, relativeResidual(s, x), stats.Residual, 1e-9)
	require.Less(t, e.Reached, 0.9)
	require.Greater(t, e.Reached, 1e-3)
	require.ErrorContains(t, err, "batches leave noise")

	// One step of a single draw is the published recursion on that batch.
	direct := make([]float64, 20)
	_, err = LiSSA{Plain: true, Scale: 1e9, MaxProducts: 1}.Solve(t.Context(), direct, g, s.b)
	require.Error(t, err)
	require.InDeltaSlice(t, floats.ScaleTo(make([]float64, 20), 25/1e9, s.b), direct, 1e-12, "25 small steps")
}

func TestLiSSAOnBatchesDiverges(t *testing.T) {
	g, mean := newGramBatches(20, 25, 6, 1)
	s := newSystem("", mean, randomVector(20, 2))
	for _, solver := range []LiSSA{{Scale: 0.5}, {Scale: 0.5, Plain: true}} {
		x := make([]float64, 20)
		stats, err := solver.Solve(t.Context(), x, g, s.b)
		var e *DivergedError
		require.ErrorAs(t, err, &e, "%+v", solver)
		require.InEpsilon(t, relativeResidual(s, x), stats.Residual, 1e-9)
		require.LessOrEqual(t, stats.Residual, 1.0)
	}
	indefinite, _ := newGramBatches(20, 25, 6, -9)
	_, err := LiSSA{MaxProducts: 2000}.Solve(t.Context(), make([]float64, 20), indefinite, s.b)
	require.True(t, numerical(err), "%v", err)
	var e *IndefiniteError
	require.ErrorAs(t, err, &e)
	require.Less(t, e.Curvature, 0.0)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = LiSSA{Tolerance: 1e-14, Trace: func(p, _ float64) {
		if p > 20 {
			cancel()
		}
	}}.Solve(ctx, make([]float64, 20), g, s.b)
	require.ErrorIs(t, err, context.Canceled)
}

func TestLiSSAOnTheHessianOfAProblem(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta, b := randomVector(p.Dim(), 9), randomVector(p.Dim(), 10)
	want := make([]float64, p.Dim())
	h, err := p.Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	_, err = Exact{}.Solve(t.Context(), want, h, b)
	require.NoError(t, err)
	batches, err := p.HessianBatches(t.Context(), theta, FullHessian, 8, 1)
	require.NoError(t, err)
	for _, a := range []Operator{h, batches} {
		x := make([]float64, p.Dim())
		stats, err := LiSSA{Tolerance: 1e-10}.Solve(t.Context(), x, a, b)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, x, 1e-8)
		require.False(t, math.IsNaN(stats.Residual))
	}
}
