package onnx

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of an encoded message.
type field struct {
	num  protowire.Number
	typ  protowire.Type
	n    uint64 // of a varint, or the bits of a fixed number
	data []byte // of bytes, texts, messages and packed numbers
	at   int    // where the number or data begins in the file
}

// eachField calls f for the fields of a message that begins at the byte at of the file.
func eachField(b []byte, at int, f func(field) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return broken(at, n)
		}
		b, at = b[n:], at+n
		x := field{num: num, typ: typ, at: at}
		size := x.read(b)
		if size < 0 {
			return broken(at, size)
		}
		if typ == protowire.BytesType {
			x.at += size - len(x.data)
		}
		if err := f(x); err != nil {
			return err
		}
		b, at = b[size:], at+size
	}
	return nil
}

// read takes the value of a field off b and returns how many bytes it has, or protowire's code of
// what is wrong.
func (x *field) read(b []byte) int {
	var n int
	switch x.typ {
	case protowire.VarintType:
		x.n, n = protowire.ConsumeVarint(b)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(b)
		x.n = uint64(v)
	case protowire.Fixed64Type:
		x.n, n = protowire.ConsumeFixed64(b)
	case protowire.BytesType:
		x.data, n = protowire.ConsumeBytes(b)
	default:
		n = protowire.ConsumeFieldValue(x.num, x.typ, b)
	}
	return n
}

func broken(at, code int) error {
	return fmt.Errorf("byte %d: %w: the file is cut short or is no ONNX file", at, protowire.ParseError(code))
}

// message calls f for the fields of a field that is a message.
func (x field) message(f func(field) error) error {
	if err := x.want(protowire.BytesType); err != nil {
		return err
	}
	return eachField(x.data, x.at, f)
}

func (x field) want(t protowire.Type) error {
	if x.typ != t {
		return fmt.Errorf("byte %d: field %d has wire type %d, and has to have %d: the file is damaged or is no ONNX file", x.at, x.num, x.typ, t)
	}
	return nil
}

// text sets s to a field that is a text.
func (x field) text(s *string) error {
	*s = string(x.data)
	return x.want(protowire.BytesType)
}

// whole sets i to a field that is a whole number.
func (x field) whole(i *int64) error {
	*i = int64(x.n)
	return x.want(protowire.VarintType)
}

// wholes appends a repeated field of whole numbers, packed or not.
func (x field) wholes(to *[]int64) error {
	if x.typ != protowire.BytesType {
		*to = append(*to, int64(x.n))
		return x.want(protowire.VarintType)
	}
	for b := x.data; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return broken(x.at, n)
		}
		*to, b = append(*to, int64(v)), b[n:]
	}
	return nil
}

// segment is a run of bytes in a file.
type segment struct{ at, len int }

// fixed appends a repeated field of numbers of width bytes, packed or not, and where they stand.
func (x field) fixed(width int, to *[]segment) error {
	single := protowire.Fixed32Type
	if width == 8 {
		single = protowire.Fixed64Type
	}
	switch {
	case x.typ == single:
		*to = append(*to, segment{x.at, width})
		return nil
	case x.typ != protowire.BytesType || len(x.data)%width != 0:
		return fmt.Errorf("byte %d: field %d is no list of numbers of %d bytes: the file is damaged", x.at, x.num, width)
	}
	*to = append(*to, segment{x.at, len(x.data)})
	return nil
}

func bits32(n uint64) float64 { return float64(math.Float32frombits(uint32(n))) }
