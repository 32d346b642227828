package exposure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// table is a language model in closed form: the logit of token v behind a window is theta[0] sum_j
// weight(j, window[j], v), weights drawn once. It records what it was asked.
type table struct {
	length, vocabulary int
	weights            []float64 // [position in window, token there, next token]
	calls, windows     int
	largest            int // windows in one call
	repeated           bool
	spoil              func(window []int32, logits []float64)
}

func newTable(length, vocabulary int, seed uint64) *table {
	m := &table{length: length, vocabulary: vocabulary, weights: make([]float64, length*vocabulary*vocabulary)}
	rng := rand.New(rand.NewPCG(seed, 2))
	for i := range m.weights {
		m.weights[i] = rng.NormFloat64()
	}
	return m
}

func (m *table) logits(dst, theta []float64, window []int32) {
	clear(dst)
	for j, token := range window {
		for v := range dst {
			dst[v] += theta[0] * m.weights[(j*m.vocabulary+int(token))*m.vocabulary+v]
		}
	}
	if m.spoil != nil {
		m.spoil(window, dst)
	}
}

func (m *table) Outputs(*datasets.Dataset) (int, error) { return m.vocabulary, nil }

func (m *table) Predict(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	if err := d.Check(); err != nil {
		return err
	}
	x := d.X.(*datasets.Tokens)
	if len(dst) != x.Len()*m.vocabulary || x.Length != m.length {
		return errors.New("table: wrong shapes")
	}
	seen := map[string]bool{}
	for i, start := range x.Starts {
		window := x.Text[start : start+x.Length]
		m.logits(dst[i*m.vocabulary:(i+1)*m.vocabulary], theta, window)
		m.repeated = m.repeated || seen[fmt.Sprint(window)]
		seen[fmt.Sprint(window)] = true
	}
	m.calls++
	m.windows += x.Len()
	m.largest = max(m.largest, x.Len())
	return nil
}

// bits is -log2 p(token | window) by the definition of the softmax.
func (m *table) bits(theta []float64, window []int32, token int32) float64 {
	z := make([]float64, m.vocabulary)
	m.logits(z, theta, window)
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v)
	}
	return -math.Log2(math.Exp(z[token]) / sum)
}

// perplexity is the log-perplexity by its definition, a window at a time.
func (m *table) perplexity(theta []float64, prompt, sequence []int32) (sum float64) {
	text := append(append([]int32(nil), prompt...), sequence...)
	for k := len(prompt); k < len(text); k++ {
		sum += m.bits(theta, text[k-m.length:k], text[k])
	}
	return sum
}

func probe(m *table, secret ...int32) *Probe {
	return &Probe{Model: m, Length: m.length, Vocabulary: m.vocabulary, Prompt: []int32{3, 0, 2, 1, 4}, Secret: secret}
}

func TestLogPerplexityByDefinition(t *testing.T) {
	m := newTable(3, 6, 1)
	p := probe(m, 1, 2)
	theta := []float64{1.5}
	sequences := [][]int32{{}, {5}, {5, 0}, {5, 0, 1, 2, 3, 4, 5, 0, 1, 2}, {1, 1, 1, 1, 1, 1, 1}, {5, 0}, {0, 5}}
	got, err := p.LogPerplexity(t.Context(), theta, sequences)
	require.NoError(t, err)
	require.Zero(t, got[0])
	for i, s := range sequences {
		require.InDelta(t, m.perplexity(theta, p.Prompt, s), got[i], 1e-12, "%v", s)
	}
	require.False(t, m.repeated)
	again, err := p.LogPerplexity(t.Context(), []float64{0}, sequences)
	require.NoError(t, err)
	for i, s := range sequences {
		require.InDelta(t, float64(len(s))*math.Log2(6), again[i], 1e-12, "theta reaches the model")
	}
}

func TestSharedPrefixesAreEvaluatedOnce(t *testing.T) {
	m := newTable(4, 5, 1)
	p := probe(m, 1)
	p.Batch = 7
	var all [][]int32
	for i := range int32(125) {
		all = append(all, []int32{i / 25, i / 5 % 5, i % 5})
	}
	got, err := p.LogPerplexity(t.Context(), []float64{1}, append(all, all...))
	require.NoError(t, err)
	require.Equal(t, got[:125], got[125:])
	require.Equal(t, 1+5+25, m.windows)
	require.Equal(t, 7, m.largest)
	require.Equal(t, 1+1+4, m.calls)
	for i, s := range all {
		require.InDelta(t, m.perplexity([]float64{1}, p.Prompt, s), got[i], 1e-12)
	}
}

func TestSurprisalIsStable(t *testing.T) {
	z := []float64{1000, -1000, 1000}
	surprisal(z)
	require.InDelta(t, 1, z[0], 1e-12)
	require.InEpsilon(t, 2000/math.Ln2+1, z[1], 1e-14)
	z = []float64{-1e300, -1e300}
	surprisal(z)
	require.Equal(t, []float64{1, 1}, z)
}

func TestCompleteIsGreedy(t *testing.T) {
	m := newTable(3, 6, 4)
	p := probe(m)
	theta := []float64{2}
	text := append([]int32(nil), p.Prompt...)
	for range 8 {
		best := int32(0)
		for v := range int32(6) {
			if m.bits(theta, text[len(text)-3:], v) < m.bits(theta, text[len(text)-3:], best) {
				best = v
			}
		}
		text = append(text, best)
	}
	got, err := p.Complete(t.Context(), theta, 8)
	require.NoError(t, err)
	require.Equal(t, text[5:], got)
	got, err = p.Complete(t.Context(), []float64{0}, 2)
	require.NoError(t, err)
	require.Equal(t, []int32{0, 0}, got, "of equals the first")
	got, err = p.Complete(t.Context(), theta, 0)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestMatch(t *testing.T) {
	p := &Probe{Secret: []int32{4, 5, 6}}
	for _, tt := range []struct {
		completion []int32
		want       int
	}{{nil, 0}, {[]int32{5, 5, 6}, 0}, {[]int32{4}, 1}, {[]int32{4, 0, 6}, 1}, {[]int32{4, 5, 6}, 3}, {[]int32{4, 5, 6, 7}, 3}} {
		require.Equal(t, tt.want, p.Match(tt.completion), "%v", tt.completion)
	}
}

func TestProbeErrors(t *testing.T) {
	for want, change := range map[string]func(p *Probe, m *table){
		"the prompt has 2 tokens, a window of the model 3": func(p *Probe, _ *table) { p.Prompt = p.Prompt[:2] },
		"windows of 0 tokens":                              func(p *Probe, _ *table) { p.Length = 0 },
		"token 1 of the prompt is 6":                       func(p *Probe, _ *table) { p.Prompt = []int32{1, 6, 2} },
		"token 0 of the secret is -1":                      func(p *Probe, _ *table) { p.Secret = []int32{-1} },
		"6 logits, the probe's vocabulary has 8":           func(p *Probe, _ *table) { p.Vocabulary = 8 },
		"the logit of token 2 behind the prompt and [0 1] is NaN": func(_ *Probe, m *table) {
			m.spoil = func(window []int32, logits []float64) {
				if window[1] == 0 && window[2] == 1 {
					logits[2] = math.NaN()
				}
			}
		},
		"token 1 of sequence 1 is 9": nil,
	} {
		m := newTable(3, 6, 1)
		p := probe(m, 1, 2)
		sequences := [][]int32{{5, 1, 2}, {0, 1, 2}}
		if change != nil {
			change(p, m)
		} else {
			sequences[1][1] = 9
		}
		_, err := p.LogPerplexity(t.Context(), []float64{1}, sequences)
		require.ErrorContains(t, err, want)
	}
	p := probe(newTable(3, 6, 1), 1, 2)
	p.Prompt = nil
	_, err := p.Complete(t.Context(), []float64{1}, 3)
	require.ErrorContains(t, err, "give a prompt of at least 3 tokens")
	_, err = p.Exposure(t.Context(), []float64{1}, Space{Alphabet: []int32{1, 2}}, Options{})
	require.ErrorContains(t, err, "give a prompt of at least 3 tokens")
}

func TestProbeIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := newTable(3, 6, 1)
	m.spoil = func([]int32, []float64) { cancel() }
	_, err := probe(m, 1).LogPerplexity(ctx, []float64{1}, [][]int32{{1, 2, 3}})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, m.calls)
}

// What a token that is nearly certain leaves to the others has all its digits.
func TestSurprisalOfACertainToken(t *testing.T) {
	for _, ahead := range []float64{0, 1, 10, 30, 36, 37, 40, 100, 700} {
		z := []float64{-ahead, 0, -ahead}
		surprisal(z)
		certain := math.Log1p(2*math.Exp(-ahead)) / math.Ln2
		require.InEpsilon(t, certain, z[1], 1e-14, ahead)
		require.InEpsilon(t, ahead/math.Ln2+certain, z[0], 1e-14, ahead)
	}
}

func TestAProbeWithoutAModel(t *testing.T) {
	p := probe(newTable(3, 6, 1), 1, 2)
	p.Model = nil
	_, err := p.LogPerplexity(t.Context(), nil, nil)
	require.EqualError(t, err, "exposure: a Probe needs a Model")
}
