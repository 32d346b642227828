package onnx

import "math"

// half is the number whose bits as an IEEE half are b.
func half(b uint16) float64 {
	sign := 1.0
	if b&0x8000 != 0 {
		sign = -1
	}
	exponent, fraction := int(b>>10&31), float64(b&1023)
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

// toHalf is the bits of the IEEE half that is nearest to x, the even one of two.
func toHalf(x float64) uint16 {
	var sign uint16
	if math.Signbit(x) {
		sign, x = 0x8000, -x
	}
	switch {
	case x != x:
		return sign | 0x7e00
	case x == 0:
		return sign
	}
	_, e := math.Frexp(x) // x in [2^(e-1), 2^e)
	e = max(e, -13)       // below, steps stay 2^-24
	steps := math.RoundToEven(math.Ldexp(x, 11-e))
	if bits := float64(e+13)*1024 + steps; bits < 0x7c00 {
		return sign | uint16(bits)
	}
	return sign | 0x7c00
}

// bfloat is the bits of the bfloat16 that is nearest to x, the even one of two.
func bfloat(x float64) uint16 {
	y := float32(x)
	bits := math.Float32bits(y)
	if y != y {
		return uint16(bits>>16) | 0x40
	}
	low := bits & 0xffff
	bits >>= 16
	// What rounding to float32 left out decides where float32 stands in the middle.
	rest := x - float64(y)
	if y < 0 {
		rest = -rest
	}
	if low > 0x8000 || low == 0x8000 && (rest > 0 || rest == 0 && bits&1 == 1) {
		bits++
	}
	return uint16(bits)
}
