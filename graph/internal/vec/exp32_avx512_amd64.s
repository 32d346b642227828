#include "avx512_amd64.h"
#include "exp32_amd64.h"

// func expF32Wide(dst, x *float32, n int)
TEXT ·expF32Wide(SB), NOSPLIT, $0-24
	UNARY512(16, VMOVUPS, EXP)

// func tanhF32Wide(dst, x *float32, n int)
TEXT ·tanhF32Wide(SB), NOSPLIT, $0-24
	UNARY512(16, VMOVUPS, TANH)

// func sigmoidF32Wide(dst, x *float32, n int)
TEXT ·sigmoidF32Wide(SB), NOSPLIT, $0-24
	UNARY512(16, VMOVUPS, SIGMOID)

// func softplusF32Wide(dst, x *float32, n int)
TEXT ·softplusF32Wide(SB), NOSPLIT, $0-24
	UNARY512(16, VMOVUPS, SOFTPLUS)

// func sigmoidSlopeF32Wide(dst, x *float32, n int)
TEXT ·sigmoidSlopeF32Wide(SB), NOSPLIT, $0-24
	UNARY512(16, VMOVUPS, SIGMOIDSLOPE)

// func tanhSlopeF32Wide(dst, x *float32, n int)
TEXT ·tanhSlopeF32Wide(SB), NOSPLIT, $0-24
	UNARY512(16, VMOVUPS, TANHSLOPE)
