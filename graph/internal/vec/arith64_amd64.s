#include "macros_amd64.h"

// float64 arithmetic and comparisons.

TAILMASK
CONST64(one, 1.0)
CONST64(signbit, 0x8000000000000000)
CONST64(magnitude, 0x7fffffffffffffff)

#define NEG \
	VXORPD signbit<>(SB), Y0, Y0

// func negF64(dst, x *float64, n int)
TEXT ·negF64(SB), NOSPLIT, $0-24
	UNARY(3, NEG)

#define ABS \
	VANDPD magnitude<>(SB), Y0, Y0

// func absF64(dst, x *float64, n int)
TEXT ·absF64(SB), NOSPLIT, $0-24
	UNARY(3, ABS)

#define SQRT \
	VSQRTPD Y0, Y0

// func sqrtF64(dst, x *float64, n int)
TEXT ·sqrtF64(SB), NOSPLIT, $0-24
	UNARY(3, SQRT)

#define RECIP \
	VMOVUPS one<>(SB), Y1; \
	VDIVPD Y0, Y1, Y0

// func recipF64(dst, x *float64, n int)
TEXT ·recipF64(SB), NOSPLIT, $0-24
	UNARY(3, RECIP)

#define RELU \
	VXORPD Y1, Y1, Y1; \
	VMAXPD Y0, Y1, Y0

// func reluF64(dst, x *float64, n int)
TEXT ·reluF64(SB), NOSPLIT, $0-24
	UNARY(3, RELU)

// The sign of 1 is set; 0 and NaN stay what they are.
#define SIGN \
	VXORPD Y1, Y1, Y1; \
	VCMPPD $12, Y1, Y0, Y2; \
	VANDPD signbit<>(SB), Y0, Y3; \
	VORPD one<>(SB), Y3, Y3; \
	VBLENDVPD Y2, Y3, Y0, Y0

// func signF64(dst, x *float64, n int)
TEXT ·signF64(SB), NOSPLIT, $0-24
	UNARY(3, SIGN)

#define ADD \
	VADDPD Y1, Y0, Y0

// func addF64(dst, x, y *float64, n int)
TEXT ·addF64(SB), NOSPLIT, $0-32
	BINARY(3, ADD)

#define SUB \
	VSUBPD Y1, Y0, Y0

// func subF64(dst, x, y *float64, n int)
TEXT ·subF64(SB), NOSPLIT, $0-32
	BINARY(3, SUB)

#define MUL \
	VMULPD Y1, Y0, Y0

// func mulF64(dst, x, y *float64, n int)
TEXT ·mulF64(SB), NOSPLIT, $0-32
	BINARY(3, MUL)

#define DIV \
	VDIVPD Y1, Y0, Y0

// func divF64(dst, x, y *float64, n int)
TEXT ·divF64(SB), NOSPLIT, $0-32
	BINARY(3, DIV)

// A comparison that finds a NaN sets all bits, which is a NaN.
#define MAX \
	VCMPPD $3, Y1, Y0, Y2; \
	VMAXPD Y1, Y0, Y0; \
	VORPD Y2, Y0, Y0

// func maxF64(dst, x, y *float64, n int)
TEXT ·maxF64(SB), NOSPLIT, $0-32
	BINARY(3, MAX)

#define EQ \
	VCMPPD $0, Y1, Y0, Y0; \
	VANDPD one<>(SB), Y0, Y0

// func eqF64(dst, x, y *float64, n int)
TEXT ·eqF64(SB), NOSPLIT, $0-32
	BINARY(3, EQ)

#define GT \
	VCMPPD $14, Y1, Y0, Y0; \
	VANDPD one<>(SB), Y0, Y0

// func gtF64(dst, x, y *float64, n int)
TEXT ·gtF64(SB), NOSPLIT, $0-32
	BINARY(3, GT)

#define GE \
	VCMPPD $13, Y1, Y0, Y0; \
	VANDPD one<>(SB), Y0, Y0

// func geF64(dst, x, y *float64, n int)
TEXT ·geF64(SB), NOSPLIT, $0-32
	BINARY(3, GE)

#define GATE \
	VXORPS Y2, Y2, Y2; \
	VCMPPD $14, Y2, Y0, Y0; \
	VANDPD Y1, Y0, Y0

// func gateF64(dst, x, y *float64, n int)
TEXT ·gateF64(SB), NOSPLIT, $0-32
	BINARY(3, GATE)

// Quotients and products of which a zero wins over an infinity; a comparison with a NaN lets it through.
#define OVER \
	VXORPD Y2, Y2, Y2; \
	VCMPPD $4, Y2, Y1, Y2; \
	VDIVPD Y1, Y0, Y0; \
	VANDPD Y2, Y0, Y0

// func overF64(dst, x, y *float64, n int)
TEXT ·overF64(SB), NOSPLIT, $0-32
	BINARY(3, OVER)

#define SHARE \
	VXORPD Y2, Y2, Y2; \
	VCMPPD $4, Y2, Y0, Y2; \
	VDIVPD Y1, Y0, Y0; \
	VANDPD Y2, Y0, Y0

// func shareF64(dst, x, y *float64, n int)
TEXT ·shareF64(SB), NOSPLIT, $0-32
	BINARY(3, SHARE)

#define FADE \
	VXORPD Y2, Y2, Y2; \
	VCMPPD $4, Y2, Y1, Y2; \
	VMULPD Y1, Y0, Y0; \
	VANDPD Y2, Y0, Y0

// func fadeF64(dst, x, y *float64, n int)
TEXT ·fadeF64(SB), NOSPLIT, $0-32
	BINARY(3, FADE)

#define ADDS \
	VADDPD Y14, Y0, Y0

// func addSF64(dst, x *float64, n int, a float64)
TEXT ·addSF64(SB), NOSPLIT, $0-32
	SCALAR(3, VBROADCASTSD, ADDS)

#define MULS \
	VMULPD Y14, Y0, Y0

// func mulSF64(dst, x *float64, n int, a float64)
TEXT ·mulSF64(SB), NOSPLIT, $0-32
	SCALAR(3, VBROADCASTSD, MULS)

#define AXPY \
	VFMADD213PD Y1, Y14, Y0

// func axpyF64(dst, x *float64, n int, a float64)
TEXT ·axpyF64(SB), NOSPLIT, $0-32
	SCALAR(3, VBROADCASTSD, AXPY)
