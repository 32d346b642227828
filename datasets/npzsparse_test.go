package datasets

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dense returns a sparse matrix as rows.
func denseRows(x *CSR) [][]float64 {
	rows := make([][]float64, x.N)
	for i := range rows {
		rows[i] = make([]float64, x.Cols)
		for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
			rows[i][x.Indices[k]] += x.Values[k]
		}
	}
	return rows
}

// The files are written by SciPy 1.17: save_npz of the same matrices in every format that it knows.
func TestSciPyFormats(t *testing.T) {
	square := [][]float64{{0, 1, 0, 2}, {3, 0, 0, 0}, {0, 0, 4, 5}, {0, 6, 0, 0}}
	ones := [][]float64{{0, 1, 0, 1}, {1, 0, 0, 0}, {0, 0, 1, 1}, {0, 1, 0, 0}}
	wide := [][]float64{{0, 1.5, 0, 0, 2, 0}, {0, 0, 0, 0, 0, 0}, {7, 0, 8, 0, 0, 9}, {0, 0, 0, -4, 0, 0}}
	tall := make([][]float64, 6)
	for i := range tall {
		for _, row := range wide {
			tall[i] = append(tall[i], row[i])
		}
	}
	want := map[string][][]float64{
		"square-csc-int64": square, "square-coo-array": square, "unsorted-csr": square, "bool-csc": ones,
		"duplicates-coo": {{0, 11, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 4, 0}},
		"offsets-dia":    {{1, 10, 0}, {0, 2, 11}, {5, 0, 3}, {0, 6, 0}, {0, 0, 7}},
	}
	for _, format := range []string{"csr", "csc", "coo", "bsr", "dia"} {
		want["square-"+format], want["wide-"+format], want["tall-"+format] = square, wide, tall
	}
	for name, rows := range want {
		x, err := LoadNPZ(filepath.Join("testdata", "scipy", name+".npz"))
		require.NoError(t, err, name)
		require.Equal(t, rows, denseRows(x.(*CSR)), name)
		d := &Dataset{X: x, Y: make([]float64, x.Len())}
		require.NoError(t, d.Check(), name)
	}
	for _, name := range []string{"cube-coo", "vector-coo"} {
		_, err := LoadNPZ(filepath.Join("testdata", "scipy", name+".npz"))
		require.ErrorContains(t, err, "is not a matrix of rows and columns", name)
	}
}

func TestSparseRefused(t *testing.T) {
	text := func(s string) rawArray {
		return rawArray(rawNPY("{'descr': '|S"+string(rune('0'+len(s)))+"', 'fortran_order': False, 'shape': (), }", []byte(s)))
	}
	coo := func() map[string]any {
		return map[string]any{"format": text("coo"), "shape": []int64{2, 3}, "row": []int32{0, 1}, "col": []int32{2, 0}, "data": []float64{1, 2}}
	}
	compressed := func(format string) map[string]any {
		return map[string]any{"format": text(format), "shape": []int64{2, 2}, "indptr": []int32{0, 1, 2}, "indices": []int32{1, 0}, "data": []float64{1, 2}}
	}
	dia := func() map[string]any {
		return map[string]any{"format": text("dia"), "shape": []int64{2, 2}, "offsets": []int32{0, 1}, "data": rawFloats(2, 2)}
	}
	bsr := func() map[string]any {
		return map[string]any{"format": text("bsr"), "shape": []int64{2, 4}, "indptr": []int32{0, 2}, "indices": []int32{1, 0}, "data": rawFloats(2, 2, 2)}
	}
	for _, c := range []struct {
		members map[string]any
		name    string
		value   any
		want    string
	}{
		{coo(), "row", []int32{0, 2}, "2 at 1 is not a whole number of 0 to 1"},
		{coo(), "row", []int32{0, -1}, "-1 at 1 is not a whole number"},
		{coo(), "col", []int64{0, 1 << 40}, "is not a whole number of 0 to 2"},
		{coo(), "col", []int32{0}, "2 rows for 1 columns of stored values"},
		{coo(), "data", []float64{1}, "2 places for 1 values"},
		{coo(), "data", []float64{1, math.NaN()}, "row 1, column 0: NaN is not a finite number"},
		{coo(), "row", nil, "no array row; there are: col, data, format, shape"},
		{coo(), "shape", []int64{1 << 30, 3}, "shape claims 1073741824 rows for 2 values"},
		{coo(), "shape", []int64{math.MaxInt64, math.MaxInt64}, "is not a whole number of 0 to"},
		{coo(), "shape", []int64{-2, 3}, "-2 at 0 is not a whole number"},
		{coo(), "shape", []float64{2.5, 3}, "2.5 at 0 is not a whole number"},
		{coo(), "format", text("lil"), `the sparse format "lil" is not known`},
		{coo(), "format", []int32{7}, "type '<i4' is not a text"},
		{coo(), "format", nil, "3 arrays"},
		{compressed("csr"), "format", nil, "may be of rows (csr) or of columns (csc)"},
		{compressed("csc"), "shape", []int64{2, 3}, "is not a CSC matrix"},
		{compressed("csc"), "indices", []int32{1, 2}, "column 2 of 2"},
		{compressed("csc"), "indptr", []int32{0, 2, 2}, ""},
		{compressed("csc"), "shape", []int64{1 << 30, 2}, "shape claims"},
		{compressed("csr"), "indices", []int32{1, -1}, "is not a whole number"},
		{compressed("csr"), "data", rawFloats(1, 2), "2 indices for 2 values"},
		{dia(), "offsets", []int32{1, 1}, "array offsets: 1 comes twice"},
		{dia(), "offsets", []int32{1}, "is not that of 1 diagonals"},
		{dia(), "offsets", []int64{0, 1 << 40}, "is not a whole number"},
		{bsr(), "shape", []int64{3, 4}, "is not one of blocks of 2 x 2"},
		{bsr(), "indices", []int32{1, 2}, "blocks: row 0: column 2 of 2"},
		{bsr(), "indices", []int32{1, 1}, "blocks: row 0: column 1 comes twice"},
		{bsr(), "data", []float64{1}, "is not that of 2 blocks"},
		{bsr(), "indptr", []int32{0, 1, 2}, "is not one of blocks"},
	} {
		c.members[c.name] = c.value
		x, err := readNPZ(npzOf(t, c.members))
		if c.want == "" {
			require.NoError(t, err)
			require.NotNil(t, x)
			continue
		}
		if c.name == "format" && c.value == nil && strings.HasPrefix(c.want, "3") {
			require.ErrorContains(t, err, "neither a SciPy CSR matrix")
			continue
		}
		require.ErrorContains(t, err, c.want)
	}
}

// rawFloats is an array of that shape of the numbers 1, 2, ...
func rawFloats(shape ...int) rawArray {
	n := 1
	text := "("
	for _, k := range shape {
		n *= k
		text += string(rune('0'+k)) + ", "
	}
	var payload []byte
	for i := range n {
		payload = append(payload, byte(i+1))
	}
	return rawArray(rawNPY("{'descr': '|u1', 'fortran_order': False, 'shape': "+text+"), }", payload))
}
