package datasets

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"codeberg.org/sbinet/npyio/npy"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// rawArray is a NumPy file for npzOf.
type rawArray []byte

// npyOf writes with npyio, which is independent of the reading of the numbers here.
func npyOf(t testing.TB, v any) []byte {
	t.Helper()
	if raw, ok := v.(rawArray); ok {
		return raw
	}
	var b bytes.Buffer
	require.NoError(t, npy.Write(&b, v))
	return b.Bytes()
}

// rawNPY writes a file by hand, for what npyio does not write.
func rawNPY(header string, payload []byte) []byte {
	b := []byte("\x93NUMPY\x01\x00")
	header += "\n"
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(append(b, header...), payload...)
}

func TestNPYTypes(t *testing.T) {
	for _, c := range []struct {
		v    any
		want []float64
	}{
		{[]float64{1.5, -2e300}, []float64{1.5, -2e300}}, {[]float32{1.5, -.25}, []float64{1.5, -.25}},
		{[]int8{-128, 127}, []float64{-128, 127}}, {[]uint8{0, 255}, []float64{0, 255}},
		{[]int16{-3, 30000}, []float64{-3, 30000}}, {[]uint16{3, 65535}, []float64{3, 65535}},
		{[]int32{-3, 1 << 30}, []float64{-3, 1 << 30}}, {[]uint32{3, 1 << 31}, []float64{3, 1 << 31}},
		{[]int64{-3, 1 << 52}, []float64{-3, 1 << 52}}, {[]uint64{3, 1 << 52}, []float64{3, 1 << 52}},
		{[]bool{true, false}, []float64{1, 0}},
	} {
		a, err := ReadNPY(bytes.NewReader(npyOf(t, c.v)), "f")
		require.NoError(t, err)
		require.Equal(t, &Array{Shape: []int{2}, Data: c.want}, a, "%T", c.v)
	}
	a, err := ReadNPY(bytes.NewReader(rawNPY("{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }", []byte{0, 0, 1, 2, 0xff, 0xff, 0xff, 0xff})), "f")
	require.NoError(t, err)
	require.Equal(t, []float64{258, -1}, a.Data)
}

func TestNPYOrder(t *testing.T) {
	a, err := ReadNPY(bytes.NewReader(npyOf(t, mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}))), "f")
	require.NoError(t, err)
	x, err := a.Dense()
	require.NoError(t, err)
	require.Equal(t, &Dense{N: 2, Cols: 3, Data: []float64{1, 2, 3, 4, 5, 6}}, x)
	_, err = a.Vector()
	require.ErrorContains(t, err, "shape [2 3] is not a vector")

	// column by column, three axes: element (i, j, k) is 100i + 10j + k
	var columns, rows []float64
	var payload []byte
	for k := range 4 {
		for j := range 3 {
			for i := range 2 {
				columns = append(columns, float64(100*i+10*j+k))
				payload = append(payload, byte(100*i+10*j+k))
			}
		}
	}
	for i := range 2 {
		for j := range 3 {
			for k := range 4 {
				rows = append(rows, float64(100*i+10*j+k))
			}
		}
	}
	a, err = ReadNPY(bytes.NewReader(rawNPY("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", payload)), "f")
	require.NoError(t, err)
	require.NotEqual(t, columns, rows)
	require.Equal(t, &Array{Shape: []int{2, 3, 4}, Data: rows}, a)
}

func TestNPYRefused(t *testing.T) {
	good := npyOf(t, []float64{1, 2})
	header := func(s string) []byte { return rawNPY(s, make([]byte, 16)) }
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "f: not a NumPy file"},
		{[]byte("PK\x03\x04 and so on"), "not a NumPy file"},
		{good[:20], "header is cut off"},
		{good[:len(good)-1], "needs 16 bytes, the file has 15"},
		{append(append([]byte{}, good...), 0), "needs 16 bytes, the file has 17"},
		{rawNPY("", nil), "the NumPy header is damaged: it is no dictionary"},
		{header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, }"), "damaged: shape has"},
		{header("{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,), }"), "fortran_order"},
		{header("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"), "cannot read NumPy type '|O'"},
		{header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }"), "does not fit a file of"},
		{header("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }"), "does not fit"},
		{header("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4), }"), "does not fit"},
		{append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), 1, 2, 3), "header is cut off"},
		{append([]byte("\x93NUMPY\x01\x00\x03\x00"), 1, 2, 3), "NumPy header is damaged"},
	} {
		_, err := ReadNPY(bytes.NewReader(c.file), "f")
		require.ErrorContains(t, err, c.want)
	}
}

// npzOf writes an archive of arrays, in the order of their names.
func npzOf(t testing.TB, members map[string]any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name] == nil {
			continue
		}
		w, err := z.Create(name + ".npy")
		require.NoError(t, err)
		_, err = w.Write(npyOf(t, members[name]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func csrMembers() map[string]any {
	return map[string]any{"shape": []int64{3, 4}, "indptr": []int32{0, 2, 2, 4}, "indices": []int32{0, 3, 2, 1}, "data": []int64{5, 6, 7, 8}}
}

func readNPZ(file []byte) (Features, error) {
	return ReadNPZ(bytes.NewReader(file), int64(len(file)), "f")
}

func TestNPZ(t *testing.T) {
	x, err := readNPZ(npzOf(t, csrMembers()))
	require.NoError(t, err)
	// the second row's indices were not in order
	require.Equal(t, &CSR{N: 3, Cols: 4, Indptr: []int{0, 2, 2, 4}, Indices: []int32{0, 3, 1, 2}, Values: []float64{5, 6, 8, 7}}, x)

	x, err = readNPZ(npzOf(t, map[string]any{"x": mat.NewDense(2, 1, []float64{3, 4})}))
	require.NoError(t, err)
	require.Equal(t, &Dense{N: 2, Cols: 1, Data: []float64{3, 4}}, x)
}

func TestNPZRefused(t *testing.T) {
	for _, c := range []struct {
		member string
		value  any
		want   string
	}{
		{"shape", []int64{3}, "shape [3] is not a matrix"},
		{"shape", []int64{2, 4}, "convert it with .tocsr()"},
		{"shape", []int64{3, 3}, "row 0: column 3 of 3"},
		{"shape", []int64{3, 1 << 40}, "is not a whole number of 0 to"},
		{"indptr", []int32{0, 2, 2, 5}, "run from 0 to 5 for 4 values"},
		{"indptr", []int32{1, 2, 2, 4}, "run from 1"},
		{"indptr", []int32{0, 3, 2, 4}, "row 1: row pointers 3 and 2"},
		{"indptr", []int32{0, 9, 2, 4}, "row 0: row pointers 0 and 9"},
		{"indptr", []float64{0, .5, 2, 4}, "0.5 at 1 is not a whole number"},
		{"indices", []int32{0, 3, 2}, "3 indices for 4 values"},
		{"indices", []int32{0, -1, 2, 1}, "is not a whole number"},
		{"indices", []int32{0, 3, 2, 2}, "row 2: column 2 comes twice"},
		{"indices", nil, "no array indices"},
		{"indptr", nil, "neither a SciPy CSR matrix"},
	} {
		members := csrMembers()
		members[c.member] = c.value
		_, err := readNPZ(npzOf(t, members))
		require.ErrorContains(t, err, c.want)
	}
	_, err := readNPZ([]byte("not a zip file"))
	require.ErrorContains(t, err, "f: zip:")
}

func TestLoadNumPy(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, b, 0o644))
		return path
	}
	sparse, dense := write("x.npz", npzOf(t, csrMembers())), write("x.npy", npyOf(t, mat.NewDense(3, 1, []float64{1, 2, 3})))
	labels := write("y.npy", npyOf(t, []int64{1, -1, 1}))
	for _, x := range []string{sparse, dense} {
		d, err := LoadNumPy(x, labels, nil)
		require.NoError(t, err)
		requireSound(t, d)
		require.Equal(t, []float64{1, 0, 1}, d.Y)
		require.Equal(t, 2, d.Classes)
	}
	d, err := LoadNumPy(dense, labels, []float64{})
	require.NoError(t, err)
	require.Equal(t, []float64{1, -1, 1}, d.Y)
	_, err = LoadNumPy(dense, write("short.npy", npyOf(t, []int64{1})), nil)
	require.ErrorContains(t, err, "1 labels for the 3 samples")
	_, err = LoadNumPy(filepath.Join(folder, "none.npz"), labels, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLoadNumPyRefused(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		x, y any
		want string
	}{
		{mat.NewDense(2, 2, []float64{1, 2, 3, math.NaN()}), []int64{0, 1}, "row 1, column 1: NaN is not a finite number"},
		{mat.NewDense(2, 3, []float64{1, 2, math.Inf(-1), 3, 4, 5}), []int64{0, 1}, "row 0, column 2: -Inf is not a finite number"},
		{[]float32{1, float32(math.Inf(1))}, []int64{0, 1}, "row 1, column 0: +Inf is not a finite number"},
		{[]float64{1, 2}, []int64{0, 5}, "sample 1: the label 5 is not among the classes [0 1]"},
	} {
		file := npyOf(t, c.x)
		for name, b := range map[string][]byte{"x.npy": file, "x.npz": npzOf(t, map[string]any{"x": c.x}), "y.npy": npyOf(t, c.y)} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), b, 0o644))
		}
		for _, x := range []string{"x.npy", "x.npz"} {
			_, err := LoadNumPy(filepath.Join(folder, x), filepath.Join(folder, "y.npy"), []float64{0, 1})
			var format *FormatError
			require.ErrorAs(t, err, &format)
			require.ErrorContains(t, err, c.want, x)
		}
	}
	path := filepath.Join(folder, "x.npy")
	for shape, want := range map[string]string{"(2, 0)": "x.npy: no feature columns", "(0, 2)": "x.npy: no samples"} {
		header := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
		require.NoError(t, os.WriteFile(path, rawNPY(header, nil), 0o644))
		_, err := LoadNumPy(path, filepath.Join(folder, "y.npy"), nil)
		require.ErrorContains(t, err, want)
	}
}
