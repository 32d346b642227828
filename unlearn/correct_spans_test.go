package unlearn

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/internal/race"
)

// secretText is a text of about the length of Alice with 29 secrets of 10 tokens in it, and what
// they shall become.
func secretText(r *rand.Rand) (text []int32, spans []datasets.Span, replacement [][]int32) {
	text = make([]int32, 150_000)
	for i := range text {
		text[i] = r.Int32N(54)
	}
	for k := range 29 {
		s := datasets.Span{At: k*5000 + r.IntN(4000), Len: 10}
		other := make([]int32, s.Len)
		for i := range other {
			other[i] = (text[s.At+i] + 1 + r.Int32N(53)) % 54
		}
		spans, replacement = append(spans, s), append(replacement, other)
	}
	return text, spans, replacement
}

// Applied to the windows of a text, the request gives the windows of the replaced text, in
// milliseconds.
func TestCorrectSpans(t *testing.T) {
	text, spans, replacement := secretText(rand.New(rand.NewPCG(1, 1)))
	d, err := datasets.Windows("text", text, 24, 54)
	require.NoError(t, err)
	replaced, err := datasets.ReplaceText(text, spans, replacement)
	require.NoError(t, err)
	want, err := datasets.Windows("text", replaced, 24, 54)
	require.NoError(t, err)

	var a *Applied
	fastest := time.Hour
	for range 10 {
		begin := time.Now()
		r, err := CorrectSpans(d, spans, replacement)
		require.NoError(t, err)
		a, err = r.Apply(d)
		require.NoError(t, err)
		fastest = min(fastest, time.Since(begin))
	}
	t.Logf("%v for %d windows", fastest, len(a.Rows))
	if !race.Enabled { // 4 ms on an idle machine
		require.Less(t, fastest, 50*time.Millisecond)
	}

	require.Equal(t, datasets.SpanWindows(spans, 24, d.Len()), a.Rows)
	require.Len(t, a.Rows, 29*34)
	sameWindows(t, want, a.Data)
	sameWindows(t, d.Subset(a.Rows), a.Old)
	sameWindows(t, want.Subset(a.Rows), a.New)
	require.NoError(t, a.Data.Check())

	// Chunk by chunk it is the same in the end.
	r, err := CorrectSpans(d, spans, replacement)
	require.NoError(t, err)
	chunks, err := r.Chunks(5, d)
	require.NoError(t, err)
	require.Len(t, chunks, 5)
	step := d
	for _, c := range chunks {
		a, err := c.Apply(step)
		require.NoError(t, err)
		step = a.Data
	}
	sameWindows(t, want, step)
}

// sameWindows compares token by token and label by label.
func sameWindows(t *testing.T, want, got *datasets.Dataset) {
	t.Helper()
	x, z := want.X.(*datasets.Tokens), got.X.(*datasets.Tokens)
	require.Equal(t, want.Y, got.Y)
	require.Equal(t, []int{x.Len(), x.Length, x.Vocabulary, want.Classes}, []int{z.Len(), z.Length, z.Vocabulary, got.Classes})
	for i := range x.Starts {
		for j := range x.Length {
			if x.Text[x.Starts[i]+j] != z.Text[z.Starts[i]+j] {
				t.Fatalf("window %d differs at place %d", i, j)
			}
		}
	}
	require.Equal(t, datasets.Fingerprint(want), datasets.Fingerprint(got))
}

func TestCorrectSpansRefuses(t *testing.T) {
	d, err := datasets.Windows("text", []int32{0, 1, 2, 3}, 2, 4)
	require.NoError(t, err)
	_, err = CorrectSpans(d, []datasets.Span{{At: 3, Len: 2}}, [][]int32{{0, 0}})
	require.ErrorContains(t, err, "unlearn: correct spans: datasets: text: span 0, 2 tokens from position 3 on, is not within the text of 4")
	_, err = CorrectSpans(small(true), nil, nil)
	require.ErrorContains(t, err, "no windows of a text")
	r, err := CorrectSpans(d, nil, nil)
	require.NoError(t, err)
	require.True(t, r.Empty())
	a, err := r.Apply(d)
	require.NoError(t, err)
	sameWindows(t, d, a.Data)
}
