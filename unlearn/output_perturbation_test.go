package unlearn

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"lethe/datasets"
)

func (o convex) LossSmoothness() (float64, float64, error) {
	if o.gamma == 0.25 {
		return 0.25, 1, nil
	}
	return o.gamma, math.Inf(1), nil
}

func (o softmax) LossSmoothness() (float64, float64, error) { return 0.5, math.Sqrt2, nil }

// Every request ends within r/lambda of the optimum on the corrected data, which is found from
// elsewhere to a far smaller residual, and the residual of float64 is within the bound of the true
// one.
func TestTheStateIsWithinItsDistanceOfRetraining(t *testing.T) {
	labels := CorrectLabels([]int{1, 2}, []float64{1, 1})
	values := CorrectFeatures([]int{0, 7}, []int{1, 3}, [][]float64{{3, -2}, {0.5, 9}}) // rows of any norm
	merged, err := Merge(RemoveSamples(5, 6), labels)
	require.NoError(t, err)
	for name, objective := range map[string]Objective{"logistic": convexLogistic(6), "squares": convexSquares(6), "softmax": softmax{6, 3}} {
		for _, sparse := range []bool{false, true} {
			classes := 2
			if name == "softmax" {
				classes = 3
			}
			p := &Problem{Objective: objective, Train: shortRows(60, 6, classes, sparse, 4), L2: 0.3}
			m := OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-4}
			start := slices.Repeat([]float64{0.5}, p.Dim())
			state, first, err := m.Train(t.Context(), p, start)
			require.NoError(t, err, name)
			require.InEpsilon(t, 1e-4/0.3/GaussianMu(0.1, 0.01), first.Noise, 1e-12)
			for _, r := range []Request{RemoveSamples(3), RemoveFeatures(0, 5), labels, values, merged} {
				u, err := m.Unlearn(t.Context(), p, state, r)
				require.NoError(t, err, name)
				retrained := p.With(u.Data)
				exact, err := Newton{Tolerance: 1e-11}.Train(t.Context(), retrained, make([]float64, p.Dim()))
				require.NoError(t, err)
				require.LessOrEqual(t, floats.Distance(u.State, exact, 2), u.Release.Distance)
				require.LessOrEqual(t, u.After, 1e-4)
				require.Equal(t, u.Release.Theta, u.Theta)
				require.InDelta(t, 0, floats.Distance(u.Theta, u.State, 2), 10*u.Release.Noise*math.Sqrt(float64(p.Dim())))
				require.NotEqual(t, u.Theta, u.State)
			}
		}
	}
}

// The gradient of a logistic loss in 200 bits against the bound of what float64 can err by.
func TestTheRoundingErrorIsBounded(t *testing.T) {
	for _, scale := range []float64{1e-3, 1, 50} {
		d := randomData(400, 5, 2, false, 8)
		p := &Problem{Objective: convexLogistic(5), Train: d, L2: 0.7}
		_, run, err := OutputPerturbation{Epsilon: 1, Delta: 0.1}.examine(p)
		require.NoError(t, err)
		theta := []float64{scale, -scale, 0.3 * scale, 2 * scale, -0.1 * scale}
		got := make([]float64, 5)
		require.NoError(t, p.Gradient(t.Context(), got, theta))
		off := 0.0
		for j, want := range preciseGradient(d, theta, 0.7) {
			v := new(big.Float).SetPrec(200).Sub(want, big.NewFloat(got[j]))
			e, _ := v.Float64()
			off = math.Hypot(off, e)
		}
		bound, err := run.rounding(t.Context(), p, theta)
		require.NoError(t, err)
		require.LessOrEqual(t, off, bound)
		require.Greater(t, off, bound*1e-6, "the bound is not vacuous")
	}
}

// preciseGradient is sum (sigmoid(x'theta) - y) x + l2 theta in 200 bits; the exponential is a
// Taylor series after halving.
func preciseGradient(d *datasets.Dataset, theta []float64, l2 float64) []*big.Float {
	f := func(v float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(v) }
	g := make([]*big.Float, len(theta))
	for j, v := range theta {
		g[j] = new(big.Float).SetPrec(200).Mul(f(l2), f(v))
	}
	x := d.X.(*datasets.Dense)
	for i, y := range d.Y {
		row := x.Data[i*x.Cols : (i+1)*x.Cols]
		z := f(0)
		for j, v := range row {
			z.Add(z, f(0).Mul(f(v), f(theta[j])))
		}
		// exp(-z) = (exp(-z/2^20))^(2^20)
		small := f(0).Quo(f(0).Neg(z), f(1<<20))
		e, term := f(1), f(1)
		for k := 1; k < 30; k++ {
			term.Mul(term, small).Quo(term, f(float64(k)))
			e.Add(e, term)
		}
		for range 20 {
			e.Mul(e, e)
		}
		residual := f(0).Sub(f(0).Quo(f(1), e.Add(e, f(1))), f(y))
		for j, v := range row {
			g[j].Add(g[j], f(0).Mul(residual, f(v)))
		}
	}
	return g
}

const adversaryDraws = 20_000

// worstCase is the problem on which the distance is largest: nothing but the regularizer holds the
// last parameter, so that a residual of r moves it by r/lambda. The first parameter is regularized
// three times as much. Samples from 12 on have no features, so that a request that removes them
// leaves the optimum where it is. The state is as far from it as the guarantee allows.
func worstCase(t *testing.T, m OutputPerturbation) (p *Problem, d exactDescent, exact, state []float64) {
	x := shortRows(16, 2, 2, false, 9)
	rows := x.X.(*datasets.Dense)
	for i := range rows.N {
		rows.Data[2*i+1] = 0
		if i >= 12 {
			rows.Data[2*i] = 0
		}
	}
	p = &Problem{Objective: convexLogistic(2), Train: x, L2: 1, Penalty: []float64{3, 1}}
	exact, err := Newton{Tolerance: 1e-13}.Train(t.Context(), p, []float64{0, 0})
	require.NoError(t, err)
	p, d, err = m.examine(p)
	require.NoError(t, err)
	state = []float64{exact[0], exact[1] + 0.9999*d.Distance(1)}
	residual, err := p.Residual(t.Context(), state)
	require.NoError(t, err)
	require.InEpsilon(t, 0.9999*d.Residual, residual, 1e-6)
	return p, d, exact, state
}

// likelihoodExcess draws releases of two states and returns P(S) - e^epsilon Q(S) - delta, with its
// standard error, for the half-space S that tells them best where they are as far apart, and have
// as much noise, as the budget supposes: where the ratio of the likelihoods is above e^epsilon. The
// law makes it 0 for states r/lambda apart.
func likelihoodExcess(t *testing.T, d exactDescent, a, b []float64, budget Budget, n int, seed uint64) (excess, se float64) {
	apart := floats.Distance(a, b, 2)
	noise := d.Distance(1) / GaussianMu(budget.Epsilon, budget.Delta)
	threshold := noise*noise*budget.Epsilon/apart + apart/2
	d.Rand = rand.New(rand.NewPCG(seed, 1))
	share := func(state []float64) float64 {
		r, err := d.release(slices.Repeat(state, n)) // the noise of each parameter is its own, so these are n releases
		require.NoError(t, err)
		inside := 0
		for k := range n {
			along := 0.0
			for j := range b {
				along += (r.Theta[k*len(b)+j] - b[j]) * (a[j] - b[j]) / apart
			}
			if along > threshold {
				inside++
			}
		}
		return float64(inside) / float64(n)
	}
	p, q, scale := share(a), share(b), math.Exp(budget.Epsilon)
	return p - scale*q - budget.Delta, math.Sqrt((p*(1-p) + scale*scale*q*(1-q)) / float64(n))
}

// withNoise returns d with so many times its noise.
func withNoise(d exactDescent, factor float64) exactDescent {
	d.Epsilon = GaussianEpsilon(GaussianMu(d.Epsilon, d.Delta)/factor, d.Delta)
	return d
}

// The guarantee, tested by whoever tries to break it: the half-space that tells releases of the
// worst state best from those of the retrained optimum comes up to the law, in both orders, and not
// beyond; that a fifth less noise, or more, is another law shows in it.
func TestReleasesObeyTheirGuarantee(t *testing.T) {
	for _, budget := range []Budget{{Epsilon: 0.1, Delta: 0.01}, {Epsilon: 0.5, Delta: 0.01}, {Epsilon: 2, Delta: 0.05}} {
		n := 300_000
		if budget.Epsilon == 0.1 {
			n = 600_000
		}
		_, d, exact, state := worstCase(t, OutputPerturbation{Epsilon: budget.Epsilon, Delta: budget.Delta, Residual: 1e-3})
		for seed, pair := range [][2][]float64{{state, exact}, {exact, state}} {
			excess, se := likelihoodExcess(t, d, pair[0], pair[1], budget, n, uint64(seed))
			require.InDelta(t, 0, excess, 3*se)
			for _, factor := range []float64{0.5, 0.8, 1.25} {
				mutant := withNoise(d, factor)
				require.InEpsilon(t, factor*d.Noise(d.lambda), mutant.Noise(mutant.lambda), 1e-6)
				excess, se = likelihoodExcess(t, mutant, pair[0], pair[1], budget, n, uint64(seed))
				require.Greater(t, math.Abs(excess), 3*se, "noise times %g at epsilon %g is caught", factor, budget.Epsilon)
			}
		}
	}
}

// excessBeyond returns the largest P(S) - e^epsilon Q(S) - delta over half-lines S and both orders,
// for draws of P and the normal distribution Q.
func excessBeyond(draws []float64, mean, noise float64, budget Budget) float64 {
	slices.Sort(draws)
	worst := math.Inf(-1)
	for k := -40; k <= 40; k++ {
		at := mean + noise*float64(k)/10
		p, q := below(draws, at), normalTail(-float64(k)/10)
		for _, pair := range [][2]float64{{p, q}, {q, p}, {1 - p, 1 - q}, {1 - q, 1 - p}} {
			worst = max(worst, pair[0]-math.Exp(budget.Epsilon)*pair[1]-budget.Delta)
		}
	}
	return worst
}

// A request may be chosen by looking at the release before. Given that it was asked for, the next
// release is as the mechanism's own on the corrected data: the noise of one release tells nothing
// of another's, though one generator draws them.
func TestAdaptiveRequestsAreCovered(t *testing.T) {
	const draws = 10_000
	budget := Budget{Epsilon: 0.1, Delta: 0.01}
	m := OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-3, Rand: rand.New(rand.NewPCG(3, 1))}
	p, d, exact, state := worstCase(t, m)
	var x, y, asked []float64
	for range draws {
		first, err := m.Unlearn(t.Context(), p, state, RemoveSamples(12))
		require.NoError(t, err)
		row := 13
		if first.Theta[1] > state[1] { // the row that is asked for only if the parameter came out large
			row = 12
		}
		second, err := m.Unlearn(t.Context(), p.With(first.Data), first.State, RemoveSamples(row))
		require.NoError(t, err)
		require.Equal(t, state, second.State, "the request leaves the state as far away as may be")
		if row == 12 {
			asked = append(asked, second.Theta[1])
		}
		x, y = append(x, first.Theta[1]), append(y, second.Theta[1])
	}
	require.InDelta(t, draws/2, len(asked), 3*math.Sqrt(draws)/2)
	margin := 3 * math.Sqrt(0.25/float64(len(asked)))
	require.LessOrEqual(t, excessBeyond(asked, exact[1], d.Noise(1), budget), margin)
	require.InDelta(t, 0, stat.Correlation(x, y, nil), 3/math.Sqrt(draws))
}

// Whoever holds all releases of a stream of requests tells them from as many retrained models as
// well as [OutputPerturbation.Together] says, and not better. The states lie on alternating sides
// of the optimum, so that noise that releases share cancels.
func TestAllReleasesTogetherObeyTheirGuarantee(t *testing.T) {
	const draws, releases = 10_000, 3
	m := OutputPerturbation{Epsilon: 1, Delta: 0.05, Residual: 1e-3, Rand: rand.New(rand.NewPCG(4, 1))}
	p, d, exact, state := worstCase(t, m)
	side := [releases]float64{1, -1, 1}
	problems := []*Problem{p}
	for range releases {
		applied, err := RemoveSamples(12).Apply(problems[len(problems)-1].Train)
		require.NoError(t, err)
		problems = append(problems, p.With(applied.Data))
	}
	together, mu := m.Together(releases), GaussianMu(m.Epsilon, m.Delta)*math.Sqrt(releases)
	far := state[1] - exact[1]
	share := func(distance float64) float64 {
		inside := 0
		for range draws {
			along := 0.0
			for i, sign := range side {
				u, err := m.Unlearn(t.Context(), problems[i], []float64{exact[0], exact[1] + sign*distance}, RemoveSamples(12))
				require.NoError(t, err)
				along += sign * (u.Theta[1] - exact[1]) / (d.Noise(1) * math.Sqrt(releases))
			}
			if along > together/mu+mu/2 {
				inside++
			}
		}
		return float64(inside) / draws
	}
	atWorst, retrained, scale := share(far), share(0), math.Exp(together)
	se := math.Sqrt((atWorst*(1-atWorst) + scale*scale*retrained*(1-retrained)) / draws)
	require.InDelta(t, m.Delta, atWorst-scale*retrained, 3*se)
}

// halving says that the Hessian is twice what it is, so that each Newton step halves the gradient:
// a descent ends just below its tolerance, and not far below.
type halving struct{ inner Objective }

func (o halving) Dim() int                                  { return o.inner.Dim() }
func (o halving) LossSmoothness() (float64, float64, error) { return 1, math.Inf(1), nil }

func (o halving) Loss(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	return o.inner.Loss(ctx, theta, d)
}

func (o halving) Gradient(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	return o.inner.Gradient(ctx, dst, theta, d)
}

func (o halving) HVP(ctx context.Context, dst, theta, v []float64, d *datasets.Dataset) error {
	err := o.inner.HVP(ctx, dst, theta, v, d)
	floats.Scale(2, dst)
	return err
}

// The rounding error counts: what the descent ends with, and the error of computing it there,
// are at most r together, although the error is larger at the end than where the descent began.
func TestTheResidualCountsItsRoundingError(t *testing.T) {
	d := &datasets.Dataset{Name: "far", X: &datasets.Dense{N: 10, Cols: 1, Data: slices.Repeat([]float64{1}, 10)}, Y: slices.Repeat([]float64{1e6}, 10)}
	p := &Problem{Objective: halving{leastSquares(1)}, Train: d, L2: 1}
	_, run, err := OutputPerturbation{Epsilon: 1, Delta: 0.1}.examine(p)
	require.NoError(t, err)
	start, end := []float64{0}, []float64{1e7 / 11}
	atStart, err := run.rounding(t.Context(), p, start)
	require.NoError(t, err)
	atEnd, err := run.rounding(t.Context(), p, end)
	require.NoError(t, err)
	require.Greater(t, atEnd, 1.3*atStart)
	for _, share := range []float64{0.5, 0.7, 0.8, 0.9} {
		run.Residual = atEnd / share
		state, reached, err := run.descend(t.Context(), p, start)
		require.NoError(t, err)
		rounding, err := run.rounding(t.Context(), p, state)
		require.NoError(t, err)
		require.LessOrEqual(t, reached.after+rounding, run.Residual, "rounding is %g of the residual", share)
		residual, err := p.Residual(t.Context(), state)
		require.NoError(t, err)
		require.Equal(t, reached.after, residual)
	}
}

// The smallest regularizer of a parameter is the constant of strong convexity.
func TestTheSmallestPenaltyCounts(t *testing.T) {
	p := &Problem{Objective: convexLogistic(3), Train: shortRows(20, 3, 2, false, 1), L2: 2, Penalty: []float64{4, 0.5, 7}}
	m := OutputPerturbation{Epsilon: 0.5, Delta: 0.1}
	_, r, err := m.Train(t.Context(), p, make([]float64, 3))
	require.NoError(t, err)
	require.Equal(t, 1.0, r.Lambda)
	require.Equal(t, m.Noise(1), r.Noise)
	p.Penalty[1] = 0
	_, _, err = m.Train(t.Context(), p, make([]float64, 3))
	require.ErrorContains(t, err, "a certificate needs a regularizer on every parameter")
}

// Where the grid would be finer than what float64 holds of the parameters, the low digits of a
// release are not those of the grid, and nothing is published.
func TestNoiseTooSmallForItsGridIsRefused(t *testing.T) {
	for _, top := range []float64{1e-5, 0.3, 1, 1000} {
		least := leastNoise([]float64{-top, top / 3})
		ulp := math.Nextafter(top, math.Inf(1)) - top
		require.GreaterOrEqual(t, gridOf(least), gridUlps*ulp)
		require.Less(t, gridOf(least*(1-1e-12)), gridUlps*ulp)
	}
	_, d, _, state := worstCase(t, OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-3})
	d.Residual = 1e-12
	_, err := d.release(state)
	require.ErrorContains(t, err, "float64 leaves no low digits to round away: set OutputPerturbation.Residual to")
	p := &Problem{Objective: convexLogistic(2), Train: shortRows(12, 2, 2, false, 9), L2: 1}
	m := OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-12}
	_, r, err := m.Train(t.Context(), p, []float64{0, 0})
	require.ErrorContains(t, err, "no low digits")
	require.Nil(t, r)
	dir := t.TempDir()
	_, err = m.Open(t.Context(), p, []float64{0, 0}, dir)
	require.ErrorContains(t, err, "published nothing")
	exact, err := Newton{Tolerance: 1e-13}.Train(t.Context(), p, []float64{0, 0})
	require.NoError(t, err)
	u, err := m.Unlearn(t.Context(), p, exact, RemoveSamples(1))
	require.ErrorContains(t, err, "no low digits")
	require.Nil(t, u.Theta)
	require.Nil(t, u.State)
}

// Two trainings with the same settings draw different noise, and so do two releases.
func TestNoiseIsFresh(t *testing.T) {
	p := &Problem{Objective: convexLogistic(3), Train: shortRows(20, 3, 2, false, 1), L2: 1}
	m := OutputPerturbation{Epsilon: 0.5, Delta: 0.1}
	stateA, a, err := m.Train(t.Context(), p, make([]float64, 3))
	require.NoError(t, err)
	stateB, b, err := m.Train(t.Context(), p, make([]float64, 3))
	require.NoError(t, err)
	require.Equal(t, stateA, stateB)
	require.NotEqual(t, a.Theta, b.Theta)
	// A request that changes nothing has no second release of the state.
	u, err := m.Unlearn(t.Context(), p, stateA, Request{})
	require.NoError(t, err)
	require.Equal(t, stateA, u.State)
	require.True(t, u.Unchanged)
	require.Nil(t, u.Theta)
	require.Nil(t, u.Release)
}

// The distribution of the noise, and that the low digits of a release are those of its grid.
func TestNoiseIsNormalOnAGrid(t *testing.T) {
	const n, s = 100_000, 3e-6
	state := make([]float64, n)
	for i := range state {
		state[i] = 1 / float64(i+1)
	}
	z := perturbed(state, s, rand.New(rand.NewPCG(5, 5)))
	grid := math.Ldexp(1, math.Ilogb(s)+1-gridBits)
	for i, v := range z {
		require.Equal(t, math.Round(v/grid), v/grid)
		z[i] = (v - state[i]) / s
	}
	slices.Sort(z)
	distance := 0.0 // Kolmogorov and Smirnov's, from the normal distribution
	for i, x := range z {
		p := normalTail(-x)
		distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
	}
	require.Less(t, distance, 1.63/math.Sqrt(n)) // 1 %
}

func TestWhatCannotBeReleased(t *testing.T) {
	p := &Problem{Objective: convexLogistic(2), Train: shortRows(9, 2, 2, false, 1), L2: 1}
	good := OutputPerturbation{Epsilon: 0.1, Delta: 0.01}
	nan, inf := math.NaN(), math.Inf(1)
	for want, m := range map[string]OutputPerturbation{
		"Epsilon is 0":                       {Delta: 0.01},
		"Epsilon is -1":                      {Epsilon: -1, Delta: 0.01},
		"Epsilon is NaN":                     {Epsilon: nan, Delta: 0.01},
		"Epsilon is +Inf":                    {Epsilon: inf, Delta: 0.01},
		"Delta is 0":                         {Epsilon: 1},
		"Delta is 1":                         {Epsilon: 1, Delta: 1},
		"Delta is NaN":                       {Epsilon: 1, Delta: nan},
		"Residual is -1":                     {Epsilon: 1, Delta: 0.1, Residual: -1},
		"Residual is NaN":                    {Epsilon: 1, Delta: 0.1, Residual: nan},
		"Residual is +Inf":                   {Epsilon: 1, Delta: 0.1, Residual: inf},
		"Against is 2":                       {Epsilon: 1, Delta: 0.1, Against: 2},
		"set OutputPerturbation.Residual to": {Epsilon: 1, Delta: 0.1, Residual: 1e-20},
	} {
		_, _, err := m.Train(t.Context(), p, []float64{0, 0})
		require.ErrorContains(t, err, want)
		_, err = m.Unlearn(t.Context(), p, []float64{0, 0}, RemoveSamples(1))
		require.ErrorContains(t, err, want)
	}
	_, _, err := good.Train(t.Context(), &Problem{Objective: convexLogistic(2), Train: p.Train}, []float64{0, 0})
	require.ErrorContains(t, err, "a certificate needs a regularizer")
	var notConvex *NotConvexError
	_, _, err = good.Train(t.Context(), &Problem{Objective: neuron(2), Train: p.Train, L2: 1}, []float64{0, 0})
	require.ErrorAs(t, err, &notConvex)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	u, err := good.Unlearn(ctx, p, []float64{0, 0}, RemoveSamples(1))
	require.ErrorIs(t, err, context.Canceled)
	if u != nil {
		require.Nil(t, u.Theta)
		require.Nil(t, u.State)
	}
}

func TestReleasesTogether(t *testing.T) {
	m := OutputPerturbation{Epsilon: 0.1, Delta: 0.01}
	require.InEpsilon(t, 0.1, m.Together(1), 1e-5)
	for _, releases := range []int{2, 10, 1000} {
		mu := GaussianMu(0.1, 0.01) * math.Sqrt(float64(releases))
		require.InEpsilon(t, 0.01, GaussianDelta(m.Together(releases), mu), 1e-6)
	}
	same := m
	same.Against = SameMechanism
	require.InEpsilon(t, 2*m.Noise(0.5), same.Noise(0.5), 1e-12)
}

// A sample of weight 2 is one that is there twice, and the rounding error counts weights.
func TestReleasesOfWeightedSamples(t *testing.T) {
	d := shortRows(20, 3, 2, false, 1)
	twice := d.Subset([]int{0, 0, 1, 2, 2, 3, 4, 5, 6, 7})
	weighted := d.Slice(0, 8).Subset([]int{0, 1, 2, 3, 4, 5, 6, 7})
	weighted.Weights = []float64{2, 1, 2, 1, 1, 1, 1, 1}
	m := OutputPerturbation{Epsilon: 0.5, Delta: 0.1, Residual: 1e-8}
	var states [2][]float64
	for i, train := range []*datasets.Dataset{twice, weighted} {
		p := &Problem{Objective: convexLogistic(3), Train: train, L2: 1}
		state, r, err := m.Train(t.Context(), p, make([]float64, 3))
		require.NoError(t, err)
		require.InEpsilon(t, 1e-8/GaussianMu(0.5, 0.1), r.Noise, 1e-12)
		states[i] = state
	}
	require.InDelta(t, 0, floats.Distance(states[0], states[1], 2), 2e-8)
}
