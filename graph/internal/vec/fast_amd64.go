package vec

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// supported reports whether the processor has the instructions of the assembly, and the system saves their registers.
func supported() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// unaryFast runs a kernel of one operand in assembly; false if there is none.
func unaryFast[T Float](o op, dst, x []T) bool {
	n := len(dst)
	if is32[T]() {
		return unary32(o, (*float32)(unsafe.Pointer(unsafe.SliceData(dst))), (*float32)(unsafe.Pointer(unsafe.SliceData(x))), n)
	}
	return unary64(o, (*float64)(unsafe.Pointer(unsafe.SliceData(dst))), (*float64)(unsafe.Pointer(unsafe.SliceData(x))), n)
}

func binaryFast[T Float](o op, dst, x, y []T) bool {
	d, p, q := unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(x)), unsafe.Pointer(unsafe.SliceData(y))
	if is32[T]() {
		return binary32(o, (*float32)(d), (*float32)(p), (*float32)(q), len(dst))
	}
	return binary64(o, (*float64)(d), (*float64)(p), (*float64)(q), len(dst))
}

func scalarFast[T Float](o op, dst, x []T, a T) bool {
	d, p := unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(x))
	if is32[T]() {
		return scalar32(o, (*float32)(d), (*float32)(p), len(dst), float32(a))
	}
	return scalar64(o, (*float64)(d), (*float64)(p), len(dst), float64(a))
}

func outerFast[T Float]([]T, []T, []T) bool { return false }

func sumFast[T Float](x []T) T    { return sumGeneric(x) }
func dotFast[T Float](x, y []T) T { return dotGeneric(x, y) }
func maxFast[T Float](x []T) T    { return maxGeneric(x) }
