// float32: exp, tanh, sigmoid and softplus, which share the reduction x = n*log(2) + r, |r| <= log(2)/2, and
// exp(r) - 1 = r + r^2*q(r), q the polynomial of degree 4 with the least maximal error (Remez exchange, 2^-28 of exp).

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

// Of x in V0: V1 = n, V2 = r, V3 = q(r), V4 = n + shifter, V5 = r^2.
#define REDUCE(shift) \
	VMOVUPS shift<>(SB), V5; \
	VMOVUPS log2e<>(SB), V4; \
	VFMADD213PS V5, V0, V4; \
	VSUBPS V5, V4, V1; \
	VMOVAPS V0, V2; \
	VFNMADD231PS ln2hi<>(SB), V1, V2; \
	VFNMADD231PS ln2lo<>(SB), V1, V2; \
	VMOVUPS q4<>(SB), V3; \
	VFMADD213PS q3<>(SB), V2, V3; \
	VFMADD213PS q2<>(SB), V2, V3; \
	VFMADD213PS q1<>(SB), V2, V3; \
	VFMADD213PS q0<>(SB), V2, V3; \
	VMULPS V2, V2, V5

// After REDUCE, V3 = exp(r) - 1.
#define EXPM1 \
	VFMADD213PS V2, V5, V3

// exp: 2^n is applied in two halves, so that the result can be subnormal or infinite.
CONST32(expMin, -104.0)
CONST32(expMax, 89.0)
#define EXP \
	VMOVUPS expMin<>(SB), V1; \
	VMAXPS V0, V1, V0; \
	VMOVUPS expMax<>(SB), V1; \
	VMINPS V0, V1, V0; \
	REDUCE(shifter); \
	EXPM1; \
	VADDPS one<>(SB), V3, V0; \
	VMOVUPS shifter<>(SB), V5; \
	VMOVAPS V5, V2; \
	VFMADD231PS half<>(SB), V1, V2; \
	VSUBPS V5, V2, V3; \
	VSUBPS V3, V1, V1; \
	VADDPS V5, V1, V1; \
	VPSLLD $23, V2, V2; \
	VPSLLD $23, V1, V1; \
	VMULPS V2, V0, V0; \
	VMULPS V1, V0, V0

// tanh(a) = b + (m - 2b - b*m)/(m + 2) for a = |x|, m = exp(2a) - 1 and any b; b = min(a, 1/2) leaves a small correction of a
// to compute when a is small, and m - 2b is added up without m's rounding error. From 2a = 20 on the result is 1 to the last bit.
CONST32(tanhMax, 20.0)
#define TANH \
	VANDPS signbit<>(SB), V0, V6; \
	VANDPS magnitude<>(SB), V0, V0; \
	VADDPS V0, V0, V0; \
	VMOVUPS tanhMax<>(SB), V1; \
	VMINPS V0, V1, V0; \
	REDUCE(shifter); \
	VPSLLD $23, V4, V4; \
	VMOVUPS one<>(SB), V7; \
	VMINPS V0, V7, V8; \
	VSUBPS V7, V4, V1; \
	VSUBPS V8, V1, V1; \
	VFMADD231PS V2, V4, V1; \
	VMULPS V5, V3, V3; \
	VFMADD231PS V3, V4, V1; \
	VADDPS V8, V1, V2; \
	VMULPS half<>(SB), V8, V8; \
	VFNMADD231PS V2, V8, V1; \
	VADDPS two<>(SB), V2, V2; \
	VDIVPS V2, V1, V0; \
	VADDPS V8, V0, V0; \
	VORPS V6, V0, V0

// sigmoid = c/(c + c*exp(-x)) with c = 2^-32, which keeps c*exp(-x) finite where the result is subnormal. The rounding
// error of c + c*2^n is added back.
CONST32(sigmoidMin, -104.0)
CONST32(sigmoidMax, 60.0)
CONST32(down32, 0x2f800000)
#define SIGMOID \
	VMOVUPS sigmoidMin<>(SB), V1; \
	VMAXPS V0, V1, V0; \
	VMOVUPS sigmoidMax<>(SB), V1; \
	VMINPS V0, V1, V0; \
	VXORPS signbit<>(SB), V0, V0; \
	REDUCE(shifterDown32); \
	EXPM1; \
	VPSLLD $23, V4, V4; \
	VMOVUPS down32<>(SB), V0; \
	VADDPS V4, V0, V1; \
	VSUBPS V4, V1, V2; \
	VSUBPS V2, V0, V2; \
	VFMADD213PS V2, V4, V3; \
	VADDPS V1, V3, V3; \
	VDIVPS V3, V0, V0

// softplus = max(x, 0) + log(1 + z) with z = exp(-|x|). With w = 2z/(2 + z), log(1 + z) = w + w^3*l(w^2), twice the inverse
// hyperbolic tangent of w/2; since w = z - w*z/2 this is z + w*(w^2*l(w^2) - z/2). The polynomial's error is 2^-27.
CONST32(down64, 0x1f800000)
CONST32(l0, 0.0833330154425)
CONST32(l1, 0.012506781146875)
CONST32(l2, 0.0021874320228125)
CONST32(l3, 0.00054735376035156)
#define SOFTPLUS \
	VXORPS V1, V1, V1; \
	VMAXPS V0, V1, V6; \
	VORPS signbit<>(SB), V0, V0; \
	VMOVUPS expMin<>(SB), V1; \
	VMAXPS V0, V1, V0; \
	REDUCE(shifterUp64); \
	EXPM1; \
	VPSLLD $23, V4, V4; \
	VFMADD213PS V4, V4, V3; \
	VMULPS down64<>(SB), V3, V3; \
	VADDPS two<>(SB), V3, V1; \
	VADDPS V3, V3, V2; \
	VDIVPS V1, V2, V2; \
	VMULPS half<>(SB), V3, V4; \
	VMULPS V2, V2, V1; \
	VMOVUPS l3<>(SB), V0; \
	VFMADD213PS l2<>(SB), V1, V0; \
	VFMADD213PS l1<>(SB), V1, V0; \
	VFMADD213PS l0<>(SB), V1, V0; \
	VFMSUB213PS V4, V1, V0; \
	VFMADD213PS V3, V2, V0; \
	VADDPS V6, V0, V0

// z = exp(-|x|) in V3, 2^64 times too large so that it is never subnormal.
CONST32(slopeMin, -106.0)
#define DECAY \
	VORPS signbit<>(SB), V0, V0; \
	VMOVUPS slopeMin<>(SB), V1; \
	VMAXPS V0, V1, V0; \
	REDUCE(shifterUp64); \
	EXPM1; \
	VPSLLD $23, V4, V4; \
	VFMADD213PS V4, V4, V3

// The slope of the sigmoid, z/(1 + z)^2: both ends keep their digits, which s(1 - s) of the sigmoid's value s does not.
#define SIGMOIDSLOPE \
	DECAY; \
	VMULPS down64<>(SB), V3, V3; \
	VADDPS one<>(SB), V3, V1; \
	VMULPS V1, V1, V1; \
	VDIVPS V1, V3, V0

// The slope of tanh, four times that of the sigmoid at 2x.
CONST32(down62, 0x20800000)
#define TANHSLOPE \
	VADDPS V0, V0, V0; \
	DECAY; \
	VMULPS down64<>(SB), V3, V1; \
	VMULPS down62<>(SB), V3, V2; \
	VADDPS one<>(SB), V1, V1; \
	VMULPS V1, V1, V1; \
	VDIVPS V1, V2, V0
