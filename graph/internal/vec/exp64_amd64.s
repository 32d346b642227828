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

// func sigmoidSlopeF64(dst, x *float64, n int)
TEXT ·sigmoidSlopeF64(SB), NOSPLIT, $0-24
	UNARY(3, SIGMOIDSLOPE)

// func tanhSlopeF64(dst, x *float64, n int)
TEXT ·tanhSlopeF64(SB), NOSPLIT, $0-24
	UNARY(3, TANHSLOPE)

// exp(-a*x^2) for a = 1/2 or 1, by which a product is exact. The square's rounding error, as large as the whole result's when the square
// is large, is taken along as a factor of its own.
CONST64(gaussMax, 40.0)
#define GAUSS \
	VANDPD magnitude<>(SB), V0, V0; \
	VMOVUPS gaussMax<>(SB), V1; \
	VMINPD V0, V1, V0; \
	VMULPD V0, V0, V8; \
	VMOVAPS V0, V7; \
	VFMSUB213PD V8, V0, V7; \
	VMULPD Y14, V7, V7; \
	VMULPD Y14, V8, V0; \
	DECAY; \
	VFNMADD231PD V7, V3, V3; \
	VMULPD down128<>(SB), V3, V0

// func gaussF64(dst, x *float64, n int, a float64)
TEXT ·gaussF64(SB), NOSPLIT, $0-32
	SCALAR(3, VBROADCASTSD, GAUSS)
