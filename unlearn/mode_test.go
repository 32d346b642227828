package unlearn

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The files of a ledger, and the slices of SISA, may be read by the same people.
func TestFilesHaveOneMode(t *testing.T) {
	dir := t.TempDir()
	s := streamOf(t, streamMethod(), dir)
	require.NoError(t, s.Close())
	require.NoError(t, SliceFolder(dir).Save(0, 0, []float64{1}))
	modes := map[os.FileMode]bool{}
	for _, e := range must(os.ReadDir(dir)) {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		modes[info.Mode()] = true
	}
	require.Len(t, modes, 1, "%v", modes)
}
