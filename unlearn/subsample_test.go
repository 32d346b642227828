package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// mixed removes some samples and relabels others: 38 stay, 2 of them affected.
func mixed(t *testing.T) Request {
	return merge(t, RemoveSamples(0, 7), CorrectLabels([]int{3, 20}, []float64{1, 0}))
}

func applied(t *testing.T, p *Problem, r Request) *Applied {
	a, err := r.Apply(p.Train)
	require.NoError(t, err)
	return a
}

func TestSubsampleHoldsTheAffectedAndSomeOthers(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	a := applied(t, p, mixed(t))
	for _, m := range []int{1, 5, 36, 100} {
		s, err := a.Subsample(m, 3)
		require.NoError(t, err)
		if m > 1 {
			require.Equal(t, samples(p.Train.Subset([]int{3, 20}))[0][:5], samples(s.Affected)[0][:5])
			require.Equal(t, []float64{1, 0}, s.Affected.Y)
			require.Equal(t, 1.0, s.AffectedWeight)
		} else {
			require.Equal(t, []any{1, 2.0}, []any{s.Affected.Len(), s.AffectedWeight})
		}
		require.Equal(t, min(m, 36), s.Others.Len())
		require.InDelta(t, 36, s.Weight*float64(s.Others.Len()), 1e-12)
		// Every row drawn is one of the unaffected samples, and none is drawn twice.
		rows := map[int]bool{}
		for _, row := range samples(s.Others) {
			at := slices.IndexFunc(samples(p.Train), func(r []float64) bool { return slices.Equal(r, row) })
			require.GreaterOrEqual(t, at, 0)
			require.NotContains(t, []int{0, 3, 7, 20}, at)
			rows[at] = true
		}
		require.Len(t, rows, min(m, 36))
		again, err := a.Subsample(m, 3)
		require.NoError(t, err)
		require.Equal(t, samples(s.Others), samples(again.Others))
	}
	one, err := a.Subsample(5, 3)
	require.NoError(t, err)
	other, err := a.Subsample(5, 4)
	require.NoError(t, err)
	require.NotEqual(t, samples(one.Others), samples(other.Others))
	require.Equal(t, "all 2 affected samples and 5 of the 36 others, each for 7.2", one.String())
	_, err = a.Subsample(0, 1)
	require.ErrorContains(t, err, "ask for 1 or more")

	all := applied(t, p, RemoveFeatures(0, 1, 2, 3, 4)) // dense rows: hardly one has a zero in all of them
	s, err := all.Subsample(4, 1)
	require.NoError(t, err)
	require.Equal(t, 4, s.Affected.Len())
	require.Equal(t, []float64{0, 10}, []float64{s.Weight, s.AffectedWeight})
	require.Equal(t, "4 of the 40 affected samples, each for 10, and 0 of the 0 others, each for 0", s.String())
	s, err = applied(t, p, RemoveSamples(3)).Subsample(4, 1)
	require.NoError(t, err)
	require.Equal(t, []float64{39. / 4, 0}, []float64{s.Weight, s.AffectedWeight}, "nothing that is left was touched")
}

// The mean over many seeds is the whole gradient and the whole Hessian, within what the spread of
// the draws allows.
func TestSubsamplesAreUnbiased(t *testing.T) {
	for batches, r := range map[int]Request{0: mixed(t), 3: mixed(t), -1: CorrectLabels(allRows(40)[5:25], make([]float64, 20))} {
		p := problems(t)["logistic, sparse, all"]
		a := applied(t, p, r)
		q := p.With(a.Data)
		theta, v := randomVector(5, 5), randomVector(5, 6)
		gradient, product := make([]float64, 5), make([]float64, 5)
		require.NoError(t, q.Gradient(t.Context(), gradient, theta))
		h, err := q.Hessian(t.Context(), theta, FullHessian)
		require.NoError(t, err)
		require.NoError(t, h.MulVecTo(t.Context(), product, v))
		const draws = 4000
		var sums, squares [10]float64
		got := make([]float64, 10)
		for seed := range uint64(draws) {
			s, err := a.Subsample(6, seed)
			require.NoError(t, err)
			require.NoError(t, s.Gradient(t.Context(), p, got[:5], theta))
			h, err := s.Hessian(t.Context(), p, theta, FullHessian)
			require.NoError(t, err)
			if batches > 0 {
				h, err = s.HessianBatches(t.Context(), p, theta, FullHessian, batches, seed)
				require.NoError(t, err)
			}
			require.NoError(t, h.MulVecTo(t.Context(), got[5:], v))
			for j, x := range got {
				sums[j] += x
				squares[j] += x * x
			}
		}
		for j, want := range append(gradient, product...) {
			mean := sums[j] / draws
			deviation := math.Sqrt((squares[j]/draws - mean*mean) / draws)
			require.Positive(t, deviation)
			require.InDelta(t, want, mean, 4.5*deviation)
		}
	}
}

// stratified is sum_{affected} f + weight sum_{others} f of a matrix of second derivatives, written
// out sample by sample.
func stratified(t *testing.T, p *Problem, s *Subsample, theta []float64, ridge float64) *mat.SymDense {
	m := mat.NewSymDense(p.Dim(), nil)
	add := func(d *datasets.Dataset, weight float64) {
		for _, row := range samples(d) {
			x := mat.NewVecDense(p.Dim(), row[:p.Dim()])
			_, _, second, _ := p.Objective.(full).link(mat.Dot(x, mat.NewVecDense(p.Dim(), theta)), row[p.Dim()])
			m.SymRankOne(m, weight*second, x)
		}
	}
	add(s.Affected, s.AffectedWeight)
	add(s.Others, s.Weight)
	for j := range p.Dim() {
		m.SetSym(j, j, m.At(j, j)+p.L2+ridge)
	}
	return m
}

func TestSubsampledHessianAgainstADenseOne(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	a := applied(t, p, mixed(t))
	theta := randomVector(5, 5)
	s, err := a.Subsample(6, 3)
	require.NoError(t, err)
	want := stratified(t, p, s, theta, 0)
	one, err := s.Hessian(t.Context(), p, theta, FullHessian)
	require.NoError(t, err)
	gn, err := s.Hessian(t.Context(), p, theta, GaussNewton)
	require.NoError(t, err)
	batches, err := s.HessianBatches(t.Context(), p, theta, GaussNewton, 4, 1)
	require.NoError(t, err)
	for _, h := range []Operator{one, gn, batches} {
		got, err := Materialize(t.Context(), h, 0)
		require.NoError(t, err)
		require.True(t, mat.EqualApprox(want, got, 1e-12))
	}
	// The mean of the batches is the whole.
	v := randomVector(5, 8)
	sum, part := make([]float64, 5), make([]float64, 5)
	for b := range 4 {
		require.NoError(t, batches.MulVecBatchTo(t.Context(), part, v, b))
		floats.AddScaled(sum, 0.25, part)
	}
	require.NoError(t, one.MulVecTo(t.Context(), part, v))
	require.InDeltaSlice(t, part, sum, 1e-12)
	_, err = s.HessianBatches(t.Context(), p, theta, FullHessian, 7, 1)
	require.ErrorContains(t, err, "ask for 1 to 6")
}

func TestSampleOfAllOthersIsTheWhole(t *testing.T) {
	for _, name := range []string{"least squares, sparse", "logistic, dense, tilted"} {
		p := problems(t)[name]
		theta := randomVector(5, 5)
		r := merge(t, RemoveSamples(0, 7), CorrectSamples([]int{3}, p.Train.Slice(9, 10)))
		for _, pair := range [][2]Method{
			{SecondOrder{Force: true}, SecondOrder{Force: true, Sample: 37}},
			{SecondOrder{Force: true, Steps: 3}, SecondOrder{Force: true, Steps: 3, Sample: 37}},
			{SecondOrder{Force: true, Steps: 3, Gradient: Difference, Step: 0.5},
				SecondOrder{Force: true, Steps: 3, Gradient: Difference, Step: 0.5, Sample: 37}},
			{SecondOrder{Force: true, Batches: 3}, SecondOrder{Force: true, Batches: 3, Sample: 1000}},
			{FirstOrder{Tau: 1e-3, Force: true}, FirstOrder{Tau: 1e-3, Force: true, Sample: 37}},
			{FineTune{Rate: 1e-3}, FineTune{Rate: 1e-3, Sample: 37}},
			{Retrain{}, Retrain{Sample: 37}},
			{None{}, None{Sample: 37}},
			{Iterative{Method: SecondOrder{Force: true}, Chunks: 2}, Iterative{Method: SecondOrder{Force: true, Sample: 40}, Chunks: 2}},
		} {
			want, err := pair[0].Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			got, err := pair[1].Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			tolerance := 1e-6 // CG's
			require.InDeltaSlice(t, want.Theta, got.Theta, tolerance, want.Method)
			require.InEpsilon(t, want.Before, got.Before, 1e-12)
			require.InDelta(t, want.After, got.After, tolerance*want.Before)
			require.Contains(t, got.Notes[0], "gradient residuals are estimated from all 1 affected samples and 37 of the 37 others")
			for k := range got.Solves {
				require.True(t, math.IsNaN(want.Solves[k].Independent))
				require.InDelta(t, got.Solves[k].Residual, got.Solves[k].Independent, 1e-12, "the second subsample is the first")
			}
		}
	}
}

func TestSampledUpdateAgainstDenseAlgebra(t *testing.T) {
	const ridge, m, seed = 0.3, 9, 11
	p := problems(t)["logistic, dense, tilted"]
	theta := randomVector(5, 5)
	r := mixed(t)
	a := applied(t, p, r)
	u, err := SecondOrder{Solver: Exact{}, Ridge: ridge, Step: 0.6, Sample: m, Seed: seed, Force: true}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)

	g := make([]float64, 5)
	require.NoError(t, p.Difference(t.Context(), g, theta, a))
	s, err := a.Subsample(m, seed)
	require.NoError(t, err)
	delta := newSystem("", stratified(t, p, s, theta, ridge), g).want
	want := slices.Clone(theta)
	floats.AddScaled(want, -0.6, delta)
	require.InDeltaSlice(t, want, u.Theta, 1e-10)

	// The figures are those of the draws that are told nowhere but follow from the seed: of the
	// second for the solve, the third for the trust check.
	draw := func(role int) *Subsample {
		s, err := (&attempt{applied: a, sampling: Sampling{m, seed}}).draw(role, 0)
		require.NoError(t, err)
		return s
	}
	second := system{m: stratified(t, p, draw(independentSample), theta, ridge), b: g}
	require.InDelta(t, relativeResidual(second, delta), u.Solves[0].Independent, 1e-10)
	require.Greater(t, u.Solves[0].Independent, 1e-3)
	require.Less(t, u.Solves[0].Residual, 1e-10)
	trust, grad := draw(trustSample), make([]float64, 5)
	require.NoError(t, trust.Gradient(t.Context(), p, grad, theta))
	require.InDelta(t, norm(grad), u.Before, 1e-12)
	require.NoError(t, trust.Gradient(t.Context(), p, grad, u.Theta))
	require.InDelta(t, norm(grad), u.After, 1e-12)
	drawn := [][][]float64{samples(s.Others), samples(draw(independentSample).Others), samples(trust.Others), samples(draw(stepSample).Others)}
	for i := range drawn {
		for j := range i {
			require.NotEqual(t, drawn[j], drawn[i])
		}
	}
	none, err := None{Sample: m, Seed: seed}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.Equal(t, u.Before, none.Before, "methods of one seed look at the same samples")
}

func TestCostOfASampledUpdate(t *testing.T) {
	const m, old, stay = 6, 4, 2
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	u, err := SecondOrder{Sample: m, Force: true}.Unlearn(t.Context(), p, theta, mixed(t))
	require.NoError(t, err)
	require.Equal(t, 2.0*(m+stay), u.Check.Gradients)
	require.Equal(t, 4.0*(m+stay)+old+stay, u.Cost.Gradients, "trust check, two linearizations, difference")
	require.Equal(t, (u.Solves[0].Products+1)*(m+stay), u.Cost.HVPs)
	require.Contains(t, u.Notes[1], "curvature is estimated from all 2 affected samples and 6 of the 36 others, each for 6")
	u, err = SecondOrder{Sample: m, Steps: 2, Force: true}.Unlearn(t.Context(), p, theta, mixed(t))
	require.NoError(t, err)
	require.Equal(t, 3.0*(m+stay), u.Check.Gradients)
	require.Equal(t, (3+4+1)*(m+stay)+old+stay, int(u.Cost.Gradients), "a gradient of its own for the second step")
	u, err = FirstOrder{Tau: 1e-3, Sample: m, Force: true}.Unlearn(t.Context(), p, theta, mixed(t))
	require.NoError(t, err)
	require.Equal(t, 2.0*(m+stay)+old+stay, u.Cost.Gradients)
	_, err = FirstOrder{Tau: 1e-3, Sample: -1}.Unlearn(t.Context(), p, theta, mixed(t))
	require.ErrorContains(t, err, "Sample is -1")
}

// LiSSA on mini-batches of the subsample reports its true residual, that of the whole subsample.
func TestLiSSAOnBatchesOfASubsample(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	var products, residuals []float64
	lissa := LiSSA{Tolerance: 1e-8, Trace: func(n, r float64) { products, residuals = append(products, n), append(residuals, r) }}
	u, err := SecondOrder{Solver: lissa, Sample: 12, Batches: 3, Force: true}.Unlearn(t.Context(), p, theta, mixed(t))
	require.NoError(t, err)
	want, err := SecondOrder{Solver: Exact{}, Sample: 12, Force: true}.Unlearn(t.Context(), p, theta, mixed(t))
	require.NoError(t, err)
	require.InDeltaSlice(t, want.Theta, u.Theta, 1e-7)
	require.InDelta(t, want.Solves[0].Independent, u.Solves[0].Independent, 1e-6)
	require.Equal(t, 1.0, residuals[0])
	require.Equal(t, u.Solves[0].Residual, residuals[len(residuals)-1])
	require.InDelta(t, u.Solves[0].Products, products[len(products)-1], 1e-5)
	require.True(t, slices.IsSorted(products))
}
