package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// AppendFloat64 appends numbers in the format's byte order, as the Data of an F64 tensor.
func AppendFloat64(data []byte, x []float64) []byte {
	at := len(data)
	data = slices.Grow(data, 8*len(x))[:at+8*len(x)]
	for i, v := range x {
		binary.LittleEndian.PutUint64(data[at+8*i:], math.Float64bits(v))
	}
	return data
}

// AppendFloat32 appends numbers in the format's byte order, as the Data of an F32 tensor.
func AppendFloat32(data []byte, x []float32) []byte {
	at := len(data)
	data = slices.Grow(data, 4*len(x))[:at+4*len(x)]
	for i, v := range x {
		binary.LittleEndian.PutUint32(data[at+4*i:], math.Float32bits(v))
	}
	return data
}

// Float64 returns the elements of a tensor of type F64, F32, F16 or BF16, all of them exactly.
func (t Tensor) Float64() ([]float64, error) {
	if t.DType == F64 {
		x := make([]float64, len(t.Data)/8)
		for i := range x {
			x[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:]))
		}
		return x, nil
	}
	single, err := t.Float32()
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(single))
	for i, v := range single {
		x[i] = float64(v)
	}
	return x, nil
}

// Float32 returns the elements of a tensor of type F32, F16 or BF16, all of them exactly; F64,
// which would lose digits, is an error.
func (t Tensor) Float32() ([]float32, error) {
	var width int
	var float func(data []byte) float32
	switch t.DType {
	case F32:
		width, float = 4, func(data []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(data)) }
	case F16:
		width, float = 2, func(data []byte) float32 { return half(binary.LittleEndian.Uint16(data)) }
	case BF16:
		width, float = 2, func(data []byte) float32 { return math.Float32frombits(uint32(binary.LittleEndian.Uint16(data)) << 16) }
	case F64:
		return nil, fmt.Errorf("safetensors: tensor %q is F64, more than single precision holds: read it as float64", t.Name)
	default:
		return nil, fmt.Errorf("safetensors: tensor %q holds %s, not floating-point numbers: convert it to F32 first", t.Name, t.DType)
	}
	x := make([]float32, len(t.Data)/width)
	for i := range x {
		x[i] = float(t.Data[width*i:])
	}
	return x, nil
}

// half returns the value of an IEEE 754 half-precision number: sign, 5 bits of exponent (bias 15),
// 10 of fraction.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // subnormal: fraction 2^-24, exact in single precision
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f: // infinity, or not a number
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
