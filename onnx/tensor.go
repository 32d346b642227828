package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// elementType is a type of elements, in the numbers of the file.
type elementType int64

const (
	typeFloat    elementType = 1
	typeUint8    elementType = 2
	typeInt8     elementType = 3
	typeUint16   elementType = 4
	typeInt16    elementType = 5
	typeInt32    elementType = 6
	typeInt64    elementType = 7
	typeString   elementType = 8
	typeBool     elementType = 9
	typeFloat16  elementType = 10
	typeDouble   elementType = 11
	typeUint32   elementType = 12
	typeUint64   elementType = 13
	typeBfloat16 elementType = 16
)

// elements says of each type that is read its name, its kind and its bytes.
var elements = map[elementType]struct {
	name  string
	kind  kind
	width int
}{
	typeFloat: {"float", floats, 4}, typeDouble: {"double", floats, 8}, typeFloat16: {"float16", floats, 2}, typeBfloat16: {"bfloat16", floats, 2},
	typeUint8: {"uint8", ints, 1}, typeInt8: {"int8", ints, 1}, typeUint16: {"uint16", ints, 2}, typeInt16: {"int16", ints, 2},
	typeInt32: {"int32", ints, 4}, typeInt64: {"int64", ints, 8}, typeUint32: {"uint32", ints, 4}, typeUint64: {"uint64", ints, 8},
	typeBool: {"bool", bools, 1}, typeString: {"string", texts, 0},
}

func (t elementType) String() string {
	if e, ok := elements[t]; ok {
		return e.name
	}
	return fmt.Sprintf("type %d", int64(t))
}

// tensorData is a tensor as it stands in the file: where its numbers are.
type tensorData struct {
	name   string
	dims   []int64
	typ    elementType
	places []segment // of numbers of fixed width, in the file or in the external file
	raw    bool      // places are those of raw bytes
	whole  []int64   // numbers that are written as varints
	texts  []string

	external map[string]string // location, offset, length; nil where the numbers stand in the file
	from     *external         // the external file, once it is read
}

func decodeTensor(x field) (*tensorData, error) {
	t := &tensorData{}
	location := int64(0)
	pairs := map[string]string{}
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return x.wholes(&t.dims)
		case 2:
			var n int64
			err := x.whole(&n)
			t.typ = elementType(n)
			return err
		case 4:
			return x.fixed(4, &t.places)
		case 5, 7, 11:
			return x.wholes(&t.whole)
		case 6:
			return appendText(x, &t.texts)
		case 8:
			return x.text(&t.name)
		case 9:
			t.raw, t.places = true, []segment{{x.at, len(x.data)}}
			return x.want(protowire.BytesType)
		case 10:
			return x.fixed(8, &t.places)
		case 13:
			return decodePair(x, pairs)
		case 14:
			return x.whole(&location)
		}
		return nil
	})
	if location == 1 {
		t.external = pairs
	}
	return t, err
}

func decodePair(x field, to map[string]string) error {
	var k, v string
	err := x.message(func(x field) error {
		switch x.num {
		case 1:
			return x.text(&k)
		case 2:
			return x.text(&v)
		}
		return nil
	})
	to[k] = v
	return err
}

// shape returns the sizes of the axes, and makes sure that they can be.
func (t *tensorData) shape() ([]int, error) {
	if len(t.dims) > maxRank {
		return nil, fmt.Errorf("tensor %q has %d axes: at most %d are read", t.name, len(t.dims), maxRank)
	}
	shape, total := make([]int, len(t.dims)), int64(1)
	for i, d := range t.dims {
		if d < 0 || d > maxElements || d > 0 && total > maxElements/d {
			return nil, fmt.Errorf("tensor %q has shape %v, which is negative or larger than any memory holds", t.name, t.dims)
		}
		shape[i], total = int(d), total*max(d, 1)
	}
	return shape, nil
}

// value returns the numbers of a tensor that stands in data, or in its external file.
func (t *tensorData) value(data []byte) (value, error) {
	e, ok := elements[t.typ]
	if !ok {
		return value{}, fmt.Errorf("tensor %q holds elements of %v, which are not read", t.name, t.typ)
	}
	shape, err := t.shape()
	if err != nil {
		return value{}, err
	}
	v := value{kind: e.kind, shape: shape}
	if t.from != nil {
		data = t.from.data
	}
	n := size(shape)
	have := t.count(e.width)
	if have != n {
		return value{}, fmt.Errorf("tensor %q has shape %v and so %d elements, and its data %d: the file is damaged", t.name, shape, n, have)
	}
	switch {
	case e.kind == texts:
		v.texts = t.texts
	case e.kind == floats:
		v.floats = t.numbers(data, n)
	default:
		v.ints = t.integers(data, n)
	}
	return v, nil
}

// count is the number of elements that are there; -1 where bytes are left over.
func (t *tensorData) count(width int) int {
	switch {
	case t.typ == typeString:
		return len(t.texts)
	case len(t.whole) > 0:
		return len(t.whole)
	}
	total := 0
	for _, p := range t.places {
		total += p.len
	}
	if total%width != 0 {
		return -1
	}
	return total / width
}

// numbers are those of a tensor of floating-point elements.
func (t *tensorData) numbers(data []byte, n int) []float64 {
	out := make([]float64, 0, n)
	for _, w := range t.whole { // half precision, as the bits of whole numbers
		out = append(out, t.typ.number(uint64(w)))
	}
	if len(t.whole) > 0 {
		return out
	}
	width := elements[t.typ].width
	for _, p := range t.places {
		for at := p.at; at < p.at+p.len; at += width {
			out = append(out, t.typ.number(littleEndian(data[at:at+width])))
		}
	}
	return out
}

// integers are those of a tensor of integers or truth values.
func (t *tensorData) integers(data []byte, n int) []int64 {
	if len(t.whole) > 0 {
		return t.whole
	}
	out := make([]int64, 0, n)
	width := elements[t.typ].width
	for _, p := range t.places {
		for at := p.at; at < p.at+p.len; at += width {
			out = append(out, t.typ.integer(littleEndian(data[at:at+width])))
		}
	}
	return out
}

func littleEndian(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

func (t elementType) integer(bits uint64) int64 {
	switch t {
	case typeInt8:
		return int64(int8(bits))
	case typeInt16:
		return int64(int16(bits))
	case typeInt32:
		return int64(int32(bits))
	}
	return int64(bits)
}

func (t elementType) number(bits uint64) float64 {
	switch t {
	case typeFloat:
		return float64(math.Float32frombits(uint32(bits)))
	case typeBfloat16:
		return float64(math.Float32frombits(uint32(bits) << 16))
	case typeFloat16:
		return half(uint16(bits))
	}
	return math.Float64frombits(bits)
}

// put writes a number in a type's bytes, rounded to the nearest. It reports whether the type holds
// so large a number.
func (t elementType) put(b []byte, x float64) bool {
	switch t {
	case typeFloat:
		y := float32(x)
		binary.LittleEndian.PutUint32(b, math.Float32bits(y))
		return !math.IsInf(float64(y), 0)
	case typeDouble:
		binary.LittleEndian.PutUint64(b, math.Float64bits(x))
		return true
	case typeBfloat16:
		bits := bfloat(x)
		binary.LittleEndian.PutUint16(b, bits)
		return !math.IsInf(t.number(uint64(bits)), 0)
	}
	bits := toHalf(x)
	binary.LittleEndian.PutUint16(b, bits)
	return !math.IsInf(half(bits), 0)
}
