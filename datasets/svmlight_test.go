package datasets

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSVMLight(t *testing.T) {
	const text = "# a file\n-1 1:1 3:0.5 # first mail\n+1 qid:3 2:-2e1\r\n\n1 # nothing in it\n -1\t2:0  3:7#last"
	d, comments, err := SVMLight{}.Read(strings.NewReader(text), "f")
	require.NoError(t, err)
	require.Equal(t, [][]float64{{1, 0, .5, 0}, {0, -20, 0, 1}, {0, 0, 0, 1}, {0, 0, 7, 0}}, written(t, d))
	require.Equal(t, []string{"first mail", "", "nothing in it", "last"}, comments)
	require.Equal(t, 2, d.Classes)

	d, _, err = SVMLight{ZeroBased: true, Cols: 5, Regression: true}.Read(strings.NewReader("2.5 0:1 4:1\n"), "f")
	require.NoError(t, err)
	require.Equal(t, [][]float64{{1, 0, 0, 0, 1, 2.5}}, written(t, d))
	require.Zero(t, d.Classes)

	d, _, err = SVMLight{Labels: []float64{3, 1}}.Read(strings.NewReader("1 1:1\n"), "f")
	require.NoError(t, err)
	require.Equal(t, []float64{1}, d.Y)
}

func TestSVMLightGzipped(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte("1 2:1\n0 1:1\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "f.gz")
	require.NoError(t, os.WriteFile(path, packed.Bytes(), 0o644))
	d, _, err := SVMLight{}.Load(path)
	require.NoError(t, err)
	require.Equal(t, [][]float64{{0, 1, 1}, {1, 0, 0}}, written(t, d))

	require.NoError(t, os.WriteFile(path, packed.Bytes()[:packed.Len()-9], 0o644))
	_, _, err = SVMLight{}.Load(path)
	require.ErrorContains(t, err, "unexpected EOF")
	_, _, err = SVMLight{}.Load(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestSVMLightRefused(t *testing.T) {
	for text, want := range map[string]string{
		"1 1:1\nx 1:1\n":   `f:2: label "x": not a finite number`,
		"1 1:1 1\n":        `f:1: "1": not of the form index:value`,
		"1 a:1\n":          `f:1: "a:1": the index is not a number`,
		"1 0:1\n":          "f:1: \"0:1\": index 0 in a file counted from 1",
		"1 -2:1\n":         "the index is out of range",
		"1 4294967297:1\n": "the index is out of range",
		"1 3:1 3:1\n":      `f:1: "3:1": indices must rise within a line`,
		"1 3:nan\n":        `f:1: "3:nan": not a finite number`,
		"nan 3:1\n":        "not a finite number",
		"1 3:\n":           "not a finite number",
	} {
		_, _, err := SVMLight{}.Read(strings.NewReader(text), "f")
		require.ErrorContains(t, err, want)
	}
	_, _, err := SVMLight{Cols: 3}.Read(strings.NewReader("1 4:1\n"), "f")
	require.ErrorContains(t, err, "beyond the 3 columns")
	_, _, err = SVMLight{Labels: []float64{0, 1}}.Read(strings.NewReader("2 4:1\n"), "f")
	require.ErrorContains(t, err, "not among the classes")
	_, _, err = SVMLight{}.Read(strings.NewReader("1 1:1\n"+strings.Repeat(" ", maxLine+1)), "f")
	require.ErrorContains(t, err, "f:2: line longer than")
}

// A part of a binary file may hold one class only; it keeps the place that it has in the whole.
func TestSVMLightBinaryLabels(t *testing.T) {
	for text, want := range map[string][]float64{
		"+1 1:1\n1 1:1\n": {1, 1}, "-1 1:1\n": {0}, "+1 1:1\n-1 1:1\n": {1, 0}, "0 1:1\n1 1:1\n": {0, 1},
	} {
		d, _, err := SVMLight{}.Read(strings.NewReader(text), "f")
		require.NoError(t, err)
		require.Equal(t, want, d.Y, text)
		require.Equal(t, 2, d.Classes, text)
	}
}

func TestSVMLightRefusedAsAWhole(t *testing.T) {
	var many strings.Builder
	many.WriteString("# labels\n")
	for i := range maxClasses + 5 {
		fmt.Fprintf(&many, "%d 1:1\n%d 1:1\n", i, i) // label i first on line 2i+2
	}
	for _, c := range []struct {
		text   string
		format SVMLight
		want   string
	}{
		{"# a\n0 1:1\n\n3 1:1\n", SVMLight{Labels: []float64{0, 1}}, "f:4: the label 3 is not among the classes [0 1]"},
		{many.String(), SVMLight{}, "f:2002: the label is number 1001 of 1005 distinct ones"},
		{"", SVMLight{}, "f: no samples"},
		{"# a comment\n\n", SVMLight{Cols: 3, Regression: true}, "f: no samples"},
		{"1\n0 # nothing\n", SVMLight{}, "f: no feature columns"},
	} {
		_, _, err := c.format.Read(strings.NewReader(c.text), "f")
		var format *FormatError
		require.ErrorAs(t, err, &format)
		require.ErrorContains(t, err, c.want)
	}
}

// requireSound asserts what every other package takes for granted.
func requireSound(t *testing.T, d *Dataset) {
	t.Helper()
	require.Equal(t, d.X.Len(), d.Len())
	values := d.Y
	switch x := d.X.(type) {
	case *Dense:
		require.Len(t, x.Data, x.N*x.Cols)
		values = append(values, x.Data...)
	case *CSR:
		require.Len(t, x.Indptr, x.N+1)
		require.Equal(t, len(x.Indices), len(x.Values))
		for i := range x.N {
			for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
				require.Less(t, int(x.Indices[k]), x.Cols)
				require.True(t, k == x.Indptr[i] && x.Indices[k] >= 0 || k > x.Indptr[i] && x.Indices[k] > x.Indices[k-1])
			}
		}
		values = append(values, x.Values...)
	}
	for _, v := range values {
		require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
	}
	for _, y := range d.Y {
		require.True(t, d.Classes == 0 || y == math.Trunc(y) && y >= 0 && y < float64(d.Classes))
	}
}
