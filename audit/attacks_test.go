package audit

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

// counts is a group of models with so many margins of each value, for one sample.
func counts(values map[float64]int) (out [][]float64) {
	for v, n := range values {
		for range n {
			out = append(out, []float64{v})
		}
	}
	return out
}

// Rates that are known: 8 of 10 models above the threshold against 3 of 10.
func TestEpsilonsOfKnownRates(t *testing.T) {
	of := func(fpr, fnr float64) float64 {
		return max(math.Log(1-1e-5-fpr)-math.Log(fnr), math.Log(1-1e-5-fnr)-math.Log(fpr))
	}
	for _, c := range []struct {
		name string
		a, b map[float64]int
		want float64
	}{
		{"one threshold", map[float64]int{0: 2, 1: 8}, map[float64]int{0: 7, 1: 3}, of(0.3, 0.2)},
		{"which group is called updated does not matter", map[float64]int{0: 7, 1: 3}, map[float64]int{0: 2, 1: 8}, of(0.3, 0.2)},
		{"no attack", map[float64]int{0: 5, 1: 5}, map[float64]int{0: 5, 1: 5}, 0},
		{"one rate of zero is skipped", map[float64]int{1: 9, 2: 1}, map[float64]int{0: 5, 1: 4, 2: 1}, of(0.4, 0.1)},
		{"no mistakes", map[float64]int{2: 5, 3: 5}, map[float64]int{0: 5, 1: 5}, 50},
		{"a peak beside a wide range", map[float64]int{1: 5, 1.001: 5}, map[float64]int{0: 5, 2: 5}, 50},
	} {
		got, err := Epsilons(counts(c.a), counts(c.b))
		require.NoError(t, err)
		assert.InDelta(t, c.want, got[0], 1e-12, c.name)
	}
	// An interval finds what a threshold does not.
	got, err := Epsilons(counts(map[float64]int{0: 1, 1: 8, 2: 1}), counts(map[float64]int{0: 4, 1: 2, 2: 4}))
	require.NoError(t, err)
	assert.InDelta(t, of(0.2, 0.2), got[0], 1e-12)
}

// Every threshold and every pair by counting, on several samples at once: the reference code of the
// challenge stops there with "truth value of an array is ambiguous".
func TestEpsilonsAgainstCounting(t *testing.T) {
	random := seeded(7)
	a, b := normals(random, 9, 30, 0.8, 1), normals(random, 11, 30, 0, 1.5)
	got, err := Epsilons(a, b)
	require.NoError(t, err)
	for i := range got {
		x, y := sortedOf(a, i), sortedOf(b, i)
		if distuvMedian(y) > distuvMedian(x) {
			x, y = y, x
		}
		cuts := append(slices.Concat(x, y), math.Inf(1))
		want := 0.0
		for _, low := range cuts {
			for _, high := range cuts {
				if high <= low {
					continue
				}
				in := func(v []float64) (n float64) {
					for _, m := range v {
						if m >= low && m < high {
							n++
						}
					}
					return n / float64(len(v))
				}
				fnr, fpr := 1-in(x), in(y)
				switch {
				case fnr < 1e-9 && fpr < 1e-9:
					want = 50
				case fnr > 1e-9 && fpr > 1e-9:
					want = max(want, math.Log(max(1-1e-5-fpr, 0))-math.Log(fnr), math.Log(max(1-1e-5-fnr, 0))-math.Log(fpr))
				}
			}
		}
		assert.InDelta(t, want, got[i], 1e-9)
		assert.True(t, got[i] <= EpsilonCap(9, 11) || got[i] == 50, "%g", got[i])
	}
}

func distuvMedian(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

func TestForgettingQuality(t *testing.T) {
	got, err := ForgettingQuality([]float64{0, 0.49, 0.5, 1.7, 5, 50}, 100) // ceil(log 99) = 5
	require.NoError(t, err)
	assert.InDelta(t, (1+1+0.5+0.125)/6, got, 1e-12)
	_, err = ForgettingQuality([]float64{math.NaN()}, 100)
	require.Error(t, err)
	_, err = ForgettingQuality(nil, 100)
	require.Error(t, err)
}

// Two normal distributions at distance d: the best attack names Phi(d/2) rightly, and finds 1 -
// Phi(z_0.99 - d) at 1 % FPR.
func TestULiRAOnNormals(t *testing.T) {
	for _, d := range []float64{0, 1, 2} {
		random := seeded(11)
		got, err := ULiRA(normals(random, 200, 100, d, 1), normals(random, 200, 100, 0, 1))
		require.NoError(t, err)
		assert.InDelta(t, distuv.UnitNormal.CDF(d/2), got.Accuracy, 0.01)
		assert.InDelta(t, distuv.UnitNormal.Survival(distuv.UnitNormal.Quantile(0.99)-d), got.TPRAtLowFPR, 0.03)
	}
	_, err := ULiRA(normals(seeded(1), 2, 3, 0, 1), normals(seeded(2), 5, 3, 0, 1))
	require.ErrorContains(t, err, "at least 3")
	same := [][]float64{{1}, {1}, {1}}
	_, err = ULiRA(same, same)
	require.ErrorContains(t, err, "different seeds")
}

// U-LiRA of many models can be fed by a shift of all margins; the accuracies of the models stay.
func TestULiRAIsMovedByAShift(t *testing.T) {
	random := seeded(12)
	u, o := normals(random, 40, 20, 0, 1), normals(random, 40, 20, 0, 1)
	before, err := ULiRA(u, o)
	require.NoError(t, err)
	for _, m := range u {
		for i := range m {
			m[i] += 2
		}
	}
	after, err := ULiRA(u, o)
	require.NoError(t, err)
	assert.Less(t, before.Accuracy, 0.55)
	assert.Greater(t, after.Accuracy, 0.8)
}

func TestTugOfWar(t *testing.T) {
	u := []Accuracies{{0.9, 1, 0.8}, {0.8, 1, 0.8}, {0.7, 0.9, 0.8}}
	r := []Accuracies{{0.8, 1, 0.8}, {0.8, 1, 0.8}, {0.8, 1, 0.8}}
	got, err := TugOfWar(u, r)
	require.NoError(t, err)
	assert.InDelta(t, (0.9+1+0.81)/3, got.Mean, 1e-12)
	const t975, sd = 4.302652729696142, 0.09504384952922164 // of Student's t with 2 degrees of freedom; of .9, 1, .81
	assert.InDelta(t, got.Mean+t975*sd/math.Sqrt(3), got.High, 1e-9)
	_, err = TugOfWar(u[:2], r[:2])
	require.ErrorContains(t, err, "at least 3")
	_, err = TugOfWar([]Accuracies{{2, 0, 0}, {}, {}}, r)
	require.ErrorContains(t, err, "between 0 and 1")
}

// The interval holds the true mean in 95 of 100 draws.
func TestIntervalHoldsItsMean(t *testing.T) {
	random, missed := rand.New(rand.NewPCG(2, 2)), 0
	for range 10_000 {
		i := intervalOf(normals(random, 1, 4, 0.9, 0.01)[0])
		if i.Low > 0.9 || i.High < 0.9 {
			missed++
		}
	}
	near(t, level, missed, 10_000, "interval")
}

func TestConfusion(t *testing.T) {
	labels := []int{0, 0, 0, 1, 1, 2, 2}
	answers := []int{0, 1, 2, 0, 1, 0, 2}
	got, err := Confusion(answers, labels, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, Confused{Forgotten: 2, Error: 0.6, Samples: 5}, got)
	for _, c := range [][2]int{{0, 0}, {5, 6}} {
		_, err = Confusion(answers, labels, c[0], c[1])
		require.Error(t, err)
	}
}
