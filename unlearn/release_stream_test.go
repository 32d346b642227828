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

// Whatever becomes of the published file, the same bits are published again: the noise was drawn
// with the state.
func TestAStateHasOneRelease(t *testing.T) {
	path := func(dir string) string { return releasePath(dir, 1) }
	for name, harm := range map[string]func(t *testing.T, dir string){
		"killed before it was published": func(t *testing.T, dir string) { require.NoError(t, os.Remove(path(dir))) },
		"moved out of the folder": func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(path(dir), filepath.Join(t.TempDir(), "published")))
		},
		"killed before the rename": func(t *testing.T, dir string) { // as the file was written once, and as it is written now
			require.NoError(t, os.WriteFile(filepath.Join(dir, releaseFolder, ".000001.safetensors123"), []byte("half"), 0o644))
			require.NoError(t, os.Rename(path(dir), filepath.Join(dir, ".000001.safetensors45")))
		},
		"the folder is lost": func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, releaseFolder))) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openReleases(t, dir)
			u, err := s.Unlearn(t.Context(), RemoveSamples(3))
			require.NoError(t, err)
			require.NoError(t, s.Close())
			before, err := os.ReadFile(path(dir))
			require.NoError(t, err)
			harm(t, dir)
			for range 2 {
				s = openReleases(t, dir)
				require.Equal(t, u.Release, s.Latest())
				require.Contains(t, s.String(), "1 requests carried out; each release is (0.1, 0.01)-certified, all 2 together")
				require.NoError(t, s.Close())
				after, err := os.ReadFile(path(dir))
				require.NoError(t, err)
				require.Equal(t, before, after)
			}
			for _, folder := range []string{dir, filepath.Join(dir, releaseFolder)} {
				left, err := filepath.Glob(filepath.Join(folder, ".*"))
				require.NoError(t, err)
				require.Empty(t, left)
			}
		})
	}
}

// Where a release cannot be published, the caller has nothing either, and what is published later
// is what was drawn.
func TestAfterAnErrorNothingIsPublished(t *testing.T) {
	for _, again := range []string{"opened again", "asked again"} {
		dir := t.TempDir()
		s := openReleases(t, dir)
		first := s.Latest()
		folder := filepath.Join(dir, releaseFolder)
		require.NoError(t, os.Rename(folder, folder+"-away"))
		require.NoError(t, os.WriteFile(folder, nil, 0o600)) // no folder can be made there, by root neither
		u, err := s.Unlearn(t.Context(), RemoveSamples(3))
		require.ErrorContains(t, err, "could not be published")
		require.Nil(t, u.Theta)
		require.Nil(t, u.Release)
		require.Equal(t, first, s.Latest())
		drawn, err := decodeRelease(s.ledger.release, "the ledger")
		require.NoError(t, err)
		_, err = s.Unlearn(t.Context(), RemoveSamples(4))
		require.Error(t, err)
		require.Equal(t, 2, s.Releases(), "nothing is done before the last release is out")

		require.NoError(t, os.Remove(folder))
		require.NoError(t, os.Rename(folder+"-away", folder))
		if again == "asked again" {
			_, err = s.Unlearn(t.Context(), RemoveSamples(4))
			require.NoError(t, err)
			require.Equal(t, 3, s.Releases())
		} else {
			require.NoError(t, s.Close())
			s = openReleases(t, dir)
			require.Equal(t, drawn, s.Latest())
		}
		published, err := ReadRelease(releasePath(dir, 1))
		require.NoError(t, err)
		require.Equal(t, drawn, published)
		require.NoError(t, s.Close())
	}
}

// tampered changes the model of a closed stream's folder.
func tampered(t *testing.T, dir string, change func(m *model)) {
	m, err := readModel(filepath.Join(dir, modelName))
	require.NoError(t, err)
	change(&m)
	require.NoError(t, writeModel(dir, modelName, m))
}

// A folder of an earlier version kept no release beside the state: the published one is the only
// one, and no second is drawn.
func TestAStreamThatKeptNoRelease(t *testing.T) {
	dir := t.TempDir()
	s := openReleases(t, dir)
	r := s.Latest()
	require.NoError(t, s.Close())
	tampered(t, dir, func(m *model) { m.release = nil })
	s = openReleases(t, dir)
	require.Equal(t, r, s.Latest())
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(releasePath(dir, 0)))
	_, err := releaseMethod().Open(t.Context(), streamProblem(), nil, dir)
	require.ErrorContains(t, err, "put the file back, or train in another folder")
}

// The state of a folder is measured before anything is released of it.
func TestAStateThatIsNoOptimumIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openReleases(t, dir)
	r := releaseMethod().Residual
	require.NoError(t, s.Close())
	tampered(t, dir, func(m *model) { m.theta[2] += 3 * r })
	_, err := releaseMethod().Open(t.Context(), streamProblem(), nil, dir)
	require.ErrorContains(t, err, "has a gradient residual above")
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
	require.ErrorContains(t, err, "000001.safetensors is not the release that was drawn for this state")
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
