// Package vec holds the element-wise kernels and reductions that graph programs are made of, over
// float32 and float64.
//
// Every function takes its destination first. The destination's length rules: the inputs must be at
// least as long, and a shorter one panics. A destination may be the very same slice as an input;
// any other overlap is not allowed.
//
// The value at an index depends on the inputs at that index alone, never on alignment, on the
// length or on the position in the block, so cutting a vector into blocks changes no bit. Sum and
// Dot add in an order that depends on the length alone. On amd64 with AVX2 and FMA the work is done
// by assembly, elsewhere by plain Go; the two agree within the accuracies stated at the functions,
// not to the bit. Accuracies are given in units in the last place (ulp) of the result, and hold
// over the whole range of the type, subnormal results included; float64 in plain Go, which builds
// on the math package, has 2.5 where 2 is stated.
package vec

import "unsafe"

// Float is the element type of every kernel.
type Float interface{ float32 | float64 }

// accelerated says that assembly does the work. It changes only in UseGeneric.
var accelerated = supported()

// UseGeneric makes all functions use plain Go (true) or the fastest code that the processor
// supports (false). It is meant for tests and measurements, and must not be called while another
// goroutine is inside the package.
func UseGeneric(generic bool) { accelerated = !generic && supported() }

// Accelerated reports whether assembly is in use.
func Accelerated() bool { return accelerated }

// op names a kernel of one, two, or one and a scalar operand.
type op uint8

const (
	opNeg op = iota
	opAbs
	opSign
	opSqrt
	opRecip
	opReLU
	opExp
	opLog
	opTanh
	opSigmoid
	opSoftplus
	opErf
	opNormal
	opSigmoidSlope
	opTanhSlope
	opAdd
	opSub
	opMul
	opDiv
	opMax
	opEq
	opGt
	opGe
	opGate
	opOver
	opShare
	opFade
	opAddS
	opMulS
	opAxpy
	opGauss
)

// is32 is a constant in each instantiation, so that the branch on it costs nothing.
func is32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }
