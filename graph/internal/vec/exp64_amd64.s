#include "macros_amd64.h"
#include "avx2_amd64.h"
#include "exp64_amd64.h"

TAILMASK

// func expF64(dst, x *float64, n int)
TEXT ·expF64(SB), NOSPLIT, $0-24
	UNARY(3, EXP)

// func tanhF64(dst, x *float64, n int)
TEXT ·tanhF64(SB), NOSPLIT, $0-24
	UNARY(3, TANH)

// func sigmoidF64(dst, x *float64, n int)
TEXT ·sigmoidF64(SB), NOSPLIT, $0-24
	UNARY(3, SIGMOID)

// func softplusF64(dst, x *float64, n int)
TEXT ·softplusF64(SB), NOSPLIT, $0-24
	UNARY(3, SOFTPLUS)
