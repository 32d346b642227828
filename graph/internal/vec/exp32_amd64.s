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

// func sigmoidSlopeF32(dst, x *float32, n int)
TEXT ·sigmoidSlopeF32(SB), NOSPLIT, $0-24
	UNARY(2, SIGMOIDSLOPE)

// func tanhSlopeF32(dst, x *float32, n int)
TEXT ·tanhSlopeF32(SB), NOSPLIT, $0-24
	UNARY(2, TANHSLOPE)

// exp(-a*x^2) for a = 1/2 or 1, by which a product is exact. The square's rounding error, as large as the whole result's when the square
// is large, is taken along as a factor of its own.
CONST32(gaussMax, 15.0)
#define GAUSS \
	VANDPS magnitude<>(SB), V0, V0; \
	VMOVUPS gaussMax<>(SB), V1; \
	VMINPS V0, V1, V0; \
	VMULPS V0, V0, V8; \
	VMOVAPS V0, V7; \
	VFMSUB213PS V8, V0, V7; \
	VMULPS Y14, V7, V7; \
	VMULPS Y14, V8, V0; \
	DECAY; \
	VFNMADD231PS V7, V3, V3; \
	VMULPS down64<>(SB), V3, V0

// func gaussF32(dst, x *float32, n int, a float32)
TEXT ·gaussF32(SB), NOSPLIT, $0-28
	SCALAR(2, VBROADCASTSS, GAUSS)

// Phi(-a) = exp(-a^2/2)*R(a), a = |x|, with the square's rounding error as a factor of its own, as in GAUSS. R(a) = t*n(t), t = 1/(1 + 0.3a);
// the polynomial is minimax for the relative error, 2^-28. Phi(a) = 1 - Phi(-a).
CONST32(normalMax, 14.5)
CONST32(tilt, 0.3)
CONST32(n0, 0.11968669295)
CONST32(n1, 0.11957182735)
CONST32(n2, 0.11023537815)
CONST32(n3, 0.078389875591)
CONST32(n4, 0.096156179905)
CONST32(n5, -0.079422213137)
CONST32(n6, 0.19178290665)
CONST32(n7, -0.22821234167)
CONST32(n8, 0.11243505031)
CONST32(n9, -0.020623359829)
#define NORMAL \
	VMOVAPS V0, V6; \
	VANDPS magnitude<>(SB), V0, V8; \
	VMOVUPS normalMax<>(SB), V1; \
	VMINPS V8, V1, V8; \
	VMULPS V8, V8, V9; \
	VMOVAPS V8, V7; \
	VFMSUB213PS V9, V8, V7; \
	VMULPS half<>(SB), V7, V7; \
	VMULPS half<>(SB), V9, V0; \
	DECAY; \
	VFNMADD231PS V7, V3, V3; \
	VMOVUPS one<>(SB), V9; \
	VMOVAPS V9, V2; \
	VFMADD231PS tilt<>(SB), V8, V2; \
	VDIVPS V2, V9, V1; \
	VMOVUPS n9<>(SB), V0; \
	VFMADD213PS n8<>(SB), V1, V0; \
	VFMADD213PS n7<>(SB), V1, V0; \
	VFMADD213PS n6<>(SB), V1, V0; \
	VFMADD213PS n5<>(SB), V1, V0; \
	VFMADD213PS n4<>(SB), V1, V0; \
	VFMADD213PS n3<>(SB), V1, V0; \
	VFMADD213PS n2<>(SB), V1, V0; \
	VFMADD213PS n1<>(SB), V1, V0; \
	VFMADD213PS n0<>(SB), V1, V0; \
	VMULPS V1, V0, V0; \
	VMULPS V3, V0, V0; \
	VMULPS down64<>(SB), V0, V0; \
	VSUBPS V0, V9, V2; \
	VBLENDVPS V6, V0, V2, V0

// func normalF32(dst, x *float32, n int)
TEXT ·normalF32(SB), NOSPLIT, $0-24
	UNARY(2, NORMAL)
