// float64: exp, tanh, sigmoid and softplus, as in exp32_amd64.s, with q of degree 9 (2^-57 of exp).

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

// Of x in V0: V1 = n, V2 = r, V3 = q(r), V4 = n + shifter, V5 = r^2.
#define REDUCE(shift) \
	VMOVUPS shift<>(SB), V5; \
	VMOVUPS log2e<>(SB), V4; \
	VFMADD213PD V5, V0, V4; \
	VSUBPD V5, V4, V1; \
	VMOVAPS V0, V2; \
	VFNMADD231PD ln2hi<>(SB), V1, V2; \
	VFNMADD231PD ln2lo<>(SB), V1, V2; \
	VMOVUPS q9<>(SB), V3; \
	VFMADD213PD q8<>(SB), V2, V3; \
	VFMADD213PD q7<>(SB), V2, V3; \
	VFMADD213PD q6<>(SB), V2, V3; \
	VFMADD213PD q5<>(SB), V2, V3; \
	VFMADD213PD q4<>(SB), V2, V3; \
	VFMADD213PD q3<>(SB), V2, V3; \
	VFMADD213PD q2<>(SB), V2, V3; \
	VFMADD213PD q1<>(SB), V2, V3; \
	VFMADD213PD q0<>(SB), V2, V3; \
	VMULPD V2, V2, V5

// After REDUCE, V3 = exp(r) - 1.
#define EXPM1 \
	VFMADD213PD V2, V5, V3

// exp: 2^n is applied in two halves, so that the result can be subnormal or infinite.
CONST64(expMin, -746.0)
CONST64(expMax, 710.0)
#define EXP \
	VMOVUPS expMin<>(SB), V1; \
	VMAXPD V0, V1, V0; \
	VMOVUPS expMax<>(SB), V1; \
	VMINPD V0, V1, V0; \
	REDUCE(shifter); \
	EXPM1; \
	VADDPD one<>(SB), V3, V0; \
	VMOVUPS shifter<>(SB), V5; \
	VMOVAPS V5, V2; \
	VFMADD231PD half<>(SB), V1, V2; \
	VSUBPD V5, V2, V3; \
	VSUBPD V3, V1, V1; \
	VADDPD V5, V1, V1; \
	VPSLLQ $52, V2, V2; \
	VPSLLQ $52, V1, V1; \
	VMULPD V2, V0, V0; \
	VMULPD V1, V0, V0

// tanh(a) = b + (m - 2b - b*m)/(m + 2) for a = |x|, m = exp(2a) - 1 and any b; b = min(a, 1/2) leaves a small correction of a
// to compute when a is small, and m - 2b is added up without m's rounding error. From 2a = 40 on the result is 1 to the last bit.
CONST64(tanhMax, 40.0)
#define TANH \
	VANDPD signbit<>(SB), V0, V6; \
	VANDPD magnitude<>(SB), V0, V0; \
	VADDPD V0, V0, V0; \
	VMOVUPS tanhMax<>(SB), V1; \
	VMINPD V0, V1, V0; \
	REDUCE(shifter); \
	VPSLLQ $52, V4, V4; \
	VMOVUPS one<>(SB), V7; \
	VMINPD V0, V7, V8; \
	VSUBPD V7, V4, V1; \
	VSUBPD V8, V1, V1; \
	VFMADD231PD V2, V4, V1; \
	VMULPD V5, V3, V3; \
	VFMADD231PD V3, V4, V1; \
	VADDPD V8, V1, V2; \
	VMULPD half<>(SB), V8, V8; \
	VFNMADD231PD V2, V8, V1; \
	VADDPD two<>(SB), V2, V2; \
	VDIVPD V2, V1, V0; \
	VADDPD V8, V0, V0; \
	VORPD V6, V0, V0

// sigmoid = c/(c + c*exp(-x)) with c = 2^-64, which keeps c*exp(-x) finite where the result is subnormal. The rounding
// error of c + c*2^n is added back.
CONST64(sigmoidMin, -746.0)
CONST64(sigmoidMax, 60.0)
CONST64(down64, 0x3bf0000000000000)
#define SIGMOID \
	VMOVUPS sigmoidMin<>(SB), V1; \
	VMAXPD V0, V1, V0; \
	VMOVUPS sigmoidMax<>(SB), V1; \
	VMINPD V0, V1, V0; \
	VXORPD signbit<>(SB), V0, V0; \
	REDUCE(shifterDown64); \
	EXPM1; \
	VPSLLQ $52, V4, V4; \
	VMOVUPS down64<>(SB), V0; \
	VADDPD V4, V0, V1; \
	VSUBPD V4, V1, V2; \
	VSUBPD V2, V0, V2; \
	VFMADD213PD V2, V4, V3; \
	VADDPD V1, V3, V3; \
	VDIVPD V3, V0, V0

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
	VXORPD V1, V1, V1; \
	VMAXPD V0, V1, V6; \
	VORPD signbit<>(SB), V0, V0; \
	VMOVUPS expMin<>(SB), V1; \
	VMAXPD V0, V1, V0; \
	REDUCE(shifterUp128); \
	EXPM1; \
	VPSLLQ $52, V4, V4; \
	VFMADD213PD V4, V4, V3; \
	VMULPD down128<>(SB), V3, V3; \
	VADDPD two<>(SB), V3, V1; \
	VADDPD V3, V3, V2; \
	VDIVPD V1, V2, V2; \
	VMULPD half<>(SB), V3, V4; \
	VMULPD V2, V2, V1; \
	VMOVUPS l9<>(SB), V0; \
	VFMADD213PD l8<>(SB), V1, V0; \
	VFMADD213PD l7<>(SB), V1, V0; \
	VFMADD213PD l6<>(SB), V1, V0; \
	VFMADD213PD l5<>(SB), V1, V0; \
	VFMADD213PD l4<>(SB), V1, V0; \
	VFMADD213PD l3<>(SB), V1, V0; \
	VFMADD213PD l2<>(SB), V1, V0; \
	VFMADD213PD l1<>(SB), V1, V0; \
	VFMADD213PD l0<>(SB), V1, V0; \
	VFMSUB213PD V4, V1, V0; \
	VFMADD213PD V3, V2, V0; \
	VADDPD V6, V0, V0

// z = exp(-|x|) in V3, 2^128 times too large so that it is never subnormal.
CONST64(slopeMin, -748.0)
#define DECAY \
	VORPD signbit<>(SB), V0, V0; \
	VMOVUPS slopeMin<>(SB), V1; \
	VMAXPD V0, V1, V0; \
	REDUCE(shifterUp128); \
	EXPM1; \
	VPSLLQ $52, V4, V4; \
	VFMADD213PD V4, V4, V3

// The slope of the sigmoid, z/(1 + z)^2: both ends keep their digits, which s(1 - s) of the sigmoid's value s does not.
#define SIGMOIDSLOPE \
	DECAY; \
	VMULPD down128<>(SB), V3, V3; \
	VADDPD one<>(SB), V3, V1; \
	VMULPD V1, V1, V1; \
	VDIVPD V1, V3, V0

// The slope of tanh, four times that of the sigmoid at 2x.
CONST64(down126, 0x3810000000000000)
#define TANHSLOPE \
	VADDPD V0, V0, V0; \
	DECAY; \
	VMULPD down128<>(SB), V3, V1; \
	VMULPD down126<>(SB), V3, V2; \
	VADDPD one<>(SB), V1, V1; \
	VMULPD V1, V1, V1; \
	VDIVPD V1, V2, V0
