package records

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pack writes the text as the packed records of a folder.
func pack(t *testing.T, dir string, text []byte) {
	file, err := os.Create(filepath.Join(dir, PackedName))
	require.NoError(t, err)
	w := gzip.NewWriter(file)
	_, err = w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())
}

// A packed run that ends within a line is damaged: it cannot be continued, so nobody is told to.
func TestADamagedPackedRunIsNotToBeResumed(t *testing.T) {
	dir := t.TempDir()
	pack(t, dir, []byte("{\"metric\":\"x\",\"value\":1}\n{\"metric\":\"x\",\"va"))
	_, err := Read(dir)
	require.ErrorContains(t, err, "line 2 of "+filepath.Join(dir, PackedName)+" is damaged: restore the file")
	require.NotContains(t, err.Error(), "--resume")
}

// A packed run is read as the plain one, and nothing is written beside it.
func TestAPackedRunIsOnlyRead(t *testing.T) {
	dir, want := t.TempDir(), []Record{{Metric: "x", Value: 3, Settings: map[string]any{"k": 1.5}}}
	text, err := Encode(want)
	require.NoError(t, err)
	pack(t, dir, text)
	got, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	for _, mode := range []Mode{Fresh, Resume, Force} {
		_, err := OpenFolder(dir, configuration(""), mode)
		require.ErrorIs(t, err, ErrPacked)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, PackedName), []byte("no gzip"), 0o600))
	_, err = Read(dir)
	require.ErrorContains(t, err, PackedName)
}

// A line without a value is damaged: read as 0 it would be a wrong number.
func TestALineWithoutAValueIsDamaged(t *testing.T) {
	for _, line := range []string{`{"metric":"x"}`, `{"metric":"x","value":null}`} {
		_, err := Decode(strings.NewReader(line + "\n"))
		require.ErrorContains(t, err, "no value")
	}
	got, err := Decode(strings.NewReader(`{"metric":"x","value":0}` + "\n"))
	require.NoError(t, err)
	assert.Equal(t, []Record{{Metric: "x"}}, got)
}
