//go:build unix

package unlearn

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A ledger and SISA's slices are their owner's alone, also where another program left a file that
// all could read.
func TestLedgersAndSlicesAreTheirOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, modelName), nil, 0o644))
	l, err := OpenLedger(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, l.Append(Entry{Kind: entryTrain}, []float64{1}))
	require.NoError(t, l.Close())
	require.NoError(t, writeModel(dir, modelName, model{theta: []float64{1}}))
	require.NoError(t, SliceFolder(dir).Save(0, 1, []float64{1}))
	files := 0
	for _, d := range []string{dir, l.dir} {
		entries, err := os.ReadDir(d)
		require.NoError(t, err)
		for _, e := range entries {
			info, err := e.Info()
			require.NoError(t, err)
			require.Equal(t, fs.FileMode(0o600), info.Mode(), e.Name())
			files++
		}
	}
	require.Equal(t, 4, files)
}
