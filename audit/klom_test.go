package audit

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

// normals are models whose margins of n samples are N(mean, sd^2).
func normals(random *rand.Rand, models, n int, mean, sd float64) [][]float64 {
	out := make([][]float64, models)
	for k := range out {
		out[k] = make([]float64, n)
		for i := range out[k] {
			out[k][i] = mean + sd*random.NormFloat64()
		}
	}
	return out
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// Few models: the divergence of two normal distributions, integrated by the trapezoid rule.
func TestGaussianKLOMAgainstQuadrature(t *testing.T) {
	updated := [][]float64{{1, 1}, {3, 3}, {5, 5}} // mean 3, standard deviation 2
	retrained := [][]float64{{-1, -1}, {0, 0}, {1, 1}}
	got, err := KLOM(updated, retrained)
	require.NoError(t, err)
	p, q := distuv.Normal{Mu: 3, Sigma: 2}, distuv.Normal{Mu: 0, Sigma: 1}
	want := 0.0
	for x := -20.0; x < 26; x += 1e-3 {
		want += p.Prob(x) * (p.LogProb(x) - q.LogProb(x)) * 1e-3
	}
	assert.InDeltaSlice(t, []float64{want, want}, got, 1e-9)

	got, err = KLOM([][]float64{{3, -2}}, retrained) // one model: (m_u - m_o)^2 / (2 s_o^2)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{4.5, 2}, got, 1e-12)

	// The spread of a sample on which the references happen to agree is that of all samples.
	got, err = KLOM([][]float64{{1, 0}}, [][]float64{{-1e-9, -1}, {0, 0}, {1e-9, 1}})
	require.NoError(t, err)
	assert.InDelta(t, 1/(2*0.5), got[0], 1e-9)
}

// Many models: histograms by hand. The largest value is not dropped, as numpy.digitize does.
func TestHistogramKLOMByHand(t *testing.T) {
	updated, retrained := make([][]float64, 100), make([][]float64, 200)
	for k := range updated {
		updated[k] = []float64{float64(k % 2), 1000} // half in the first bin, half in the last; the second sample is cut at 100
	}
	for k := range retrained {
		retrained[k] = []float64{0, 100}
		if k < 50 {
			retrained[k][0] = 1
		}
	}
	got, err := KLOM(updated, retrained)
	require.NoError(t, err)
	assert.InDelta(t, 0.5*math.Log(0.5/0.75)+0.5*math.Log(0.5/0.25), got[0], 1e-12)
	assert.InDelta(t, 0, got[1], 1e-12)
	for k := range retrained {
		retrained[k][0] = 0
	}
	got, err = KLOM(updated, retrained)
	require.NoError(t, err)
	assert.InDelta(t, 0.5*math.Log(0.5)+0.5*math.Log(0.5/1e-5), got[0], 1e-12, "an empty bin of the references counts 1e-5")
}

func TestKLOMErrors(t *testing.T) {
	same := [][]float64{{1, 2}, {1, 2}}
	for want, call := range map[string]func() error{
		"different seeds":       func() error { _, err := KLOM([][]float64{{1, 2}}, same); return err },
		"at least 2 retrained":  func() error { _, err := KLOM(same, [][]float64{{1, 2}}); return err },
		"the same samples":      func() error { _, err := KLOM([][]float64{{1}}, same); return err },
		"is no number":          func() error { _, err := KLOM([][]float64{{math.NaN(), 1}}, same); return err },
		"a group without":       func() error { _, err := KLOM(nil, same); return err },
		"percentile 2 of 1":     func() error { _, err := Percentile([]float64{1}, 2); return err },
		"4 parts of 2 samples":  func() error { _, err := Strata(same, same, 4); return err },
		"not finite cannot":     func() error { _, err := (Band{}).Judge(math.NaN(), 0); return err },
		"at least 2 retrained ": func() error { _, err := NewBand([]float64{1}, 1, 0); return err },
	} {
		require.ErrorContains(t, call(), want)
	}
}

func TestPercentileAsNumPy(t *testing.T) {
	for p, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 2.5, 0.95: 3.85, 1: 4} { // numpy.percentile([4, 1, 3, 2], 100 p)
		got, err := Percentile([]float64{4, 1, 3, 2}, p)
		require.NoError(t, err)
		assert.InDelta(t, want, got, 1e-12)
	}
}

func TestStrata(t *testing.T) {
	parts, err := Strata([][]float64{{5, 1, 9, 2, 2, 0}}, [][]float64{{0, 0, 0, 0, 2, 1}, {0, 0, 0, 0, 2, 3}}, 3)
	require.NoError(t, err)
	assert.Equal(t, [][]int{{5, 4}, {1, 3}, {0, 2}}, parts, "gains 5 1 9 2 0 -2")
}

// Margins are log p_y - log(1 - p_y), also where 1 - p_y cancels.
func TestMargins(t *testing.T) {
	z := &Logits{N: 3, K: 3, Data: []float64{1, 2, 0.5, -3, 0, 1, 800, 0, 0}}
	got, err := Margins(z, []int{1, 0, 0})
	require.NoError(t, err)
	for i, y := range []int{1, 0} {
		sum := 0.0
		for _, v := range z.Row(i) {
			sum += math.Exp(v)
		}
		p := math.Exp(z.Row(i)[y]) / sum
		assert.InDelta(t, math.Log(p)-math.Log(1-p), got[i], 1e-12)
	}
	assert.InDelta(t, 800-math.Ln2, got[2], 1e-9)
	assert.Equal(t, []int{1, 2, 0}, z.Answers())
	one := &Logits{N: 2, K: 1, Data: []float64{1.5, -2}}
	got, err = Margins(one, []int{1, 0})
	require.NoError(t, err)
	assert.Equal(t, []float64{1.5, 2}, got)
	assert.Equal(t, []int{1, 0}, one.Answers())
	for want, bad := range map[string]struct {
		z      *Logits
		labels []int
	}{
		"2 classes":      {one, []int{1, 2}},
		"2 labels":       {z, []int{1, 2}},
		"is NaN":         {&Logits{N: 1, K: 1, Data: []float64{math.NaN()}}, []int{0}},
		"are not N = 2":  {&Logits{N: 2, K: 2, Data: []float64{1}}, []int{0, 0}},
		"has no logits":  {nil, nil},
		"is -1":          {one, []int{-1, 0}},
		"logit 0 of sam": {&Logits{N: 1, K: 1, Data: []float64{math.Inf(1)}}, []int{0}},
	} {
		_, err := Margins(bad.z, bad.labels)
		require.ErrorContains(t, err, want)
	}
}
