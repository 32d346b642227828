#include "macros_amd64.h"

// float64: exp, tanh, sigmoid and softplus, as in exp32_amd64.s, with q of degree 9 (2^-57 of exp).

TAILMASK
CONST64(one, 1.0)
CONST64(two, 2.0)
CONST64(half, 0.5)
CONST64(signbit, 0x8000000000000000)
CONST64(magnitude, 0x7fffffffffffffff)
CONST64(log2e, 1.4426950408889634)
CONST64(ln2hi, 0x3fe62e42fefa39ef) // log(2) to 53 bits
CONST64(ln2lo, 2.3190468138462996e-17)
CONST64(q0, 0.50000000000000133227)
CONST64(q1, 0.16666666666666721253)
CONST64(q2, 0.041666666666514473594)
CONST64(q3, 0.0083333333332918195502)
CONST64(q4, 0.0013888888947340407784)
CONST64(q5, 0.00019841269954456658485)
CONST64(q6, 0.00002480148954522462819)
CONST64(q7, 2.7557179858140275195e-6)
CONST64(q8, 2.76314398138149151e-7)
CONST64(q9, 2.5130439188162980992e-8)

// 1.5*2^52 + 1023 + offset: adding it to n leaves n + 1023 + offset in the low bits, from where a shift makes 2^(n+offset).
CONST64(shifter, 6755399441056767.0)
CONST64(shifterUp128, 6755399441056895.0)
CONST64(shifterDown64, 6755399441056703.0)

// Of x in Y0: Y1 = n, Y2 = r, Y3 = q(r), Y4 = n + shifter, Y5 = r^2.
#define REDUCE(shift) \
	VMOVUPS shift<>(SB), Y5; \
	VMOVUPS log2e<>(SB), Y4; \
	VFMADD213PD Y5, Y0, Y4; \
	VSUBPD Y5, Y4, Y1; \
	VMOVAPS Y0, Y2; \
	VFNMADD231PD ln2hi<>(SB), Y1, Y2; \
	VFNMADD231PD ln2lo<>(SB), Y1, Y2; \
	VMOVUPS q9<>(SB), Y3; \
	VFMADD213PD q8<>(SB), Y2, Y3; \
	VFMADD213PD q7<>(SB), Y2, Y3; \
	VFMADD213PD q6<>(SB), Y2, Y3; \
	VFMADD213PD q5<>(SB), Y2, Y3; \
	VFMADD213PD q4<>(SB), Y2, Y3; \
	VFMADD213PD q3<>(SB), Y2, Y3; \
	VFMADD213PD q2<>(SB), Y2, Y3; \
	VFMADD213PD q1<>(SB), Y2, Y3; \
	VFMADD213PD q0<>(SB), Y2, Y3; \
	VMULPD Y2, Y2, Y5

// After REDUCE, Y3 = exp(r) - 1.
#define EXPM1 \
	VFMADD213PD Y2, Y5, Y3

// exp: 2^n is applied in two halves, so that the result can be subnormal or infinite.
CONST64(expMin, -746.0)
CONST64(expMax, 710.0)
#define EXP \
	VMOVUPS expMin<>(SB), Y1; \
	VMAXPD Y0, Y1, Y0; \
	VMOVUPS expMax<>(SB), Y1; \
	VMINPD Y0, Y1, Y0; \
	REDUCE(shifter); \
	EXPM1; \
	VADDPD one<>(SB), Y3, Y0; \
	VMOVUPS shifter<>(SB), Y5; \
	VMOVAPS Y5, Y2; \
	VFMADD231PD half<>(SB), Y1, Y2; \
	VSUBPD Y5, Y2, Y3; \
	VSUBPD Y3, Y1, Y1; \
	VADDPD Y5, Y1, Y1; \
	VPSLLQ $52, Y2, Y2; \
	VPSLLQ $52, Y1, Y1; \
	VMULPD Y2, Y0, Y0; \
	VMULPD Y1, Y0, Y0

// func expF64(dst, x *float64, n int)
TEXT ·expF64(SB), NOSPLIT, $0-24
	UNARY(3, EXP)

// tanh(a) = b + (m - 2b - b*m)/(m + 2) for a = |x|, m = exp(2a) - 1 and any b; b = min(a, 1/2) leaves a small correction of a
// to compute when a is small, and m - 2b is added up without m's rounding error. From 2a = 40 on the result is 1 to the last bit.
CONST64(tanhMax, 40.0)
#define TANH \
	VANDPD signbit<>(SB), Y0, Y6; \
	VANDPD magnitude<>(SB), Y0, Y0; \
	VADDPD Y0, Y0, Y0; \
	VMOVUPS tanhMax<>(SB), Y1; \
	VMINPD Y0, Y1, Y0; \
	REDUCE(shifter); \
	VPSLLQ $52, Y4, Y4; \
	VMOVUPS one<>(SB), Y7; \
	VMINPD Y0, Y7, Y8; \
	VSUBPD Y7, Y4, Y1; \
	VSUBPD Y8, Y1, Y1; \
	VFMADD231PD Y2, Y4, Y1; \
	VMULPD Y5, Y3, Y3; \
	VFMADD231PD Y3, Y4, Y1; \
	VADDPD Y8, Y1, Y2; \
	VMULPD half<>(SB), Y8, Y8; \
	VFNMADD231PD Y2, Y8, Y1; \
	VADDPD two<>(SB), Y2, Y2; \
	VDIVPD Y2, Y1, Y0; \
	VADDPD Y8, Y0, Y0; \
	VORPD Y6, Y0, Y0

// func tanhF64(dst, x *float64, n int)
TEXT ·tanhF64(SB), NOSPLIT, $0-24
	UNARY(3, TANH)

// sigmoid = c/(c + c*exp(-x)) with c = 2^-64, which keeps c*exp(-x) finite where the result is subnormal. The rounding
// error of c + c*2^n is added back.
CONST64(sigmoidMin, -746.0)
CONST64(sigmoidMax, 60.0)
CONST64(down64, 0x3bf0000000000000)
#define SIGMOID \
	VMOVUPS sigmoidMin<>(SB), Y1; \
	VMAXPD Y0, Y1, Y0; \
	VMOVUPS sigmoidMax<>(SB), Y1; \
	VMINPD Y0, Y1, Y0; \
	VXORPD signbit<>(SB), Y0, Y0; \
	REDUCE(shifterDown64); \
	EXPM1; \
	VPSLLQ $52, Y4, Y4; \
	VMOVUPS down64<>(SB), Y0; \
	VADDPD Y4, Y0, Y1; \
	VSUBPD Y4, Y1, Y2; \
	VSUBPD Y2, Y0, Y2; \
	VFMADD213PD Y2, Y4, Y3; \
	VADDPD Y1, Y3, Y3; \
	VDIVPD Y3, Y0, Y0

// func sigmoidF64(dst, x *float64, n int)
TEXT ·sigmoidF64(SB), NOSPLIT, $0-24
	UNARY(3, SIGMOID)

// softplus = max(x, 0) + log(1 + z) with z = exp(-|x|). With w = 2z/(2 + z), log(1 + z) = w + w^3*l(w^2), twice the inverse
// hyperbolic tangent of w/2; since w = z - w*z/2 this is z + w*(w^2*l(w^2) - z/2). The polynomial's error is 2^-58.
CONST64(down128, 0x37f0000000000000)
CONST64(l0, 0.083333333333332884617)
CONST64(l1, 0.012500000000049138471)
CONST64(l2, 0.0022321428553010646753)
CONST64(l3, 0.00043402781190923257758)
CONST64(l4, 0.000088778046504072412391)
CONST64(l5, 0.000018782421806543812576)
CONST64(l6, 4.0591349170105423317e-6)
CONST64(l7, 9.2362126443365068085e-7)
CONST64(l8, 1.5907460810153947163e-7)
CONST64(l9, 8.1150987356625225335e-8)
#define SOFTPLUS \
	VXORPD Y1, Y1, Y1; \
	VMAXPD Y0, Y1, Y6; \
	VORPD signbit<>(SB), Y0, Y0; \
	VMOVUPS expMin<>(SB), Y1; \
	VMAXPD Y0, Y1, Y0; \
	REDUCE(shifterUp128); \
	EXPM1; \
	VPSLLQ $52, Y4, Y4; \
	VFMADD213PD Y4, Y4, Y3; \
	VMULPD down128<>(SB), Y3, Y3; \
	VADDPD two<>(SB), Y3, Y1; \
	VADDPD Y3, Y3, Y2; \
	VDIVPD Y1, Y2, Y2; \
	VMULPD half<>(SB), Y3, Y4; \
	VMULPD Y2, Y2, Y1; \
	VMOVUPS l9<>(SB), Y0; \
	VFMADD213PD l8<>(SB), Y1, Y0; \
	VFMADD213PD l7<>(SB), Y1, Y0; \
	VFMADD213PD l6<>(SB), Y1, Y0; \
	VFMADD213PD l5<>(SB), Y1, Y0; \
	VFMADD213PD l4<>(SB), Y1, Y0; \
	VFMADD213PD l3<>(SB), Y1, Y0; \
	VFMADD213PD l2<>(SB), Y1, Y0; \
	VFMADD213PD l1<>(SB), Y1, Y0; \
	VFMADD213PD l0<>(SB), Y1, Y0; \
	VFMSUB213PD Y4, Y1, Y0; \
	VFMADD213PD Y3, Y2, Y0; \
	VADDPD Y6, Y0, Y0

// func softplusF64(dst, x *float64, n int)
TEXT ·softplusF64(SB), NOSPLIT, $0-24
	UNARY(3, SOFTPLUS)
