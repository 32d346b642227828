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
// last parameter, so that a residual of r moves it by r/lambda. The state is put there, as far as
// the guarantee allows.
func worstCase(t *testing.T, m OutputPerturbation) (d exactDescent, exact, state []float64) {
	x := shortRows(12, 2, 2, false, 9)
	rows := x.X.(*datasets.Dense)
	for i := range rows.N {
		rows.Data[2*i+1] = 0
	}
	p := &Problem{Objective: convexLogistic(2), Train: x, L2: 1}
	exact, err := Newton{Tolerance: 1e-13}.Train(t.Context(), p, []float64{0, 0})
	require.NoError(t, err)
	_, d, err = m.examine(p)
	require.NoError(t, err)
	state = []float64{exact[0], exact[1] + d.Residual/d.lambda}
	residual, err := p.Residual(t.Context(), state)
	require.NoError(t, err)
	require.InEpsilon(t, d.Residual, residual, 1e-6)
	return d, exact, state
}

// sampled draws releases of a state.
func sampled(d exactDescent, state []float64, seed uint64) [][2]float64 {
	d.Rand = rand.New(rand.NewPCG(seed, 1))
	out := make([][2]float64, adversaryDraws)
	for i := range out {
		copy(out[i][:], d.release(state).Theta)
	}
	return out
}

// The guarantee, tested by whoever tries to break it: no half-space tells the releases of the worst
// state from those of the retrained optimum better than epsilon and delta allow. The best
// half-space comes up to the law, and with half of the noise it goes beyond.
func TestReleasesObeyTheirGuarantee(t *testing.T) {
	for _, budget := range []Budget{{Epsilon: 0.1, Delta: 0.01}, {Epsilon: 0.5, Delta: 0.01}, {Epsilon: 2, Delta: 0.05}} {
		d, exact, state := worstCase(t, OutputPerturbation{Epsilon: budget.Epsilon, Delta: budget.Delta, Residual: 1e-3})
		across := []float64{0, 1}
		margin := 3 * math.Sqrt(0.25/adversaryDraws) * math.Hypot(1, math.Exp(budget.Epsilon))
		worst := worstExcess(sampled(d, state, 1), sampled(d, exact, 2), across, across, budget)
		// More than two thousand events are tried, the best of which lies above its expectation.
		require.LessOrEqual(t, worst, 1.7*margin)
		require.GreaterOrEqual(t, worst, -margin, "the noise is not larger than it has to be")

		halved := d
		halved.Epsilon, halved.Delta = halvedNoise(d)
		require.InEpsilon(t, d.Noise(d.lambda)/2, halved.Noise(halved.lambda), 1e-6)
		worst = worstExcess(sampled(halved, state, 1), sampled(halved, exact, 2), across, across, budget)
		require.Greater(t, worst, 2*margin, "a mutation that halves the noise is caught")
	}
}

// halvedNoise returns a budget whose noise is half of d's.
func halvedNoise(d exactDescent) (epsilon, delta float64) {
	return GaussianEpsilon(2*GaussianMu(d.Epsilon, d.Delta), d.Delta), d.Delta
}

// A request may be chosen by looking at the release before. Given that it was asked for, the next
// release is as the mechanism's own on the corrected data: the noise of one release tells nothing
// of another's.
func TestAdaptiveRequestsAreCovered(t *testing.T) {
	d, exact, state := worstCase(t, OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-3})
	first, second := sampled(d, state, 1), sampled(d, state, 7)
	var asked [][2]float64
	for i, r := range first {
		if r[1] > state[1] { // as of a row that is asked for only if its parameter came out large
			asked = append(asked, second[i])
		}
	}
	require.InDelta(t, adversaryDraws/2, len(asked), 300)
	budget := Budget{Epsilon: 0.1, Delta: 0.01}
	margin := 3 * math.Sqrt(0.25/float64(len(asked))) * math.Hypot(1, math.Exp(0.1))
	require.LessOrEqual(t, worstExcess(asked, sampled(d, exact, 2), []float64{0, 1}, []float64{1, 0}, budget), 1.7*margin)

	x, y := make([]float64, adversaryDraws), make([]float64, adversaryDraws)
	for i := range x {
		x[i], y[i] = first[i][1], second[i][1]
	}
	require.InDelta(t, 0, stat.Correlation(x, y, nil), 3/math.Sqrt(adversaryDraws))
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
