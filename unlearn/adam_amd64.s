#include "textflag.h"

// Four parameters at a time; n is a multiple of four. Without fused operations, so that the bits are those of the loops in Go.

// func momentsAVX(m, v, x *float64, n int, c *adamDecays)
TEXT ·momentsAVX(SB), NOSPLIT, $0-40
	MOVQ m+0(FP), DI
	MOVQ v+8(FP), SI
	MOVQ x+16(FP), DX
	MOVQ n+24(FP), CX
	MOVQ c+32(FP), BX
	VBROADCASTSD 0(BX), Y12  // beta1
	VBROADCASTSD 8(BX), Y13  // 1 - beta1
	VBROADCASTSD 16(BX), Y14 // beta2
	VBROADCASTSD 24(BX), Y15 // 1 - beta2
	JMP test

loop:
	VMOVUPD (DX), Y0
	VMULPD (DI), Y12, Y1
	VMULPD Y0, Y13, Y2
	VADDPD Y2, Y1, Y1
	VMOVUPD Y1, (DI)
	VMULPD (SI), Y14, Y3
	VMULPD Y0, Y15, Y4
	VMULPD Y0, Y4, Y4
	VADDPD Y4, Y3, Y3
	VMOVUPD Y3, (SI)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, DI
	SUBQ $4, CX

test:
	CMPQ CX, $4
	JGE loop
	VZEROUPPER
	RET

// func descendAVX(theta, m, v *float64, n int, c *adamConstants)
TEXT ·descendAVX(SB), NOSPLIT, $0-40
	MOVQ theta+0(FP), DI
	MOVQ m+8(FP), SI
	MOVQ v+16(FP), DX
	MOVQ n+24(FP), CX
	MOVQ c+32(FP), BX
	VBROADCASTSD 0(BX), Y12  // rate
	VBROADCASTSD 8(BX), Y13  // first
	VBROADCASTSD 16(BX), Y14 // second
	VBROADCASTSD 24(BX), Y15 // epsilon
	JMP test

loop:
	VMOVUPD (SI), Y0
	VMOVUPD (DX), Y1
	VMOVUPD (DI), Y2
	VDIVPD Y14, Y1, Y1 // v / second
	VDIVPD Y13, Y0, Y0 // m / first
	VSQRTPD Y1, Y1
	VMULPD Y12, Y0, Y0
	VADDPD Y15, Y1, Y1
	VDIVPD Y1, Y0, Y0
	VSUBPD Y0, Y2, Y2
	VMOVUPD Y2, (DI)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, DI
	SUBQ $4, CX

test:
	CMPQ CX, $4
	JGE loop
	VZEROUPPER
	RET
