package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"lethe/datasets"
)

var testBudget = Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}

func TestBudgetIsThePapers(t *testing.T) {
	require.InDelta(t, 3.1656, testBudget.C(), 5e-5) // the authors' value
	require.InDelta(t, 0.2325, Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 7.36}.Residual(), 5e-5)
	// A delta whose reciprocal is too large for float64 has a logarithm: 1022 ln 2 + ln 1.5 and
	// 1074 ln 2 + ln 1.5.
	require.InEpsilon(t, math.Sqrt(2*(1022*math.Ln2+math.Log(1.5))), Budget{Delta: math.Ldexp(1, -1022)}.C(), 1e-14)
	require.InEpsilon(t, 1/math.Sqrt(2*(1074*math.Ln2+math.Log(1.5))), Budget{Epsilon: 1, Delta: math.SmallestNonzeroFloat64, Sigma: 1}.Residual(), 1e-14)
	require.InDelta(t, 1, testBudget.SigmaFor(testBudget.Residual()), 1e-15)
}

// Whatever the problem, the request and the method, the residual stays below its bounds.
func TestBoundsHoldOnRandomProblems(t *testing.T) {
	measured, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(3, 60).Draw(t, "n"), rapid.IntRange(1, 6).Draw(t, "p")
		kind := rapid.IntRange(0, 2).Draw(t, "objective")
		classes := []int{2, 0, 3}[kind]
		objective := []Objective{convexLogistic(dim), convexSquares(dim), softmax{dim, 3}}[kind]
		d := shortRows(n, dim, classes, rapid.Bool().Draw(t, "sparse"), rapid.Uint64().Draw(t, "seed"))
		if rapid.Bool().Draw(t, "weighted") {
			for range n {
				d.Weights = append(d.Weights, rapid.SampledFrom([]float64{0, 0.5, 1, 3, 40}).Draw(t, "weight"))
			}
		}
		m := Certified{Budget: Budget{1, 0.5, rapid.Float64Range(0.01, 30).Draw(t, "sigma")}, Trainer: newton{}, Seed: rapid.Uint64Min(1).Draw(t, "b")}
		m.Method = rapid.SampledFrom([]Method{
			None{}, FirstOrder{Tau: 0.05, Force: true}, FirstOrder{Tau: 1, Force: true}, SecondOrder{}, SecondOrder{Solver: Exact{}}, SecondOrder{Ridge: 2, Force: true},
			SecondOrder{Steps: 2, Force: true}, SecondOrder{Steps: 3, Ridge: 1, Force: true}, SecondOrder{Solver: CG{Tolerance: 0.3}, Force: true}, SecondOrder{Step: 0.7, Force: true}, SecondOrder{Gradient: FullGradient, Steps: 2, Force: true},
		}).Draw(t, "method")
		p, theta, err := m.Train(t.Context(), &Problem{Objective: objective, Train: d, L2: rapid.Float64Range(0.05, 3).Draw(t, "L2")}, make([]float64, objective.Dim()))
		require.NoError(t, err)
		// Training may have left something.
		for j := range theta {
			theta[j] += rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "left") * float64(j%2)
		}
		request := drawShortRequest(t, d)
		u, err := m.Unlearn(t.Context(), p, theta, request)
		all++
		if u.Certificate == nil { // the method gave up, which says nothing of bounds
			_, worse := errors.AsType[*WorseError](err)
			require.True(t, worse || numerical(err), "%v", err)
			return
		}
		measured++
		c := u.Certificate
		rounding := 1e-9 * (1 + c.NoUpdate)
		require.LessOrEqual(t, c.Residual, c.Bound+rounding, m.method().Name())
		require.LessOrEqual(t, c.Bound, c.WorstCase+rounding)
		exact, err := p.With(u.Data).Residual(t.Context(), afterOf(t, m, p, theta, request))
		require.NoError(t, err)
		require.InDelta(t, exact, c.Residual, rounding)
		trained, err := p.Residual(t.Context(), theta)
		require.NoError(t, err)
		require.InDelta(t, trained, c.Trained, rounding)
		before, err := p.With(u.Data).Residual(t.Context(), theta)
		require.NoError(t, err)
		require.LessOrEqual(t, before, c.NoUpdate+rounding)
		require.Equal(t, c.Residual <= c.Allowed, c.Issued)
		if objective.Dim() > 0 && kind == 1 && m.Method == (SecondOrder{Solver: Exact{}}) {
			require.LessOrEqual(t, c.Residual, c.Trained+rounding, "on a quadratic loss a Newton step adds nothing")
		}
	})
	require.Greater(t, measured, all/2)
}

// drawShortRequest keeps rows at a norm of at most 1.
func drawShortRequest(t *rapid.T, d *datasets.Dataset) Request {
	var gone, flipped, replaced []int
	var labels []float64
	for i := range d.Len() {
		switch rapid.SampledFrom([]string{"", "", "", "gone", "label", "replaced"}).Draw(t, "row") {
		case "gone":
			gone = append(gone, i)
		case "label":
			flipped = append(flipped, i)
			labels = append(labels, d.Y[(i+1)%d.Len()])
		case "replaced":
			replaced = append(replaced, i)
		}
	}
	if len(gone) == d.Len() {
		gone = nil
	}
	var columns []int
	if rapid.Bool().Draw(t, "column") {
		columns = []int{rapid.IntRange(0, d.X.Shape()[0]-1).Draw(t, "which")}
	}
	at := rapid.IntRange(0, d.Len()-1).Draw(t, "donor")
	donors := make([]int, len(replaced))
	for i := range donors {
		donors[i] = at
	}
	return merge(t, RemoveSamples(gone...), RemoveFeatures(columns...), CorrectLabels(flipped, labels), CorrectSamples(replaced, d.Subset(donors)))
}

// afterOf returns the parameters that the method leaves, certified or not.
func afterOf(t require.TestingT, m Certified, p *Problem, theta []float64, r Request) []float64 {
	u, err := m.method().Unlearn(context.Background(), p, theta, r)
	require.NoError(t, err)
	return u.Theta
}

func certifiedProblem(t *testing.T, m Certified) (p *Problem, theta []float64) {
	t.Helper()
	p, theta, err := m.Train(t.Context(), &Problem{Objective: convexLogistic(5), Train: shortRows(200, 5, 2, true, 3), L2: 1}, make([]float64, 5))
	require.NoError(t, err)
	return p, theta
}

func TestCertificateIsIssuedWithinTheBudgetOnly(t *testing.T) {
	m := Certified{Budget: testBudget, Trainer: newton{}, Seed: 4}
	p, theta := certifiedProblem(t, m)
	u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	require.NoError(t, err)
	require.True(t, u.Certificate.Issued)
	require.NotNil(t, u.Theta)
	require.Equal(t, "certified-second-order", m.Name())

	m.Method = None{}
	u, err = m.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	budget, ok := errors.AsType[*BudgetError](err)
	require.True(t, ok, "%v", err)
	require.Nil(t, u.Theta)
	require.False(t, u.Certificate.Issued)
	require.Greater(t, budget.Certificate.Residual, testBudget.Residual())
	for _, want := range []string{"none is not certified", "epsilon 0.1, delta 0.01 and sigma 1 allow", "retraining", "resets it"} {
		require.ErrorContains(t, err, want)
	}

	// What training left is in the residual.
	m.Method = SecondOrder{}
	theta[0] += 0.5
	_, err = m.Unlearn(t.Context(), p, theta, RemoveSamples(1, 2, 3))
	_, ok = errors.AsType[*BudgetError](err)
	require.True(t, ok, "%v", err)
}

func TestEmptyRequestIsCertifiedAsItIs(t *testing.T) {
	for _, method := range []Method{nil, FirstOrder{Tau: 1e-3}, None{}} {
		m := Certified{Method: method, Budget: testBudget, Trainer: newton{}, Seed: 4}
		p, theta := certifiedProblem(t, m)
		u, err := m.Unlearn(t.Context(), p, theta, Request{})
		require.NoError(t, err)
		require.Equal(t, theta, u.Theta)
		require.Equal(t, u.Certificate.Trained, u.Certificate.Residual)
		require.Equal(t, u.Certificate.Trained, u.Certificate.Bound)
		require.Equal(t, u.Cost.Gradients, u.Check.Gradients)
	}
}

func TestCertificatesThatCannotBe(t *testing.T) {
	good := &Problem{Objective: convexLogistic(5), Train: shortRows(40, 5, 2, false, 3), L2: 1}
	change := func(f func(p *Problem)) *Problem { q := *good; f(&q); return &q }
	long := randomData(40, 5, 2, true, 3)
	for _, tt := range []struct {
		m    Certified
		p    *Problem
		want string
	}{
		{Certified{Budget: testBudget}, good, "Certified.Seed is 0, which anybody would guess"},
		{Certified{}, good, "Budget.Epsilon is 0"},
		{Certified{Seed: 1, Budget: Budget{2, 0.1, 1}}, good, "Budget.Epsilon is 2"},
		{Certified{Seed: 1, Budget: testBudget, Method: SecondOrder{Sample: 5}}, good, "exact gradients"},
		{Certified{Seed: 1, Budget: testBudget, Method: SecondOrder{Steps: 2, Gradient: Difference}}, good, "exact gradients"},
		{Certified{Seed: 1, Budget: Budget{0.1, 1, 1}}, good, "Budget.Delta is 1"},
		{Certified{Seed: 1, Budget: Budget{0.1, 0.1, 0}}, good, "Budget.Sigma is 0"},
		{Certified{Seed: 1, Budget: testBudget}, &Problem{}, "needs an Objective"},
		{Certified{Seed: 1, Budget: testBudget}, change(func(p *Problem) { p.L2 = 0 }), "needs a regularizer on every parameter"},
		{Certified{Seed: 1, Budget: testBudget}, change(func(p *Problem) { p.Penalty = []float64{1, 1, 1, 1, 0} }), "on every parameter"},
		{Certified{Seed: 1, Budget: testBudget}, change(func(p *Problem) { p.Objective = full{neuron(5)} }), "does not say that it is convex"},
		{Certified{Seed: 1, Budget: testBudget}, change(func(p *Problem) { p.Objective = refusing{full{neuron(5)}} }), "tanh bends"},
		{Certified{Seed: 1, Budget: testBudget}, good.With(long), "train on Problem.Normalize"},
	} {
		_, _, err := tt.m.Train(t.Context(), tt.p, make([]float64, 5))
		require.ErrorContains(t, err, tt.want)
	}
	normal, err := good.With(long).Normalize()
	require.NoError(t, err)
	_, _, err = Certified{Budget: testBudget, Seed: 1}.Train(t.Context(), normal, make([]float64, 5))
	require.NoError(t, err)
	_, err = smoothnessOf(NewMeter(convexLogistic(5)))
	require.NoError(t, err, "a meter hides nothing")
	_, err = smoothnessOf(NewMeter(full{neuron(5)}))
	_, ok := errors.AsType[*NotConvexError](err)
	require.True(t, ok)

	m := Certified{Budget: testBudget, Seed: 1}
	_, err = m.Unlearn(t.Context(), good, make([]float64, 5), RemoveSamples(1))
	require.ErrorContains(t, err, "Certified.Train returned", "a problem that was trained without the tilt")
	p, theta, err := m.Train(t.Context(), good, make([]float64, 5))
	require.NoError(t, err)
	_, err = m.Unlearn(t.Context(), p, theta, CorrectFeatures([]int{1}, []int{0}, [][]float64{{3}}))
	require.ErrorContains(t, err, "after the request")
	m.Method = Iterative{Method: SecondOrder{}}
	u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(1))
	require.NoError(t, err)
	require.True(t, math.IsInf(u.Certificate.Bound, 1), "no closed form is claimed for it")
	m.Method = Occlusion{}
	_, err = m.Unlearn(t.Context(), p, theta, RemoveFeatures(1))
	require.ErrorContains(t, err, "depends smoothly")
}

// refusing says in words why it is not convex.
type refusing struct{ full }

func (refusing) Convexity() (float64, float64, error) { return 0, 0, errors.New("tanh bends") }

func TestDataNormIsAnUpperBound(t *testing.T) {
	for seed := range uint64(5) {
		for _, p := range []int{1, 7, 120} {
			d := randomData(150, p, 2, seed%2 == 0, seed)
			bound, err := DataNorm(t.Context(), d)
			require.NoError(t, err)
			m, err := Materialize(t.Context(), gram{d.X}, 0)
			require.NoError(t, err)
			var e mat.EigenSym
			require.True(t, e.Factorize(m, false))
			largest := math.Sqrt(e.Values(nil)[p-1])
			require.GreaterOrEqual(t, bound, largest)
			require.LessOrEqual(t, bound, 1.055*largest)
		}
	}
	bound, err := DataNorm(t.Context(), randomData(150, 7, 2, true, 1).Slice(0, 0))
	require.NoError(t, err)
	require.Zero(t, bound)
	_, err = DataNorm(t.Context(), &datasets.Dataset{X: &datasets.Images{N: 0, Height: 1, Width: 1, Channels: 1, Scale: 1}})
	require.ErrorContains(t, err, "dense or sparse rows")
}
