package verdict

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signs enumerates Wilcoxon's statistic: each of the 2^n choices of signs once.
func signs(n int) []float64 {
	out := make([]float64, n*(n+1)/2+1)
	for choice := range 1 << n {
		sum := 0
		for i := range n {
			if choice>>i&1 == 1 {
				sum += i + 1
			}
		}
		out[sum] += math.Pow(2, -float64(n))
	}
	return out
}

// orders enumerates the Mann-Whitney statistic: each choice of the places of m values among m + n
// once.
func orders(m, n int) []float64 {
	out, all := make([]float64, m*n+1), 0.0
	for choice := range 1 << (m + n) {
		if bits.OnesCount(uint(choice)) != m {
			continue
		}
		u, below := 0, 0
		for i := range m + n {
			if choice>>i&1 == 1 {
				u += below
			} else {
				below++
			}
		}
		out[u]++
		all++
	}
	for i := range out {
		out[i] /= all
	}
	return out
}

func TestDistributionsAgainstEnumeration(t *testing.T) {
	for n := 1; n <= 14; n++ {
		d := signedRanks(n)
		assert.InDeltaSlice(t, signs(n)[:len(d)], []float64(d), 1e-14, "n = %d", n)
	}
	for m := 1; m <= 7; m++ {
		for n := 1; n <= 7; n++ {
			d := rankSums(m, n)
			assert.InDeltaSlice(t, orders(m, n)[:len(d)], []float64(d), 1e-13, "m = %d, n = %d", m, n)
		}
	}
}

// The probabilities stay probabilities where counts would overflow: half of a symmetric
// distribution.
func TestDistributionsOfManyDraws(t *testing.T) {
	half := func(d distribution, all int) float64 {
		sum := 0.0
		for i, p := range d {
			assert.GreaterOrEqual(t, p, 0.0)
			if 2*i == all {
				p /= 2
			}
			sum += p
		}
		return sum
	}
	for _, n := range []int{40, 101, 200} {
		assert.InDelta(t, 0.5, half(signedRanks(n), n*(n+1)/2), 1e-9)
	}
	for _, n := range []int{20, 41} {
		assert.InDelta(t, 0.5, half(rankSums(n, n+1), n*(n+1)), 1e-9)
	}
}

// refused reports whether the signed-rank test, on either side at 5 %, refuses the differences to
// lie around the middle, by the enumeration of signs.
func refused(differences []float64, middle float64) bool {
	n := len(differences)
	sorted := slices.Clone(differences)
	for i := range sorted {
		sorted[i] -= middle
	}
	slices.SortFunc(sorted, func(a, b float64) int {
		if math.Abs(a) < math.Abs(b) {
			return -1
		}
		return 1
	})
	plus := 0
	for i, d := range sorted {
		if d > 0 {
			plus += i + 1
		}
	}
	all, low, high := signs(n), 0.0, 0.0
	for sum, p := range all {
		if sum <= plus {
			low += p
		}
		if sum >= plus {
			high += p
		}
	}
	return low <= tail || high <= tail
}

// The interval holds the middles that the test does not refuse, and only those.
func TestPairedIntervalInvertsTheTest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := Fewest; n <= 10; n++ {
		for range 20 {
			a, b, differences := make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range a {
				a[i], b[i] = r.NormFloat64(), r.NormFloat64()
				differences[i] = a[i] - b[i]
			}
			c := PairedDifference(a, b, true)
			assert.GreaterOrEqual(t, c.Confidence, 0.9)
			const near = 1e-9
			assert.False(t, refused(differences, c.Low+near))
			assert.True(t, refused(differences, c.Low-near))
			assert.False(t, refused(differences, c.High-near))
			assert.True(t, refused(differences, c.High+near))
			assert.Equal(t, refused(differences, 0), c.Verdict != Undecided)
			assert.True(t, c.Low <= c.Median && c.Median <= c.High)
		}
	}
}

// Of two samples from the same distribution, each order being as likely, no difference is refused
// as often as the confidence says, and no more often where values are equal.
func TestUnpairedCoverage(t *testing.T) {
	for _, values := range [][]float64{
		{1, 2, 3.5, 5.25, 7, 8.75, 11, 13, 17, 19.5}, {1, 2, 3.5, 5.25, 7, 8.75, 11, 13, 17, 19.5, 29}, {1, 1, 1, 1, 2, 2, 2, 3, 3, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
	} {
		decided, all, confidence := 0.0, 0.0, 0.0
		for choice := range 1 << len(values) {
			if bits.OnesCount(uint(choice)) != 5 {
				continue
			}
			var a, b []float64
			for i, v := range values {
				if choice>>i&1 == 1 {
					a = append(a, v)
				} else {
					b = append(b, v)
				}
			}
			c := UnpairedDifference(a, b, true)
			confidence = c.Confidence
			all++
			if c.Verdict != Undecided {
				decided++
			}
		}
		assert.GreaterOrEqual(t, confidence, 0.9)
		if distinct := slices.Compact(slices.Clone(values)); len(distinct) == len(values) {
			assert.InDelta(t, 1-confidence, decided/all, 1e-12)
		} else {
			assert.LessOrEqual(t, decided/all, 1-confidence+1e-12)
		}
	}
}

// Differences that take few values, zero among them, are decided no more often than the confidence
// allows when nothing but their signs is chance: each of all signs once, for each of all sizes.
func TestPairedCoverageWithTiesAndZeros(t *testing.T) {
	const n = 6
	for sizes := range 1 << (2 * n) { // two bits a draw: 0, 1, 1 or 2
		decided := 0
		confidence := 0.0
		for choice := range 1 << n {
			a, b := make([]float64, n), make([]float64, n)
			for i := range a {
				a[i] = []float64{0, 1, 1, 2}[sizes>>(2*i)&3]
				if choice>>i&1 == 1 {
					a[i] = -a[i]
				}
			}
			c := Paired(a, b, true)
			confidence = c.Confidence
			if c.Verdict != Undecided {
				decided++
			}
		}
		if share := float64(decided) / (1 << n); share > 1-confidence+1e-12 {
			require.LessOrEqual(t, share, 1-confidence, "sizes %b", sizes)
		}
	}
}

func TestFiveDrawsDecideWhenAllAgree(t *testing.T) {
	small, large := []float64{1, 2, 3, 4, 5}, []float64{2, 6, 12, 20, 30}
	c := Paired(small, large, true)
	assert.Equal(t, Better, c.Verdict)
	assert.True(t, c.Ratio)
	assert.Equal(t, 5, c.Wins)
	assert.InDelta(t, 1-2.0/32, c.Confidence, 1e-12)
	assert.InDelta(t, 1.0/6, c.Low, 1e-12) // all five agree, so the ends are the smallest and the largest
	assert.InDelta(t, 1.0/2, c.High, 1e-12)
	assert.InDelta(t, 0.25, c.Median, 0.01)
	assert.Equal(t, Worse, Paired(large, small, true).Verdict)
	assert.Equal(t, Worse, Paired(small, large, false).Verdict)
	assert.Equal(t, Better, Paired(large, small, false).Verdict)
	assert.Equal(t, Better, Unpaired(small, []float64{10, 11, 12, 13, 14}, true).Verdict)
	assert.Equal(t, Better, Unpaired([]float64{10, 11, 12, 13, 14}, small, false).Verdict)

	c = Paired([]float64{1, 2, 3, 4, 31}, large, true) // four of five
	assert.Equal(t, Undecided, c.Verdict)
	assert.Equal(t, 4, c.Wins)
	c = Paired(small[:4], large[:4], true)
	assert.Equal(t, Undecided, c.Verdict)
	assert.Zero(t, c.Confidence)
	assert.Zero(t, c.Low)
	assert.True(t, math.IsInf(c.High, 1))
	assert.Equal(t, Undecided, Unpaired(small[:4], []float64{10, 11, 12, 13, 14}, true).Verdict)
}

// Two of five draws, by 1.51 at the median, are no difference.
func TestMedianRatioAloneDecidesNothing(t *testing.T) {
	c := Paired([]float64{1, 1, 1, 1, 1}, []float64{0.9, 0.95, 0.99, 2.5, 4}, true)
	assert.Equal(t, Undecided, c.Verdict)
	assert.Equal(t, 2, c.Wins)
}

func TestWhatCannotBeCompared(t *testing.T) {
	for _, c := range []Comparison{Paired(nil, nil, true), Unpaired(nil, []float64{1}, true), Paired([]float64{math.NaN(), 1, 2, 3, 4}, []float64{1, 2, 3, 4, 5}, true),
		Paired([]float64{1, 1, 1, 1, math.Inf(1)}, []float64{2, 2, 2, 2, 2}, true)} {
		assert.Equal(t, Undecided, c.Verdict)
		assert.True(t, math.IsNaN(c.Median))
		assert.Zero(t, c.Confidence)
	}
	same := []float64{3, 3, 3, 3, 3, 3}
	c := Paired(same, same, true)
	assert.Equal(t, Undecided, c.Verdict)
	assert.Equal(t, []float64{1, 1, 1}, []float64{c.Low, c.Median, c.High})
	zeros := Paired(make([]float64, 5), []float64{1, 2, 3, 4, 5}, true)
	assert.False(t, zeros.Ratio)
	assert.Equal(t, Better, zeros.Verdict)
	assert.Equal(t, -3.0, zeros.Median)
	assert.Panics(t, func() { Paired(same, same[1:], true) })
}

// With values of zero ratios say nothing, of a share never.
func TestDifferencesOfShares(t *testing.T) {
	c := PairedDifference([]float64{0.9, 0.8, 0.7, 0.95, 0.85}, []float64{0.8, 0.7, 0.6, 0.9, 0.8}, false)
	assert.False(t, c.Ratio)
	assert.Equal(t, Better, c.Verdict)
	assert.InDelta(t, 0.05, c.Low, 1e-12)
	assert.InDelta(t, 0.1, c.High, 1e-12)
}
