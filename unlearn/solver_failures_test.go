package unlearn

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestLimitOnProducts(t *testing.T) {
	s := systems()[0]
	for _, solver := range []Solver{CG{MaxProducts: 10}, MINRES{MaxProducts: 10}, LiSSA{MaxProducts: 10, Scale: 12}} {
		x := make([]float64, 30)
		stats, err := solver.Solve(t.Context(), x, Symmetric(s.m), s.b)
		var e *NotConvergedError
		require.ErrorAs(t, err, &e, solver.Name())
		require.LessOrEqual(t, stats.Products, 10.0)
		require.Equal(t, stats.Residual, e.Reached)
		require.Equal(t, stats.Products, e.Products)
		require.Equal(t, "relative residual", e.Quantity)
		require.InEpsilon(t, relativeResidual(s, x), stats.Residual, 1e-9)
		require.Less(t, stats.Residual, 1.0)
	}
}

func TestSystemsThatCannotBeStarted(t *testing.T) {
	a := Symmetric(mat.NewSymDense(2, []float64{2, 1, 1, 3}))
	for _, solver := range []Solver{CG{}, MINRES{}, Exact{}, LiSSA{}} {
		for _, tt := range []struct {
			x, b []float64
			want string
		}{
			{make([]float64, 3), make([]float64, 2),
				"operator of dimension 2 with a solution of length 3 and a right-hand side of length 2"},
			{make([]float64, 2), make([]float64, 1), "right-hand side of length 1"},
			{make([]float64, 2), []float64{1, math.NaN()}, "right-hand side is NaN at index 1"},
			{[]float64{math.Inf(1), 0}, []float64{1, 1}, "start vector is +Inf at index 0"},
		} {
			_, err := solver.Solve(t.Context(), tt.x, a, tt.b)
			require.ErrorContains(t, err, tt.want, solver.Name())
			require.True(t, strings.HasPrefix(err.Error(), "unlearn: "+solver.Name()))
		}
	}
	_, err := LiSSA{Scale: -1}.Solve(t.Context(), make([]float64, 2), a, []float64{1, 1})
	require.ErrorContains(t, err, "Scale is -1")
}

// troubled is a diagonal operator that calls back before each product and can spoil its results. It
// does not allocate.
type troubled struct {
	diagonal []float64
	before   func(product int) error
	factor   func(product int) float64
	products int
}

func (o *troubled) Dim() int { return len(o.diagonal) }

func (o *troubled) MulVecTo(_ context.Context, dst, x []float64) error {
	o.products++
	if o.before != nil {
		if err := o.before(o.products); err != nil {
			return err
		}
	}
	f := 1.0
	if o.factor != nil {
		f = o.factor(o.products)
	}
	for i, v := range x {
		dst[i] = f * o.diagonal[i] * v
	}
	return nil
}

func TestSolversStopWithTheContextAndWithTheOperator(t *testing.T) {
	b := randomVector(60, 1)
	lost := errors.New("disk on fire")
	for _, solver := range []Solver{CG{Tolerance: 1e-14}, MINRES{Tolerance: 1e-14}, Exact{}, LiSSA{Tolerance: 1e-14}, LiSSA{Tolerance: 1e-14, Scale: 1e4}} {
		for _, at := range []int{1, 2, 7} {
			ctx, cancel := context.WithCancel(t.Context())
			o := &troubled{diagonal: spread(60, 1, 1e4), before: func(k int) error {
				if k == at {
					cancel()
				}
				return nil
			}}
			x := make([]float64, 60)
			_, err := solver.Solve(ctx, x, o, b)
			require.ErrorIs(t, err, context.Canceled, solver.Name())
			require.Equal(t, at, o.products, "%s goes on", solver.Name())
			require.Equal(t, -1, notFinite(x))

			o = &troubled{diagonal: spread(60, 1, 1e4), before: func(k int) error {
				if k == at {
					return lost
				}
				return nil
			}}
			_, err = solver.Solve(t.Context(), make([]float64, 60), o, b)
			require.ErrorIs(t, err, lost, solver.Name())
		}
	}
}

func TestOverflowInTheOperatorIsAnError(t *testing.T) {
	for _, solver := range []Solver{CG{}, MINRES{}, Exact{}, LiSSA{}, LiSSA{Scale: 1e4}} {
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			o := &troubled{diagonal: spread(60, 1, 1e4), factor: func(k int) float64 {
				if k == 5 {
					return bad
				}
				return 1
			}}
			x := make([]float64, 60)
			_, err := solver.Solve(t.Context(), x, o, randomVector(60, 1))
			require.Error(t, err, solver.Name())
			require.Equal(t, -1, notFinite(x), solver.Name())
		}
	}
}
