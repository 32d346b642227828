package unlearn

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// publishedMatrix is share * sum_i l2(z_i) x_i x_i' + ridge I over the corrected data, written out,
// where l2 is the second derivative of the loss; the regularizer is not in it.
func publishedMatrix(t *testing.T, p *Problem, a *Applied, theta []float64, share, ridge float64) *mat.SymDense {
	whole, err := a.Subsample(a.Data.Len(), 0)
	require.NoError(t, err)
	bare := *p
	bare.L2 = 0
	m := stratified(t, &bare, whole, theta, 0)
	m.ScaleSym(share, m)
	return shiftedBy(m, ridge)
}

// With all samples in a batch the recursion is that of a matrix: its iterates are checked one by
// one, and after many of them the fixed point.
func TestPublishedOnTheWholeDataAgainstDenseAlgebra(t *testing.T) {
	const damping, scale = 0.05, 70.0
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	r := mixed(t)
	a := applied(t, p, r)
	g := make([]float64, 5)
	require.NoError(t, p.Difference(t.Context(), g, theta, a))
	s := system{m: publishedMatrix(t, p, a, theta, 1, damping*scale), b: g}
	h := publishedMatrix(t, p, a, theta, 1, 0)
	for _, curvature := range []Curvature{FullHessian, GaussNewton} {
		u, product := mat.NewVecDense(5, slices.Clone(g)), mat.NewVecDense(5, nil)
		delta := func() []float64 {
			x := slices.Clone(u.RawVector().Data)
			floats.Scale(1/scale, x)
			return x
		}
		for iterations := 1; iterations <= 4; iterations++ {
			last := slices.Clone(u.RawVector().Data)
			product.MulVec(h, u)
			u.ScaleVec(1-damping, u)
			u.AddScaledVec(u, -1/scale, product)
			u.AddVec(u, mat.NewVecDense(5, g))
			var traced [][3]float64
			got, err := PublishedSecondOrder{Batch: 100, Damping: damping, Scale: scale, Iterations: iterations, Curvature: curvature,
				Trace: func(j int, change, residual float64) {
					traced = append(traced, [3]float64{float64(j), change, residual})
				},
			}.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			want := slices.Clone(theta)
			floats.Sub(want, delta())
			require.InDeltaSlice(t, want, got.Theta, 1e-13)
			require.Len(t, traced, iterations+1)
			end := traced[iterations]
			require.Equal(t, float64(iterations), end[0])
			require.InEpsilon(t, floats.Distance(u.RawVector().Data, last, 2)/norm(last), end[1], 1e-10)
			require.InEpsilon(t, relativeResidual(s, delta()), end[2], 1e-10)
			require.Equal(t, end[2], got.Solves[0].Residual)
			require.Equal(t, end[2], got.Solves[0].Independent)
			require.Equal(t, damping*scale, got.Ridge)
		}
	}
	got, err := PublishedSecondOrder{Batch: 100, Damping: damping, Scale: scale, Iterations: 800}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	want := slices.Clone(theta)
	floats.Sub(want, newSystem("", s.m, g).want)
	require.InDeltaSlice(t, want, got.Theta, 1e-12)
	require.Less(t, got.Solves[0].Residual, 1e-12)
	require.Greater(t, floats.Distance(theta, got.Theta, 2), 1e-3)
}

func TestPublishedOnBatchesComesNearItsFixedPoint(t *testing.T) {
	const n, batch, damping, scale = 400, 50, 0.02, 300.0
	p := &Problem{Objective: full{logistic(5)}, Train: randomData(n, 5, 2, false, 3), L2: 1}
	theta := trained(t, p)
	r := CorrectLabels([]int{3, 8}, []float64{1 - p.Train.Y[3], 1 - p.Train.Y[8]})
	a := applied(t, p, r)
	g := make([]float64, 5)
	require.NoError(t, p.Difference(t.Context(), g, theta, a))
	want := newSystem("", publishedMatrix(t, p, a, theta, float64(batch)/n, damping*scale), g).want
	for _, curvature := range []Curvature{FullHessian, GaussNewton} {
		// Check batches enough for all samples: the residual is then that of the mean itself.
		u, err := PublishedSecondOrder{Batch: batch, Damping: damping, Scale: scale, Iterations: 400, Curvature: curvature, Check: 8, Seed: 5, Force: true}.
			Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		require.NotContains(t, u.Notes[len(u.Notes)-1], "diverged")
		delta := make([]float64, 5)
		floats.SubTo(delta, theta, u.Theta)
		require.Less(t, floats.Distance(want, delta, 2), 0.03*norm(want))
		s := system{m: publishedMatrix(t, p, a, theta, float64(batch)/n, damping*scale), b: g}
		require.InEpsilon(t, relativeResidual(s, delta), u.Solves[0].Residual, 1e-9)
		require.InDelta(t, 400.0*batch/n, u.Solves[0].Products, 1e-9)
		// On fewer the residual is an estimate, of other samples with another seed.
		few, err := PublishedSecondOrder{Batch: batch, Damping: damping, Scale: scale, Iterations: 400, Curvature: curvature, Seed: 5, Force: true}.
			Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		require.Equal(t, u.Theta, few.Theta)
		require.NotEqual(t, u.Solves[0].Residual, few.Solves[0].Residual)
		require.Less(t, few.Solves[0].Residual, 0.1)
	}
}

func TestPublishedGrowthIsAnError(t *testing.T) {
	p := problems(t)["least squares, sparse"]
	theta := ridgeRegression(t, p)
	r := RemoveSamples(3, 5)
	a := applied(t, p, r)
	spectrum, err := Lanczos(t.Context(), Symmetric(publishedMatrix(t, p, a, theta, 1, 0)), SpectrumOptions{Steps: 5})
	require.NoError(t, err)
	const damping = 0.1
	for _, tt := range []struct {
		factor     float64 // by which the component along the largest eigenvalue grows, or falls, in an iteration
		iterations int     // when it is seen
	}{{1e9, 1}, {3, 4}, {1.05, 30}} {
		scale := spectrum.Largest / (1 + tt.factor - damping)
		m := PublishedSecondOrder{Batch: 100, Damping: damping, Scale: scale}
		u, err := m.Unlearn(t.Context(), p, theta, r)
		var e *DivergedError
		require.ErrorAs(t, err, &e, "%g", tt.factor)
		require.LessOrEqual(t, e.Iterations, tt.iterations)
		require.Equal(t, scale, e.Scale)
		require.GreaterOrEqual(t, e.Residual, e.Best)
		require.True(t, finite(e.Best))
		require.Equal(t, e.Residual, u.Solves[0].Residual)
		require.ErrorContains(t, err, "raise Scale")
		require.Nil(t, u.Theta)
		m.Force = true
		u, err = m.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		require.Len(t, u.Theta, 5)
		require.Contains(t, u.Notes[1], "forced: unlearn: lissa-published diverged")
		require.ErrorAs(t, u.Of(Forced)[0].Err, new(*DivergedError))
	}
	for _, factor := range []float64{0.5, 0.95} {
		m := PublishedSecondOrder{Batch: 100, Damping: damping, Scale: spectrum.Largest / (1 + factor - damping), Force: true}
		u, err := m.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		require.NotContains(t, u.Notes[len(u.Notes)-1], "diverged", "%g", factor)
	}
	// Along negative curvature beyond the ridge everything else converges first.
	q := problems(t)["neuron, no regularizer"]
	_, err = PublishedSecondOrder{Batch: 100, Damping: 1e-6, Scale: 20}.Unlearn(t.Context(), q, randomVector(5, 9), r)
	var e *DivergedError
	require.ErrorAs(t, err, &e)
}

func TestCostOfPublished(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	u, err := PublishedSecondOrder{Batch: 7, Iterations: 5, Check: 2, Sample: 6, Force: true}.Unlearn(t.Context(), p, theta, mixed(t))
	require.NoError(t, err)
	require.Equal(t, "second-order-published", u.Method)
	require.Equal(t, 5.0*7, u.Cost.HVPs-u.Check.HVPs, "what the authors' recursion costs")
	require.Equal(t, 6.0*14, u.Check.HVPs)
	require.Equal(t, 2.0*(6+2)+14, u.Check.Gradients)
	require.Equal(t, u.Check.Gradients+4+2, u.Cost.Gradients)
	require.Equal(t, 3900.0, u.Ridge)
	u, err = PublishedSecondOrder{}.Unlearn(t.Context(), p, theta, Request{})
	require.NoError(t, err)
	require.Equal(t, theta, u.Theta)
	u, err = PublishedSecondOrder{}.Unlearn(t.Context(), p, theta, CorrectLabels([]int{3}, []float64{p.Train.Y[3]}))
	require.NoError(t, err, "a request that changes nothing")
	require.Equal(t, theta, u.Theta)
	for _, m := range []PublishedSecondOrder{{Batch: -1}, {Iterations: -1}, {Check: -1}, {Scale: -1}, {Scale: math.NaN()}, {Damping: -1}, {Damping: math.Inf(1)}} {
		_, err := m.Unlearn(t.Context(), p, theta, mixed(t))
		require.ErrorContains(t, err, "PublishedSecondOrder.")
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = PublishedSecondOrder{Trace: func(j int, _, _ float64) {
		if require.Less(t, j, 4); j == 3 {
			cancel()
		}
	}}.Unlearn(ctx, p, theta, mixed(t))
	require.ErrorIs(t, err, context.Canceled)
}
