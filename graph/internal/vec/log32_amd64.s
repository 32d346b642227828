#include "macros_amd64.h"

// float32 log: x = 2^k*m with m from sqrt(1/2) to sqrt(2), f = m - 1, and log(1 + f) = f - f^2/2 + f^3*p(f), p minimax (2^-30).

TAILMASK
CONST32(one, 0x3f800000)
CONST32(half, 0x3f000000)
CONST32(minNormal, 0x00800000)
CONST32(infinity, 0x7f800000)
CONST32(minusInfinity, 0xff800000)
CONST32(rootHalf, 0x3f3504f3)
CONST32(up23, 0x4b000000)
CONST32(twentyThree, 23.0)
CONST32(ln2hi, 0x3f317218) // log(2) to 24 bits
CONST32(ln2lo, -1.904654299957768e-9)
CONST32(p0, 0.33333310485)
CONST32(p1, -0.24999986589)
CONST32(p2, 0.20002226532)
CONST32(p3, -0.16669252515)
CONST32(p4, 0.14218665659)
CONST32(p5, -0.12384337187)
CONST32(p6, 0.11872916669)
CONST32(p7, -0.1178984791)
CONST32(p8, 0.069155395031)

// Subnormal x are first multiplied by 2^23. At the end come Inf and NaN, which stay, 0 and negative x.
#define LOG \
	VMOVAPS Y0, Y6; \
	VCMPPS $1, minNormal<>(SB), Y0, Y1; \
	VMULPS up23<>(SB), Y0, Y2; \
	VBLENDVPS Y1, Y2, Y0, Y0; \
	VANDPS twentyThree<>(SB), Y1, Y1; \
	VPSUBD rootHalf<>(SB), Y0, Y2; \
	VPSRAD $23, Y2, Y2; \
	VPSLLD $23, Y2, Y3; \
	VPSUBD Y3, Y0, Y0; \
	VCVTDQ2PS Y2, Y2; \
	VSUBPS Y1, Y2, Y2; \
	VSUBPS one<>(SB), Y0, Y0; \
	VMOVUPS p8<>(SB), Y3; \
	VFMADD213PS p7<>(SB), Y0, Y3; \
	VFMADD213PS p6<>(SB), Y0, Y3; \
	VFMADD213PS p5<>(SB), Y0, Y3; \
	VFMADD213PS p4<>(SB), Y0, Y3; \
	VFMADD213PS p3<>(SB), Y0, Y3; \
	VFMADD213PS p2<>(SB), Y0, Y3; \
	VFMADD213PS p1<>(SB), Y0, Y3; \
	VFMADD213PS p0<>(SB), Y0, Y3; \
	VMULPS Y0, Y0, Y4; \
	VMULPS Y0, Y4, Y5; \
	VMULPS Y5, Y3, Y3; \
	VFMADD231PS ln2lo<>(SB), Y2, Y3; \
	VFNMADD231PS half<>(SB), Y4, Y3; \
	VADDPS Y3, Y0, Y0; \
	VFMADD231PS ln2hi<>(SB), Y2, Y0; \
	VCMPPS $5, infinity<>(SB), Y6, Y1; \
	VBLENDVPS Y1, Y6, Y0, Y0; \
	VXORPS Y2, Y2, Y2; \
	VCMPPS $0, Y2, Y6, Y1; \
	VBLENDVPS Y1, minusInfinity<>(SB), Y0, Y0; \
	VCMPPS $1, Y2, Y6, Y1; \
	VORPS Y1, Y0, Y0

// func logF32(dst, x *float32, n int)
TEXT ·logF32(SB), NOSPLIT, $0-24
	UNARY(2, LOG)
