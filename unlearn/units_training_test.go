package unlearn

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// multiplied is a loss times a power of two.
type multiplied struct {
	glm
	exponent int
}

func (o multiplied) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	loss, err := o.glm.Loss(ctx, theta, d)
	return math.Ldexp(loss, o.exponent), err
}

func (o multiplied) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	err := o.glm.Gradient(ctx, dst, theta, d)
	shiftTo(dst, o.exponent, dst)
	return err
}

func (o multiplied) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	err := o.glm.HVP(ctx, dst, theta, v, d)
	shiftTo(dst, o.exponent, dst)
	return err
}

// The optimum does not depend on the unit of the loss, however large or small.
func TestTrainersOnLossesOfEverySize(t *testing.T) {
	plain := &Problem{Objective: logistic(5), Train: randomData(40, 5, 2, false, 2), L2: 1}
	want := trained(t, plain)
	for _, e := range []int{-900, -560, -300, 300, 560, 900} {
		p := &Problem{Objective: multiplied{logistic(5), e}, Train: plain.Train, L2: math.Ldexp(1, e)}
		for name, trainer := range map[string]Trainer{
			"l-bfgs": LBFGS{Tolerance: math.Ldexp(1e-9, e), NewtonBelow: math.Ldexp(1e-3, e)},
			"newton": Newton{Tolerance: math.Ldexp(1e-9, e)},
		} {
			got, err := trainer.Train(t.Context(), p, make([]float64, 5))
			require.NoError(t, err, "%s at 2^%d", name, e)
			require.InDeltaSlice(t, want, got, 1e-8, "%s at 2^%d", name, e)
		}
		// And so with an update of it.
		update, err := SecondOrder{}.Unlearn(t.Context(), p, want, RemoveSamples(3, 9))
		require.NoError(t, err)
		reference, err := SecondOrder{}.Unlearn(t.Context(), plain, want, RemoveSamples(3, 9))
		require.NoError(t, err)
		require.InDeltaSlice(t, reference.Theta, update.Theta, 1e-13)
		require.InEpsilon(t, reference.After, math.Ldexp(update.After, -e), 1e-6)
	}
}

// A step that makes a small problem worse is refused, too: 1e-10 is nothing only beside numbers
// near 1.
func TestWorseOnASmallProblem(t *testing.T) {
	const e = -600
	plain := &Problem{Objective: logistic(5), Train: randomData(40, 5, 2, false, 2), L2: 1}
	p := &Problem{Objective: multiplied{logistic(5), e}, Train: plain.Train, L2: math.Ldexp(1, e)}
	_, err := FirstOrder{Tau: math.Ldexp(100, -e)}.Unlearn(t.Context(), p, trained(t, plain), RemoveSamples(3, 9))
	var worse *WorseError
	require.ErrorAs(t, err, &worse)
}

func TestDataNormOfEverySize(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		for _, columns := range []int{7, 120} {
			d := randomData(150, columns, 2, sparse, 1)
			want, err := DataNorm(t.Context(), d)
			require.NoError(t, err)
			for _, e := range []int{-1060, -1030, -900, -600, 600, 900, 1018} {
				scaled := *d
				switch x := d.X.(type) {
				case *datasets.Dense:
					y := *x
					y.Data = make([]float64, len(x.Data))
					shiftTo(y.Data, e, x.Data)
					scaled.X = &y
				case *datasets.CSR:
					y := *x
					y.Values = make([]float64, len(x.Values))
					shiftTo(y.Values, e, x.Values)
					scaled.X = &y
				}
				got, err := DataNorm(t.Context(), &scaled)
				require.NoError(t, err)
				if e < -1000 { // the features have lost digits
					require.InEpsilon(t, want, math.Ldexp(got, -e), 0.05, "2^%d", e)
					continue
				}
				require.InEpsilon(t, want, math.Ldexp(got, -e), 1e-9, "2^%d", e)
				// The roots of weights that take back what was put on give the first norm, though
				// they and the features are far from 1.
				scaled.Weights = slices.Repeat([]float64{math.Ldexp(1, -2*min(max(e, -500), 500))}, 150)
				got, err = DataNorm(t.Context(), &scaled)
				require.NoError(t, err)
				require.InEpsilon(t, want, math.Ldexp(got, min(max(e, -500), 500)-e), 1e-9, "2^%d, weighted", e)
			}
		}
	}
}

// Weights that are large beside large features, and small ones beside small features, whose
// products leave the range of float64.
func TestDataNormOfWeightsAndFeaturesAtOneEnd(t *testing.T) {
	row := func(v, w float64) *datasets.Dataset {
		return &datasets.Dataset{X: &datasets.Dense{N: 1, Cols: 1, Data: []float64{v}}, Y: []float64{0}, Weights: []float64{w}}
	}
	for _, tt := range []struct{ v, w, least float64 }{
		{1.2e308, 0.25, 0.6e308}, {1e-155, 1e-300, 1e-305}, {1e-170, 1e-300, 1e-320}, {1e-200, 1e-300, math.SmallestNonzeroFloat64}, {5e-324, 9, 1.5e-323},
	} {
		bound, err := DataNorm(t.Context(), row(tt.v, tt.w))
		require.NoError(t, err)
		require.GreaterOrEqual(t, bound, tt.least)
		require.LessOrEqual(t, bound, 1.01*tt.least+2*math.SmallestNonzeroFloat64)
	}
	bound, err := DataNorm(t.Context(), row(1.2e308, 9))
	require.NoError(t, err)
	require.True(t, math.IsInf(bound, 1), "3.6e308 is no number, and infinity is above it")
}
