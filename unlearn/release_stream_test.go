package unlearn

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

func releaseMethod() OutputPerturbation {
	return OutputPerturbation{Epsilon: 0.1, Delta: 0.01, Residual: 1e-5}
}

func openReleases(t require.TestingT, dir string) *ReleaseStream {
	s, err := releaseMethod().Open(context.Background(), streamProblem(), make([]float64, 5), dir)
	require.NoError(t, err)
	return s
}

// After any requests, in any order and however often the stream was closed, the state is within
// r/lambda of the optimum on the data that one request would have given.
func TestReleaseStreamOnRandomRequests(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(root, "stream")
		require.NoError(t, err)
		s := openReleases(t, dir)
		original := streamProblem()
		var all []Request
		for i, row := range rapid.Permutation([]int{0, 3, 7, 8, 9, 20, 59, 58}).Draw(t, "rows") {
			var r Request
			switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case kind == 0:
				r = RemoveSamples(row)
			case kind == 1:
				r = CorrectLabels([]int{row}, []float64{1 - original.Train.Y[row]})
			case kind == 2:
				r = CorrectFeatures([]int{row}, []int{1, 4}, [][]float64{{7, -0.2}})
			case i == 0:
				r = RemoveFeatures(3)
			default:
				continue
			}
			all = append(all, r)
			u, err := s.Unlearn(context.Background(), r)
			require.NoError(t, err)
			require.Equal(t, u.Release, s.Latest())
			if rapid.Bool().Draw(t, "reopen") {
				before := s.Latest()
				require.NoError(t, s.Close())
				s = openReleases(t, dir)
				require.Equal(t, before, s.Latest(), "the release is read back, not drawn a second time")
			}
		}
		together, err := Merge(all...)
		require.NoError(t, err)
		applied, err := together.Apply(original.Train)
		require.NoError(t, err)
		exact, err := Newton{Tolerance: 1e-11}.Train(context.Background(), original.With(applied.Data), make([]float64, 5))
		require.NoError(t, err)
		require.LessOrEqual(t, floats.Distance(s.State(), exact, 2), s.Latest().Distance)
		require.Equal(t, len(all)+1, s.Releases())
		require.NoError(t, s.Close())
	})
}

// A kill after the ledger was written and before the release was: the release is drawn when the
// stream is opened.
func TestAStateHasOneRelease(t *testing.T) {
	dir := t.TempDir()
	s := openReleases(t, dir)
	_, err := s.Unlearn(t.Context(), RemoveSamples(3))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	path := releasePath(dir, 1)
	require.NoError(t, os.Remove(path)) // as if the kill had come before it
	s = openReleases(t, dir)
	r, err := ReadRelease(path)
	require.NoError(t, err)
	require.Equal(t, s.Latest(), r)
	require.NoError(t, s.Close())
	s = openReleases(t, dir)
	require.Equal(t, r, s.Latest())
	require.Contains(t, s.String(), "1 requests carried out; each release is (0.1, 0.01)-certified, all 2 together")
	require.NoError(t, s.Close())
}

func TestReleaseStreamRefusesWhatIsNotItsOwn(t *testing.T) {
	dir := t.TempDir()
	s := openReleases(t, dir)
	_, err := s.Unlearn(t.Context(), RemoveSamples(3))
	require.NoError(t, err)
	_, err = s.Unlearn(t.Context(), RemoveSamples(3))
	require.ErrorContains(t, err, "was removed by an earlier request")
	require.Equal(t, 2, s.Releases())
	_, err = releaseMethod().Open(t.Context(), streamProblem(), make([]float64, 5), dir)
	require.ErrorIs(t, err, ErrLedgerLocked)
	require.NoError(t, s.Close())

	other := releaseMethod()
	other.Delta = 0.02
	_, err = other.Open(t.Context(), streamProblem(), nil, dir)
	require.ErrorContains(t, err, "belongs to another training (delta was 0.01, is 0.02)")
	p := streamProblem()
	p.Train.Y[5] = 1 - p.Train.Y[5]
	_, err = releaseMethod().Open(t.Context(), p, nil, dir)
	require.ErrorContains(t, err, "belongs to another training (data was")

	require.NoError(t, os.WriteFile(releasePath(dir, 1), []byte("nothing"), 0o644))
	_, err = releaseMethod().Open(t.Context(), streamProblem(), nil, dir)
	require.ErrorContains(t, err, "000001.safetensors")
}

// What may be read by all says nothing that is a function of the forgotten row, and the state is
// not among it.
func TestWhatAllMayRead(t *testing.T) {
	dir := t.TempDir()
	s := openReleases(t, dir)
	_, err := s.Unlearn(t.Context(), RemoveSamples(3))
	require.NoError(t, err)
	for _, e := range s.Ledger().Entries() {
		require.Zero(t, e.Added)
		require.Zero(t, e.Exact)
		require.Zero(t, e.Bound)
	}
	require.NoError(t, s.Close())
	err = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		require.NoError(t, err)
		if strings.Contains(path, releaseFolder) {
			require.Equal(t, os.FileMode(0o644), info.Mode().Perm(), path)
		} else {
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path)
		}
		return nil
	})
	require.NoError(t, err)
}
