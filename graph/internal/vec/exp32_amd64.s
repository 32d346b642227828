#include "macros_amd64.h"
#include "avx2_amd64.h"
#include "exp32_amd64.h"

TAILMASK

// func expF32(dst, x *float32, n int)
TEXT ·expF32(SB), NOSPLIT, $0-24
	UNARY(2, EXP)

// func tanhF32(dst, x *float32, n int)
TEXT ·tanhF32(SB), NOSPLIT, $0-24
	UNARY(2, TANH)

// func sigmoidF32(dst, x *float32, n int)
TEXT ·sigmoidF32(SB), NOSPLIT, $0-24
	UNARY(2, SIGMOID)

// func softplusF32(dst, x *float32, n int)
TEXT ·softplusF32(SB), NOSPLIT, $0-24
	UNARY(2, SOFTPLUS)

// erf: x + x*e(x^2) below 1, 1 - exp(-g(|x|)) from there on, g(a) = -log(erfc(a)); 1 to the last bit from 3.95 on.
// Both polynomials are minimax for the relative error of erf, 2^-26 and 2^-27.
CONST32(erfMax, 3.95)
CONST32(e0, 0.12837916613)
CONST32(e1, -0.37612625957)
CONST32(e2, 0.1128360033)
CONST32(e3, -0.026854444295)
CONST32(e4, 0.005189535208)
CONST32(e5, -0.0008020841633)
CONST32(e6, 7.889119297e-5)
CONST32(g0, 0.00034154049354)
CONST32(g1, 1.1270891428)
CONST32(g2, 0.63814496994)
CONST32(g3, 0.10310661793)
CONST32(g4, -0.021837990731)
CONST32(g5, 0.0029476385098)
CONST32(g6, -0.00018637701578)
#define ERF \
	VMOVAPS V0, V6; \
	VANDPS signbit<>(SB), V0, V7; \
	VANDPS magnitude<>(SB), V0, V8; \
	VMOVUPS erfMax<>(SB), V1; \
	VMINPS V8, V1, V8; \
	VMOVUPS g6<>(SB), V0; \
	VFMADD213PS g5<>(SB), V8, V0; \
	VFMADD213PS g4<>(SB), V8, V0; \
	VFMADD213PS g3<>(SB), V8, V0; \
	VFMADD213PS g2<>(SB), V8, V0; \
	VFMADD213PS g1<>(SB), V8, V0; \
	VFMADD213PS g0<>(SB), V8, V0; \
	VXORPS signbit<>(SB), V0, V0; \
	REDUCE(shifter); \
	EXPM1; \
	VPSLLD $23, V4, V4; \
	VFMADD213PS V4, V4, V3; \
	VMOVUPS one<>(SB), V9; \
	VSUBPS V3, V9, V3; \
	VORPS V7, V3, V3; \
	VMULPS V8, V8, V1; \
	VMOVUPS e6<>(SB), V0; \
	VFMADD213PS e5<>(SB), V1, V0; \
	VFMADD213PS e4<>(SB), V1, V0; \
	VFMADD213PS e3<>(SB), V1, V0; \
	VFMADD213PS e2<>(SB), V1, V0; \
	VFMADD213PS e1<>(SB), V1, V0; \
	VFMADD213PS e0<>(SB), V1, V0; \
	VFMADD213PS V6, V6, V0; \
	VCMPPS $1, V9, V8, V1; \
	VBLENDVPS V1, V0, V3, V0

// func erfF32(dst, x *float32, n int)
TEXT ·erfF32(SB), NOSPLIT, $0-24
	UNARY(2, ERF)
