#include "macros_amd64.h"

// float64 sums, inner products and maxima. Four vectors are accumulated side by side and joined in a fixed order at the end; the
// last, partial vector is padded with the neutral element.

TAILMASK

#define JOIN \
	VADDPD Y1, Y0, Y0; \
	VADDPD Y3, Y2, Y2; \
	VADDPD Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPD X1, X0, X0; \
	VUNPCKHPD X0, X0, X1; \
	VADDSD X1, X0, X0

// func sumF64(x *float64, n int) float64
TEXT ·sumF64(SB), NOSPLIT, $0-24
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	SHLQ $3, CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	JMP check4

loop4:
	VADDPD (SI), Y0, Y0
	VADDPD 32(SI), Y1, Y1
	VADDPD 64(SI), Y2, Y2
	VADDPD 96(SI), Y3, Y3
	ADDQ $128, SI
	SUBQ $128, CX

check4:
	CMPQ CX, $128
	JGE  loop4
	JMP  check

loop:
	VADDPD (SI), Y0, Y0
	ADDQ $32, SI
	SUBQ $32, CX

check:
	CMPQ CX, $32
	JGE  loop
	TESTQ CX, CX
	JE   done
	LOADMASK
	VMASKMOVPS (SI), Y15, Y4
	VADDPD Y4, Y1, Y1

done:
	JOIN
	VMOVSD X0, ret+16(FP)
	VZEROUPPER
	RET

// func dotF64(x, y *float64, n int) float64
TEXT ·dotF64(SB), NOSPLIT, $0-32
	MOVQ x+0(FP), SI
	MOVQ y+8(FP), DX
	MOVQ n+16(FP), CX
	SHLQ $3, CX
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
	VFMADD231PD (DX), Y4, Y0
	VFMADD231PD 32(DX), Y5, Y1
	VFMADD231PD 64(DX), Y6, Y2
	VFMADD231PD 96(DX), Y7, Y3
	ADDQ $128, SI
	ADDQ $128, DX
	SUBQ $128, CX

check4:
	CMPQ CX, $128
	JGE  loop4
	JMP  check

loop:
	VMOVUPS (SI), Y4
	VFMADD231PD (DX), Y4, Y0
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
	VFMADD231PD Y5, Y4, Y1

done:
	JOIN
	VMOVSD X0, ret+24(FP)
	VZEROUPPER
	RET

CONST64(minusInfinity, 0xfff0000000000000)

#define JOINMAX \
	VMAXPD Y1, Y0, Y0; \
	VMAXPD Y3, Y2, Y2; \
	VMAXPD Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VMAXPD X1, X0, X0; \
	VUNPCKHPD X0, X0, X1; \
	VMAXSD X1, X0, X0

// The maximum forgets a NaN, so Y8 and Y9 collect where any has been.
// func maxValueF64(x *float64, n int) float64
TEXT ·maxValueF64(SB), NOSPLIT, $0-24
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	SHLQ $3, CX
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
	VMAXPD Y4, Y0, Y0
	VMAXPD Y5, Y1, Y1
	VCMPPD $3, Y4, Y4, Y4
	VCMPPD $3, Y5, Y5, Y5
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
	VMAXPD Y4, Y2, Y2
	VCMPPD $3, Y4, Y4, Y4
	VORPS Y4, Y8, Y8
	ADDQ $32, SI
	SUBQ $32, CX

last:
	TESTQ CX, CX
	JE   done
	LOADMASK
	VMASKMOVPS (SI), Y15, Y4
	VBLENDVPS Y15, Y4, Y7, Y4
	VMAXPD Y4, Y3, Y3
	VCMPPD $3, Y4, Y4, Y4
	VORPS Y4, Y9, Y9

done:
	JOINMAX
	VORPS Y9, Y8, Y8
	VMOVMSKPS Y8, AX
	TESTL AX, AX
	JE   number
	VPCMPEQD Y0, Y0, Y0 // all bits set: NaN

number:
	VMOVSD X0, ret+16(FP)
	VZEROUPPER
	RET
