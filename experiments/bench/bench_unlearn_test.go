package bench

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// A file of Adult becomes a CSV file that has a column of ids.
func TestAdultCSV(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	from, to := in("adult.data"), in("adult.csv")
	require.NoError(t, os.WriteFile(from, []byte("39, State-gov, 77516, <=50K\n50, ?, 83311, >50K\n\n"), 0o600))
	require.NoError(t, adultCSV(from, to))
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Regexp(t, `^id,age,workclass,fnlwgt,[^\n]*,income\nu-0,39,State-gov,77516,<=50K\nu-1,50,\?,83311,>50K\n$`, string(text))
}

func TestVerdict(t *testing.T) {
	require.Empty(t, timing("x", 1, "y", 2, 1, "products").Verdict())
	require.Equal(t, "; wanted 2.0000: holds", timing("x", 1, "y", 2, 1, "reading").wanting(2).Verdict())
	require.Equal(t, "; wanted 1.9000: missed", timing("x", 1, "y", 2, 1, "reading").wanting(1.9).Verdict())
}

// What is absent is told with all remedies, and nothing else counts as absent.
func TestAbsent(t *testing.T) {
	set := &datasets.MissingError{Name: "adult"}
	models := &missing{"the models", "name them", os.ErrNotExist}
	require.Equal(t, set.Remedy()+"; name them", Absent(&LeftOut{"both", errors.Join(set, models)}))
	require.Equal(t, "name them", Absent(models))
	require.Empty(t, Absent(os.ErrNotExist))
}

// Without data and reference files both parts are left out, and said to be.
func TestUnlearnWithoutData(t *testing.T) {
	t.Setenv("LETHE_ONNX", t.TempDir())
	err := unlearnWork().Run(t.Context(), t.TempDir(), func(Timing) error { t.Fatal("nothing to time"); return nil })
	var left *LeftOut
	require.ErrorAs(t, err, &left)
	require.Equal(t, "lethe unlearn of 10 rows of adult and gradient of an ONNX file", left.What)
	require.Contains(t, Absent(err), "experiment data fetch adult")
	require.Contains(t, Absent(err), "LETHE_ONNX")
}

// The two calls alternate.
func TestAlternately(t *testing.T) {
	order := ""
	call := func(s string) func() error { return func() error { order += s; return nil } }
	_, err := alternately(t.Context(), 3, call("a"), call("b"))
	require.NoError(t, err)
	require.Equal(t, "abababab", order)
	_, err = alternately(t.Context(), 3, func() error { return os.ErrClosed }, call("b"))
	require.ErrorIs(t, err, os.ErrClosed)
}
