//go:build unix

package memorization

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
)

// All files of a run can be read by the same people.
func TestAllFilesOfARunHaveOneMode(t *testing.T) {
	probe := filepath.Join(t.TempDir(), "probe")
	require.NoError(t, os.WriteFile(probe, nil, records.FileMode)) // what the umask leaves
	info, err := os.Stat(probe)
	require.NoError(t, err)
	dir := tried.RunOrder(t, memoryOrder(t.TempDir()))
	require.NoError(t, engine.Merge(nil, []*engine.Saved{tried.Must(engine.ReadRun(dir))}, nil, filepath.Join(dir, "all.html")))
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		if e.IsDir() {
			return nil
		}
		files++
		got, err := e.Info()
		require.NoError(t, err)
		assert.Equal(t, info.Mode(), got.Mode(), path)
		return nil
	}))
	assert.Greater(t, files, 8)
}
