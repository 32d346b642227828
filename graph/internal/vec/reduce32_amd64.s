#include "macros_amd64.h"

// float32 sums, inner products and maxima. Four vectors are accumulated side by side and joined in a fixed order at the end; the
// last, partial vector is padded with the neutral element.

TAILMASK

#define JOIN \
	VADDPS Y1, Y0, Y0; \
	VADDPS Y3, Y2, Y2; \
	VADDPS Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS X1, X0, X0; \
	VMOVHLPS X0, X0, X1; \
	VADDPS X1, X0, X0; \
	VMOVSHDUP X0, X1; \
	VADDSS X1, X0, X0

// func sumF32(x *float32, n int) float32
TEXT ·sumF32(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	SHLQ $2, CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	JMP check4

loop4:
	VADDPS (SI), Y0, Y0
	VADDPS 32(SI), Y1, Y1
	VADDPS 64(SI), Y2, Y2
	VADDPS 96(SI), Y3, Y3
	ADDQ $128, SI
	SUBQ $128, CX

check4:
	CMPQ CX, $128
	JGE  loop4
	JMP  check

loop:
	VADDPS (SI), Y0, Y0
	ADDQ $32, SI
	SUBQ $32, CX

check:
	CMPQ CX, $32
	JGE  loop
	TESTQ CX, CX
	JE   done
	LOADMASK
	VMASKMOVPS (SI), Y15, Y4
	VADDPS Y4, Y1, Y1

done:
	JOIN
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func dotF32(x, y *float32, n int) float32
TEXT ·dotF32(SB), NOSPLIT, $0-28
	MOVQ x+0(FP), SI
	MOVQ y+8(FP), DX
	MOVQ n+16(FP), CX
	SHLQ $2, CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	JMP check4

loop4:
	VMOVUPS (SI), Y4
	VMOVUPS 32(SI), Y5
	VMOVUPS 64(SI), Y6
	VMOVUPS 96(SI), Y7
	VFMADD231PS (DX), Y4, Y0
	VFMADD231PS 32(DX), Y5, Y1
	VFMADD231PS 64(DX), Y6, Y2
	VFMADD231PS 96(DX), Y7, Y3
	ADDQ $128, SI
	ADDQ $128, DX
	SUBQ $128, CX

check4:
	CMPQ CX, $128
	JGE  loop4
	JMP  check

loop:
	VMOVUPS (SI), Y4
	VFMADD231PS (DX), Y4, Y0
	ADDQ $32, SI
	ADDQ $32, DX
	SUBQ $32, CX

check:
	CMPQ CX, $32
	JGE  loop
	TESTQ CX, CX
	JE   done
	LOADMASK
	VMASKMOVPS (SI), Y15, Y4
	VMASKMOVPS (DX), Y15, Y5
	VFMADD231PS Y5, Y4, Y1

done:
	JOIN
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

CONST32(minusInfinity, 0xff800000)

#define JOINMAX \
	VMAXPS Y1, Y0, Y0; \
	VMAXPS Y3, Y2, Y2; \
	VMAXPS Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VMAXPS X1, X0, X0; \
	VMOVHLPS X0, X0, X1; \
	VMAXPS X1, X0, X0; \
	VMOVSHDUP X0, X1; \
	VMAXSS X1, X0, X0

// The maximum forgets a NaN, so Y8 and Y9 collect where any has been.
// func maxValueF32(x *float32, n int) float32
TEXT ·maxValueF32(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	SHLQ $2, CX
	VMOVUPS minusInfinity<>(SB), Y0
	VMOVAPS Y0, Y1
	VMOVAPS Y0, Y2
	VMOVAPS Y0, Y3
	VMOVAPS Y0, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	JMP check2

loop2:
	VMOVUPS (SI), Y4
	VMOVUPS 32(SI), Y5
	VMAXPS Y4, Y0, Y0
	VMAXPS Y5, Y1, Y1
	VCMPPS $3, Y4, Y4, Y4
	VCMPPS $3, Y5, Y5, Y5
	VORPS Y4, Y8, Y8
	VORPS Y5, Y9, Y9
	ADDQ $64, SI
	SUBQ $64, CX

check2:
	CMPQ CX, $64
	JGE  loop2
	CMPQ CX, $32
	JLT  last
	VMOVUPS (SI), Y4
	VMAXPS Y4, Y2, Y2
	VCMPPS $3, Y4, Y4, Y4
	VORPS Y4, Y8, Y8
	ADDQ $32, SI
	SUBQ $32, CX

last:
	TESTQ CX, CX
	JE   done
	LOADMASK
	VMASKMOVPS (SI), Y15, Y4
	VBLENDVPS Y15, Y4, Y7, Y4
	VMAXPS Y4, Y3, Y3
	VCMPPS $3, Y4, Y4, Y4
	VORPS Y4, Y9, Y9

done:
	JOINMAX
	VORPS Y9, Y8, Y8
	VMOVMSKPS Y8, AX
	TESTL AX, AX
	JE   number
	VPCMPEQD Y0, Y0, Y0 // all bits set: NaN

number:
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET
