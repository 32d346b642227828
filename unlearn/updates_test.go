package unlearn

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

func TestSecondOrderEqualsRetrainingOnQuadratics(t *testing.T) {
	for _, name := range []string{"least squares, dense", "least squares, sparse"} {
		p := problems(t)[name]
		for kind, r := range requests(t, p.Train) {
			for _, m := range []Method{
				exact(), SecondOrder{Solver: Exact{}}, SecondOrder{Solver: MINRES{Tolerance: 1e-13}},
				Iterative{Method: exact(), Chunks: 2}, Iterative{Method: exact()},
			} {
				t.Run(name+"/"+kind+"/"+m.Name(), func(t *testing.T) {
					theta := ridgeRegression(t, p)
					a, err := r.Apply(p.Train)
					require.NoError(t, err)
					want := ridgeRegression(t, p.With(a.Data))

					u, err := m.Unlearn(t.Context(), p, theta, r)
					require.NoError(t, err)
					require.InDeltaSlice(t, want, u.Theta, 1e-10)
					require.Greater(t, floats.Distance(theta, u.Theta, 2), 1e-3, "the request changes something")
					require.Less(t, u.After, 1e-9)
					require.Greater(t, u.Before, 1e-2)
					require.Equal(t, samples(a.Data), samples(u.Data))
				})
			}
		}
	}
}

func TestSecondOrderEqualsRetrainingOnRandomQuadratics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(2, 30).Draw(t, "n"), rapid.IntRange(1, 6).Draw(t, "p")
		d := randomData(n, dim, 0, rapid.Bool().Draw(t, "sparse"), rapid.Uint64().Draw(t, "seed"))
		p := &Problem{Objective: full{leastSquares(dim)}, Train: d, L2: rapid.Float64Range(0.1, 10).Draw(t, "L2"), Tilt: randomVector(dim, 7)}
		theta, r := ridgeRegression(t, p), drawRequest(t, d)
		a, err := r.Apply(d)
		require.NoError(t, err)
		want := ridgeRegression(t, p.With(a.Data))
		chunks := rapid.IntRange(1, 12).Draw(t, "chunks")
		for _, m := range []Method{
			SecondOrder{Solver: Exact{Tolerance: 1e-12}}, SecondOrder{Solver: CG{Tolerance: 1e-12}, Curvature: GaussNewton},
			Iterative{Method: exact(), Chunks: chunks},
		} {
			u, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.InDeltaSlice(t, want, u.Theta, 1e-10)
		}
	})
}

func TestUpdatesOnLogisticRegression(t *testing.T) {
	const dim = 20
	d := randomData(600, dim, 2, true, 6)
	p := &Problem{Objective: full{logistic(dim)}, Train: d, L2: 10, Tilt: randomVector(dim, 3)}
	theta := trained(t, p)
	for kind, r := range requests(t, d) {
		t.Run(kind, func(t *testing.T) {
			a, err := r.Apply(d)
			require.NoError(t, err)
			retrained := trained(t, p.With(a.Data))
			update := func(m Method) *Update {
				u, err := m.Unlearn(t.Context(), p, theta, r)
				require.NoError(t, err)
				residual, err := p.With(a.Data).Residual(t.Context(), u.Theta)
				require.NoError(t, err)
				require.InDelta(t, residual, u.After, 1e-12)
				return u
			}
			before := update(None{})
			require.Equal(t, theta, before.Theta)
			require.Equal(t, before.Before, before.After)
			first, second, thrice := update(FirstOrder{Tau: 0.01}), update(SecondOrder{}), update(SecondOrder{Steps: 3})
			iterative := update(Iterative{Method: SecondOrder{}, Chunks: 10})
			require.Less(t, first.After, first.Before)
			require.Less(t, second.After, 0.2*second.Before)
			require.Less(t, second.After, first.After)
			require.Less(t, iterative.After, 0.5*second.Before)
			require.Less(t, thrice.After, 1e-6*thrice.Before, "Newton's method converges quadratically")
			require.Less(t, floats.Distance(thrice.Theta, retrained, 2), 1e-6)

			again := update(Retrain{Trainer: newton{}})
			require.InDeltaSlice(t, retrained, again.Theta, 1e-10)
			require.InDeltaSlice(t, retrained, update(Retrain{}).Theta, 1e-6)
			cold := update(Retrain{Trainer: newton{}, Start: make([]float64, dim)})
			require.InDeltaSlice(t, retrained, cold.Theta, 1e-10)
		})
	}
}

func TestFirstOrderIsAStepAlongTheDifference(t *testing.T) {
	for name, p := range problems(t) {
		if p.Train.Len() == 0 {
			continue
		}
		theta := randomVector(p.Dim(), 5)
		r := merge(t, RemoveSamples(0, 7), CorrectSamples([]int{3}, p.Train.Slice(9, 10)))
		u, err := FirstOrder{Tau: 0.03, Force: true}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err, name)
		want := make([]float64, len(theta))
		copy(want, theta)
		for _, part := range []struct {
			row  int
			sign float64
		}{{0, -1}, {7, -1}, {3, -1}, {9, 1}} {
			g := make([]float64, len(theta))
			require.NoError(t, p.Objective.Gradient(t.Context(), g, theta, p.Train.Slice(part.row, part.row+1)))
			floats.AddScaled(want, -0.03*part.sign, g)
		}
		require.InDeltaSlice(t, want, u.Theta, 1e-13, name)
	}
}

// A factor of the Hessian on the old data, made beforehand, preconditions the solve on the
// corrected data.
func TestFactorMadeBeforehandSolves(t *testing.T) {
	const dim = 20
	p := &Problem{Objective: full{logistic(dim)}, Train: randomData(600, dim, 2, true, 6), L2: 0.01}
	theta := trained(t, p)
	h, err := p.Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	factor, err := Factor(t.Context(), h)
	require.NoError(t, err)
	stored, err := SecondOrder{Solver: factor}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	plain, err := SecondOrder{Solver: CG{Tolerance: 1e-12}}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	require.InDeltaSlice(t, plain.Theta, stored.Theta, 1e-8)
	require.Less(t, stored.Solves[0].Products, plain.Solves[0].Products/2)
}

func TestBatchesReachTheSolver(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	seen := 0
	spy := spySolver(func(a Operator) {
		if b, ok := a.(BatchOperator); ok {
			seen = b.Batches()
		}
	})
	for _, batches := range []int{0, 1, 4} {
		seen = 0
		u, err := SecondOrder{Solver: spy, Batches: batches, Ridge: 0.5}.Unlearn(t.Context(), p, trained(t, p), RemoveSamples(1))
		require.NoError(t, err)
		require.Equal(t, 0.5, u.Ridge)
		require.Equal(t, map[int]int{4: 4}[batches], seen)
	}
}

type spySolver func(a Operator)

func (spySolver) Name() string { return "spy" }

func (s spySolver) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	s(a)
	return CG{}.Solve(ctx, dst, a, b)
}

func TestRidgeShortensTheStep(t *testing.T) {
	p := problems(t)["least squares, dense"]
	theta := ridgeRegression(t, p)
	u, err := SecondOrder{Ridge: 50, Solver: CG{Tolerance: 1e-13}}.Unlearn(t.Context(), p, theta, RemoveFeatures(2))
	require.NoError(t, err)
	// (H + ridge I)(theta - theta') = G, with G the whole gradient on D' as theta is the optimum on
	// D.
	h, err := p.With(u.Data).Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	delta, left, g := make([]float64, 5), make([]float64, 5), make([]float64, 5)
	floats.SubTo(delta, theta, u.Theta)
	require.NoError(t, h.MulVecTo(t.Context(), left, delta))
	floats.AddScaled(left, 50, delta)
	require.NoError(t, p.With(u.Data).Gradient(t.Context(), g, theta))
	require.InDeltaSlice(t, g, left, 1e-9)
}
