package graph

import (
	"math"

	"lethe/graph/internal/blas"
	"lethe/graph/internal/vec"
)

// Convert writes x to dst, which has the same length, rounding to its precision.
func Convert[O, T Float](dst []O, x []T) {
	if len(dst) != len(x) {
		fail("Convert", "%d numbers into %d", len(x), len(dst))
	}
	switch d := any(dst).(type) {
	case []T:
		copy(d, x)
	case []float64:
		vec.ToFloat64(d, x)
	case []float32:
		vec.FromFloat64(d, any(x).([]float64))
	}
}

// Accumulate adds x to dst, which has the same length.
func Accumulate[T Float](dst []float64, x []T) {
	if len(dst) != len(x) {
		fail("Accumulate", "%d numbers added to %d", len(x), len(dst))
	}
	vec.AddToFloat64(dst, x)
}

// Length returns the Euclidean norm of x, without overflow or underflow on the way.
func Length[T Float](x []T) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	if s >= 0x1p-960 && s <= math.MaxFloat64 {
		return math.Sqrt(s)
	}
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return rootOrScaled(s, wide, len(wide), 1)
}

// SumOuter writes X'D to dst (in*out) for X (m, in) and D (m, out): the sum of m outer products.
func SumOuter[T Float](dst, x, d []T, m int) {
	if m < 1 || len(x)%m != 0 || len(d)%m != 0 || len(x)/m*(len(d)/m) != len(dst) {
		fail("SumOuter", "%d pairs of rows out of %d and %d numbers for a product of %d", m, len(x), len(d), len(dst))
	}
	if m == 1 {
		vec.Outer(dst, x, d)
		return
	}
	in, out := len(x)/m, len(d)/m
	blas.Gemm(true, false, in, out, m, 1, x, in, d, out, 0, dst, out)
}

// Mix is the output function of SplitMix64 (Steele, Lea and Flood 2014): it spreads equal steps of
// z over all 64 bits.
func Mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Finite reports whether no number is NaN or infinite. It costs one vectorized sum, unless that
// overflows.
func Finite[T Float](x []T) bool {
	if s := vec.Sum(x); s-s == 0 {
		return true
	}
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}
