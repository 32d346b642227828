package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// logged is a wrapper as a user would write it: it has the four methods of an objective, and says
// what it stands around.
type logged struct{ Objective }

func (o logged) Unwrap() Objective { return o.Objective }

// Every method finds the optional interfaces of an objective within a user's wrapper, within and
// around meters, and gives the same bits as without them.
func TestMethodsSeeThroughWrappers(t *testing.T) {
	for name, wrap := range map[string]func(Objective) Objective{
		"wrapper":                 func(o Objective) Objective { return logged{o} },
		"wrapper around a meter":  func(o Objective) Objective { return logged{NewMeter(o)} },
		"meter around a wrapper":  func(o Objective) Objective { return NewMeter(logged{o}) },
		"wrapper around wrappers": func(o Objective) Objective { return logged{logged{o}} },
	} {
		for _, m := range append(everyMethod(), SecondOrder{Curvature: GaussNewton, Force: true}) {
			p := problems(t)["logistic, sparse, all"]
			p.Objective = full{logistic(5)}
			theta, r := randomVector(5, 5), RemoveSamples(1, 3)
			want, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err, m.Name())
			p.Objective = wrap(p.Objective)
			got, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err, "%s, %s", name, m.Name())
			require.Equal(t, want.Theta, got.Theta, "%s, %s", name, m.Name())
			require.Equal(t, want.Notes, got.Notes, "%s, %s", name, m.Name())
			require.Equal(t, []float64{want.Cost.Gradients, want.Cost.HVPs}, []float64{got.Cost.Gradients, got.Cost.HVPs}, "%s, %s", name, m.Name())
		}
	}
}

// A certificate, classes of its own, and the sample at fault are found within a wrapper too.
func TestWhatAnObjectiveSaysIsFoundWithinWrappers(t *testing.T) {
	inner := convexLogistic(5)
	plain, err := smoothnessOf(inner)
	require.NoError(t, err)
	within, err := smoothnessOf(NewMeter(logged{inner}))
	require.NoError(t, err)
	require.Equal(t, []float64{plain.gamma, plain.gamma2}, []float64{within.gamma, within.gamma2})
	_, ok := offered[Convex](logged{NewMeter(logistic(5))})
	require.False(t, ok, "a meter does not make it convex")
	_, ok = offered[PerSampler](logged{NewMeter(logistic(5))})
	require.False(t, ok, "a meter does not give it gradients of samples")
	require.IsType(t, inner, innermost(logged{NewMeter(logged{inner})}))
	_, ok = called[PerSampler](logged{nil})
	require.False(t, ok)
}

// An objective whose parameters include statistics of the data is refused by DPSGD, whether it says
// that all of its type have some or that this one has.
func TestDPSGDRefusesStatistics(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	o := full{logistic(5)} // says that it has none
	_, err := DPSGD{Rate: 0.1, Noise: 1, Batch: 8, Steps: 3, Seed: 1}.Train(t.Context(), &Problem{Objective: o, Train: p.Train})
	require.NoError(t, err)
	type users struct { // without the method Statistics
		Objective
		Clipper
		StatisticsObjective
	}
	for _, with := range []Objective{users{o, o, o}, logged{users{o, o, o}}, NewMeter(users{o, o, o})} {
		_, err = DPSGD{Rate: 0.1, Noise: 1, Batch: 8, Steps: 3, Seed: 1}.Train(t.Context(), &Problem{Objective: with, Train: p.Train})
		require.ErrorContains(t, err, "running statistics", "%T", with)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
}

// Whether products overflowed is asked of the error's field, whatever its words.
func TestAnOverflowIsAField(t *testing.T) {
	p := &Problem{Objective: faulty{full{logistic(5)}}}
	for _, overflow := range []bool{true, false} {
		err := p.overflowed(t.Context(), nil, nil, &DivergedError{Solver: "own", Overflow: overflow, Remedy: "in other words"})
		require.Equal(t, overflow, errors.Is(err, errFault), "%v", err)
	}
	for name, s := range map[string]Solver{"cg": CG{}, "minres": MINRES{}} {
		_, err := s.Solve(t.Context(), make([]float64, 2), overflowing{}, []float64{1, 1})
		e, ok := errors.AsType[*DivergedError](err)
		require.True(t, ok && e.Overflow, "%s: %v", name, err)
	}
}

// A curvature in other units has a ridge in them too, unless the remedy is another one.
func TestTheRidgeOfARemedyIsInTheCallersUnits(t *testing.T) {
	u := units{operator: 3}
	asked, other := &IndefiniteError{Curvature: -2}, &IndefiniteError{Curvature: -2, Remedy: indefiniteRemedy(-2)}
	asked.askRidge()
	for _, e := range []*IndefiniteError{asked, other} {
		require.Error(t, u.translate(&Stats{}, e))
	}
	require.Equal(t, indefiniteRemedy(asked.Curvature), asked.Remedy)
	require.NotEqual(t, -2.0, asked.Curvature)
	require.Equal(t, indefiniteRemedy(-2), other.Remedy, "words alone decide nothing")
}

var errFault = errors.New("the third sample")

type faulty struct{ full }

func (faulty) Fault(context.Context, []float64, *datasets.Dataset) error { return errFault }

// overflowing is an operator whose products are not finite.
type overflowing struct{}

func (overflowing) Dim() int { return 2 }

func (overflowing) MulVecTo(_ context.Context, dst, _ []float64) error {
	dst[0], dst[1] = math.Inf(1), math.Inf(1)
	return nil
}
