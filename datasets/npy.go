package datasets

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Array is a NumPy array of numbers, in row-major order whatever the order in the file.
type Array struct {
	Shape []int
	Data  []float64
}

// LoadNPY reads a .npy file, plain or gzipped, of booleans, integers or floats of 16, 32 or 64
// bits.
func LoadNPY(path string) (a *Array, err error) {
	err = withFile(path, func(r io.Reader) error {
		a, err = ReadNPY(r, path)
		return err
	})
	return a, err
}

// ReadNPY is LoadNPY from a reader; name stands in messages. 64-bit integers beyond 2^53 are
// rounded.
func ReadNPY(r io.Reader, name string) (*Array, error) {
	a, err := parseNPY(r)
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

// Dense returns the array as rows: all axes but the first are flattened, a vector is one column. A
// number that is not finite is an error.
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

// parseNPY reads an array. Memory grows with what is read, not with what the header claims.
func parseNPY(r io.Reader) (*Array, error) {
	b := bufferedReader(r)
	header, err := readNPYHeader(b)
	if err != nil {
		return nil, err
	}
	kind, known := kindNamed(header.descr)
	if !known {
		return nil, fmt.Errorf("cannot read NumPy type '%s'; save as float64 or int64", header.descr)
	}
	n, ok := elements(header.shape, maxElements)
	if !ok {
		return nil, fmt.Errorf("shape %v does not fit a file of at most %d numbers", header.shape, maxElements)
	}
	a := &Array{Shape: header.shape}
	have, err := a.decode(b, kind, n)
	if err != nil {
		return nil, err
	}
	if have != n*kind.size {
		more := ""
		if have > n*kind.size {
			more = " or more"
		}
		return nil, fmt.Errorf("shape %v of type '%s' needs %d bytes, the file has %d%s", header.shape, header.descr, n*kind.size, have, more)
	}
	if header.fortran && len(a.Shape) > 1 {
		a.Data = rowMajor(a.Data, a.Shape)
	}
	return a, nil
}

// maxElements bounds the numbers of one array: 8 GiB of float64.
const maxElements = 1 << 30

// decode reads n numbers, and returns how many bytes there were; one more than needed says that
// there are more.
func (a *Array) decode(r io.Reader, kind npyKind, n int) (have int, err error) {
	block := make([]byte, min(n*kind.size, 1<<16/kind.size*kind.size))
	a.Data = make([]float64, 0, min(n, 1<<13))
	for len(a.Data) < n {
		want := min(n-len(a.Data), len(block)/kind.size)
		got, err := io.ReadFull(r, block[:want*kind.size])
		have += got
		if err := readFault(err); err != nil {
			return have, err
		}
		if got < want*kind.size {
			return have, nil
		}
		start := len(a.Data)
		if start+want > cap(a.Data) {
			a.Data = append(make([]float64, 0, min(n, 2*cap(a.Data)+want)), a.Data...)
		}
		a.Data = a.Data[:start+want]
		kind.decode(a.Data[start:], block)
	}
	extra, err := io.ReadFull(r, make([]byte, 1))
	return have + extra, readFault(err)
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

// npyKind is an element type: how many bytes a number has, and what it is when the lowest byte
// comes first.
type npyKind struct {
	size   int
	decode func(dst []float64, raw []byte) // may change raw
}

func kindOf(size int, at func(b []byte) float64) npyKind {
	return npyKind{size, func(dst []float64, raw []byte) {
		for i := range dst {
			dst[i] = at(raw[i*size:])
		}
	}}
}

// kindNamed returns the type of a NumPy name: order of bytes (< > = |, none for one byte or the
// usual order), kind, size.
func kindNamed(name string) (npyKind, bool) {
	order, code := byte('<'), name
	if name != "" && strings.ContainsRune("<>=|", rune(name[0])) {
		order, code = name[0], name[1:]
	}
	kind, known := npyKinds[code]
	if !known || kind.size > 1 && order == '|' { // no order where one is needed
		return kind, false
	}
	if order != '>' || kind.size == 1 {
		return kind, true
	}
	return npyKind{kind.size, func(dst []float64, raw []byte) {
		for i := range dst {
			slices.Reverse(raw[i*kind.size : (i+1)*kind.size])
		}
		kind.decode(dst, raw)
	}}, true
}

var little = binary.LittleEndian

// npyKinds are the element types that are read, by NumPy's name without the order of bytes.
var npyKinds = map[string]npyKind{
	"b1": kindOf(1, func(b []byte) float64 {
		if b[0] != 0 {
			return 1
		}
		return 0
	}),
	"i1": kindOf(1, func(b []byte) float64 { return float64(int8(b[0])) }),
	"u1": kindOf(1, func(b []byte) float64 { return float64(b[0]) }),
	"i2": kindOf(2, func(b []byte) float64 { return float64(int16(little.Uint16(b))) }),
	"u2": kindOf(2, func(b []byte) float64 { return float64(little.Uint16(b)) }),
	"i4": kindOf(4, func(b []byte) float64 { return float64(int32(little.Uint32(b))) }),
	"u4": kindOf(4, func(b []byte) float64 { return float64(little.Uint32(b)) }),
	"i8": kindOf(8, func(b []byte) float64 { return float64(int64(little.Uint64(b))) }),
	"u8": kindOf(8, func(b []byte) float64 { return float64(little.Uint64(b)) }),
	"f2": kindOf(2, func(b []byte) float64 { return half(little.Uint16(b)) }),
	"f4": kindOf(4, func(b []byte) float64 { return float64(math.Float32frombits(little.Uint32(b))) }),
	"f8": kindOf(8, func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) }),
}

// half returns the value of a number of 16 bits (IEEE 754): sign, 5 bits of exponent, 10 of
// fraction.
func half(bits uint16) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}
