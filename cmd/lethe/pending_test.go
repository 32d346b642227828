//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a kill left of a file is gone after the next command that writes this file, even one that is
// refused; until then only its owner can read personal data in it.
func TestLeftFilesAreCleared(t *testing.T) {
	dir := workshop(t)
	const ask = "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --write-data @/kept.csv"
	left := filepath.Join(dir, "kept.csv.lethe-draft")
	put(t, left, "id,city\nu-3,Rome and very much more of it than the new file has\n"+strings.Repeat("x", 1<<16))
	must(t, dir, ask)
	assert.NoFileExists(t, left)
	assert.NotContains(t, read(t, dir, "kept.csv"), "u-3,")
	assert.NotContains(t, read(t, dir, "kept.csv"), "xx")
	info, err := os.Stat(filepath.Join(dir, "kept.csv"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	put(t, left, "u-3")
	_, _, err = call(t, in(dir, ask)...)
	require.ErrorContains(t, err, "exists")
	assert.NoFileExists(t, left)

	answers := filepath.Join(dir, "a.csv.lethe-draft")
	put(t, answers, "u-3")
	must(t, dir, "predict --model @/model --data @/test.csv --out @/a.csv")
	assert.NoFileExists(t, answers)
	require.NoError(t, os.Chmod(filepath.Join(dir, "a.csv"), 0o640))
	must(t, dir, "predict --model @/model --data @/test.csv --out @/a.csv --force")
	info, err = os.Stat(filepath.Join(dir, "a.csv"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm(), "as the file that is replaced")

	lock := flock.New(answers)
	locked, err := lock.TryLock()
	require.True(t, locked && err == nil)
	_, _, err = call(t, in(dir, "predict --model @/model --data @/test.csv --out @/a.csv --force")...)
	require.ErrorContains(t, err, "another process is writing")
	require.NoError(t, lock.Unlock())
}

// A kill in the midst of the writing leaves the draft of the file and no other copy.
func TestAKilledWriteLeavesOneFile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := workshop(t)
	put(t, filepath.Join(dir, "train.csv"), customers(30000, 1))
	must(t, dir, "train --data @/train.csv --label bought --id id --out @/model --force")
	put(t, filepath.Join(dir, "r.yaml"), "remove: [{ids: [u-3]}]\n")
	left := filepath.Join(dir, "kept.csv.lethe-draft")
	cmd := child(t, dir, unlearnIt+" --write-data @/kept.csv")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return isThere(left) }, time.Minute, time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		assert.False(t, strings.HasPrefix(e.Name(), "."), e.Name())
	}
	if isThere(left) { // else it was in its place by then
		info, err := os.Stat(left)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	must(t, dir, unlearnIt+" --write-data @/kept.csv --force")
	assert.NoFileExists(t, left)
	assert.NoDirExists(t, filepath.Join(dir, "new.lethe-draft"))
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Files of a model, which may name people, are written beside where they will be, and not in the
// folder for temporary files: there nothing would clear what a kill leaves.
func TestNothingIsWrittenToTheTemporaryFolder(t *testing.T) {
	calls := 0
	for _, pattern := range []string{"../../project/*.go", "../../project/*/*.go", "../../onnx/*.go", "../../safetensors/*.go", "../../unlearn/*.go"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, line := range strings.Split(string(text), "\n") {
				if strings.Contains(line, "renameio.WriteFile(") || strings.Contains(line, "renameio.NewPendingFile(") {
					calls++
					assert.Contains(t, line, "renameio.WithTempDir(", path)
				}
			}
		}
	}
	assert.Positive(t, calls)
}
