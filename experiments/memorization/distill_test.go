package memorization

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/exposure"
)

// A small LSTM that completes the prompt with the whole secret writes another number after
// self-distillation, loses little, and finds the secret as likely as other numbers. Ranks are
// exact: all 10,000 strings.
func TestSelfDistillationForgetsTheSecret(t *testing.T) {
	s, set := memorySession(t, "length=4", "characters=3000", "times=20", "window=12", "embedding=8", "units=24", "train-epochs=12", "train-rate=0.01",
		"train-batch=32", "sample=200", "distill-rates=0.01", "distill-steps=150", "max-loss=3")
	s.Text = manyParagraphs()
	sub, err := s.secretSubject("memorization", set, secretKey{4, 0})
	require.NoError(t, err)
	_, err = sub.trained(t.Context())
	require.NoError(t, err)
	c, err := sub.correction(replacement{name: "random-digits"})
	require.NoError(t, err)
	before, err := sub.try(t.Context(), c, sub.theta, nil)
	require.NoError(t, err)
	require.Equal(t, 1.0, before.match, "the model has to know the secret")
	require.Greater(t, before.below, 6.0)

	for name, choose := range map[string]func() (*choice, error){
		"distill":      func() (*choice, error) { return sub.distill(t.Context(), c) },
		"distill-lead": func() (*choice, error) { return sub.distillLead(t.Context(), c) },
	} {
		ch, err := choose()
		require.NoError(t, err)
		require.NoError(t, ch.failed)
		assert.Less(t, ch.taken.match, 0.75, name)
		assert.Less(t, ch.taken.lost, 3.0, name)
		assert.InDelta(t, 4*math.Log2(10), ch.taken.perplexity, 2, "%s: evenly spread", name)
		e, err := sub.probe.Exposure(t.Context(), ch.update.Theta, sub.spaces[0], exposure.Options{ExactLimit: 10000})
		require.NoError(t, err)
		require.Equal(t, exposure.Exact, e.Method)
		t.Logf("%s: %+v exposure %.1f", name, ch.taken, e.Bits)
		if name == "distill-lead" {
			assert.Less(t, e.Bits, 5.0)
		}
	}
}

// manyParagraphs is a text with a place for a secret every few words.
func manyParagraphs() string {
	words, rng := strings.Fields("the queen of hearts she made some tarts all on a summer day"), rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < 5000 {
		for range 4 + rng.IntN(4) {
			b.WriteString(words[rng.IntN(len(words))] + " ")
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

// The windows are those in which the characters are predicted: the prompt before the first, and one
// more character before each of the others.
func TestWindowsBehindThePrompt(t *testing.T) {
	s, set := memorySession(t)
	sub, err := s.secretSubject("memorization", set, secretKey{3, 0})
	require.NoError(t, err)
	d := sub.behindPrompt(sub.secret, sub.secret)
	require.NoError(t, d.Check())
	require.Equal(t, 6, d.Len())
	x := d.X.(*datasets.Tokens)
	for i := range d.Len() {
		window := append(append([]int32(nil), sub.context...), sub.secret...)[i%3:][:set.Window]
		assert.Equal(t, window, x.Text[x.Starts[i]:][:set.Window])
		assert.Equal(t, float64(sub.secret[i%3]), d.Y[i])
	}
}

// The rank among rises counts from the largest, and a tie counts against the secret.
func TestRankOfRise(t *testing.T) {
	assert.Equal(t, 1, rankOfRise([]float64{0, 5, 5}, []float64{9, 8, 14}))
	assert.Equal(t, 3, rankOfRise([]float64{0, 5, 5}, []float64{9, 15, 15}))
}
