package datasets

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSparseKeepsEveryValue(t *testing.T) {
	dense := &Dataset{X: &Dense{N: 3, Cols: 4, Data: []float64{0, 1, 0, -2, 0, 0, 0, 0, 3, 0, 0.5, 0}}, Y: []float64{0, 1, 1}, Classes: 2}
	sparse := Sparse(dense)
	require.NoError(t, sparse.Check())
	require.Equal(t, &CSR{N: 3, Cols: 4, Indptr: []int{0, 2, 2, 4}, Indices: []int32{1, 3, 0, 2}, Values: []float64{1, -2, 3, 0.5}}, sparse.X)
	require.Equal(t, dense.Y, sparse.Y)
	a, err := RowNorms(dense)
	require.NoError(t, err)
	b, err := RowNorms(sparse)
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Same(t, sparse, Sparse(sparse))
}
