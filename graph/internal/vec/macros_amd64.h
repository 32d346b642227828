// Loops and constants shared by the AVX2 kernels. Go's assembler writes operands from source to destination, so
// "VSUBPS b, a, d" is d = a - b, "VFMADD213PS c, b, a" is a = a*b + c and "VFMADD231PS c, b, a" is a += b*c. The minimum and
// maximum return their first operand here when one is NaN, which is why x always comes first.
//
// Lengths are counted in bytes. The last, partial vector runs through the same body as the others under a mask, so that an
// element's result does not depend on its position.

#include "textflag.h"

// One constant in all lanes of a vector of 512 bits, of which AVX2 reads the first half.
#define CONST32(name, v) \
	DATA name<>+0(SB)/4, $v; DATA name<>+4(SB)/4, $v; DATA name<>+8(SB)/4, $v; DATA name<>+12(SB)/4, $v; \
	DATA name<>+16(SB)/4, $v; DATA name<>+20(SB)/4, $v; DATA name<>+24(SB)/4, $v; DATA name<>+28(SB)/4, $v; \
	DATA name<>+32(SB)/4, $v; DATA name<>+36(SB)/4, $v; DATA name<>+40(SB)/4, $v; DATA name<>+44(SB)/4, $v; \
	DATA name<>+48(SB)/4, $v; DATA name<>+52(SB)/4, $v; DATA name<>+56(SB)/4, $v; DATA name<>+60(SB)/4, $v; \
	GLOBL name<>(SB), RODATA|NOPTR, $64
#define CONST64(name, v) \
	DATA name<>+0(SB)/8, $v; DATA name<>+8(SB)/8, $v; DATA name<>+16(SB)/8, $v; DATA name<>+24(SB)/8, $v; \
	DATA name<>+32(SB)/8, $v; DATA name<>+40(SB)/8, $v; DATA name<>+48(SB)/8, $v; DATA name<>+56(SB)/8, $v; \
	GLOBL name<>(SB), RODATA|NOPTR, $64

// Ones, then zeros: reading 32-b bytes in gives a mask of the first b bytes.
#define TAILMASK \
	DATA tailmask<>+0(SB)/8, $-1; DATA tailmask<>+8(SB)/8, $-1; DATA tailmask<>+16(SB)/8, $-1; DATA tailmask<>+24(SB)/8, $-1; \
	DATA tailmask<>+32(SB)/8, $0; DATA tailmask<>+40(SB)/8, $0; DATA tailmask<>+48(SB)/8, $0; DATA tailmask<>+56(SB)/8, $0; \
	GLOBL tailmask<>(SB), RODATA|NOPTR, $64

// Y15 = mask of the CX bytes that are left.
#define LOADMASK \
	LEAQ tailmask<>+32(SB), BX; SUBQ CX, BX; VMOVDQU (BX), Y15

// The loop of a kernel func(dst, x *T, n int): body takes x in Y0 and leaves the result in Y0; it may use Y1 to Y14.
#define UNARY(shift, body) \
	MOVQ dst+0(FP), DI; \
	MOVQ x+8(FP), SI; \
	MOVQ n+16(FP), CX; \
	SHLQ $shift, CX; \
	JMP  check; \
loop: \
	VMOVUPS (SI), Y0; \
	body; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, SI; \
	ADDQ $32, DI; \
	SUBQ $32, CX; \
check: \
	CMPQ CX, $32; \
	JGE  loop; \
	TESTQ CX, CX; \
	JE   done; \
	LOADMASK; \
	VMASKMOVPS (SI), Y15, Y0; \
	body; \
	VMASKMOVPS Y0, Y15, (DI); \
done: \
	VZEROUPPER; \
	RET

// The loop of a kernel func(dst, x, y *T, n int): x comes in Y0, y in Y1.
#define BINARY(shift, body) \
	MOVQ dst+0(FP), DI; \
	MOVQ x+8(FP), SI; \
	MOVQ y+16(FP), DX; \
	MOVQ n+24(FP), CX; \
	SHLQ $shift, CX; \
	JMP  check; \
loop: \
	VMOVUPS (SI), Y0; \
	VMOVUPS (DX), Y1; \
	body; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, SI; \
	ADDQ $32, DX; \
	ADDQ $32, DI; \
	SUBQ $32, CX; \
check: \
	CMPQ CX, $32; \
	JGE  loop; \
	TESTQ CX, CX; \
	JE   done; \
	LOADMASK; \
	VMASKMOVPS (SI), Y15, Y0; \
	VMASKMOVPS (DX), Y15, Y1; \
	body; \
	VMASKMOVPS Y0, Y15, (DI); \
done: \
	VZEROUPPER; \
	RET

// The loop of a kernel func(dst, x *T, n int, a T): x comes in Y0, dst's old value in Y1, a in all lanes of Y14.
#define SCALAR(shift, broadcast, body) \
	MOVQ dst+0(FP), DI; \
	MOVQ x+8(FP), SI; \
	MOVQ n+16(FP), CX; \
	broadcast a+24(FP), Y14; \
	SHLQ $shift, CX; \
	JMP  check; \
loop: \
	VMOVUPS (SI), Y0; \
	VMOVUPS (DI), Y1; \
	body; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, SI; \
	ADDQ $32, DI; \
	SUBQ $32, CX; \
check: \
	CMPQ CX, $32; \
	JGE  loop; \
	TESTQ CX, CX; \
	JE   done; \
	LOADMASK; \
	VMASKMOVPS (SI), Y15, Y0; \
	VMASKMOVPS (DI), Y15, Y1; \
	body; \
	VMASKMOVPS Y0, Y15, (DI); \
done: \
	VZEROUPPER; \
	RET
