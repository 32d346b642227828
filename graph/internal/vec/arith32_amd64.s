#include "macros_amd64.h"

// float32 arithmetic and comparisons.

TAILMASK
CONST32(one, 1.0)
CONST32(signbit, 0x80000000)
CONST32(magnitude, 0x7fffffff)

#define NEG \
	VXORPS signbit<>(SB), Y0, Y0

// func negF32(dst, x *float32, n int)
TEXT ·negF32(SB), NOSPLIT, $0-24
	UNARY(2, NEG)

#define ABS \
	VANDPS magnitude<>(SB), Y0, Y0

// func absF32(dst, x *float32, n int)
TEXT ·absF32(SB), NOSPLIT, $0-24
	UNARY(2, ABS)

#define SQRT \
	VSQRTPS Y0, Y0

// func sqrtF32(dst, x *float32, n int)
TEXT ·sqrtF32(SB), NOSPLIT, $0-24
	UNARY(2, SQRT)

#define RECIP \
	VMOVUPS one<>(SB), Y1; \
	VDIVPS Y0, Y1, Y0

// func recipF32(dst, x *float32, n int)
TEXT ·recipF32(SB), NOSPLIT, $0-24
	UNARY(2, RECIP)

#define RELU \
	VXORPS Y1, Y1, Y1; \
	VMAXPS Y0, Y1, Y0

// func reluF32(dst, x *float32, n int)
TEXT ·reluF32(SB), NOSPLIT, $0-24
	UNARY(2, RELU)

// The sign of 1 is set; 0 and NaN stay what they are.
#define SIGN \
	VXORPS Y1, Y1, Y1; \
	VCMPPS $12, Y1, Y0, Y2; \
	VANDPS signbit<>(SB), Y0, Y3; \
	VORPS one<>(SB), Y3, Y3; \
	VBLENDVPS Y2, Y3, Y0, Y0

// func signF32(dst, x *float32, n int)
TEXT ·signF32(SB), NOSPLIT, $0-24
	UNARY(2, SIGN)

#define ADD \
	VADDPS Y1, Y0, Y0

// func addF32(dst, x, y *float32, n int)
TEXT ·addF32(SB), NOSPLIT, $0-32
	BINARY(2, ADD)

#define SUB \
	VSUBPS Y1, Y0, Y0

// func subF32(dst, x, y *float32, n int)
TEXT ·subF32(SB), NOSPLIT, $0-32
	BINARY(2, SUB)

#define MUL \
	VMULPS Y1, Y0, Y0

// func mulF32(dst, x, y *float32, n int)
TEXT ·mulF32(SB), NOSPLIT, $0-32
	BINARY(2, MUL)

#define DIV \
	VDIVPS Y1, Y0, Y0

// func divF32(dst, x, y *float32, n int)
TEXT ·divF32(SB), NOSPLIT, $0-32
	BINARY(2, DIV)

// A comparison that finds a NaN sets all bits, which is a NaN.
#define MAX \
	VCMPPS $3, Y1, Y0, Y2; \
	VMAXPS Y1, Y0, Y0; \
	VORPS Y2, Y0, Y0

// func maxF32(dst, x, y *float32, n int)
TEXT ·maxF32(SB), NOSPLIT, $0-32
	BINARY(2, MAX)

#define EQ \
	VCMPPS $0, Y1, Y0, Y0; \
	VANDPS one<>(SB), Y0, Y0

// func eqF32(dst, x, y *float32, n int)
TEXT ·eqF32(SB), NOSPLIT, $0-32
	BINARY(2, EQ)

#define GT \
	VCMPPS $14, Y1, Y0, Y0; \
	VANDPS one<>(SB), Y0, Y0

// func gtF32(dst, x, y *float32, n int)
TEXT ·gtF32(SB), NOSPLIT, $0-32
	BINARY(2, GT)

#define GE \
	VCMPPS $13, Y1, Y0, Y0; \
	VANDPS one<>(SB), Y0, Y0

// func geF32(dst, x, y *float32, n int)
TEXT ·geF32(SB), NOSPLIT, $0-32
	BINARY(2, GE)

#define GATE \
	VXORPS Y2, Y2, Y2; \
	VCMPPS $14, Y2, Y0, Y0; \
	VANDPS Y1, Y0, Y0

// func gateF32(dst, x, y *float32, n int)
TEXT ·gateF32(SB), NOSPLIT, $0-32
	BINARY(2, GATE)

// Quotients and products of which a zero wins over an infinity; a comparison with a NaN lets it through.
#define OVER \
	VXORPS Y2, Y2, Y2; \
	VCMPPS $4, Y2, Y1, Y2; \
	VDIVPS Y1, Y0, Y0; \
	VANDPS Y2, Y0, Y0

// func overF32(dst, x, y *float32, n int)
TEXT ·overF32(SB), NOSPLIT, $0-32
	BINARY(2, OVER)

#define SHARE \
	VXORPS Y2, Y2, Y2; \
	VCMPPS $4, Y2, Y0, Y2; \
	VDIVPS Y1, Y0, Y0; \
	VANDPS Y2, Y0, Y0

// func shareF32(dst, x, y *float32, n int)
TEXT ·shareF32(SB), NOSPLIT, $0-32
	BINARY(2, SHARE)

#define FADE \
	VXORPS Y2, Y2, Y2; \
	VCMPPS $4, Y2, Y1, Y2; \
	VMULPS Y1, Y0, Y0; \
	VANDPS Y2, Y0, Y0

// func fadeF32(dst, x, y *float32, n int)
TEXT ·fadeF32(SB), NOSPLIT, $0-32
	BINARY(2, FADE)

#define ADDS \
	VADDPS Y14, Y0, Y0

// func addSF32(dst, x *float32, n int, a float32)
TEXT ·addSF32(SB), NOSPLIT, $0-28
	SCALAR(2, VBROADCASTSS, ADDS)

#define MULS \
	VMULPS Y14, Y0, Y0

// func mulSF32(dst, x *float32, n int, a float32)
TEXT ·mulSF32(SB), NOSPLIT, $0-28
	SCALAR(2, VBROADCASTSS, MULS)

#define AXPY \
	VFMADD213PS Y1, Y14, Y0

// func axpyF32(dst, x *float32, n int, a float32)
TEXT ·axpyF32(SB), NOSPLIT, $0-28
	SCALAR(2, VBROADCASTSS, AXPY)
