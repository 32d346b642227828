package experiments

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run that is older than a setting can still be read: the setting has its default. A key that nobody knows is an error.
func TestReadConfigOfAnOlderRun(t *testing.T) {
	whole := filepath.Join("testdata", "adult-mlp-quick-1", configName)
	data, err := os.ReadFile(whole)
	require.NoError(t, err)
	older := filepath.Join(t.TempDir(), configName)
	require.NoError(t, os.WriteFile(older, regexp.MustCompile(`(?m)^ *(ft-regulariser|growth):.*\n`).ReplaceAll(data, nil), 0o644))
	want, err := ReadConfig(whole)
	require.NoError(t, err)
	got, err := ReadConfig(older)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	require.NoError(t, os.WriteFile(older, regexp.MustCompile(`(?m)growth:`).ReplaceAll(data, []byte("grwoth:")), 0o644))
	_, err = ReadConfig(older)
	assert.ErrorContains(t, err, "grwoth")

	require.NoError(t, os.WriteFile(older, regexp.MustCompile(`(?m)growth:`).ReplaceAll(data, []byte("units:")), 0o644))
	_, err = ReadConfig(older)
	assert.ErrorContains(t, err, "does not take the setting units")
}

func TestReadConfigOfWhatIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), configName)
	for _, c := range []struct{ text, want string }{
		{"", "is empty: restore"}, {"# nothing\n", "is empty: restore"},
		{"experiment: residual\ndataset: diabetes\n", "names no parts"}, {"experiment: residual\nparts: []\n", "names no parts"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
		_, err := ReadConfig(path)
		require.ErrorContains(t, err, path+" ")
		assert.ErrorContains(t, err, c.want)
	}
}
