package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Without a folder for data nothing is there, but nothing is wrong: embedded sets need none, least
// of all the working directory.
func TestWithoutAnyFolder(t *testing.T) {
	t.Setenv("LETHE_DATA", "")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Folder(""); err == nil {
		t.Skip("this system knows a cache folder without these variables")
	}
	t.Chdir(t.TempDir())
	for _, folder := range []string{".", "diabetes"} {
		require.NoError(t, os.MkdirAll(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "diabetes.csv"), []byte("not it"), 0o644))
	}
	checks, err := Verify("")
	require.NoError(t, err)
	require.NotEmpty(t, checks)
	for _, c := range checks {
		require.Equal(t, FileCheck{Set: c.Set, File: c.File, State: Absent}, c)
		require.NotContains(t, []string{"diabetes", "spam", "digits", "fashion"}, c.Set)
	}
	n, err := Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	require.Equal(t, "embedded", n.Source)
	ok, how := Available("diabetes", "")
	require.True(t, ok)
	require.Equal(t, "embedded", how)
	ok, how = Available("adult", "")
	require.False(t, ok)
	require.Contains(t, how, "set LETHE_DATA")
}
