package unlearn

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"lethe/datasets"
)

// ridgeRegression is the minimum of a least-squares problem from the normal equations, without any code of this package.
func ridgeRegression(t require.TestingT, p *Problem) []float64 {
	dim := p.Dim()
	normal, right := mat.NewSymDense(dim, nil), mat.NewVecDense(dim, nil)
	for _, row := range samples(p.Train) {
		x := mat.NewVecDense(dim, row[:dim])
		normal.SymRankOne(normal, 1, x)
		right.AddScaledVec(right, row[dim], x)
	}
	for j := range dim {
		weight := p.L2
		if p.Penalty != nil {
			weight *= p.Penalty[j]
		}
		normal.SetSym(j, j, normal.At(j, j)+weight)
		if p.Tilt != nil {
			right.SetVec(j, right.AtVec(j)-p.Tilt[j])
		}
	}
	var factor mat.Cholesky
	require.True(t, factor.Factorize(normal))
	theta := mat.NewVecDense(dim, nil)
	require.NoError(t, factor.SolveVecTo(theta, right))
	return theta.RawVector().Data
}

// newton is a trainer of convex problems: Newton's method with a dense factor and step halving.
type newton struct{}

func (newton) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	g, next := make([]float64, len(theta)), make([]float64, len(theta))
	for range 100 {
		loss, err := p.LossGradient(ctx, g, theta)
		if err != nil || norm(g) < 1e-10 {
			return theta, err
		}
		h, err := p.Hessian(ctx, theta, FullHessian)
		if err != nil {
			return nil, err
		}
		m, err := Materialise(ctx, h, 0)
		if err != nil {
			return nil, err
		}
		var factor mat.Cholesky
		if !factor.Factorize(m) {
			return nil, errors.New("not convex")
		}
		step := mat.NewVecDense(len(g), nil)
		if err := factor.SolveVecTo(step, mat.NewVecDense(len(g), g)); err != nil {
			return nil, err
		}
		for scale := 1.0; scale > 1e-3; scale /= 2 {
			floats.AddScaledTo(next, theta, -scale, step.RawVector().Data)
			if l, err := p.Loss(ctx, next); err != nil {
				return nil, err
			} else if l <= loss+1e-12*math.Abs(loss) {
				break
			}
		}
		theta, next = next, theta
	}
	return theta, nil
}

func trained(t require.TestingT, p *Problem) []float64 {
	theta, err := newton{}.Train(context.Background(), p, make([]float64, p.Dim()))
	require.NoError(t, err)
	return theta
}

// requests of every kind on data of randomData with two classes or none.
func requests(t require.TestingT, d *datasets.Dataset) map[string]Request {
	values := [][]float64{{0.5, -1}, {2, 0}, {0, 0}}
	flipped := []float64{1 - d.Y[4], 1 - d.Y[9], 1 - d.Y[20]}
	return map[string]Request{
		"samples":      RemoveSamples(3, 17, 5),
		"features":     RemoveFeatures(2),
		"values":       CorrectFeatures([]int{8, 2, 30}, []int{0, 3}, values),
		"labels":       CorrectLabels([]int{4, 9, 20}, flipped),
		"replacements": CorrectSamples([]int{1, 11}, d.Slice(24, 26)),
		"everything": merge(t, RemoveSamples(3, 17, 5), RemoveFeatures(2), CorrectFeatures([]int{8, 2, 30}, []int{0, 3}, values),
			CorrectLabels([]int{4, 9, 20}, flipped), CorrectSamples([]int{1, 11}, d.Slice(24, 26))),
	}
}

func exact() SecondOrder { return SecondOrder{Solver: CG{Tol: 1e-13}} }

func TestSecondOrderEqualsRetrainingOnQuadratics(t *testing.T) {
	for _, name := range []string{"least squares, dense", "least squares, sparse"} {
		p := problems(t)[name]
		for kind, r := range requests(t, p.Train) {
			for _, m := range []Method{exact(), SecondOrder{Solver: Exact{}}, SecondOrder{Solver: MINRES{Tol: 1e-13}}, Iterative{Method: exact(), Chunks: 2}, Iterative{Method: exact()}} {
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
		for _, m := range []Method{SecondOrder{Solver: Exact{Tol: 1e-12}}, SecondOrder{Solver: CG{Tol: 1e-12}, Curvature: GaussNewton}, Iterative{Method: exact(), Chunks: chunks}} {
			u, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.InDeltaSlice(t, want, u.Theta, 1e-10)
		}
	})
}

// Whatever the problem and the request, what an update says of itself is true, and what is worse is refused.
func TestReportsAreTrueOnRandomProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(2, 30).Draw(t, "n"), rapid.IntRange(1, 6).Draw(t, "p")
		link := rapid.SampledFrom([]func(int) glm{leastSquares, logistic, neuron}).Draw(t, "objective")
		d := randomData(n, dim, 2, rapid.Bool().Draw(t, "sparse"), rapid.Uint64().Draw(t, "seed"))
		p := &Problem{Objective: full{link(dim)}, Train: d, L2: rapid.Float64Range(0, 3).Draw(t, "L2"), Tilt: randomVector(dim, 7)}
		theta, r := randomVector(dim, rapid.Uint64().Draw(t, "theta")), drawRequest(t, d)
		untouched := slices.Clone(theta)
		trained, err := p.Residual(context.Background(), theta)
		require.NoError(t, err)
		for _, m := range []Method{None{}, Occlusion{}, FirstOrder{Tau: 0.1}, SecondOrder{}, SecondOrder{Curvature: GaussNewton, Ridge: 1, Steps: 3},
			FineTune{Rate: 0.1}, Iterative{Method: FirstOrder{Tau: 0.1}, Chunks: 3}, Iterative{Method: SecondOrder{Ridge: 2}}} {
			u, err := m.Unlearn(context.Background(), p, theta, r)
			require.Equal(t, untouched, theta)
			if err != nil {
				_, refused := errors.AsType[*ErrWorse](err)
				require.True(t, refused || numerical(err), "%s: %v", m.Name(), err)
				require.Nil(t, u.Theta)
				continue
			}
			at := p.With(u.Data)
			before, err := at.Residual(context.Background(), theta)
			require.NoError(t, err)
			after, err := at.Residual(context.Background(), u.Theta)
			require.NoError(t, err)
			require.InDelta(t, before, u.Before, 1e-12*(1+before))
			require.InDelta(t, after, u.After, 1e-12*(1+after))
			if m.Name() != "fine-tune" {
				require.LessOrEqual(t, after, max(before, trained)*(1+2e-6)+1e-10, m.Name())
			}
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

func TestFineTuneFollowsTheAuthorsRule(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(p.Dim(), 5)
	r := RemoveSamples(2, 30) // 38 samples stay: batches of 32 and 6
	tune := func(m FineTune) []float64 {
		u, err := m.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		return u.Theta
	}
	a, err := r.Apply(p.Train)
	require.NoError(t, err)
	// One batch holds everything, so that the order does not matter.
	want, g := append([]float64(nil), theta...), make([]float64, len(theta))
	for range 3 {
		require.NoError(t, p.With(a.Data).Gradient(t.Context(), g, want))
		floats.AddScaled(want, -0.2/50, g)
	}
	require.InDeltaSlice(t, want, tune(FineTune{Rate: 0.2, Batch: 50, Epochs: 3}), 1e-13)
	// Small steps: two batches move theta by the loss' gradient once and the regulariser's twice, each over 32.
	const rate = 1e-7
	require.NoError(t, p.With(a.Data).Gradient(t.Context(), g, theta))
	p.addRegulariserGradient(g, theta)
	moved := tune(FineTune{Rate: rate})
	for j := range g {
		require.InDelta(t, -g[j]/32, (moved[j]-theta[j])/rate, 1e-5)
	}
	require.Equal(t, tune(FineTune{Rate: 0.1, Seed: 4}), tune(FineTune{Rate: 0.1, Seed: 4}))
	require.NotEqual(t, tune(FineTune{Rate: 0.1, Seed: 4}), tune(FineTune{Rate: 0.1, Seed: 5}))
}

func TestOcclusionHidesRemovedFeatures(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(p.Dim(), 5)
	u, err := Occlusion{}.Unlearn(t.Context(), p, theta, merge(t, RemoveFeatures(3, 1), RemoveSamples(0)))
	require.NoError(t, err)
	require.Equal(t, theta, u.Theta)
	test := randomData(6, 5, 2, false, 8)
	want := samples(test)
	for _, row := range want {
		row[1], row[3] = 0, 0
	}
	require.Equal(t, want, samples(u.Transform(test)))
	u, err = Occlusion{}.Unlearn(t.Context(), p, theta, RemoveSamples(0))
	require.NoError(t, err)
	require.Nil(t, u.Transform)
	// A feature that is zero in all training samples is hidden too.
	rare, err := datasets.ZeroColumns(p.Train, []int{4})
	require.NoError(t, err)
	u, err = Occlusion{}.Unlearn(t.Context(), p.With(rare), theta, RemoveFeatures(4))
	require.NoError(t, err)
	require.Equal(t, 0.0, samples(u.Transform(test))[2][4])
}

// everyMethod is one of each, set up so that it can run on any problem.
func everyMethod() []Method {
	return []Method{
		None{}, Occlusion{}, FirstOrder{Tau: 1e-3, Force: true}, SecondOrder{Force: true}, SecondOrder{Steps: 3, Force: true}, FineTune{Rate: 1e-3},
		Retrain{Trainer: newton{}}, Retrain{Trainer: newton{}, Start: make([]float64, 5)},
		Iterative{Method: FirstOrder{Tau: 1e-3, Force: true}}, Iterative{Method: SecondOrder{Force: true}},
	}
}

func TestNames(t *testing.T) {
	var names []string
	for _, m := range everyMethod() {
		names = append(names, m.Name())
	}
	require.Equal(t, []string{"none", "occlusion", "first-order", "second-order", "second-order", "fine-tune", "retrain", "retrain",
		"first-order-iterative", "second-order-iterative"}, names)
}

func TestEmptyRequestChangesNothing(t *testing.T) {
	p := problems(t)["logistic, sparse, all"]
	theta := randomVector(5, 5) // not an optimum: a Newton step would go far
	rare, err := datasets.ZeroColumns(p.Train, []int{4})
	require.NoError(t, err)
	for name, r := range map[string]Request{
		"zero": {}, "empty lists": merge(t, RemoveSamples(), RemoveFeatures(), CorrectLabels(nil, nil)), "a feature nobody has": RemoveFeatures(4),
	} {
		for _, m := range everyMethod() {
			u, err := m.Unlearn(t.Context(), p.With(rare), theta, r)
			require.NoError(t, err, name)
			require.Equal(t, theta, u.Theta, name)
			require.NotSame(t, &theta[0], &u.Theta[0], "the caller's vector is not handed out")
			require.Empty(t, u.Solves)
			require.Equal(t, u.Before, u.After)
			require.Equal(t, Cost{Gradients: 40}, Cost{u.Cost.Gradients, u.Cost.HVPs, 0})
			require.Equal(t, u.Cost.Gradients, u.Check.Gradients)
		}
	}
}

func TestCosts(t *testing.T) {
	// 40 samples, 2 removed, 1 relabelled: 38 stay, 3 are affected, 2 of them gone.
	const stay, old, corrected = 38, 3, 1
	r := merge(t, RemoveSamples(0, 7), CorrectLabels([]int{3}, []float64{1}))
	plain, fast := problems(t)["logistic, sparse, all"], problems(t)["logistic, dense, tilted"]
	linearised := 0.0 // gradients that a linearisation counts as
	for _, p := range []*Problem{plain, fast} {
		theta := trained(t, p)
		run := func(m Method) *Update {
			u, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.Positive(t, u.Cost.Seconds)
			require.LessOrEqual(t, u.Check.Seconds, u.Cost.Seconds)
			return u
		}
		u := run(None{})
		require.Equal(t, [2]float64{stay, 0}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		u = run(FirstOrder{Tau: 1e-3, Force: true})
		require.Equal(t, [2]float64{2*stay + old + corrected, 0}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, [2]float64{2 * stay, 0}, [2]float64{u.Check.Gradients, u.Check.HVPs})
		u = run(SecondOrder{Force: true})
		require.Len(t, u.Solves, 1)
		require.Positive(t, u.Solves[0].Products)
		require.LessOrEqual(t, u.Solves[0].Residual, 1e-8)
		require.Equal(t, [2]float64{2*stay + old + corrected + linearised, stay * u.Solves[0].Products}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, 2.0*stay, u.Check.Gradients)
		u = run(SecondOrder{Steps: 3, Force: true})
		require.Len(t, u.Solves, 3)
		products := u.Solves[0].Products + u.Solves[1].Products + u.Solves[2].Products
		require.Equal(t, [2]float64{4*stay + old + corrected + 3*linearised, stay * products}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, 2.0*stay, u.Check.Gradients, "the gradients between the steps are the steps' own")
		u = run(FineTune{Rate: 1e-3, Epochs: 4})
		require.Equal(t, 6.0*stay, u.Cost.Gradients)
		u = run(Iterative{Method: FirstOrder{Tau: 1e-3, Force: true}, Chunks: 10}) // two chunks: {0, label of 3}, {7}
		require.Equal(t, float64(stay+2*39+2*stay+old+corrected), u.Cost.Gradients)
		require.Equal(t, float64(stay+2*39+2*stay), u.Check.Gradients)
		u = run(Retrain{Trainer: fixedWork{}})
		require.Equal(t, [2]float64{2*stay + 5*stay + linearised, 2 * stay}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, 2.0*stay, u.Check.Gradients)
		linearised = stay
	}
}

// fixedWork is a trainer that takes five gradients and two products, and stays where it is.
type fixedWork struct{}

func (fixedWork) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	dst := make([]float64, len(theta))
	for range 5 {
		if _, err := p.LossGradient(ctx, dst, theta); err != nil {
			return nil, err
		}
	}
	h, err := p.Hessian(ctx, theta, FullHessian)
	if err != nil {
		return nil, err
	}
	return theta, errors.Join(h.MulVecTo(ctx, dst, theta), h.MulVecTo(ctx, dst, theta))
}

// A factor of the Hessian on the old data, made beforehand, preconditions the solve on the corrected data.
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
	plain, err := SecondOrder{Solver: CG{Tol: 1e-12}}.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
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
	u, err := SecondOrder{Ridge: 50, Solver: CG{Tol: 1e-13}}.Unlearn(t.Context(), p, theta, RemoveFeatures(2))
	require.NoError(t, err)
	// (H + ridge I)(theta - theta') = G, with G the whole gradient on D' as theta is the optimum on D.
	h, err := p.With(u.Data).Hessian(t.Context(), theta, FullHessian)
	require.NoError(t, err)
	delta, left, g := make([]float64, 5), make([]float64, 5), make([]float64, 5)
	floats.SubTo(delta, theta, u.Theta)
	require.NoError(t, h.MulVecTo(t.Context(), left, delta))
	floats.AddScaled(left, 50, delta)
	require.NoError(t, p.With(u.Data).Gradient(t.Context(), g, theta))
	require.InDeltaSlice(t, g, left, 1e-9)
}

// cancelling ends a context at the start of a gradient.
type cancelling struct {
	full
	calls, at int
	cancel    func()
}

func (o *cancelling) tick() {
	if o.calls == o.at {
		o.cancel()
	}
	o.calls++
}

func (o *cancelling) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	o.tick()
	return o.full.Gradient(ctx, dst, theta, d)
}

func (o *cancelling) LossGradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) (float64, error) {
	o.tick()
	return o.full.LossGradient(ctx, dst, theta, d)
}

func TestCancelledContextStopsEveryMethod(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(5, 5)
	for _, m := range everyMethod() {
		run := func(at int) (u *Update, calls int, err error) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := &cancelling{full: p.Objective.(full), at: at, cancel: cancel}
			q := *p
			q.Objective = o
			u, err = m.Unlearn(ctx, &q, theta, RemoveSamples(1, 2, 3))
			return u, o.calls, err
		}
		_, calls, err := run(-1)
		require.NoError(t, err)
		for _, at := range []int{0, calls / 2, calls - 1} {
			u, done, err := run(at)
			require.ErrorIs(t, err, context.Canceled, "%s at call %d of %d", m.Name(), at, calls)
			require.Equal(t, at+1, done, "%s went on", m.Name())
			require.True(t, u == nil || u.Theta == nil)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(5, 5)
	for _, tt := range []struct {
		m    Method
		want string
	}{
		{FirstOrder{}, "FirstOrder.Tau has to be a positive number"},
		{FirstOrder{Tau: math.Inf(1)}, "FirstOrder.Tau"},
		{SecondOrder{Ridge: -1}, "SecondOrder.Ridge is -1"},
		{SecondOrder{Steps: -1}, "cannot be negative"},
		{SecondOrder{Batches: 100}, "100 batches of 39 samples"},
		{FineTune{}, "FineTune.Rate has to be a positive number"},
		{FineTune{Rate: 1, Batch: -1}, "not negative"},
		{Retrain{}, "needs a Trainer"},
		{Retrain{Trainer: newton{}, Start: theta[:2]}, "Start has length 2 for 5"},
		{Iterative{}, "needs a Method"},
		{Iterative{Method: FirstOrder{Tau: 1e-3}, Chunks: -1}, "-1 chunks"},
	} {
		_, err := tt.m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
		require.ErrorContains(t, err, tt.want)
	}
	for _, m := range everyMethod() {
		_, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(99))
		require.ErrorContains(t, err, "row 99", m.Name())
		_, err = m.Unlearn(t.Context(), p, theta[:2], RemoveSamples(9))
		require.Error(t, err, m.Name())
	}
}
