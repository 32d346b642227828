package unlearn

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMeterCountsAndForwards(t *testing.T) {
	const n, dim = 7, 3
	d := randomData(n, dim, 2, false, 1)
	theta, v := randomVector(dim, 2), randomVector(dim, 3)
	weights := randomVector(n, 4)
	type values struct {
		got  []float64
		loss float64
	}
	for _, tt := range []struct {
		name       string
		run        func(o Objective, dst []float64) (float64, error)
		size       int
		plain      bool // works on an objective without optional interfaces
		full, bare Cost // what it costs with and without them
	}{
		{"loss", func(o Objective, _ []float64) (float64, error) { return o.Loss(t.Context(), theta, d) }, 0, true, Cost{}, Cost{}},
		{"gradient", func(o Objective, dst []float64) (float64, error) { return 0, o.Gradient(t.Context(), dst, theta, d) }, dim, true,
			Cost{Gradients: n}, Cost{Gradients: n}},
		{"loss and gradient", func(o Objective, dst []float64) (float64, error) {
			return o.(LossGradient).LossGradient(t.Context(), dst, theta, d)
		}, dim, true, Cost{Gradients: n}, Cost{Gradients: n}},
		{"product", func(o Objective, dst []float64) (float64, error) { return 0, o.HVP(t.Context(), dst, theta, v, d) }, dim, true,
			Cost{HVPs: n}, Cost{HVPs: n}},
		{"linearized, two products", func(o Objective, dst []float64) (float64, error) {
			f, err := o.(Linearizer).Linearize(t.Context(), theta, d)
			if err != nil {
				return 0, err
			}
			return 0, errors.Join(f(dst, theta), f(dst, v))
		}, dim, true, Cost{Gradients: n, HVPs: 2 * n}, Cost{HVPs: 2 * n}},
		{"gauss-newton", func(o Objective, dst []float64) (float64, error) {
			f, err := o.(GaussNewtonLinearizer).LinearizeGaussNewton(t.Context(), theta, d)
			if err != nil {
				return 0, err
			}
			return 0, f(dst, v)
		}, dim, false, Cost{Gradients: n, HVPs: n}, Cost{}},
		{"per sample", func(o Objective, dst []float64) (float64, error) {
			return 0, o.(PerSampler).PerSampleGradients(t.Context(), dst, theta, d)
		}, n * dim, false, Cost{Gradients: n}, Cost{}},
		{"norms", func(o Objective, dst []float64) (float64, error) {
			return 0, o.(PerSampler).PerSampleNorms(t.Context(), dst, theta, d)
		}, n, false, Cost{Gradients: n}, Cost{}},
		{"dots", func(o Objective, dst []float64) (float64, error) {
			return 0, o.(PerSampler).PerSampleDots(t.Context(), dst, theta, v, d)
		}, n, false, Cost{Gradients: n}, Cost{}},
		{"weighted", func(o Objective, dst []float64) (float64, error) {
			return 0, o.(PerSampler).WeightedGradient(t.Context(), dst, theta, weights, d)
		}, dim, false, Cost{Gradients: n}, Cost{}},
		{"outputs", func(o Objective, _ []float64) (float64, error) {
			k, err := o.(Predictor).Outputs(d)
			return float64(k), err
		}, 0, false, Cost{}, Cost{}},
		{"predictions", func(o Objective, dst []float64) (float64, error) {
			return 0, o.(Predictor).Predict(t.Context(), dst, theta, d)
		}, n, false, Cost{}, Cost{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := func(o Objective) (values, error) {
				dst := make([]float64, tt.size)
				loss, err := tt.run(o, dst)
				return values{dst, loss}, err
			}
			cost := func(m *Meter) Cost { c := m.Cost(); c.Seconds = 0; return c }
			want, err := call(full{logistic(dim)})
			require.NoError(t, err)
			m := NewMeter(full{logistic(dim)})
			got, err := call(m)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, tt.full, cost(m))

			m = NewMeter(logistic(dim))
			got, err = call(m)
			require.Equal(t, tt.bare, cost(m))
			if tt.plain {
				require.NoError(t, err)
				require.Equal(t, want, got)
			} else {
				require.ErrorIs(t, err, errors.ErrUnsupported)
			}
		})
	}
}

func TestMeterIsSafeForConcurrentUse(t *testing.T) {
	d := randomData(10, 3, 2, false, 1)
	m := NewMeter(full{logistic(3)})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			dst := make([]float64, 3)
			for range 50 {
				_ = m.Gradient(t.Context(), dst, dst, d)
				_ = m.HVP(t.Context(), dst, make([]float64, 3), make([]float64, 3), d.Slice(0, 4))
			}
		})
	}
	group.Wait()
	c := m.Cost()
	require.Equal(t, 8*50*10.0, c.Gradients)
	require.Equal(t, 8*50*4.0, c.HVPs)
	require.Positive(t, c.Seconds)
	require.Equal(t, full{logistic(3)}.Dim(), m.Dim())
	require.IsType(t, full{}, m.Unwrap())
}

func TestMeterLeavesFailedWorkOut(t *testing.T) {
	m := NewMeter(logistic(3))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dst := make([]float64, 3)
	require.Error(t, m.Gradient(ctx, dst, dst, randomData(10, 3, 2, false, 1)))
	require.Zero(t, m.Cost().Gradients)
}

func TestCostArithmetic(t *testing.T) {
	a, b := Cost{1, 2, 3}, Cost{10, 20, 30}
	require.Equal(t, Cost{11, 22, 33}, a.Plus(b))
	require.Equal(t, Cost{9, 18, 27}, b.Minus(a))
}
