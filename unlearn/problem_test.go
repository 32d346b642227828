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

// cases of a problem: objective, rows, regularizer and tilt.
func problems(t *testing.T) map[string]*Problem {
	t.Helper()
	const n, p = 40, 5
	penalty := []float64{1, 0, 2, 1, 0.5}
	return map[string]*Problem{
		"least squares, dense":       {Objective: leastSquares(p), Train: randomData(n, p, 0, false, 1), L2: 0.7},
		"least squares, sparse":      {Objective: full{leastSquares(p)}, Train: randomData(n, p, 0, true, 1), L2: 0.7, Penalty: penalty},
		"logistic, dense, tilted":    {Objective: full{logistic(p)}, Train: randomData(n, p, 2, false, 2), L2: 1, Tilt: randomVector(p, 3)},
		"logistic, sparse, all":      {Objective: logistic(p), Train: randomData(n, p, 2, true, 2), L2: 1, Tilt: randomVector(p, 3), Penalty: penalty},
		"neuron, no regularizer":     {Objective: full{neuron(p)}, Train: randomData(n, p, 2, false, 4)},
		"logistic, no samples, full": {Objective: full{logistic(p)}, Train: randomData(n, p, 2, false, 2).Slice(0, 0), L2: 2},
	}
}

func TestProblemLossIsSumPlusRegularizer(t *testing.T) {
	for name, p := range problems(t) {
		t.Run(name, func(t *testing.T) {
			theta := randomVector(p.Dim(), 9)
			want := 0.0
			for i := range p.Train.Len() {
				one, err := p.Objective.Loss(t.Context(), theta, p.Train.Slice(i, i+1))
				require.NoError(t, err)
				want += one
			}
			for j, v := range theta {
				weight := p.L2
				if p.Penalty != nil {
					weight *= p.Penalty[j]
				}
				want += weight / 2 * v * v
				if p.Tilt != nil {
					want += p.Tilt[j] * v
				}
			}
			got, err := p.Loss(t.Context(), theta)
			require.NoError(t, err)
			require.InDelta(t, want, got, 1e-12*math.Abs(want))

			g := make([]float64, p.Dim())
			again, err := p.LossGradient(t.Context(), g, theta)
			require.NoError(t, err)
			require.Equal(t, got, again)
			alone := make([]float64, p.Dim())
			require.NoError(t, p.Gradient(t.Context(), alone, theta))
			require.Equal(t, alone, g)
			r, err := p.Residual(t.Context(), theta)
			require.NoError(t, err)
			require.InDelta(t, math.Sqrt(floats.Dot(g, g)), r, 1e-12)
		})
	}
}

func TestProblemGradientAndHessianAgainstFiniteDifferences(t *testing.T) {
	for name, p := range problems(t) {
		t.Run(name, func(t *testing.T) {
			theta, v := randomVector(p.Dim(), 9), randomVector(p.Dim(), 10)
			g := make([]float64, p.Dim())
			require.NoError(t, p.Gradient(t.Context(), g, theta))
			difference := directional(theta, v, func(x []float64) []float64 {
				l, err := p.Loss(t.Context(), x)
				require.NoError(t, err)
				return []float64{l}
			})
			require.InDelta(t, difference[0], floats.Dot(g, v), 1e-7*(1+norm(g)))

			h, err := p.Hessian(t.Context(), theta, FullHessian)
			require.NoError(t, err)
			hv := make([]float64, p.Dim())
			require.NoError(t, h.MulVecTo(t.Context(), hv, v))
			difference = directional(theta, v, func(x []float64) []float64 {
				g := make([]float64, len(x))
				require.NoError(t, p.Gradient(t.Context(), g, x))
				return g
			})
			require.InDeltaSlice(t, difference, hv, 1e-7*(1+norm(hv)))
		})
	}
}

// directional is the derivative of f at x along v by central differences.
func directional(x, v []float64, f func([]float64) []float64) []float64 {
	const h = 1e-5
	at := make([]float64, len(x))
	floats.AddScaledTo(at, x, h, v)
	d := f(at)
	floats.AddScaledTo(at, x, -h, v)
	floats.Sub(d, f(at))
	floats.Scale(1/(2*h), d)
	return d
}

func TestHessianKeepsItsOwnTheta(t *testing.T) {
	for name, p := range problems(t) {
		theta, v := randomVector(p.Dim(), 9), randomVector(p.Dim(), 10)
		h, err := p.Hessian(t.Context(), theta, FullHessian)
		require.NoError(t, err)
		before, after := make([]float64, p.Dim()), make([]float64, p.Dim())
		require.NoError(t, h.MulVecTo(t.Context(), before, v))
		floats.Scale(3, theta)
		require.NoError(t, h.MulVecTo(t.Context(), after, v))
		require.Equal(t, before, after, name)
	}
}

func TestGaussNewtonIsSemiDefiniteWhereTheHessianIsNot(t *testing.T) {
	p := problems(t)["neuron, no regularizer"]
	theta := randomVector(p.Dim(), 9)
	smallest := func(c Curvature) float64 {
		h, err := p.Hessian(t.Context(), theta, c)
		require.NoError(t, err)
		m, err := Materialize(t.Context(), h, 0)
		require.NoError(t, err)
		var e mat.EigenSym
		require.True(t, e.Factorize(m, false))
		return e.Values(nil)[0]
	}
	require.Less(t, smallest(FullHessian), -0.1)
	require.Greater(t, smallest(GaussNewton), 0.0)

	convex := problems(t)["logistic, dense, tilted"]
	v := randomVector(p.Dim(), 10)
	var products [2][]float64
	for i, c := range []Curvature{FullHessian, GaussNewton} {
		h, err := convex.Hessian(t.Context(), theta, c)
		require.NoError(t, err)
		products[i] = make([]float64, p.Dim())
		require.NoError(t, h.MulVecTo(t.Context(), products[i], v))
	}
	require.InDeltaSlice(t, products[0], products[1], 1e-12)
}

func TestHessianIsMeanOfBatches(t *testing.T) {
	for name, p := range problems(t) {
		if p.Train.Len() == 0 {
			continue
		}
		for _, batches := range []int{1, 3, 7, 40} { // 40 is not a multiple of 3 and 7
			theta, v := randomVector(p.Dim(), 9), randomVector(p.Dim(), 10)
			h, err := p.Hessian(t.Context(), theta, FullHessian)
			require.NoError(t, err)
			b, err := p.HessianBatches(t.Context(), theta, FullHessian, batches, 5)
			require.NoError(t, err)
			require.Equal(t, batches, b.Batches())
			ridged, ok := Ridge(b, 0.25).(BatchOperator)
			require.True(t, ok, "Ridge keeps batches")

			want, whole := make([]float64, p.Dim()), make([]float64, p.Dim())
			require.NoError(t, h.MulVecTo(t.Context(), want, v))
			floats.AddScaled(want, 0.25, v)
			require.NoError(t, ridged.MulVecTo(t.Context(), whole, v))
			require.InDeltaSlice(t, want, whole, 1e-11, name)
			mean, one := make([]float64, p.Dim()), make([]float64, p.Dim())
			for k := range batches {
				require.NoError(t, ridged.MulVecBatchTo(t.Context(), one, v, k))
				floats.AddScaled(mean, 1/float64(batches), one)
			}
			require.InDeltaSlice(t, want, mean, 1e-11, name)
		}
	}
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(p.Dim(), 9)
	batch := func(seed uint64) []float64 {
		b, err := p.HessianBatches(t.Context(), theta, GaussNewton, 4, seed)
		require.NoError(t, err)
		dst := make([]float64, p.Dim())
		require.NoError(t, b.MulVecBatchTo(t.Context(), dst, theta, 0))
		return dst
	}
	require.Equal(t, batch(1), batch(1))
	require.NotEqual(t, batch(1), batch(2))
}

func TestRidgeOfZeroIsTheOperator(t *testing.T) {
	a := Symmetric(mat.NewSymDense(2, []float64{2, 1, 1, 3}))
	require.Equal(t, a, Ridge(a, 0))
	dst := make([]float64, 2)
	require.NoError(t, Ridge(a, 0.5).MulVecTo(t.Context(), dst, []float64{1, 2}))
	require.Equal(t, []float64{4.5, 8}, dst)
}

func TestProblemErrors(t *testing.T) {
	good := problems(t)["logistic, sparse, all"]
	theta := make([]float64, good.Dim())
	change := func(f func(p *Problem)) *Problem { q := *good; f(&q); return &q }
	for _, tt := range []struct {
		name  string
		p     *Problem
		theta []float64
		want  string
	}{
		{"no objective", &Problem{Train: good.Train}, theta, "needs an Objective and Train"},
		{"no data", good.With(nil), theta, "needs an Objective and Train"},
		{"theta", good, theta[:3], "theta has length 3 for an objective of 5"},
		{"L2", change(func(p *Problem) { p.L2 = -1 }), theta, "L2 is -1"},
		{"L2 NaN", change(func(p *Problem) { p.L2 = math.NaN() }), theta, "L2 is NaN"},
		{"tilt", change(func(p *Problem) { p.Tilt = theta[:1] }), theta, "Tilt has length 1"},
		{"penalty", change(func(p *Problem) { p.Penalty = theta[:2] }), theta, "Penalty has length 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.p.Loss(t.Context(), tt.theta)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, tt.p.Gradient(t.Context(), make([]float64, len(tt.theta)), tt.theta), tt.want)
			_, err = tt.p.Hessian(t.Context(), tt.theta, FullHessian)
			require.ErrorContains(t, err, tt.want)
		})
	}
	require.ErrorContains(t, good.Gradient(t.Context(), theta[:2], theta), "gradient of length 2")
	_, err := good.Hessian(t.Context(), theta, GaussNewton)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = good.HessianBatches(t.Context(), theta, GaussNewton, 2, 0)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = good.HessianBatches(t.Context(), theta, FullHessian, 41, 0)
	require.ErrorContains(t, err, "41 batches of 40 samples")
	_, err = good.Hessian(t.Context(), theta, Curvature(7))
	require.ErrorContains(t, err, "unknown Curvature 7")
}

func TestHessianProductObservesItsContext(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := make([]float64, p.Dim())
	h, err := p.Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	b, err := p.HessianBatches(t.Context(), theta, FullHessian, 3, 0)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, h.MulVecTo(ctx, make([]float64, p.Dim()), theta), context.Canceled)
	require.ErrorIs(t, b.MulVecBatchTo(ctx, make([]float64, p.Dim()), theta, 1), context.Canceled)
}
