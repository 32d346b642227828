package safetensors_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/safetensors"
)

// small is a file with all that the format has.
func small() *safetensors.File {
	return &safetensors.File{
		Tensors: []safetensors.Tensor{
			{Name: "b", DType: safetensors.F32, Shape: []int{3}, Data: safetensors.AppendFloat32(nil, []float32{1, -2.5, 0.1})},
			{Name: "a/W", DType: safetensors.F64, Shape: []int{2, 1}, Data: safetensors.AppendFloat64(nil, []float64{0.1, -1e300})},
			{Name: "none", DType: safetensors.F64, Shape: []int{0, 7}, Data: []byte{}},
			{Name: "one", DType: safetensors.BF16, Shape: []int{}, Data: []byte{0x80, 0x3f}},
		},
		Metadata: map[string]string{"network": "<ünit>", "data": "", "a": "\n"},
	}
}

func encode(t testing.TB, f *safetensors.File) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, safetensors.Encode(&buf, f))
	return buf.Bytes()
}

func decode(data []byte) (*safetensors.File, error) {
	return safetensors.Decode(bytes.NewReader(data), int64(len(data)))
}

// The bytes are written out by hand from the format's description: header length, metadata by key,
// tensors in their order, spaces up to a multiple of 8, and the data with the widest type first.
func TestBytesOfAFile(t *testing.T) {
	header := `{"__metadata__":{"k":"v","z":"w"},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},` +
		`"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`
	require.Equal(t, 4, len(header)%8)
	want := append([]byte{byte(len(header) + 4), 0, 0, 0, 0, 0, 0, 0}, header...)
	want = append(want, ' ', ' ', ' ', ' ')
	want = append(want, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f) // 1.5 is sign 0, exponent 1023, fraction .1 in binary
	want = append(want, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)
	require.Equal(t, want, encode(t, &safetensors.File{
		Tensors: []safetensors.Tensor{
			{Name: "b", DType: safetensors.F32, Shape: []int{2}, Data: safetensors.AppendFloat32(nil, []float32{1, -2})},
			{Name: "a", DType: safetensors.F64, Data: safetensors.AppendFloat64(nil, []float64{1.5})},
		},
		Metadata: map[string]string{"z": "w", "k": "v"},
	}))
	require.Equal(t, []byte("\x08\x00\x00\x00\x00\x00\x00\x00{}      "), encode(t, &safetensors.File{}))
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, safetensors.Write(path, small()))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, encode(t, small()), data)
	f, err := safetensors.Read(path)
	require.NoError(t, err)
	require.Equal(t, small(), f)
	for range 20 {
		require.Equal(t, data, encode(t, f), "equal files have equal bytes")
	}
}

// testdata/numpy.safetensors was written by Python's safetensors 0.8.0 with NumPy 2.4:
//
//	save_file({"half": np.array([1, -2.5, 65504, 2**-24, -2**-14, np.inf, 0.1], np.float16),
//	           "single": np.array([[1, -2.5, 0.1], [3.4028234663852886e38, 2**-149, -0.0]], np.float32),
//	           "double": np.array([[0.1], [-1e300]], np.float64), "scalar": np.array(7, np.float64),
//	           "count": np.array([3, -1], np.int64)}, path, metadata={"network": "ünit", "seed": "1"})
func TestFileOfThePythonLibrary(t *testing.T) {
	f, err := safetensors.Read("testdata/numpy.safetensors")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"network": "ünit", "seed": "1"}, f.Metadata)
	type values struct {
		dtype safetensors.DType
		shape []int
		x     []float64
	}
	want := map[string]values{
		"half":   {"F16", []int{7}, []float64{1, -2.5, 65504, 0x1p-24, -0x1p-14, math.Inf(1), 0.0999755859375}},
		"single": {"F32", []int{2, 3}, []float64{1, -2.5, 0.10000000149011612, math.MaxFloat32, 0x1p-149, math.Copysign(0, -1)}},
		"double": {"F64", []int{2, 1}, []float64{0.1, -1e300}},
		"scalar": {"F64", []int{}, []float64{7}},
	}
	require.Len(t, f.Tensors, 5)
	for _, tensor := range f.Tensors {
		x, err := tensor.Float64()
		if tensor.Name == "count" {
			require.ErrorContains(t, err, `"count" holds I64, not floating-point numbers`)
			require.Equal(t, []byte{3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}, tensor.Data)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want[tensor.Name], values{tensor.DType, tensor.Shape, x}, tensor.Name)
	}
}

func TestWriteRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o644))
	tensor := func(f func(x *safetensors.Tensor)) *safetensors.File {
		file := small()
		f(&file.Tensors[0])
		return file
	}
	for _, tt := range []struct {
		f    *safetensors.File
		want string
	}{
		{tensor(func(x *safetensors.Tensor) { x.Name = "one" }), `"one" is used twice`},
		{tensor(func(x *safetensors.Tensor) { x.Name = "__metadata__" }), "reserved"},
		{tensor(func(x *safetensors.Tensor) { x.Name = "\xff" }), "not UTF-8"},
		{tensor(func(x *safetensors.Tensor) { x.DType = "F31" }), `"b" has the unknown type "F31": convert it to one of BF16, BOOL`},
		{tensor(func(x *safetensors.Tensor) { x.Shape = []int{4} }), `"b" has 12 bytes of data, its F32 of shape [4] are 16`},
		{tensor(func(x *safetensors.Tensor) { x.Shape = []int{-3} }), "impossible shape [-3]"},
		{tensor(func(x *safetensors.Tensor) { x.Shape = []int{1 << 40, 1 << 40} }), "impossible shape"},
		{&safetensors.File{Metadata: map[string]string{"k": "\xff"}}, `metadata "k" is not UTF-8`},
	} {
		err := safetensors.Write(path, tt.f)
		require.ErrorContains(t, err, tt.want)
		require.ErrorContains(t, err, path)
		require.Error(t, safetensors.Encode(&bytes.Buffer{}, tt.f))
	}
	huge := &safetensors.File{Metadata: map[string]string{"text": string(bytes.Repeat([]byte("x"), 100_000_000))}}
	require.ErrorContains(t, safetensors.Write(path, huge), "the limit is 100000000: shorten the metadata")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(data), "nothing is overwritten")

	require.ErrorContains(t, safetensors.Write(filepath.Join(path, "x"), small()), "does its folder exist")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary files are left")
}

func TestSplit(t *testing.T) {
	parts := []safetensors.Part{{Name: "W", Shape: []int{2, 2}}, {Name: "b", Shape: []int{1}}}
	data := safetensors.AppendFloat64(nil, []float64{1, 2, 3, 4, 5})
	tensors, err := safetensors.Split(parts, safetensors.F64, data)
	require.NoError(t, err)
	require.Equal(t, []safetensors.Tensor{
		{Name: "W", DType: safetensors.F64, Shape: []int{2, 2}, Data: safetensors.AppendFloat64(nil, []float64{1, 2, 3, 4})},
		{Name: "b", DType: safetensors.F64, Shape: []int{1}, Data: safetensors.AppendFloat64(nil, []float64{5})},
	}, tensors)
	_, err = safetensors.Split(parts, safetensors.F64, data[:32])
	require.ErrorContains(t, err, `"b" of shape [1] goes beyond the end of the vector`)
	_, err = safetensors.Split(parts[:1], safetensors.F64, data)
	require.ErrorContains(t, err, "leave 1 numbers of the vector over")
	_, err = safetensors.Split(parts, "F31", data)
	require.ErrorContains(t, err, "unknown type")
}

func TestSealDetectsAnyChange(t *testing.T) {
	sealed := func() *safetensors.File { f := small(); require.NoError(t, f.Seal()); return f }
	f := sealed()
	require.NoError(t, f.Verify())
	require.NoError(t, f.Seal())
	require.Equal(t, sealed(), f, "sealed twice is sealed once")
	read, err := decode(encode(t, f))
	require.NoError(t, err)
	require.NoError(t, read.Verify())
	require.NoError(t, small().Verify(), "a file without a checksum passes")
	for name, change := range map[string]func(f *safetensors.File){
		"number":   func(f *safetensors.File) { f.Tensors[1].Data[3] ^= 1 },
		"name":     func(f *safetensors.File) { f.Tensors[1].Name = "c" },
		"shape":    func(f *safetensors.File) { f.Tensors[1].Shape = []int{1, 2} },
		"type":     func(f *safetensors.File) { f.Tensors[3].DType = safetensors.F16 },
		"order":    func(f *safetensors.File) { f.Tensors[0], f.Tensors[1] = f.Tensors[1], f.Tensors[0] },
		"metadata": func(f *safetensors.File) { f.Metadata["data"] = "x" },
		"added":    func(f *safetensors.File) { f.Metadata["more"] = "x" },
		"checksum": func(f *safetensors.File) { f.Metadata["checksum"] = "0" },
	} {
		changed := sealed()
		change(changed)
		require.ErrorContains(t, changed.Verify(), "checksum does not match", name)
	}
	empty := &safetensors.File{}
	require.NoError(t, empty.Seal())
	require.NoError(t, empty.Verify())
}
