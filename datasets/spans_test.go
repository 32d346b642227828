package datasets

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSpanWindows(t *testing.T) {
	for _, c := range []struct {
		spans           []Span
		length, windows int
		want            []int
	}{
		{nil, 3, 10, nil},
		{[]Span{{5, 2}}, 3, 10, []int{2, 3, 4, 5, 6}}, // window 2 is 2, 3, 4 with label 5
		{[]Span{{0, 1}}, 3, 10, []int{0}},
		{[]Span{{12, 1}}, 3, 10, []int{9}}, // the last label
		{[]Span{{11, 2}}, 3, 10, []int{8, 9}},
		{[]Span{{8, 1}, {1, 1}, {2, 2}}, 2, 10, []int{0, 1, 2, 3, 6, 7, 8}},
		{[]Span{{4, 3}, {4, 3}, {5, 0}}, 1, 20, []int{3, 4, 5, 6}},
	} {
		require.Equal(t, c.want, SpanWindows(c.spans, c.length, c.windows))
	}
	require.Len(t, SpanWindows([]Span{{100, 10}}, 24, 1000), 34, "length + Len")
}

// drawSpans draws disjoint spans of a text of n tokens, in any order.
func drawSpans(t *rapid.T, n int) []Span {
	var spans []Span
	for at := rapid.IntRange(0, n).Draw(t, "gap"); at < n; {
		s := Span{at, rapid.IntRange(1, min(4, n-at)).Draw(t, "len")}
		spans = append(spans, s)
		at += s.Len + rapid.IntRange(0, n).Draw(t, "gap")
	}
	if len(spans) == 0 {
		return nil
	}
	return rapid.Permutation(spans).Draw(t, "order")
}

// The oracle cuts the text and the replaced text, in which every token of a span is another, and
// compares all samples.
func TestReplaceSpansAgainstReplacedText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const vocabulary = 6
		length := rapid.IntRange(1, 5).Draw(t, "length")
		text := rapid.SliceOfN(rapid.Int32Range(0, vocabulary-1), length+1, 40).Draw(t, "text")
		spans := drawSpans(t, len(text))
		after := slices.Clone(text)
		replacement := make([][]int32, len(spans))
		for k, s := range spans {
			for i := s.At; i < s.At+s.Len; i++ {
				after[i] = (text[i] + rapid.Int32Range(1, vocabulary-1).Draw(t, "shift")) % vocabulary
			}
			replacement[k] = slices.Clone(after[s.At : s.At+s.Len])
		}
		d, err := Windows("d", text, length, vocabulary)
		require.NoError(t, err)
		want, err := Windows("d", after, length, vocabulary)
		require.NoError(t, err)
		before := cut(d)

		var changed []int
		for i, row := range cut(want) {
			if !slices.Equal(row, before[i]) {
				changed = append(changed, i)
			}
		}
		require.Equal(t, changed, SpanWindows(spans, length, d.Len()))

		rows, to, err := ReplaceSpans(d, spans, replacement)
		require.NoError(t, err)
		require.Equal(t, changed, rows)
		require.NoError(t, to.Check())
		require.Equal(t, cut(want.Subset(rows)), cut(to))
		got, err := ReplaceRows(d, rows, to)
		require.NoError(t, err)
		require.NoError(t, got.Check())
		require.Equal(t, cut(want), cut(got))
		require.Equal(t, Fingerprint(want), Fingerprint(got))
		replaced, err := ReplaceText(text, spans, replacement)
		require.NoError(t, err)
		require.Equal(t, after, replaced)
		require.Equal(t, before, cut(d), "the old data are as they were")
	})
}

func TestReplaceSpansRefuses(t *testing.T) {
	d, err := Windows("d", []int32{0, 1, 2, 3, 4, 5, 6, 7}, 2, 8)
	require.NoError(t, err)
	two := []int32{1, 1}
	for _, c := range []struct {
		want        string
		spans       []Span
		replacement [][]int32
	}{
		{"1 replacements for 2 spans; give one for each", []Span{{0, 2}, {4, 2}}, [][]int32{two}},
		{"span 0 has 3 tokens and its replacement 2; they have to be equally long", []Span{{0, 3}}, [][]int32{two}},
		{"span 1, 2 tokens from position 7 on, is not within the text of 8", []Span{{0, 2}, {7, 2}}, [][]int32{two, two}},
		{"span 0, 2 tokens from position -1 on", []Span{{-1, 2}}, [][]int32{two}},
		{"span 0, 0 tokens from position 1 on", []Span{{1, 0}}, [][]int32{{}}},
		{"span 1 (2 tokens from position 2 on) and span 0 (2 from 3 on) overlap", []Span{{3, 2}, {2, 2}}, [][]int32{two, two}},
		{"span 0 (2 tokens from position 3 on) and span 1 (2 from 3 on) overlap", []Span{{3, 2}, {3, 2}}, [][]int32{two, two}},
	} {
		_, _, err := ReplaceSpans(d, c.spans, c.replacement)
		require.ErrorContains(t, err, "datasets: d: "+c.want)
		_, err = ReplaceText(d.X.(*Tokens).Text, c.spans, c.replacement)
		require.ErrorContains(t, err, "datasets: "+c.want)
	}
	_, _, err = ReplaceSpans(d, []Span{{0, 2}, {4, 2}}, [][]int32{two, {7, 8}})
	require.ErrorContains(t, err, "datasets: d: token 8 at place 1 of replacement 1 is not in a vocabulary of 8")

	rows, to, err := ReplaceSpans(d, []Span{{6, 2}}, [][]int32{two})
	require.NoError(t, err)
	again, err := ReplaceRows(d, rows, to)
	require.NoError(t, err)
	mislabelled, err := SetLabels(d, []int{3}, []float64{0})
	require.NoError(t, err)
	for want, d := range map[string]*Dataset{
		"d: 6 samples, but its text has 14 windows":                             again, // whose text is the old one and the new one
		"d: 4 samples, but its text has 6 windows":                              d.Slice(0, 4),
		"d: row 0 is not window 0 of the text":                                  d.Subset([]int{1, 0, 2, 3, 4, 5}),
		"d: row 3 is not window 3 of the text with the next token as its label": mislabelled,
		"random: samples of type *datasets.CSR are no windows of a text":        random(3, 3, true, 1),
	} {
		_, _, err := ReplaceSpans(d, []Span{{0, 2}}, [][]int32{two})
		require.ErrorContains(t, err, "datasets: "+want)
	}
}
