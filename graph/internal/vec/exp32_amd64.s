#include "macros_amd64.h"

// float32: exp, tanh, sigmoid and softplus, which share the reduction x = n*log(2) + r, |r| <= log(2)/2, and
// exp(r) - 1 = r + r^2*q(r), q the polynomial of degree 4 with the least maximal error (Remez exchange, 2^-28 of exp).

TAILMASK
CONST32(one, 0x3f800000)
CONST32(two, 0x40000000)
CONST32(half, 0x3f000000)
CONST32(signbit, 0x80000000)
CONST32(magnitude, 0x7fffffff)
CONST32(log2e, 1.4426950408889634)
CONST32(ln2hi, 0x3f317218) // log(2) to 24 bits
CONST32(ln2lo, -1.904654299957768e-9)
CONST32(q0, 0.5)
CONST32(q1, 0.16666518152)
CONST32(q2, 0.041666109115)
CONST32(q3, 0.0083689894527)
CONST32(q4, 0.0013957893243)

// 1.5*2^23 + 127 + offset: adding it to n leaves n + 127 + offset in the low bits, from where a shift makes 2^(n+offset).
CONST32(shifter, 12583039.0)
CONST32(shifterUp64, 12583103.0)
CONST32(shifterDown32, 12583007.0)

// Of x in Y0: Y1 = n, Y2 = r, Y3 = q(r), Y4 = n + shifter, Y5 = r^2.
#define REDUCE(shift) \
	VMOVUPS shift<>(SB), Y5; \
	VMOVUPS log2e<>(SB), Y4; \
	VFMADD213PS Y5, Y0, Y4; \
	VSUBPS Y5, Y4, Y1; \
	VMOVAPS Y0, Y2; \
	VFNMADD231PS ln2hi<>(SB), Y1, Y2; \
	VFNMADD231PS ln2lo<>(SB), Y1, Y2; \
	VMOVUPS q4<>(SB), Y3; \
	VFMADD213PS q3<>(SB), Y2, Y3; \
	VFMADD213PS q2<>(SB), Y2, Y3; \
	VFMADD213PS q1<>(SB), Y2, Y3; \
	VFMADD213PS q0<>(SB), Y2, Y3; \
	VMULPS Y2, Y2, Y5

// After REDUCE, Y3 = exp(r) - 1.
#define EXPM1 \
	VFMADD213PS Y2, Y5, Y3

// exp: 2^n is applied in two halves, so that the result can be subnormal or infinite.
CONST32(expMin, -104.0)
CONST32(expMax, 89.0)
#define EXP \
	VMOVUPS expMin<>(SB), Y1; \
	VMAXPS Y0, Y1, Y0; \
	VMOVUPS expMax<>(SB), Y1; \
	VMINPS Y0, Y1, Y0; \
	REDUCE(shifter); \
	EXPM1; \
	VADDPS one<>(SB), Y3, Y0; \
	VMOVUPS shifter<>(SB), Y5; \
	VMOVAPS Y5, Y2; \
	VFMADD231PS half<>(SB), Y1, Y2; \
	VSUBPS Y5, Y2, Y3; \
	VSUBPS Y3, Y1, Y1; \
	VADDPS Y5, Y1, Y1; \
	VPSLLD $23, Y2, Y2; \
	VPSLLD $23, Y1, Y1; \
	VMULPS Y2, Y0, Y0; \
	VMULPS Y1, Y0, Y0

// func expF32(dst, x *float32, n int)
TEXT ·expF32(SB), NOSPLIT, $0-24
	UNARY(2, EXP)

// tanh(a) = b + (m - 2b - b*m)/(m + 2) for a = |x|, m = exp(2a) - 1 and any b; b = min(a, 1/2) leaves a small correction of a
// to compute when a is small, and m - 2b is added up without m's rounding error. From 2a = 20 on the result is 1 to the last bit.
CONST32(tanhMax, 20.0)
#define TANH \
	VANDPS signbit<>(SB), Y0, Y6; \
	VANDPS magnitude<>(SB), Y0, Y0; \
	VADDPS Y0, Y0, Y0; \
	VMOVUPS tanhMax<>(SB), Y1; \
	VMINPS Y0, Y1, Y0; \
	REDUCE(shifter); \
	VPSLLD $23, Y4, Y4; \
	VMOVUPS one<>(SB), Y7; \
	VMINPS Y0, Y7, Y8; \
	VSUBPS Y7, Y4, Y1; \
	VSUBPS Y8, Y1, Y1; \
	VFMADD231PS Y2, Y4, Y1; \
	VMULPS Y5, Y3, Y3; \
	VFMADD231PS Y3, Y4, Y1; \
	VADDPS Y8, Y1, Y2; \
	VMULPS half<>(SB), Y8, Y8; \
	VFNMADD231PS Y2, Y8, Y1; \
	VADDPS two<>(SB), Y2, Y2; \
	VDIVPS Y2, Y1, Y0; \
	VADDPS Y8, Y0, Y0; \
	VORPS Y6, Y0, Y0

// func tanhF32(dst, x *float32, n int)
TEXT ·tanhF32(SB), NOSPLIT, $0-24
	UNARY(2, TANH)

// sigmoid = c/(c + c*exp(-x)) with c = 2^-32, which keeps c*exp(-x) finite where the result is subnormal. The rounding
// error of c + c*2^n is added back.
CONST32(sigmoidMin, -104.0)
CONST32(sigmoidMax, 60.0)
CONST32(down32, 0x2f800000)
#define SIGMOID \
	VMOVUPS sigmoidMin<>(SB), Y1; \
	VMAXPS Y0, Y1, Y0; \
	VMOVUPS sigmoidMax<>(SB), Y1; \
	VMINPS Y0, Y1, Y0; \
	VXORPS signbit<>(SB), Y0, Y0; \
	REDUCE(shifterDown32); \
	EXPM1; \
	VPSLLD $23, Y4, Y4; \
	VMOVUPS down32<>(SB), Y0; \
	VADDPS Y4, Y0, Y1; \
	VSUBPS Y4, Y1, Y2; \
	VSUBPS Y2, Y0, Y2; \
	VFMADD213PS Y2, Y4, Y3; \
	VADDPS Y1, Y3, Y3; \
	VDIVPS Y3, Y0, Y0

// func sigmoidF32(dst, x *float32, n int)
TEXT ·sigmoidF32(SB), NOSPLIT, $0-24
	UNARY(2, SIGMOID)

// softplus = max(x, 0) + log(1 + z) with z = exp(-|x|). With w = 2z/(2 + z), log(1 + z) = w + w^3*l(w^2), twice the inverse
// hyperbolic tangent of w/2; since w = z - w*z/2 this is z + w*(w^2*l(w^2) - z/2). The polynomial's error is 2^-27.
CONST32(down64, 0x1f800000)
CONST32(l0, 0.0833330154425)
CONST32(l1, 0.012506781146875)
CONST32(l2, 0.0021874320228125)
CONST32(l3, 0.00054735376035156)
#define SOFTPLUS \
	VXORPS Y1, Y1, Y1; \
	VMAXPS Y0, Y1, Y6; \
	VORPS signbit<>(SB), Y0, Y0; \
	VMOVUPS expMin<>(SB), Y1; \
	VMAXPS Y0, Y1, Y0; \
	REDUCE(shifterUp64); \
	EXPM1; \
	VPSLLD $23, Y4, Y4; \
	VFMADD213PS Y4, Y4, Y3; \
	VMULPS down64<>(SB), Y3, Y3; \
	VADDPS two<>(SB), Y3, Y1; \
	VADDPS Y3, Y3, Y2; \
	VDIVPS Y1, Y2, Y2; \
	VMULPS half<>(SB), Y3, Y4; \
	VMULPS Y2, Y2, Y1; \
	VMOVUPS l3<>(SB), Y0; \
	VFMADD213PS l2<>(SB), Y1, Y0; \
	VFMADD213PS l1<>(SB), Y1, Y0; \
	VFMADD213PS l0<>(SB), Y1, Y0; \
	VFMSUB213PS Y4, Y1, Y0; \
	VFMADD213PS Y3, Y2, Y0; \
	VADDPS Y6, Y0, Y0

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
	VMOVAPS Y0, Y6; \
	VANDPS signbit<>(SB), Y0, Y7; \
	VANDPS magnitude<>(SB), Y0, Y8; \
	VMOVUPS erfMax<>(SB), Y1; \
	VMINPS Y8, Y1, Y8; \
	VMOVUPS g6<>(SB), Y0; \
	VFMADD213PS g5<>(SB), Y8, Y0; \
	VFMADD213PS g4<>(SB), Y8, Y0; \
	VFMADD213PS g3<>(SB), Y8, Y0; \
	VFMADD213PS g2<>(SB), Y8, Y0; \
	VFMADD213PS g1<>(SB), Y8, Y0; \
	VFMADD213PS g0<>(SB), Y8, Y0; \
	VXORPS signbit<>(SB), Y0, Y0; \
	REDUCE(shifter); \
	EXPM1; \
	VPSLLD $23, Y4, Y4; \
	VFMADD213PS Y4, Y4, Y3; \
	VMOVUPS one<>(SB), Y9; \
	VSUBPS Y3, Y9, Y3; \
	VORPS Y7, Y3, Y3; \
	VMULPS Y8, Y8, Y1; \
	VMOVUPS e6<>(SB), Y0; \
	VFMADD213PS e5<>(SB), Y1, Y0; \
	VFMADD213PS e4<>(SB), Y1, Y0; \
	VFMADD213PS e3<>(SB), Y1, Y0; \
	VFMADD213PS e2<>(SB), Y1, Y0; \
	VFMADD213PS e1<>(SB), Y1, Y0; \
	VFMADD213PS e0<>(SB), Y1, Y0; \
	VFMADD213PS Y6, Y6, Y0; \
	VCMPPS $1, Y9, Y8, Y1; \
	VBLENDVPS Y1, Y0, Y3, Y0

// func erfF32(dst, x *float32, n int)
TEXT ·erfF32(SB), NOSPLIT, $0-24
	UNARY(2, ERF)
