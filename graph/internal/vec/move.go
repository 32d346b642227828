package vec

import "unsafe"

// transposeTile is the side of the square that Transpose moves at a time; both sides of it stay in
// the first-level cache.
const transposeTile = 16

// Transpose writes the transpose of src (rows, cols) to dst (cols, rows), both row by row. They
// must not overlap.
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
	if !is32[T]() {
		AddTo(dst, view[float64](x))
		return
	}
	if accelerated && addWideFast(dst, view[float32](x)) {
		return
	}
	for i, v := range x {
		dst[i] += float64(v)
	}
}

// ToFloat64 copies x to dst, widening.
func ToFloat64[T Float](dst []float64, x []T) {
	x = x[:len(dst)]
	if !is32[T]() {
		copy(dst, view[float64](x))
		return
	}
	if accelerated && widenFast(dst, view[float32](x)) {
		return
	}
	for i, v := range x {
		dst[i] = float64(v)
	}
}

// FromFloat64 copies x to dst, rounding to nearest.
func FromFloat64[T Float](dst []T, x []float64) {
	x = x[:len(dst)]
	if !is32[T]() {
		copy(view[float64](dst), x)
		return
	}
	if accelerated && narrowFast(view[float32](dst), x) {
		return
	}
	for i, v := range x {
		dst[i] = T(v)
	}
}

// view is x itself as a slice of U; U and T must be the same type.
func view[U, T Float](x []T) []U {
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// Outer products of at least streamBytes bytes, in rows of at least streamRow bytes, are written
// past the caches. A smaller one may still be in the cache when it is read, and the ends of short
// rows would be written singly.
const (
	streamBytes = 256 << 10
	streamRow   = 256
)

// Outer writes the outer product dst[i*len(y)+j] = x[i]*y[j], of len(x)*len(y) elements. A large
// product is written past the caches, at the speed of the memory: right for results that are not
// read again soon.
func Outer[T Float](dst, x, y []T) {
	dst = dst[:len(x)*len(y)]
	if accelerated && outerFast(dst, x, y) {
		return
	}
	for i, v := range x {
		MulS(dst[i*len(y):(i+1)*len(y)], y, v)
	}
}
