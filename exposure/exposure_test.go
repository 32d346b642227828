package exposure

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
)

// everything lists all strings over the alphabet.
func everything(alphabet []int32, length int) [][]int32 {
	all := [][]int32{{}}
	for range length {
		var longer [][]int32
		for _, s := range all {
			for _, token := range alphabet {
				longer = append(longer, append(slices.Clone(s), token))
			}
		}
		all = longer
	}
	return all
}

func digits(n int) Space {
	s := Space{Name: "digits"}
	for v := range int32(n) {
		s.Alphabet = append(s.Alphabet, v)
	}
	return s
}

// ranked returns the space's strings, likeliest first, and their log-perplexities, by definition.
func ranked(m *table, theta []float64, p *Probe, space Space, length int) ([][]int32, []float64) {
	all := everything(space.Alphabet, length)
	sums := make([]float64, len(all))
	for i, s := range all {
		sums[i] = m.perplexity(theta, p.Prompt, s)
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return sums[order[i]] < sums[order[j]] })
	strings, values := make([][]int32, len(all)), make([]float64, len(all))
	for i, from := range order {
		strings[i], values[i] = all[from], sums[from]
	}
	return strings, values
}

func TestRankAgainstEnumeration(t *testing.T) {
	theta := []float64{1}
	for _, tt := range []struct {
		model  *table
		space  Space
		length int
		whole  int // windows of the whole tree
	}{
		{newTable(3, 12, 5), digits(10), 4, 1 + 10 + 100 + 1000},
		{newTable(4, 7, 6), Space{"some", []int32{6, 0, 3, 2, 5}}, 5, 1 + 5 + 25 + 125 + 625},
	} {
		p := probe(tt.model)
		all, sums := ranked(tt.model, theta, p, tt.space, tt.length)
		size := len(all)
		for _, rank := range []int{1, 2, 3, 17, 400, size / 2, size - 1, size} {
			p.Secret = all[rank-1]
			exact, err := p.Exposure(t.Context(), theta, tt.space, Options{})
			require.NoError(t, err)
			require.Equal(t, Exact, exact.Method)
			require.Equal(t, rank, exact.Rank)
			require.Zero(t, exact.Ties)
			require.Nil(t, exact.Fit)
			require.InDelta(t, math.Log2(float64(size)), exact.SizeBits, 1e-12)
			require.InDelta(t, math.Log2(float64(size)/float64(rank)), exact.Bits, 1e-12)
			require.InDelta(t, sums[rank-1], exact.LogPerplexity, 1e-12)
			require.LessOrEqual(t, exact.Windows, tt.whole+tt.length)
			if rank <= 400 {
				require.True(t, exact.Pruned)
				require.Less(t, exact.Windows, tt.whole*2/3)
			}

			pruned, err := p.Exposure(t.Context(), theta, tt.space, Options{ExactLimit: -1, MaxWindows: tt.whole})
			require.NoError(t, err)
			require.Equal(t, exact, pruned)
		}
	}
}

// memorized makes a model all but certain of the secret behind the prompt.
func memorized(m *table, p *Probe, strength float64) {
	text := append(slices.Clone(p.Prompt), p.Secret...)
	for k := len(p.Prompt); k < len(text); k++ {
		for j, token := range text[k-m.length : k] {
			m.weights[(j*m.vocabulary+int(token))*m.vocabulary+int(text[k])] += strength
		}
	}
}

func TestPruningRanksBeyondTheLimit(t *testing.T) {
	m := newTable(5, 10, 8)
	p := probe(m, 9, 8, 7, 0, 5, 3, 1, 6, 2, 4, 4, 8, 1, 5, 9, 9, 2, 6, 0, 3)
	memorized(m, p, 6)
	e, err := p.Exposure(t.Context(), []float64{1}, digits(10), Options{})
	require.NoError(t, err)
	require.Equal(t, Exact, e.Method)
	require.True(t, e.Pruned)
	require.Equal(t, 1, e.Rank)
	require.InDelta(t, 20*math.Log2(10), e.Bits, 1e-12)
	require.Less(t, e.Windows, 1000)
	completion, err := p.Complete(t.Context(), []float64{1}, 20)
	require.NoError(t, err)
	require.Equal(t, 20, p.Match(completion))
}

func TestRankingIsGivenUpForTheFit(t *testing.T) {
	m := newTable(5, 10, 9)
	p := probe(m, 1, 2, 3, 4, 5, 6, 7, 8)
	p.Batch = 5
	o := Options{Samples: 500, MaxWindows: 300}
	e, err := p.Exposure(t.Context(), []float64{0.3}, digits(10), o)
	require.NoError(t, err)
	require.Equal(t, Fitted, e.Method)
	require.Zero(t, e.Rank)
	require.Len(t, e.Fit.Samples, 500)
	o.MaxWindows = -1
	never, err := p.Exposure(t.Context(), []float64{0.3}, digits(10), o)
	require.NoError(t, err)
	require.Greater(t, e.Windows, never.Windows, "it was tried")
	require.Less(t, e.Windows, never.Windows+60, "no further than to the level that cannot be evaluated")
	never.Windows = e.Windows
	require.Equal(t, e, never, "and left no trace")
}

// The exact exposure of ordinary secrets, by enumeration, against the fit on samples.
func TestFitAgainstTheExactRank(t *testing.T) {
	theta := []float64{0.6}
	m := newTable(3, 12, 10)
	p := probe(m)
	space := digits(10)
	all, _ := ranked(m, theta, p, space, 4)
	for _, rank := range []int{50, 200, 1000, 3000, 5000, 8000} {
		p.Secret = all[rank-1]
		e, err := p.Exposure(t.Context(), theta, space, Options{ExactLimit: -1, MaxWindows: -1, Samples: 4000, Seed: 3})
		require.NoError(t, err)
		require.Equal(t, Fitted, e.Method)
		exact := math.Log2(float64(len(all)) / float64(rank))
		require.InDelta(t, exact, e.Bits, 0.35, "rank %d", rank)
		require.Equal(t, e.Bits, e.Fit.Bits)
		require.InDelta(t, exact, e.Fit.SampleBits, 0.35, "rank %d", rank)
		require.InDelta(t, 4000*float64(rank)/1e4, float64(e.Fit.Below), 150)
		require.IsNonDecreasing(t, e.Fit.Samples)
		require.Less(t, e.Fit.KS, 0.03)

		both, err := p.Exposure(t.Context(), theta, space, Options{Fit: true, Samples: 4000, Seed: 3})
		require.NoError(t, err)
		require.Equal(t, Exact, both.Method)
		require.Equal(t, rank, both.Rank)
		require.InDelta(t, exact, both.Bits, 1e-12)
		require.Equal(t, e.Fit, both.Fit)
	}
}

func TestFittedExposureIsCutAtTheSizeOfTheSpace(t *testing.T) {
	m := newTable(5, 10, 8)
	p := probe(m, 9, 8, 7, 0, 5, 3)
	memorized(m, p, 8)
	e, err := p.Exposure(t.Context(), []float64{1}, digits(10), Options{ExactLimit: -1, MaxWindows: -1, Samples: 2000})
	require.NoError(t, err)
	require.Equal(t, Fitted, e.Method)
	require.Greater(t, e.Fit.Bits, e.SizeBits)
	require.False(t, math.IsInf(e.Fit.Bits, 0))
	require.Equal(t, 6*math.Log2(10), e.Bits)
	require.Zero(t, e.Fit.Below)
	require.Equal(t, math.Log2(2000), e.Fit.SampleBits)
}

func TestTies(t *testing.T) {
	p := probe(newTable(3, 8, 1), 4, 0, 6)
	e, err := p.Exposure(t.Context(), []float64{0}, digits(8), Options{})
	require.NoError(t, err)
	require.Equal(t, 1, e.Rank)
	require.Equal(t, 511, e.Ties)
	require.False(t, e.Pruned)
	require.Equal(t, 9.0, e.Bits)
	p.Secret = []int32{4}
	e, err = p.Exposure(t.Context(), []float64{1}, digits(8), Options{})
	require.NoError(t, err)
	require.False(t, e.Pruned, "all of 8 strings were looked at")

	p.Secret = []int32{4, 0, 6}
	_, err = p.Exposure(t.Context(), []float64{0}, digits(8), Options{Fit: true})
	require.ErrorContains(t, err, `strings of space "digits"`)
	require.ErrorContains(t, err, "are equal (9)")

	one, err := p.Exposure(t.Context(), []float64{1}, Space{"one", []int32{4}}, Options{})
	require.ErrorContains(t, err, "token 1 of the secret, 0, is not in the alphabet")
	require.Nil(t, one)
	p.Secret = []int32{4, 4}
	one, err = p.Exposure(t.Context(), []float64{1}, Space{"one", []int32{4}}, Options{})
	require.NoError(t, err)
	require.Equal(t, 1, one.Rank)
	require.Zero(t, one.Bits)
}

// A secret with a twin: the rank sets it before the twin, and so does the count of samples.
func TestTiesCountAgainstTheSecretByBothWays(t *testing.T) {
	m := newTable(3, 8, 1)
	m.spoil = func(_ []int32, logits []float64) { logits[1] = logits[0] }
	e, err := probe(m, 6, 0).Exposure(t.Context(), []float64{1}, digits(8), Options{Fit: true, Samples: 3000})
	require.NoError(t, err)
	require.Equal(t, 1, e.Ties)
	below, twins := 0, 0
	for _, v := range e.Fit.Samples {
		if v < e.LogPerplexity {
			below++
		}
		if v == e.LogPerplexity {
			twins++
		}
	}
	require.InDelta(t, 3000/63, twins, 35)
	require.Equal(t, below, e.Fit.Below)
	require.InDelta(t, 3000*float64(e.Rank-1)/63, below, 5*math.Sqrt(3000*float64(e.Rank)/63), "as many as the rank says")
}

// Strings of few, equally likely kinds: rank, ties, count of samples and what they prove have
// closed forms.
func TestExposureInClosedForm(t *testing.T) {
	// One token of 10 has logit 1, all others 0: strings of two tokens come in three sizes, of 1,
	// 18 and 81 strings.
	m := newTable(3, 10, 1)
	m.spoil = func(_ []int32, logits []float64) {
		clear(logits)
		logits[3] = 1
	}
	const n = 4000
	for _, tt := range []struct {
		secret       []int32
		before, ties int
	}{{[]int32{3, 3}, 0, 0}, {[]int32{3, 0}, 1, 17}, {[]int32{0, 3}, 1, 17}, {[]int32{0, 0}, 19, 80}} {
		e, err := probe(m, tt.secret...).Exposure(t.Context(), []float64{1}, digits(10), Options{Fit: true, Samples: n})
		require.NoError(t, err)
		require.Equal(t, tt.before+1, e.Rank)
		require.Equal(t, tt.ties, e.Ties)
		require.InDelta(t, math.Log2(100/float64(tt.before+1)), e.Bits, 1e-12)
		share := float64(tt.before) / 99 // the secret itself is not drawn
		require.InDelta(t, share, float64(e.Fit.Below)/n, 4*math.Sqrt(share*(1-share)/n))
		require.Equal(t, math.Log2(n/float64(max(1, e.Fit.Below))), e.Fit.SampleBits)
		require.Less(t, e.Fit.AtLeast, e.Bits)
		require.InDelta(t, e.Bits, e.Fit.AtLeast, 0.6, "%d of %d samples", e.Fit.Below, n)
	}
}

// Where no sample is below, the samples prove -log2 of what 1 - 0.05^(1/n) and the secret itself
// leave; the fit says more and proves nothing.
func TestBelowAllSamplesTheExposureIsExtrapolated(t *testing.T) {
	m := newTable(5, 10, 8)
	p := probe(m, 9, 8, 7, 0, 5, 3)
	memorized(m, p, 8)
	o := Options{ExactLimit: -1, MaxWindows: -1, Samples: 2000}
	e, err := p.Exposure(t.Context(), []float64{1}, digits(10), o)
	require.NoError(t, err)
	require.True(t, e.Extrapolated())
	share := 1 - math.Pow(0.05, 1.0/2000)
	require.InDelta(t, -math.Log2(share+(1-share)/1e6), e.Fit.AtLeast, 1e-9)
	require.Less(t, e.Fit.AtLeast, e.Fit.SampleBits)

	o.ExactLimit, o.Fit = 0, true
	exact, err := p.Exposure(t.Context(), []float64{1}, digits(10), o)
	require.NoError(t, err)
	require.Equal(t, Exact, exact.Method)
	require.False(t, exact.Extrapolated(), "its bits are the rank's")

	p.Secret = []int32{0, 0, 0, 0, 0, 0}
	o.ExactLimit, o.Fit = -1, false
	e, err = p.Exposure(t.Context(), []float64{1}, digits(10), o)
	require.NoError(t, err)
	require.NotZero(t, e.Fit.Below)
	require.False(t, e.Extrapolated())
}

// What the samples prove is false in at most one of twenty drawings.
func TestProvenBitsHoldInNineteenOfTwenty(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	const n, trials = 200, 4000
	for _, share := range []float64{0.001, 0.01, 0.1, 0.6} {
		wrong := 0
		for range trials {
			below := 0
			for range n {
				if rng.Float64() < share {
					below++
				}
			}
			if ProvenBits(below, n, 60) > -math.Log2(share) {
				wrong++
			}
		}
		require.LessOrEqual(t, float64(wrong)/trials, 0.05+4*math.Sqrt(0.05*0.95/trials), "share %v", share)
	}
	// One sample: it is before the secret, or with a probability of 95 % more than a twentieth of
	// all strings is not.
	require.InDelta(t, -math.Log2(0.95), ProvenBits(0, 1, 1000), 1e-12)
	require.Zero(t, ProvenBits(1, 1, 1000))
	require.InDelta(t, 20.0, ProvenBits(0, math.MaxInt32, 20), 1e-2, "no more than the space has")
}

func TestExposureIsSeeded(t *testing.T) {
	p := probe(newTable(3, 8, 1), 4, 0, 6)
	of := func(seed uint64, batch int) *Exposure {
		p.Batch = batch
		e, err := p.Exposure(t.Context(), []float64{1}, digits(8), Options{Fit: true, Samples: 300, Seed: seed})
		require.NoError(t, err)
		return e
	}
	require.Equal(t, of(1, 0), of(1, 5))
	require.NotEqual(t, of(1, 0).Fit.Samples, of(2, 0).Fit.Samples)
}

func TestSamplesAreUniformWithoutTheSecret(t *testing.T) {
	s := &scorer{Probe: probe(newTable(3, 8, 1), 2, 5)}
	const n = 24000
	count := map[[2]int32]int{}
	for _, drawn := range s.draw([]int32{2, 5, 7, 1, 0}, n, uint64(rand.NewPCG(1, 1).Uint64())) {
		count[[2]int32(drawn)]++
	}
	require.Len(t, count, 24)
	require.NotContains(t, count, [2]int32{2, 5})
	for drawn, times := range count {
		require.InDelta(t, n/24, times, 5*math.Sqrt(n/24), "%v", drawn)
	}
}

func TestExposureErrors(t *testing.T) {
	space := digits(6)
	for want, change := range map[string]func(p *Probe, s *Space, o *Options){
		"exposure of an empty secret": func(p *Probe, _ *Space, _ *Options) { p.Secret = nil },
		"token 1 of the secret, 5, is not in the alphabet of space \"few\"": func(_ *Probe, s *Space, _ *Options) {
			*s = Space{"few", []int32{0, 1, 2}}
		},
		"space \"no\" has an empty alphabet":                   func(_ *Probe, s *Space, _ *Options) { *s = Space{Name: "no"} },
		"lists token 1 twice, at 1 and 3":                      func(_ *Probe, s *Space, _ *Options) { s.Alphabet = []int32{0, 1, 5, 1} },
		"the alphabet of space \"digits\" is 17":               func(_ *Probe, s *Space, _ *Options) { s.Alphabet = []int32{1, 5, 17} },
		"Options.Samples is -1":                                func(_ *Probe, _ *Space, o *Options) { *o = Options{Fit: true, Samples: -1} },
		"Options.Samples is 100000001; give at most 100000000": func(_ *Probe, _ *Space, o *Options) { o.Fit, o.Samples = true, 100_000_001 },
		"Options.ExactLimit is NaN":                            func(_ *Probe, _ *Space, o *Options) { o.ExactLimit = math.NaN() },
		"Probe.Batch is -1":                                    func(p *Probe, _ *Space, _ *Options) { p.Batch = -1 },
	} {
		p := probe(newTable(3, 6, 1), 1, 5)
		s, o := space, Options{}
		change(p, &s, &o)
		_, err := p.Exposure(t.Context(), []float64{1}, s, o)
		require.ErrorContains(t, err, want)
	}
	p := probe(newTable(3, 6, 1), 1, 1)
	_, err := p.Exposure(t.Context(), []float64{1}, Space{"one", []int32{1}}, Options{Fit: true})
	require.ErrorContains(t, err, "nothing beside the secret")
	m := newTable(3, 6, 1)
	m.spoil = func(window []int32, logits []float64) {
		if window[2] == 3 {
			logits[0] = math.NaN()
		}
	}
	_, err = probe(m, 1, 5).Exposure(t.Context(), []float64{0}, space, Options{})
	require.ErrorContains(t, err, "the logit of token 0 behind the prompt and [3] is NaN")
}
