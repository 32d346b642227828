#include "textflag.h"

// Outer products written past the caches, and conversions between the two types.

// func outerF32(dst, x, y *float32, m, n int)
// Each row begins and ends with single elements, up to the cache lines that it has to itself; those are streamed.
TEXT ·outerF32(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ m+24(FP), R8

row:
	TESTQ R8, R8
	JE    done
	VBROADCASTSS (SI), Y0
	MOVQ y+16(FP), DX
	MOVQ n+32(FP), CX

head:
	TESTQ $63, DI
	JE    check
	TESTQ CX, CX
	JE    next
	VMULSS (DX), X0, X1
	VMOVSS X1, (DI)
	ADDQ $4, DX
	ADDQ $4, DI
	DECQ CX
	JMP  head

line:
	VMULPS (DX), Y0, Y1
	VMULPS 32(DX), Y0, Y2
	VMOVNTPS Y1, (DI)
	VMOVNTPS Y2, 32(DI)
	ADDQ $64, DX
	ADDQ $64, DI
	SUBQ $16, CX

check:
	CMPQ CX, $16
	JGE  line

tail:
	TESTQ CX, CX
	JE    next
	VMULSS (DX), X0, X1
	VMOVSS X1, (DI)
	ADDQ $4, DX
	ADDQ $4, DI
	DECQ CX
	JMP  tail

next:
	ADDQ $4, SI
	DECQ R8
	JMP  row

done:
	SFENCE
	VZEROUPPER
	RET

// func outerF64(dst, x, y *float64, m, n int)
// Each row begins and ends with single elements, up to the cache lines that it has to itself; those are streamed.
TEXT ·outerF64(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ m+24(FP), R8

row:
	TESTQ R8, R8
	JE    done
	VBROADCASTSD (SI), Y0
	MOVQ y+16(FP), DX
	MOVQ n+32(FP), CX

head:
	TESTQ $63, DI
	JE    check
	TESTQ CX, CX
	JE    next
	VMULSD (DX), X0, X1
	VMOVSD X1, (DI)
	ADDQ $8, DX
	ADDQ $8, DI
	DECQ CX
	JMP  head

line:
	VMULPD (DX), Y0, Y1
	VMULPD 32(DX), Y0, Y2
	VMOVNTPD Y1, (DI)
	VMOVNTPD Y2, 32(DI)
	ADDQ $64, DX
	ADDQ $64, DI
	SUBQ $8, CX

check:
	CMPQ CX, $8
	JGE  line

tail:
	TESTQ CX, CX
	JE    next
	VMULSD (DX), X0, X1
	VMOVSD X1, (DI)
	ADDQ $8, DX
	ADDQ $8, DI
	DECQ CX
	JMP  tail

next:
	ADDQ $8, SI
	DECQ R8
	JMP  row

done:
	SFENCE
	VZEROUPPER
	RET

// func widen(dst *float64, x *float32, n int)
TEXT ·widen(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	JMP  check

loop:
	VCVTPS2PD (SI), Y0
	VCVTPS2PD 16(SI), Y1
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $8, CX

check:
	CMPQ CX, $8
	JGE  loop

tail:
	TESTQ CX, CX
	JE   done
	VMOVSS (SI), X0
	VCVTSS2SD X0, X0, X0
	VMOVSD X0, (DI)
	ADDQ $4, SI
	ADDQ $8, DI
	DECQ CX
	JMP  tail

done:
	VZEROUPPER
	RET

// func addWide(dst *float64, x *float32, n int)
TEXT ·addWide(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	JMP  check

loop:
	VCVTPS2PD (SI), Y0
	VCVTPS2PD 16(SI), Y1
	VADDPD (DI), Y0, Y0
	VADDPD 32(DI), Y1, Y1
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $8, CX

check:
	CMPQ CX, $8
	JGE  loop

tail:
	TESTQ CX, CX
	JE   done
	VMOVSS (SI), X0
	VCVTSS2SD X0, X0, X0
	VADDSD (DI), X0, X0
	VMOVSD X0, (DI)
	ADDQ $4, SI
	ADDQ $8, DI
	DECQ CX
	JMP  tail

done:
	VZEROUPPER
	RET

// func narrow(dst *float32, x *float64, n int)
TEXT ·narrow(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	JMP  check

loop:
	VMOVUPD (SI), Y0
	VMOVUPD 32(SI), Y1
	VCVTPD2PSY Y0, X0
	VCVTPD2PSY Y1, X1
	VMOVUPS X0, (DI)
	VMOVUPS X1, 16(DI)
	ADDQ $64, SI
	ADDQ $32, DI
	SUBQ $8, CX

check:
	CMPQ CX, $8
	JGE  loop

tail:
	TESTQ CX, CX
	JE   done
	VMOVSD (SI), X0
	VCVTSD2SS X0, X0, X0
	VMOVSS X0, (DI)
	ADDQ $8, SI
	ADDQ $4, DI
	DECQ CX
	JMP  tail

done:
	VZEROUPPER
	RET
