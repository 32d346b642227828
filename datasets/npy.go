package datasets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"codeberg.org/sbinet/npyio/npy"
)

// Array is a NumPy array of numbers, in row-major order whatever the order in the file.
type Array struct {
	Shape []int
	Data  []float64
}

// LoadNPY reads a .npy file, plain or gzipped, of booleans, integers or floats.
func LoadNPY(path string) (a *Array, err error) {
	err = withFile(path, func(r io.Reader) error {
		a, err = ReadNPY(r, path)
		return err
	})
	return a, err
}

// ReadNPY is LoadNPY from a reader; name stands in messages. 64-bit integers beyond 2^53 are rounded.
func ReadNPY(r io.Reader, name string) (*Array, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, malformed(name, 0, "%v", err)
	}
	a, err := parseNPY(file)
	if err != nil {
		return nil, malformed(name, 0, "%v", err)
	}
	return a, nil
}

// Vector returns the numbers of an array with at most one axis longer than 1.
func (a *Array) Vector() ([]float64, error) {
	for _, n := range a.Shape {
		if n != 1 && n != len(a.Data) {
			return nil, fmt.Errorf("shape %v is not a vector", a.Shape)
		}
	}
	return a.Data, nil
}

// Dense returns the array as rows: all axes but the first are flattened, a vector is one column. A number
// that is not finite is an error.
func (a *Array) Dense() (*Dense, error) {
	if len(a.Shape) == 0 {
		return nil, fmt.Errorf("a single number is not a table")
	}
	n, cols := a.Shape[0], 1
	for _, k := range a.Shape[1:] {
		cols *= k
	}
	for i, v := range a.Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("row %d, column %d: %v is not a finite number", i/cols, i%cols, v)
		}
	}
	return &Dense{N: n, Cols: cols, Data: a.Data}, nil
}

func parseNPY(file []byte) (*Array, error) {
	header, payload, err := npyHeader(file)
	if err != nil {
		return nil, err
	}
	kind, known := npyKinds[trimQuotes(header.Descr.Type)]
	if !known {
		return nil, fmt.Errorf("cannot read NumPy type %s; save as float64 or int64", header.Descr.Type)
	}
	n, ok := elements(header.Descr.Shape, len(file))
	if !ok {
		return nil, fmt.Errorf("shape %v does not fit a file of %d bytes", header.Descr.Shape, len(file))
	}
	if len(payload) != n*kind.size {
		return nil, fmt.Errorf("shape %v of type %s needs %d bytes, the file has %d", header.Descr.Shape, header.Descr.Type, n*kind.size, len(payload))
	}
	a := &Array{Shape: header.Descr.Shape, Data: make([]float64, n)}
	kind.decode(a.Data, payload)
	if header.Descr.Fortran && len(a.Shape) > 1 {
		a.Data = rowMajor(a.Data, a.Shape)
	}
	return a, nil
}

// elements returns the number of elements of an array, unless it or an axis is beyond limit.
func elements(shape []int, limit int) (n int, ok bool) {
	n = 1
	for _, k := range shape {
		if k < 0 || k > limit || k > 0 && n > limit/k {
			return 0, false
		}
		n *= k
	}
	return n, true
}

// npyHeader reads the header. npyio trusts the length that the file claims and the form of the dictionary, so the length is
// checked before and a panic on a damaged dictionary becomes an error.
func npyHeader(file []byte) (header npy.Header, payload []byte, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("the NumPy header is damaged")
		}
	}()
	if len(file) < 10 || string(file[:6]) != "\x93NUMPY" {
		return header, nil, fmt.Errorf("not a NumPy file")
	}
	size := 10 + int(binary.LittleEndian.Uint16(file[8:]))
	if file[6] == 2 && len(file) >= 12 {
		size = 12 + int(binary.LittleEndian.Uint32(file[8:]))
	}
	if size > len(file) {
		return header, nil, fmt.Errorf("the NumPy header is cut off")
	}
	r, err := npy.NewReader(bytes.NewReader(file[:size]))
	if err != nil {
		return header, nil, err
	}
	return r.Header, file[size:], nil
}

func trimQuotes(s string) string {
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// rowMajor reorders numbers whose first index varies fastest.
func rowMajor(data []float64, shape []int) []float64 {
	out := make([]float64, len(data))
	index := make([]int, len(shape))
	strides := make([]int, len(shape)) // in data
	step := 1
	for axis, n := range shape {
		strides[axis] = step
		step *= n
	}
	for i := range out {
		from := 0
		for axis, k := range index {
			from += k * strides[axis]
		}
		out[i] = data[from]
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return out
}

type npyKind struct {
	size   int
	decode func(dst []float64, raw []byte)
}

func kindOf(size int, at func(b []byte) float64) npyKind {
	return npyKind{size, func(dst []float64, raw []byte) {
		for i := range dst {
			dst[i] = at(raw[i*size:])
		}
	}}
}

var (
	little = binary.LittleEndian
	big    = binary.BigEndian
)

// npyKinds are the element types that are read, by NumPy's name.
var npyKinds = map[string]npyKind{
	"|b1": kindOf(1, func(b []byte) float64 { return float64(b[0]) }),
	"|i1": kindOf(1, func(b []byte) float64 { return float64(int8(b[0])) }),
	"|u1": kindOf(1, func(b []byte) float64 { return float64(b[0]) }),
	"<i2": kindOf(2, func(b []byte) float64 { return float64(int16(little.Uint16(b))) }),
	"<u2": kindOf(2, func(b []byte) float64 { return float64(little.Uint16(b)) }),
	"<i4": kindOf(4, func(b []byte) float64 { return float64(int32(little.Uint32(b))) }),
	"<u4": kindOf(4, func(b []byte) float64 { return float64(little.Uint32(b)) }),
	"<i8": kindOf(8, func(b []byte) float64 { return float64(int64(little.Uint64(b))) }),
	"<u8": kindOf(8, func(b []byte) float64 { return float64(little.Uint64(b)) }),
	"<f4": kindOf(4, func(b []byte) float64 { return float64(math.Float32frombits(little.Uint32(b))) }),
	"<f8": kindOf(8, func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) }),
	">i2": kindOf(2, func(b []byte) float64 { return float64(int16(big.Uint16(b))) }),
	">u2": kindOf(2, func(b []byte) float64 { return float64(big.Uint16(b)) }),
	">i4": kindOf(4, func(b []byte) float64 { return float64(int32(big.Uint32(b))) }),
	">u4": kindOf(4, func(b []byte) float64 { return float64(big.Uint32(b)) }),
	">i8": kindOf(8, func(b []byte) float64 { return float64(int64(big.Uint64(b))) }),
	">u8": kindOf(8, func(b []byte) float64 { return float64(big.Uint64(b)) }),
	">f4": kindOf(4, func(b []byte) float64 { return float64(math.Float32frombits(big.Uint32(b))) }),
	">f8": kindOf(8, func(b []byte) float64 { return math.Float64frombits(big.Uint64(b)) }),
}
