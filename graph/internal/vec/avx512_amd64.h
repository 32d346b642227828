// The AVX-512 counterpart of UNARY in macros_amd64.h; the kernels' bodies are written with the registers V0 to V9.

#include "macros_amd64.h"

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z8
#define V9 Z9

// The loop of a kernel func(dst, x *T, n int); full is the number of elements of a vector, move moves some of them under a mask.
#define UNARY512(full, move, body) \
	MOVQ dst+0(FP), DI; \
	MOVQ x+8(FP), SI; \
	MOVQ n+16(FP), CX; \
	JMP  check; \
loop: \
	VMOVUPS (SI), Z0; \
	body; \
	VMOVUPS Z0, (DI); \
	ADDQ $64, SI; \
	ADDQ $64, DI; \
	SUBQ $full, CX; \
check: \
	CMPQ CX, $full; \
	JGE  loop; \
	TESTQ CX, CX; \
	JE   done; \
	MOVL $1, AX; \
	SHLL CX, AX; \
	DECL AX; \
	KMOVW AX, K1; \
	move.Z (SI), K1, Z0; \
	body; \
	move Z0, K1, (DI); \
done: \
	VZEROUPPER; \
	RET
