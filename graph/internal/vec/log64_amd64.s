#include "macros_amd64.h"

// float64 log: x = 2^k*m with m from sqrt(1/2) to sqrt(2), f = m - 1, s = f/(2 + f) and log(1 + f) = f - f^2/2 + s*(f^2/2 + R),
// R = s^2*g(s^2): twice the inverse hyperbolic tangent of s. g is minimax (2^-58).

TAILMASK
CONST64(one, 1.0)
CONST64(two, 2.0)
CONST64(half, 0.5)
CONST64(minNormal, 0x0010000000000000)
CONST64(infinity, 0x7ff0000000000000)
CONST64(minusInfinity, 0xfff0000000000000)
CONST64(up54, 0x4350000000000000)
CONST64(fiftyFour, 54.0)
CONST64(rootHalf, 0x3fe6a09e667f3bcd)
CONST64(toExponent, 0x00095f619980c433) // bits of 1 less bits of sqrt(1/2)
CONST64(fraction, 0x000fffffffffffff)
CONST64(bits52, 0x4330000000000000)     // 2^52
CONST64(bias, 4503599627371519.0)       // 2^52 + 1023
CONST64(ln2hi, 0x3fe62e42fefa39ef) // log(2) to 53 bits
CONST64(ln2lo, 2.3190468138462996e-17)
CONST64(g0, 0.66666666666667340202)
CONST64(g1, 0.3999999999941468154)
CONST64(g2, 0.28571428742387344757)
CONST64(g3, 0.2222219857318182834)
CONST64(g4, 0.18183564327199638888)
CONST64(g5, 0.15314050504171272671)
CONST64(g6, 0.14795950385632375412)

// Subnormal x are first multiplied by 2^54. At the end come Inf and NaN, which stay, 0 and negative x.
#define LOG \
	VMOVAPS Y0, Y6; \
	VCMPPD $1, minNormal<>(SB), Y0, Y1; \
	VMULPD up54<>(SB), Y0, Y2; \
	VBLENDVPD Y1, Y2, Y0, Y0; \
	VANDPD fiftyFour<>(SB), Y1, Y1; \
	VPADDQ toExponent<>(SB), Y0, Y0; \
	VPSRLQ $52, Y0, Y2; \
	VPAND fraction<>(SB), Y0, Y0; \
	VPADDQ rootHalf<>(SB), Y0, Y0; \
	VPOR bits52<>(SB), Y2, Y2; \
	VSUBPD bias<>(SB), Y2, Y2; \
	VSUBPD Y1, Y2, Y2; \
	VSUBPD one<>(SB), Y0, Y0; \
	VADDPD two<>(SB), Y0, Y1; \
	VDIVPD Y1, Y0, Y1; \
	VMULPD Y1, Y1, Y4; \
	VMOVUPS g6<>(SB), Y3; \
	VFMADD213PD g5<>(SB), Y4, Y3; \
	VFMADD213PD g4<>(SB), Y4, Y3; \
	VFMADD213PD g3<>(SB), Y4, Y3; \
	VFMADD213PD g2<>(SB), Y4, Y3; \
	VFMADD213PD g1<>(SB), Y4, Y3; \
	VFMADD213PD g0<>(SB), Y4, Y3; \
	VMULPD half<>(SB), Y0, Y5; \
	VMULPD Y0, Y5, Y5; \
	VFMADD213PD Y5, Y4, Y3; \
	VMULPD Y1, Y3, Y3; \
	VFMADD231PD ln2lo<>(SB), Y2, Y3; \
	VSUBPD Y3, Y5, Y5; \
	VSUBPD Y5, Y0, Y0; \
	VFMADD231PD ln2hi<>(SB), Y2, Y0; \
	VCMPPD $5, infinity<>(SB), Y6, Y1; \
	VBLENDVPD Y1, Y6, Y0, Y0; \
	VXORPD Y2, Y2, Y2; \
	VCMPPD $0, Y2, Y6, Y1; \
	VBLENDVPD Y1, minusInfinity<>(SB), Y0, Y0; \
	VCMPPD $1, Y2, Y6, Y1; \
	VORPD Y1, Y0, Y0

// func logF64(dst, x *float64, n int)
TEXT ·logF64(SB), NOSPLIT, $0-24
	UNARY(3, LOG)
