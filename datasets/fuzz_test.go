package datasets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// modestly asserts that what is refused took at most factor times the size of the input in memory,
// beside the buffers of the libraries.
func modestly(t *testing.T, size, factor int, read func() error) error {
	t.Helper()
	const buffers = 1 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := read()
	runtime.ReadMemStats(&after)
	if err != nil {
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(factor*size+buffers), "%v", err)
	}
	return err
}

// perCell is what a text may take: a cell of one byte and its comma are a string of 16 bytes and
// its share of the row.
const perCell = 64

// What is read is sound, and read in the same way by its own coding, in any order of columns.
func FuzzCSV(f *testing.F) {
	f.Add("a,b,y\n1,x,0\n?,z,1\n", byte(1), "b,a,y\nz,1,1\n")
	f.Add("# c\na;y\n\"1\";2", byte(0), "")
	f.Add("a\tb\ty\n\t\"x\ty\"\tnan\n", byte(3), "a\ty\tb\n1\t2\tx\n")
	f.Add("\ufeffa b y\n1   2 3\n", byte(4), "")
	f.Add("a,b,y\n-1e308,u,-1\n1e308,u,+1\n", byte(0x19), "y,b,a\n-1,u,5e-324\n")
	f.Fuzz(func(t *testing.T, text string, how byte, other string) {
		o := CSV{Label: "y", Categorical: []string{"b"}, DropFirst: how&0x20 != 0, Impute: how&1 != 0, Comment: '#',
			Delimiter: []rune{',', '\t', ' ', ';'}[how>>1&3], Scaling: []Scaling{Unscaled, Standard, MinMax, Unscaled}[how>>3&3],
			Regression: how&0x40 != 0, ByFrequency: how&0x80 != 0}
		var d *Dataset
		err := modestly(t, len(text), perCell, func() (err error) {
			d, err = o.Read(strings.NewReader(text), "f")
			return err
		})
		if err != nil {
			return
		}
		requireSound(t, d)
		require.NoError(t, d.Check())
		require.NoError(t, d.Coding.Check())
		again, err := CSV{Like: d.Coding, Comment: '#', Delimiter: o.Delimiter}.Read(strings.NewReader(text), "f")
		require.NoError(t, err)
		require.Equal(t, d.X, again.X)
		require.Equal(t, d.Y, again.Y)
		require.NoError(t, Same(d, again))
		like := o
		like.Like, like.Unknown = d.Coding, DropUnknown
		if e, err := like.Read(strings.NewReader(other), "g"); err == nil {
			requireSound(t, e)
			require.NoError(t, e.Check())
			require.NoError(t, Same(d, e))
		}
	})
}

func FuzzSVMLight(f *testing.F) {
	f.Add("-1 1:1 3:0.5 # x\n+1 2:3\n", false)
	f.Add("1 qid:2 2147483646:1e300\n", true)
	f.Add("\ufeff1 cost:2.5 1:1e-400\r\n0", false)
	f.Fuzz(func(t *testing.T, text string, zero bool) {
		var d *Dataset
		var comments []string
		err := modestly(t, len(text), perCell, func() (err error) {
			d, comments, err = SVMLight{ZeroBased: zero}.Read(strings.NewReader(text), "f")
			return err
		})
		if err != nil {
			return
		}
		require.Len(t, comments, d.Len())
		requireSound(t, d)
		require.NoError(t, d.Check())
		again, _, err := SVMLight{Like: d.Coding}.Read(strings.NewReader(text), "f")
		require.NoError(t, err)
		require.Equal(t, d.X, again.X)
		require.Equal(t, d.Y, again.Y)
		require.Equal(t, d.Weights, again.Weights)
		require.NoError(t, Same(d, again))
	})
}

func FuzzNPY(f *testing.F) {
	f.Add(npyOf(f, []float64{1, 2}))
	f.Add(rawNPY("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 1), }", []byte{1, 2}))
	f.Add(versioned(3, "{\"shape\":(2L,),u'descr':'>f2','fortran_order':False}", []byte{1, 2, 3, 4}))
	f.Add(versioned(2, "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,)}", []byte{1, 2, 3, 4}))
	f.Fuzz(func(t *testing.T, file []byte) {
		var a *Array
		err := modestly(t, len(file), 10, func() (err error) { // bytes become numbers of 8 bytes
			a, err = ReadNPY(bytes.NewReader(file), "f")
			return err
		})
		if err != nil {
			return
		}
		n := 1
		for _, k := range a.Shape {
			n *= k
		}
		require.Len(t, a.Data, n)
		require.LessOrEqual(t, len(a.Data), len(file))
	})
}

// A header by itself: no shape makes an array of another size than it says, and what NumPy's own
// rules refuse is refused.
func FuzzNPYHeader(f *testing.F) {
	f.Add("{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 3), }  \n", byte(1), []byte{1, 2, 3, 4, 5, 6})
	f.Add("{\"shape\":(),u'descr':b'<i8','fortran_order':True}", byte(3), make([]byte, 8))
	f.Fuzz(func(t *testing.T, header string, version byte, payload []byte) {
		if len(header) > math.MaxUint16 {
			return
		}
		a, err := ReadNPY(bytes.NewReader(versioned(version, header, payload)), "f")
		if err != nil {
			return
		}
		require.True(t, version >= 1 && version <= 3)
		for _, key := range []string{"descr", "fortran_order", "shape"} {
			require.Equal(t, 1, strings.Count(header, key), header)
		}
		for i := len(a.Data); i > 0; i /= 2 { // a number takes 1, 2, 4 or 8 bytes
			if len(payload)%len(a.Data) == 0 {
				require.Contains(t, []int{1, 2, 4, 8}, len(payload)/len(a.Data))
			}
		}
	})
}

// What another library writes is read back bit by bit.
func FuzzNPYRoundTrip(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 240, 63, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) < 8 { // of an empty slice npyio writes a single number
			return
		}
		doubles, singles := make([]float64, len(raw)/8), make([]float32, len(raw)/4)
		for i := range doubles {
			doubles[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		for i := range singles {
			singles[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		a, err := ReadNPY(bytes.NewReader(npyOf(t, doubles)), "f")
		require.NoError(t, err)
		for i, v := range doubles {
			require.Equal(t, math.Float64bits(v), math.Float64bits(a.Data[i]))
		}
		a, err = ReadNPY(bytes.NewReader(npyOf(t, singles)), "f")
		require.NoError(t, err)
		for i, v := range singles {
			require.True(t, float64(v) == a.Data[i] || v != v && a.Data[i] != a.Data[i])
		}
	})
}

func FuzzNPZ(f *testing.F) {
	f.Add(npzOf(f, csrMembers()))
	f.Add(npzOf(f, map[string]any{"x": []float64{1}}))
	for _, name := range []string{"square-csc", "wide-bsr", "offsets-dia", "duplicates-coo"} {
		file, err := os.ReadFile(filepath.Join("testdata", "scipy", name+".npz"))
		require.NoError(f, err)
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var x Features
		err := modestly(t, len(file), 3*maxRatio, func() (err error) { // what deflate packs best
			x, err = readNPZ(file)
			return err
		})
		if err != nil || slices.Contains(x.Shape(), 0) || x.Len() == 0 {
			return
		}
		d := &Dataset{X: x, Y: make([]float64, x.Len())}
		requireSound(t, d)
		require.NoError(t, d.Check())
	})
}

// The arrays of a sparse matrix in any of its formats: sound rows or an error.
func FuzzSparseParts(f *testing.F) {
	f.Add([]byte{0, 2, 2, 4}, []byte{0, 3, 2, 1}, byte(4), byte(0))
	f.Add([]byte{0, 2, 2, 4}, []byte{0, 3, 2, 1}, byte(3), byte(1))
	f.Add([]byte{0, 2, 2, 4}, []byte{0, 3, 2, 1}, byte(5), byte(2))
	f.Add([]byte{0, 1}, []byte{0, 3, 2, 1}, byte(5), byte(3))
	f.Add([]byte{0, 2, 1}, []byte{0, 3, 2, 1, 0, 1}, byte(2), byte(4))
	f.Fuzz(func(t *testing.T, first, second []byte, cols, format byte) {
		if len(first) == 0 || len(second) == 0 {
			return
		}
		name := []string{"csr", "csc", "coo", "bsr", "dia"}[format%5]
		side := len(first) - 1
		members := map[string]any{
			"format": rawArray(rawNPY("{'descr': '|S3', 'fortran_order': False, 'shape': (), }", []byte(name))),
			"shape":  []int64{int64(side), int64(cols)}, "indptr": first, "indices": second, "data": second,
		}
		switch name {
		case "csc":
			members["shape"] = []int64{int64(cols), int64(side)}
		case "coo":
			members["row"], members["col"] = first, second
		case "bsr":
			members["shape"] = []int64{int64(2 * side), int64(cols)}
			members["data"] = rawArray(rawNPY("{'descr': '|u1', 'fortran_order': False, 'shape': ("+
				numberNames([]float64{float64(len(second))})[0]+", 2, 1), }", slices.Concat(second, second)))
		case "dia":
			delete(members, "indptr")
			members["offsets"] = first
			members["data"] = rawArray(rawNPY("{'descr': '|u1', 'fortran_order': False, 'shape': ("+
				numberNames([]float64{float64(len(first))})[0]+", 2), }", slices.Concat(first, first)))
		}
		x, err := readNPZ(npzOf(t, members))
		if err != nil {
			return
		}
		d := &Dataset{X: x, Y: make([]float64, x.Len())}
		requireSound(t, d)
		require.NoError(t, d.Check())
	})
}

func FuzzIDX(f *testing.F) {
	f.Add(idxImages)
	f.Add(idxLabels)
	f.Add([]byte{0, 0, 8, 1, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, file []byte) {
		var x *Images
		err := modestly(t, len(file), 6, func() (err error) {
			x, err = ReadIDXImages(bytes.NewReader(file), "f")
			return err
		})
		if err == nil {
			require.Len(t, x.Pixels, x.N*x.size())
			again := binary.BigEndian.AppendUint32([]byte{0, 0, 8, file[3]}, uint32(x.N))
			for _, k := range x.Shape()[:file[3]-1] {
				again = binary.BigEndian.AppendUint32(again, uint32(k))
			}
			require.Equal(t, file, append(again, x.Pixels...))
		}
		if y, err := ReadIDXLabels(bytes.NewReader(file), "f"); err == nil {
			require.Len(t, y, len(file)-8)
		}
	})
}

func FuzzCIFAR10(f *testing.F) {
	f.Add(cifarRecords(0, 1, 2))
	f.Add([]byte{9})
	f.Fuzz(func(t *testing.T, content []byte) {
		x := &Images{Height: 32, Width: 32, Channels: 3, Scale: 255}
		d := &Dataset{X: x, Classes: 10}
		err := modestly(t, len(content), 6, func() error { return appendRecords(d, x, bytes.NewReader(content), "f") })
		if err != nil {
			return
		}
		require.NoError(t, d.Check())
		require.Equal(t, len(content), d.Len()*3073)
		for i := range x.N { // and back
			record := content[i*3073 : (i+1)*3073]
			require.Equal(t, float64(record[0]), d.Y[i])
			for p := range 1024 {
				pixel := x.Pixels[(i*1024+p)*3:]
				require.Equal(t, [3]byte{record[1+p], record[1025+p], record[2049+p]}, [3]byte(pixel[:3]))
			}
		}
	})
}

func FuzzVocabulary(f *testing.F) {
	f.Add("one, two: 0123456789", "9876543210ab")
	f.Add("\ufeffé\xff", "00")
	f.Fuzz(func(t *testing.T, text, symbols string) {
		v := NewVocabulary(text)
		same, err := VocabularyOf(v.Symbols())
		require.NoError(t, err)
		require.Equal(t, v, same)
		tokens, err := v.Encode(text)
		require.Equal(t, utf8.ValidString(text), err == nil)
		if err == nil {
			require.Equal(t, text, v.Decode(tokens))
		}
		if v, err = VocabularyOf(symbols); err == nil {
			require.Equal(t, symbols, v.Symbols())
			tokens, err = v.Encode(symbols)
			require.NoError(t, err)
			for i, token := range tokens {
				require.Equal(t, int32(i), token)
			}
		}
	})
}

// An archive puts nothing into the folder but members that are known, whole.
func FuzzUnpack(f *testing.F) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	require.NoError(f, w.WriteHeader(&tar.Header{Name: "../../a.bin", Mode: 0o600, Size: 3, Typeflag: tar.TypeReg}))
	_, err := w.Write([]byte("AAA"))
	require.NoError(f, err)
	require.NoError(f, w.Close())
	f.Add(b.Bytes())
	f.Add(zipped(f, b.Bytes()))
	f.Fuzz(func(t *testing.T, file []byte) {
		folder := t.TempDir()
		into, archive := filepath.Join(folder, "into"), filepath.Join(folder, "archive")
		require.NoError(t, os.Mkdir(into, 0o755))
		require.NoError(t, os.WriteFile(archive, file, 0o644))
		err := unpackMembers(archive, into, []knownFile{{"a.bin", sum([]byte("AAA"))}})
		var names []string
		for _, at := range []string{folder, into} {
			entries, err := os.ReadDir(at)
			require.NoError(t, err)
			for _, e := range entries {
				names = append(names, e.Name())
			}
		}
		if err != nil {
			require.Equal(t, []string{"archive", "into"}, names)
			return
		}
		require.Equal(t, []string{"archive", "into", "a.bin"}, names)
		content, err := os.ReadFile(filepath.Join(into, "a.bin"))
		require.NoError(t, err)
		require.Equal(t, "AAA", string(content))
	})
}

// What is gzipped is read as what is in it, and what is damaged is an error of the file.
func FuzzGzip(f *testing.F) {
	f.Add([]byte("1 1:1\n"), 0)
	f.Add(zipped(f, []byte("1 1:1\n")), 12)
	f.Fuzz(func(t *testing.T, data []byte, damage int) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(data)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		all := func(got *[]byte) func(r io.Reader) error {
			return func(r io.Reader) (err error) {
				*got, err = io.ReadAll(r)
				return err
			}
		}
		var got []byte
		require.NoError(t, withReader(bytes.NewReader(packed.Bytes()), "f", all(&got)))
		require.True(t, bytes.Equal(data, got))
		if raw := packed.Bytes(); damage >= 0 && damage < 8*len(raw) {
			raw[damage/8] ^= 1 << (damage % 8)
			if withReader(bytes.NewReader(raw), "f", all(&got)) == nil && damage >= 16 && damage/8 != 9 {
				require.True(t, bytes.Equal(data, got), "a damaged file was read as another")
			}
		}
		// and as a file that may be of any kind
		_ = withReader(bytes.NewReader(data), "f", func(r io.Reader) error {
			_, _, err := SVMLight{}.Read(r, "f")
			return err
		})
	})
}
