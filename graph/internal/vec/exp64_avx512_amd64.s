#include "avx512_amd64.h"
#include "exp64_amd64.h"

// func expF64Wide(dst, x *float64, n int)
TEXT ·expF64Wide(SB), NOSPLIT, $0-24
	UNARY512(8, VMOVUPD, EXP)

// func tanhF64Wide(dst, x *float64, n int)
TEXT ·tanhF64Wide(SB), NOSPLIT, $0-24
	UNARY512(8, VMOVUPD, TANH)

// func sigmoidF64Wide(dst, x *float64, n int)
TEXT ·sigmoidF64Wide(SB), NOSPLIT, $0-24
	UNARY512(8, VMOVUPD, SIGMOID)

// func softplusF64Wide(dst, x *float64, n int)
TEXT ·softplusF64Wide(SB), NOSPLIT, $0-24
	UNARY512(8, VMOVUPD, SOFTPLUS)

// func sigmoidSlopeF64Wide(dst, x *float64, n int)
TEXT ·sigmoidSlopeF64Wide(SB), NOSPLIT, $0-24
	UNARY512(8, VMOVUPD, SIGMOIDSLOPE)

// func tanhSlopeF64Wide(dst, x *float64, n int)
TEXT ·tanhSlopeF64Wide(SB), NOSPLIT, $0-24
	UNARY512(8, VMOVUPD, TANHSLOPE)
