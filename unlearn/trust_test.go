package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

func TestWorseUpdateIsRefusedUnlessForced(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	for _, pair := range [][2]Method{
		{FirstOrder{Tau: 100}, FirstOrder{Tau: 100, Force: true}},
		{Iterative{Method: FirstOrder{Tau: 100}, Chunks: 1}, Iterative{Method: FirstOrder{Tau: 100, Force: true}, Chunks: 1}},
	} {
		u, err := pair[0].Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
		var refused *WorseError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "first-order", refused.Method)
		require.ErrorContains(t, err, "Tau")
		require.Greater(t, refused.After, refused.Before)
		require.Nil(t, u.Theta)
		require.Positive(t, u.Cost.Gradients, "what was spent is told")

		u, err = pair[1].Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
		require.NoError(t, err)
		require.Equal(t, refused.Before, u.Before)
		require.Equal(t, refused.After, u.After)
		residual, err := p.With(u.Data).Residual(t.Context(), u.Theta)
		require.NoError(t, err)
		require.InDelta(t, u.After, residual, 1e-12)
		require.Contains(t, u.Notes[0], "forced")
	}
}

func TestIterativeJudgesTheWhole(t *testing.T) {
	p := problems(t)["least squares, dense"]
	theta := ridgeRegression(t, p)
	u, err := Iterative{Method: wanderer{}, Chunks: 2}.Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
	var refused *WorseError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "wanderer-iterative", refused.Method)
	require.Nil(t, u.Theta)
}

// wanderer moves away from the optimum and does not say so.
type wanderer struct{}

func (wanderer) Name() string { return "wanderer" }

func (w wanderer) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	t, err := begin(ctx, w.Name(), p, theta, r)
	if err != nil {
		return nil, err
	}
	next := make([]float64, len(theta))
	floats.AddScaledTo(next, theta, 3, theta)
	after, err := t.residual(ctx, next)
	if err != nil {
		return nil, err
	}
	return t.accept(next, after)
}

// Where training stopped far from the optimum, one sample's gradient is lost in what it left: which
// of the two residuals is larger is chance, and no reason to refuse.
func TestRemainderOfTrainingIsNoReasonToRefuse(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(5, 5)
	left, err := p.Residual(t.Context(), theta)
	require.NoError(t, err)
	rose := 0
	for i := range p.Train.Len() {
		u, err := FirstOrder{Tau: 1e-4}.Unlearn(t.Context(), p, theta, RemoveSamples(i))
		if err != nil {
			var refused *WorseError
			require.ErrorAs(t, err, &refused)
			require.Greater(t, u.After, left)
			continue
		}
		require.True(t, u.After <= u.Before*(1+1e-6) || u.After <= left*(1+1e-6))
		if u.After > u.Before*(1+1e-6) {
			require.Contains(t, u.Notes[0], "training had left")
			rose++
		}
	}
	require.Positive(t, rose)
}

func TestIndefiniteHessianIsAnsweredForWithARemedy(t *testing.T) {
	p := problems(t)["neuron, no regularizer"]
	theta := randomVector(5, 9)
	r := RemoveSamples(3, 5)
	u, err := SecondOrder{}.Unlearn(t.Context(), p, theta, r)
	var indefinite *IndefiniteError
	require.ErrorAs(t, err, &indefinite)
	require.Less(t, indefinite.Curvature, 0.0)
	require.ErrorContains(t, err, "GaussNewton")
	require.Nil(t, u.Theta)
	require.Len(t, u.Solves, 1)

	_, err = SecondOrder{Curvature: GaussNewton}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	u, err = SecondOrder{Ridge: 20}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.Equal(t, 20.0, u.Ridge)

	u, err = SecondOrder{Force: true}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.Len(t, u.Theta, 5)
	require.Contains(t, u.Notes[0], "forced: unlearn: cg met curvature")
}

func TestFailedSolveIsRefusedUnlessForced(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	short := CG{Tolerance: 1e-14, MaxProducts: 3}
	u, err := SecondOrder{Solver: short}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
	var stopped *NotConvergedError
	require.ErrorAs(t, err, &stopped)
	require.Nil(t, u.Theta)
	u, err = SecondOrder{Solver: short, Force: true}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
	require.NoError(t, err)
	require.Less(t, u.After, u.Before)
	require.Contains(t, u.Notes[0], "forced")
	require.InDelta(t, stopped.Reached, u.Solves[0].Residual, 1e-12)

	broken := errors.New("disk on fire")
	_, err = SecondOrder{Solver: failing{broken}, Force: true}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
	require.ErrorIs(t, err, broken, "Force is for numerical failures")
}

type failing struct{ err error }

func (failing) Name() string { return "failing" }

func (f failing) Solve(context.Context, []float64, Operator, []float64) (Stats, error) {
	return Stats{}, f.err
}

func (f failing) Train(_ context.Context, _ *Problem, theta []float64) ([]float64, error) {
	return theta, f.err
}

func TestRetrainKeepsUnfinishedTrainingOnlyWhenForced(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	trainer := failing{&NotConvergedError{Solver: "l-bfgs", Quantity: "gradient norm"}}
	u, err := Retrain{Trainer: trainer}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
	var stopped *NotConvergedError
	require.ErrorAs(t, err, &stopped)
	require.Nil(t, u.Theta)
	u, err = Retrain{Trainer: trainer, Force: true}.Unlearn(t.Context(), p, theta, RemoveSamples(3))
	require.NoError(t, err)
	require.Equal(t, theta, u.Theta)
	require.Contains(t, u.Notes[0], "l-bfgs")
}

func TestLaterStepThatFailsIsLeftOut(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	once := &backwards{from: 2}
	u, err := SecondOrder{Solver: once, Steps: 4}.Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
	require.NoError(t, err)
	one, err := SecondOrder{Solver: CG{Tolerance: 1e-8}}.Unlearn(t.Context(), p, theta, RemoveSamples(3, 5))
	require.NoError(t, err)
	require.Equal(t, one.Theta, u.Theta)
	require.Equal(t, one.After, u.After)
	require.Contains(t, u.Notes[0], "step 2 would have raised the residual")
}

// backwards solves as CG does, but from the given call on with the wrong sign.
type backwards struct{ calls, from int }

func (*backwards) Name() string { return "backwards" }

func (s *backwards) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	s.calls++
	st, err := CG{Tolerance: 1e-8}.Solve(ctx, dst, a, b)
	if s.calls >= s.from {
		floats.Scale(-1, dst)
	}
	return st, err
}

func TestDivergedFineTuningIsRefused(t *testing.T) {
	p := problems(t)["least squares, dense"]
	u, err := FineTune{Rate: 1e3, Epochs: 200}.Unlearn(t.Context(), p, ridgeRegression(t, p), RemoveSamples(3))
	var refused *WorseError
	require.ErrorAs(t, err, &refused)
	require.False(t, finite(refused.After))
	require.ErrorContains(t, err, "lower Rate")
	require.Nil(t, u.Theta)
}

func TestWorse(t *testing.T) {
	require.False(t, worse(1, 1, roundingResidual))
	require.False(t, worse(1, 1+1e-7, roundingResidual))
	require.True(t, worse(1, 1+1e-5, roundingResidual))
	require.True(t, worse(1, math.NaN(), roundingResidual))
	require.True(t, worse(1, math.Inf(1), roundingResidual))
	require.False(t, worse(0, 0, roundingResidual))
	require.False(t, worse(1e-14, 3e-14, roundingResidual))
	require.True(t, worse(1e-14, 1e-9, roundingResidual))
	require.True(t, worse(math.NaN(), math.NaN(), roundingResidual))
}

// Two residuals at the level of rounding are equal, however little the request moves the gradient.
func TestResidualsOfRoundingAreEqual(t *testing.T) {
	p := &Problem{Objective: leastSquares(2), Train: randomData(5, 2, 0, false, 1), L2: 1}
	a := &attempt{p: p, theta: []float64{0.6, -0.8}, update: &Update{Before: 1.46e-14}, trained: 1e-14, moved: 1e-12}
	require.False(t, a.worse(1.46e-14, 1.6e-14))
	require.True(t, a.worse(1.46e-14, 1e-9))
	small := &attempt{p: p, theta: []float64{0.6e-100, -0.8e-100}, update: &Update{Before: 1e-114}, trained: 1e-114, moved: 1e-105}
	require.False(t, small.worse(1e-114, 1.6e-114))
	require.True(t, small.worse(1e-106, 1e-104))
}
