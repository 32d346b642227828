package data

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// Dense and sparse rows of a file without forgotten columns are those of the whole file with zeros
// in their place; rows of norm 1 need all columns.
func TestForgottenColumnsAreZero(t *testing.T) {
	path, part := filepath.Join(t.TempDir(), "a.csv"), filepath.Join(t.TempDir(), "b.csv")
	require.NoError(t, os.WriteFile(path, []byte("a,b,c,y\nred,1,4,0\nblue,3,5,1\nred,7,0,1\n"), 0o600))
	require.NoError(t, os.WriteFile(part, []byte("c,y\n4,0\n5,1\n0,1\n"), 0o600))
	for _, sparse := range []bool{false, true} {
		l, err := Load(t.Context(), path, Options{Label: "y"})
		require.NoError(t, err)
		like := *l.Description
		like.Sparse = sparse
		whole, err := Load(t.Context(), path, Options{Like: &like})
		require.NoError(t, err)
		want, err := datasets.ZeroColumns(whole.Data, []int{0, 1, 2})
		require.NoError(t, err)
		for _, from := range []string{path, part} {
			got, err := Load(t.Context(), from, Options{Like: &like, Forgotten: []string{"a", "b"}})
			require.NoError(t, err)
			assert.Equal(t, want.X, got.Data.X)
			assert.Equal(t, want.Columns, got.Data.Columns)
			assert.Equal(t, want.Coding, got.Data.Coding)
			assert.Equal(t, datasets.Fingerprint(want), got.Fingerprint())
		}
		got, err := Load(t.Context(), path, Options{Like: &like, Forgotten: []string{"a", "b"}, ReadForgotten: true})
		require.NoError(t, err)
		assert.Equal(t, whole.Fingerprint(), got.Fingerprint())
	}
	l, err := Load(t.Context(), path, Options{Label: "y", UnitRows: true})
	require.NoError(t, err)
	_, err = Load(t.Context(), part, Options{Like: l.Description, Forgotten: []string{"a", "b"}})
	require.ErrorContains(t, err, "there is no such column")
}
