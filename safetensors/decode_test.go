package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/safetensors"
)

// raw is a file of a header and data as they are.
func raw(header string, data ...byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func TestTruncatedAtAnyByte(t *testing.T) {
	data := encode(t, small())
	path := filepath.Join(t.TempDir(), "model.safetensors")
	for n := range data {
		require.NoError(t, os.WriteFile(path, data[:n], 0o644))
		_, err := safetensors.Read(path)
		require.ErrorContains(t, err, path+" is truncated", "%d bytes", n)
		require.ErrorContains(t, err, "write or fetch it again")
	}
	_, err := safetensors.Decode(bytes.NewReader(data[:len(data)-1]), int64(len(data)))
	require.ErrorContains(t, err, "could not be read", "cut off while it is read")
}

func TestDefectsAreTold(t *testing.T) {
	const a = `"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}`
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"text":           {[]byte("epoch,loss\n1,0.5\n"), "its first 8 bytes would be a header's length of 80"},
		"no header":      {make([]byte, 64), "is not a safetensors file: its first 8 bytes would be a header's length of 0"},
		"other format":   {raw("[1,2,3]"), `is not a safetensors file: its header begins with '[' instead of '{'`},
		"huge header":    {append(binary.LittleEndian.AppendUint64(nil, 100_000_001), '{'), "2 to 100000000 are possible"},
		"largest header": {append(binary.LittleEndian.AppendUint64(nil, 100_000_000), '{'), "it has 1 of the header's 100000000 bytes"},
		"no JSON":        {raw(`{"a":}`), "has a header that cannot be used: tensor \"a\": invalid character '}'"},
		"cut JSON":       {raw(`{"a":{"dtype":"F16"`), "has a header that cannot be used: "},
		"comma":          {raw(`{`+a+`,}`, 1, 2, 3, 4), "has a header that cannot be used: "},
		"no text":        {raw("{\"\xff\":1}"), "it is not UTF-8"},
		"after it":       {raw(`{} {}`), `goes on with "{}"`},
		"no object":      {raw(`{"a":3}`), `tensor "a": 3 stands where a JSON object has to be`},
		"no type":        {raw(`{"a":{"shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `"a" needs a dtype, a shape and two`},
		"null shape":     {raw(`{"a":{"dtype":"F16","shape":null,"data_offsets":[0,2]}}`, 1, 2), `"a" needs a dtype, a shape and two`},
		"case":           {raw(`{"a":{"DType":"F16","shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `"a" needs a dtype, a shape and two`},
		"one offset":     {raw(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[4]}}`, 1, 2, 3, 4), `"a" needs a dtype, a shape and two`},
		"unknown type":   {raw(`{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}`, 1), `"a" has the unknown type "F4": convert it to one of BF16,`},
		"negative":       {raw(`{"a":{"dtype":"F16","shape":[-2,-1],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `"a" has the impossible shape [-2 -1]`},
		"fraction":       {raw(`{"a":{"dtype":"F16","shape":[2.5],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `tensor "a": shape is unreadable`},
		"absurd shape": {raw(`{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`),
			`"a" has the impossible shape [4294967296 4294967296]`},
		"absurd offsets": {raw(`{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}`),
			"is truncated: it has 0 of the data's 4611686018427387904 bytes"},
		"negative offset":   {raw(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[-4,0]}}`), `data_offsets is unreadable`},
		"backward":          {raw(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[4,0]}}`, 1, 2, 3, 4), `"a" has the data offsets [4 0]`},
		"shape and offsets": {raw(`{"a":{"dtype":"F16","shape":[3],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `F16 of shape [3] are 6 bytes`},
		"type and offsets":  {raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `F32 of shape [2] are 8 bytes`},
		"tensor twice":      {raw(`{`+a+`,`+a+`}`, 1, 2, 3, 4), `"a" is there twice`},
		"field twice":       {raw(`{"a":{"dtype":"F16","dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 1, 2, 3, 4), `"a": "dtype" is there twice`},
		"metadata number":   {raw(`{"__metadata__":{"k":1}}`), `metadata "k" is not a text`},
		"metadata null":     {raw(`{"__metadata__":{"k":null}}`), `metadata "k" is not a text`},
		"metadata twice":    {raw(`{"__metadata__":{"k":"","k":""}}`), `"k" is there twice`},
		"overlap": {raw(`{`+a+`,"b":{"dtype":"F16","shape":[2],"data_offsets":[2,6]}}`, 1, 2, 3, 4, 5, 6),
			`tensor "b" begins at byte 2 of the data and overlaps with "a", which ends at 4`},
		"gap": {raw(`{`+a+`,"b":{"dtype":"F16","shape":[1],"data_offsets":[6,8]}}`, 1, 2, 3, 4, 5, 6, 7, 8),
			`tensor "b" begins at byte 6 of the data and leaves a gap after "a", which ends at 4`},
		"gap before": {raw(`{"b":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}}`, 1, 2, 3, 4), "leaves a gap after the header"},
		"left over":  {raw(`{`+a+`}`, 1, 2, 3, 4, 5), "is damaged: it is 1 bytes too long"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.safetensors")
			require.NoError(t, os.WriteFile(path, tt.file, 0o644))
			_, err := safetensors.Read(path)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "safetensors: "+path+" ")
		})
	}
	_, err := safetensors.Read(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = safetensors.Read(t.TempDir())
	require.ErrorContains(t, err, "is no regular file")
	_, err = decode([]byte("epoch,loss\n1,0.5\n"))
	require.ErrorIs(t, err, safetensors.ErrForeign)
}

// What the format leaves open is accepted: order, padding, fields of later versions, tensors
// without elements.
func TestOtherWritersAreRead(t *testing.T) {
	f, err := decode(raw("{\"z\":{\"data_offsets\":[2,4],\"shape\":[1],\"dtype\":\"BF16\",\"new\":[{}]},\n"+
		"\"e\":{\"dtype\":\"I8\",\"shape\":[5,0],\"data_offsets\":[2,2]},\"a\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,2]},"+
		"\"__metadata__\":{}} \n", 0, 0x3c, 0x80, 0x3f))
	require.NoError(t, err)
	require.Empty(t, f.Metadata)
	require.Equal(t, []safetensors.Tensor{
		{Name: "z", DType: "BF16", Shape: []int{1}, Data: []byte{0x80, 0x3f}},
		{Name: "e", DType: "I8", Shape: []int{5, 0}, Data: []byte{}},
		{Name: "a", DType: "F16", Shape: []int{}, Data: []byte{0, 0x3c}},
	}, f.Tensors)
	for _, i := range []int{0, 2} {
		x, err := f.Tensors[i].Float64()
		require.NoError(t, err)
		require.Equal(t, []float64{1}, x)
	}
}

// allocated returns how many bytes f takes, what it lets go again included.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// What is claimed costs no memory before it is there: a header of 100 MB, data of 4 exabytes, and a
// size that is wrong itself. Memory doubles with what is read: at most three times the input is
// held at a time, and four times are taken in all.
func TestClaimsCostNoMemory(t *testing.T) {
	long := raw(`{"a":{"dtype":"U8","shape":[1099511627000],"data_offsets":[0,1099511627000]}}`, make([]byte, 3<<20)...)
	for name, tt := range map[string]struct {
		file []byte
		size int64
	}{
		"header":                {append(binary.LittleEndian.AppendUint64(nil, 100_000_000), make([]byte, 1<<20)...), 1 << 40},
		"data":                  {raw(`{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}`), 1 << 10},
		"data of a wrong size":  {long, int64(len(long)) - 3<<20 + 1099511627000},
		"data of the true size": {long, int64(len(long))},
	} {
		took := allocated(func() {
			_, err := safetensors.Decode(bytes.NewReader(tt.file), tt.size)
			require.Error(t, err, name)
		})
		require.LessOrEqual(t, took, 4*len(tt.file)+1<<17, name)
	}
}

// What Decode accepts can be written, and is then read back equal; so all that it accepts is sound.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, small()))
	f.Add(encode(f, &safetensors.File{}))
	f.Add(raw(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1,0],"data_offsets":[4,4]}}`, 1, 2, 3, 4))
	python, err := os.ReadFile("testdata/numpy.safetensors")
	require.NoError(f, err)
	f.Add(python)
	f.Fuzz(func(t *testing.T, data []byte) {
		var first *safetensors.File
		var err error
		took := allocated(func() { first, err = safetensors.Decode(bytes.NewReader(data), 1<<40) })
		require.Error(t, err, "the size is wrong")
		require.Less(t, took, 1<<17+100*len(data))
		if first, err = decode(data); err != nil {
			return
		}
		total := 0
		for _, tensor := range first.Tensors {
			total += len(tensor.Data)
		}
		require.Less(t, total, len(data))
		if len(first.Metadata) == 0 {
			first.Metadata = nil
		}
		again, err := decode(encode(t, first))
		require.NoError(t, err)
		require.Equal(t, first, again)
	})
}
