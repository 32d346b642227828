package vec

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// supported reports whether the processor has the instructions of the assembly, and the system
// saves their registers.
func supported() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// avx512 says that exp, tanh, sigmoid, softplus and the slopes of tanh and sigmoid run in vectors
// of 512 bits. They do the same steps as with AVX2, and give the same bits; the other kernels are
// as fast as the cache either way.
var avx512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ

// first32 and first64 are the address of the first element as the assembly takes it; T must be that
// type.
func first32[T Float](x []T) *float32 { return (*float32)(unsafe.Pointer(unsafe.SliceData(x))) }
func first64[T Float](x []T) *float64 { return (*float64)(unsafe.Pointer(unsafe.SliceData(x))) }

// unaryFast runs a kernel of one operand in assembly, and so on; false if there is none.
func unaryFast[T Float](o op, dst, x []T) bool {
	if is32[T]() {
		return avx512 && wide32(o, first32(dst), first32(x), len(dst)) || unary32(o, first32(dst), first32(x), len(dst))
	}
	return avx512 && wide64(o, first64(dst), first64(x), len(dst)) || unary64(o, first64(dst), first64(x), len(dst))
}

func binaryFast[T Float](o op, dst, x, y []T) bool {
	if is32[T]() {
		return binary32(o, first32(dst), first32(x), first32(y), len(dst))
	}
	return binary64(o, first64(dst), first64(x), first64(y), len(dst))
}

func scalarFast[T Float](o op, dst, x []T, a T) bool {
	if is32[T]() {
		return scalar32(o, first32(dst), first32(x), len(dst), float32(a))
	}
	return scalar64(o, first64(dst), first64(x), len(dst), float64(a))
}

func sumFast[T Float](x []T) T {
	if is32[T]() {
		return T(sumF32(first32(x), len(x)))
	}
	return T(sumF64(first64(x), len(x)))
}

func dotFast[T Float](x, y []T) T {
	if is32[T]() {
		return T(dotF32(first32(x), first32(y), len(x)))
	}
	return T(dotF64(first64(x), first64(y), len(x)))
}

func maxFast[T Float](x []T) T {
	if is32[T]() {
		return T(maxValueF32(first32(x), len(x)))
	}
	return T(maxValueF64(first64(x), len(x)))
}

// outerFast streams products of at least streamBytes in rows of at least streamRow; false for
// others.
func outerFast[T Float](dst, x, y []T) bool {
	size := int(unsafe.Sizeof(T(0)))
	if len(dst)*size < streamBytes || len(y)*size < streamRow {
		return false
	}
	if is32[T]() {
		outerF32(first32(dst), first32(x), first32(y), len(x), len(y))
	} else {
		outerF64(first64(dst), first64(x), first64(y), len(x), len(y))
	}
	return true
}

func widenFast(dst []float64, x []float32) bool {
	widen(unsafe.SliceData(dst), unsafe.SliceData(x), len(dst))
	return true
}

func addWideFast(dst []float64, x []float32) bool {
	addWide(unsafe.SliceData(dst), unsafe.SliceData(x), len(dst))
	return true
}

func narrowFast(dst []float32, x []float64) bool {
	narrow(unsafe.SliceData(dst), unsafe.SliceData(x), len(dst))
	return true
}
