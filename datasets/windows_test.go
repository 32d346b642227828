package datasets

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"lethe/internal/race"
)

// cut returns the samples written out, the label as the last token.
func cut(d *Dataset) [][]int32 {
	x := d.X.(*Tokens)
	rows := make([][]int32, d.Len())
	for i, s := range x.Starts {
		rows[i] = append(append([]int32{}, x.Text[s:s+x.Length]...), int32(d.Y[i]))
	}
	return rows
}

func TestWindows(t *testing.T) {
	text := []int32{4, 0, 3, 1, 1}
	d, err := Windows("text/train", text, 2, 5)
	require.NoError(t, err)
	require.Equal(t, [][]int32{{4, 0, 3}, {0, 3, 1}, {3, 1, 1}}, cut(d))
	require.Equal(t, 5, d.Classes)
	require.Equal(t, []int{2}, d.X.Shape())
	require.Same(t, &text[0], &d.X.(*Tokens).Text[0], "the text is shared")
	require.NoError(t, d.Check())

	d, err = Windows("", text, 4, 5)
	require.NoError(t, err)
	require.Equal(t, [][]int32{{4, 0, 3, 1, 1}}, cut(d))

	only := func(_ *Dataset, err error) error { return err }
	for want, err := range map[string]error{
		"t: a text of 5 tokens has no window of 5 with a token after it; give a longer text": only(Windows("t", text, 5, 5)),
		"t: windows of 0 tokens":                                only(Windows("t", text, 0, 5)),
		"t: token 4 at position 0 is not in a vocabulary of 4":  only(Windows("t", text, 2, 4)),
		"t: token -1 at position 1 is not in a vocabulary of 4": only(Windows("t", []int32{1, -1, 1}, 1, 4)),
	} {
		require.ErrorContains(t, err, "datasets: "+want)
	}
}

// A fingerprint is of what a model sees, wherever the windows were cut from.
func TestFingerprintOfWindows(t *testing.T) {
	at := func(text []int32, starts ...int) *Dataset {
		return &Dataset{X: &Tokens{Length: 2, Vocabulary: 5, Text: text, Starts: starts}, Y: make([]float64, len(starts)), Classes: 5}
	}
	same := Fingerprint(at([]int32{1, 2, 3}, 0, 1))
	require.Equal(t, same, Fingerprint(at([]int32{4, 2, 3, 1, 2}, 3, 1)))
	require.NotEqual(t, same, Fingerprint(at([]int32{1, 2, 3}, 1, 0)))
	require.NotEqual(t, same, Fingerprint(at([]int32{1, 2, 4}, 0, 1)))
	require.NotEqual(t, same, Fingerprint(at([]int32{1, 2, 2, 3, 1}, 0, 3)), "2, 3 after 1, 2 is not 3, 1")

	// Windows that are written out one by one are equal exactly if their fingerprints are.
	sums, written := map[string]string{}, map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Int32Range(0, 1), 3, 6).Draw(t, "text")
		length := rapid.IntRange(1, 3).Draw(t, "length")
		d := &Dataset{X: &Tokens{Length: length, Vocabulary: 5, Text: text,
			Starts: rapid.SliceOfN(rapid.IntRange(0, len(text)-length), 1, 4).Draw(t, "starts")}, Classes: 5}
		d.Y = make([]float64, d.X.Len())
		rows, sum := fmt.Sprint(cut(d)), Fingerprint(d)
		require.Equal(t, rows, cmp.Or(sums[sum], rows))
		require.Equal(t, sum, cmp.Or(written[rows], sum))
		sums[sum], written[rows] = rows, sum
	})
}

// What is done once a run on a text as long as Alice. Reading every window for itself, or worse,
// would be felt.
func TestWindowsAreFast(t *testing.T) {
	text := make([]int32, 150_000)
	for i := range text {
		text[i] = int32(i * i % 54)
	}
	for name, c := range map[string]struct {
		limit time.Duration
		do    func(d *Dataset)
	}{
		"check":       {25 * time.Millisecond, func(d *Dataset) { require.NoError(t, d.Check()) }},
		"fingerprint": {80 * time.Millisecond, func(d *Dataset) { Fingerprint(d) }},
		"concat": {20 * time.Millisecond, func(d *Dataset) {
			_, err := Concat(d, d)
			require.NoError(t, err)
		}},
		"windows": {20 * time.Millisecond, func(*Dataset) {
			_, err := Windows("", text, 24, 54)
			require.NoError(t, err)
		}},
	} {
		d, err := Windows("", text, 24, 54)
		require.NoError(t, err)
		fastest := time.Hour
		for range 10 {
			begin := time.Now()
			c.do(d)
			fastest = min(fastest, time.Since(begin))
		}
		t.Logf("%s: %v", name, fastest)
		if !race.Enabled {
			require.Less(t, fastest, c.limit, name)
		}
	}
}
