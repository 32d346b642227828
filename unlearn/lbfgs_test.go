package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// surface is an objective of a function of two parameters that looks at no data.
type surface struct {
	// f returns the value, the gradient and the Hessian's entries xx, xy, yy.
	f func(x, y float64) (v, dx, dy, xx, xy, yy float64)
}

// rosenbrock is (1-x)^2 + 100 (y-x^2)^2, with its minimum at (1, 1).
var rosenbrock = surface{func(x, y float64) (v, dx, dy, xx, xy, yy float64) {
	q := y - x*x
	return (1-x)*(1-x) + 100*q*q, -2*(1-x) - 400*x*q, 200 * q, 2 - 400*q + 800*x*x, -400 * x, 200
}}

// wells is x^2/2 + y^4/4 - y^2/2: a saddle at the origin, minima at (0, 1) and (0, -1).
var wells = surface{func(x, y float64) (v, dx, dy, xx, xy, yy float64) {
	return x*x/2 + y*y*y*y/4 - y*y/2, x, y*y*y - y, 1, 0, 3*y*y - 1
}}

func (surface) Dim() int { return 2 }

func (s surface) Loss(_ context.Context, theta []float64, _ *datasets.Dataset) (float64, error) {
	v, _, _, _, _, _ := s.f(theta[0], theta[1])
	return v, nil
}

func (s surface) Gradient(_ context.Context, dst, theta []float64, _ *datasets.Dataset) error {
	_, dst[0], dst[1], _, _, _ = s.f(theta[0], theta[1])
	return nil
}

func (s surface) HVP(_ context.Context, dst, theta, v []float64, _ *datasets.Dataset) error {
	_, _, _, xx, xy, yy := s.f(theta[0], theta[1])
	dst[0], dst[1] = xx*v[0]+xy*v[1], xy*v[0]+yy*v[1]
	return nil
}

func (s surface) problem() *Problem {
	return &Problem{Objective: s, Train: randomData(1, 2, 0, false, 1)}
}

// minimizer is what L-BFGS and Newton-CG have in common.
type minimizer interface {
	Trainer
	Minimize(ctx context.Context, p *Problem, theta []float64) ([]float64, Progress, error)
}

func minimizers(tolerance float64) map[string]minimizer {
	return map[string]minimizer{
		"l-bfgs":              LBFGS{Tolerance: tolerance},
		"l-bfgs, late finish": LBFGS{Tolerance: tolerance, NewtonBelow: 1e-5},
		"newton-cg":           Newton{Tolerance: tolerance},
	}
}

func TestMinimizersFindTheOptimumOfConvexProblems(t *testing.T) {
	for name, p := range problems(t) {
		if name == "neuron, no regularizer" {
			continue
		}
		for method, m := range minimizers(1e-10) {
			t.Run(name+"/"+method, func(t *testing.T) {
				start := randomVector(p.Dim(), 6)
				kept := append([]float64(nil), start...)
				theta, progress, err := m.Minimize(t.Context(), p, start)
				require.NoError(t, err)
				require.Equal(t, kept, start, "the start is left alone")
				require.InDeltaSlice(t, trained(t, p), theta, 1e-9)
				residual, err := p.Residual(t.Context(), theta)
				require.NoError(t, err)
				require.LessOrEqual(t, residual, 1e-10)
				require.Equal(t, residual, progress.GradientNorm)
				loss, err := p.Loss(t.Context(), theta)
				require.NoError(t, err)
				require.InDelta(t, loss, progress.Loss, 1e-12*math.Abs(loss))
				again, err := m.Train(t.Context(), p, start)
				require.NoError(t, err)
				require.Equal(t, theta, again, "the same bits")
			})
		}
	}
}

func TestMinimizersReportTheirCost(t *testing.T) {
	for method, m := range minimizers(1e-9) {
		p := *problems(t)["logistic, sparse, all"] // no Linearizer, whose passes the meter would count too
		meter := NewMeter(p.Objective)
		p.Objective = meter
		_, progress, err := m.Minimize(t.Context(), &p, make([]float64, p.Dim()))
		require.NoError(t, err)
		n := float64(p.Train.Len())
		require.Equal(t, meter.Cost().Gradients/n, progress.Gradients, method)
		require.Equal(t, meter.Cost().HVPs/n, progress.Products, method)
		require.Positive(t, progress.Products)
		require.Positive(t, progress.Iteration)
		require.Positive(t, progress.Seconds)
	}
}

func TestMinimizersOnCurvedValleyAndSaddle(t *testing.T) {
	for method, m := range minimizers(1e-9) {
		theta, err := m.Train(t.Context(), rosenbrock.problem(), []float64{-1.2, 1})
		require.NoError(t, err, method)
		require.InDeltaSlice(t, []float64{1, 1}, theta, 1e-9, method)
		for _, y := range []float64{1e-3, -1e-3, 0.5, -3} {
			theta, err = m.Train(t.Context(), wells.problem(), []float64{0.7, y})
			require.NoError(t, err, method)
			require.InDeltaSlice(t, []float64{0, math.Copysign(1, y)}, theta, 1e-9, "%s from y = %g", method, y)
		}
	}
}

func TestMinimizersOnlyDescend(t *testing.T) {
	p := *problems(t)["neuron, no regularizer"]
	p.L2 = 0.01
	start := randomVector(p.Dim(), 9)
	h, err := p.Hessian(t.Context(), start, FullHessian)
	require.NoError(t, err)
	_, err = Factor(t.Context(), h)
	require.Error(t, err, "the Hessian is indefinite at the start")
	before, err := p.Loss(t.Context(), start)
	require.NoError(t, err)
	follow := func(last *float64) func(Progress) error {
		*last = before
		return func(now Progress) error {
			require.LessOrEqual(t, now.Loss, *last+lossRounding*math.Abs(*last))
			*last = now.Loss
			return nil
		}
	}
	var last float64
	for _, m := range []Trainer{Newton{Callback: follow(&last)}, Newton{Callback: follow(&last), Curvature: GaussNewton},
		LBFGS{Callback: follow(&last)}} {
		last = before
		theta, err := m.Train(t.Context(), &p, start)
		require.NoError(t, err)
		residual, err := p.Residual(t.Context(), theta)
		require.NoError(t, err)
		require.LessOrEqual(t, residual, 1e-6)
		h, err := p.Hessian(t.Context(), theta, FullHessian)
		require.NoError(t, err)
		_, err = Factor(t.Context(), h)
		require.NoError(t, err, "a minimum, not a saddle")
	}
}

// coarse rounds the loss to the precision of a float32, so that a line search cannot tell small
// steps.
type coarse struct{ glm }

func (o coarse) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	v, err := o.glm.Loss(ctx, theta, d)
	return float64(float32(v)), err
}

func TestNewtonFinishesWhereValuesCannotTell(t *testing.T) {
	exact := problems(t)["logistic, dense, tilted"]
	p := *exact
	p.Objective = coarse{logistic(p.Dim())}
	start := randomVector(p.Dim(), 6)
	_, err := LBFGS{Tolerance: 1e-9, NewtonBelow: -1}.Train(t.Context(), &p, start)
	var e *NotConvergedError
	require.ErrorAs(t, err, &e)
	require.Greater(t, e.Reached, 1e-9)
	require.ErrorContains(t, err, "line search failed")
	for method, m := range minimizers(1e-9) {
		theta, err := m.Train(t.Context(), &p, start)
		require.NoError(t, err, method)
		require.InDeltaSlice(t, trained(t, exact), theta, 1e-9)
	}
}

func TestMinimizersThatStopEarlySaySo(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := make([]float64, p.Dim())
	before, err := p.Residual(t.Context(), start)
	require.NoError(t, err)
	calls := 0
	counting := func(n *int) func(Progress) error { return func(Progress) error { *n++; return nil } }
	for _, m := range []minimizer{LBFGS{MaxIterations: 2}, Newton{MaxIterations: 1}} {
		theta, progress, err := m.Minimize(t.Context(), p, start)
		var e *NotConvergedError
		require.ErrorAs(t, err, &e)
		require.Equal(t, "gradient norm", e.Quantity)
		require.Equal(t, progress.Iteration, e.Iterations)
		residual, err := p.Residual(t.Context(), theta)
		require.NoError(t, err)
		require.Equal(t, residual, e.Reached)
		require.Less(t, residual, before)
	}
	_, err = Newton{Tolerance: 1e-300}.Train(t.Context(), p, start)
	var e *NotConvergedError
	require.ErrorAs(t, err, &e)
	require.ErrorContains(t, err, "rounding error sets this limit")
	require.Less(t, e.Reached, 1e-12)

	for _, m := range []Trainer{LBFGS{MaxIterations: 3, Tolerance: 1e-3, Callback: counting(&calls)},
		Newton{MaxIterations: 1, Callback: counting(&calls)}} {
		calls = 0
		_, err := m.Train(t.Context(), p, start)
		require.ErrorAs(t, err, &e)
		require.Equal(t, e.Iterations, calls)
	}
}

func TestMinimizersAtTheOptimumDoNothing(t *testing.T) {
	p := problems(t)["least squares, dense"]
	theta := ridgeRegression(t, p)
	for _, m := range minimizers(1e-6) {
		next, progress, err := m.Minimize(t.Context(), p, theta)
		require.NoError(t, err)
		require.Equal(t, theta, next)
		require.Equal(t, 1.0, progress.Gradients)
		require.Zero(t, progress.Products)
	}
}

func TestMinimizersStop(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	diskFull := errors.New("disk full")
	for _, finish := range []bool{false, true} {
		stop := func(now Progress) error {
			if (now.Products > 0) == finish {
				return diskFull
			}
			return nil
		}
		theta, err := LBFGS{Callback: stop}.Train(t.Context(), p, start)
		require.ErrorIs(t, err, diskFull)
		require.NotEqual(t, start, theta, "what was finished is kept")
	}
	_, err := Newton{Callback: func(Progress) error { return diskFull }}.Train(t.Context(), p, start)
	require.ErrorIs(t, err, diskFull)

	for _, at := range []int{0, 1, 2, 4} {
		for method, m := range minimizers(1e-12) {
			ctx, cancel := context.WithCancel(t.Context())
			q := *p
			o := &cancelling{full: p.Objective.(full), at: at, cancel: cancel}
			q.Objective = o
			theta, err := m.Train(ctx, &q, start)
			require.ErrorIs(t, err, context.Canceled, method)
			require.Len(t, theta, p.Dim())
		}
	}
	for _, m := range minimizers(1e-6) {
		_, err := m.Train(t.Context(), p, start[:2])
		require.ErrorContains(t, err, "theta has length 2")
		q := *p
		q.Objective = surface{func(x, y float64) (v, dx, dy, xx, xy, yy float64) { return math.NaN(), 0, 0, 0, 0, 0 }}
		q.Tilt = nil
		_, err = m.Train(t.Context(), &q, []float64{1, 2})
		require.ErrorContains(t, err, "at the start the loss is NaN")
	}
}

// A step that overflows the loss is shortened, not an error.
func TestMinimizersComeBackFromOverflow(t *testing.T) {
	cliff := surface{func(x, y float64) (v, dx, dy, xx, xy, yy float64) {
		if x > 3 {
			return math.NaN(), math.NaN(), math.NaN(), 0, 0, 0
		}
		return -math.Log(3-x) - 0.1*x + y*y, 1/(3-x) - 0.1, 2 * y, 1 / (3 - x) / (3 - x), 0, 2
	}}
	for method, m := range minimizers(1e-8) {
		theta, err := m.Train(t.Context(), cliff.problem(), []float64{-40, 5})
		require.NoError(t, err, method)
		require.InDeltaSlice(t, []float64{-7, 0}, theta, 1e-5, method)
	}
}
