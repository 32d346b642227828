package vec

import "unsafe"

// transposeTile is the side of the square that Transpose moves at a time; both sides of it stay in the first-level cache.
const transposeTile = 16

// Transpose writes the transpose of src (rows, cols) to dst (cols, rows), both row by row. They must not overlap.
func Transpose[T Float](dst, src []T, rows, cols int) {
	dst, src = dst[:rows*cols], src[:rows*cols]
	for i := 0; i < rows; i += transposeTile {
		for j := 0; j < cols; j += transposeTile {
			transposeBlock(dst, src, rows, cols, i, j)
		}
	}
}

func transposeBlock[T Float](dst, src []T, rows, cols, i, j int) {
	iEnd, jEnd := min(i+transposeTile, rows), min(j+transposeTile, cols)
	for c := j; c < jEnd; c++ {
		out := dst[c*rows+i : c*rows+iEnd]
		at := i*cols + c
		for k := range out {
			out[k] = src[at]
			at += cols
		}
	}
}

// AddToFloat64 computes dst += x, adding in float64.
func AddToFloat64[T Float](dst []float64, x []T) {
	x = x[:len(dst)]
	if s, ok := sameFloat64(x); ok {
		AddTo(dst, s)
		return
	}
	for i, v := range x {
		dst[i] += float64(v)
	}
}

// ToFloat64 copies x to dst, widening.
func ToFloat64[T Float](dst []float64, x []T) {
	x = x[:len(dst)]
	if s, ok := sameFloat64(x); ok {
		copy(dst, s)
		return
	}
	for i, v := range x {
		dst[i] = float64(v)
	}
}

// FromFloat64 copies x to dst, rounding to nearest.
func FromFloat64[T Float](dst []T, x []float64) {
	x = x[:len(dst)]
	if d, ok := sameFloat64(dst); ok {
		copy(d, x)
		return
	}
	for i, v := range x {
		dst[i] = T(v)
	}
}

// sameFloat64 returns x itself when T is float64.
func sameFloat64[T Float](x []T) ([]float64, bool) {
	if is32[T]() {
		return nil, false
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(x))), len(x)), true
}

// Outer writes the outer product dst[i*len(y)+j] = x[i]*y[j], of len(x)*len(y) elements. A large product is written past the
// caches, at the speed of the memory: right for results that are not read again soon.
func Outer[T Float](dst, x, y []T) {
	dst = dst[:len(x)*len(y)]
	if accelerated && outerFast(dst, x, y) {
		return
	}
	for i, v := range x {
		MulS(dst[i*len(y):(i+1)*len(y)], y, v)
	}
}
