// Package blas multiplies dense matrices, row by row in memory, with OpenBLAS where the machine has
// it and with gonum's pure Go elsewhere.
//
// OpenBLAS is opened at the first product with github.com/ebitengine/purego, so no C compiler is
// needed and the program also runs where the library is missing. The environment variable
// LETHE_BLAS=gonum or LETHE_BLAS=openblas forces a backend; Err tells whether that failed. Every
// product runs on the calling thread alone: Lethe itself spreads its work over the cores, and the
// result of a product never depends on how many goroutines there are. All functions may be called
// concurrently.
package blas

import (
	"fmt"
	"unsafe"
)

// Float is the element type of the matrices.
type Float interface{ float32 | float64 }

// Gemm computes C = alpha*op(A)*op(B) + beta*C, where op(A) is (m, k), op(B) is (k, n), C is (m, n)
// and op transposes when its flag is set. Element (i, j) of a stored matrix is at index i*ld + j.
// With beta = 0, C is overwritten and its old values, NaN included, are not read. C must not
// overlap A or B. Gemm panics when a stride or a slice is too short. It allocates nothing.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	checkGemm(transA, transB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 || alpha == 0 {
		scale(m, n, beta, c, ldc)
		return
	}
	p := product{transA: transA, transB: transB, m: m, n: n, k: k, lda: lda, ldb: ldb, ldc: ldc}
	if p.small() {
		smallGemm(p, alpha, a, b, beta, c)
		return
	}
	large(p, alpha, a, b, beta, c)
}

// large multiplies with the backend in use, short matrix-vector products apart.
func large[T Float](p product, alpha T, a, b []T, beta T, c []T) {
	library := active()
	if (p.m == 1 || p.n == 1) && p.m*p.n*p.k <= smallVector {
		library = gonumBackend{}
	}
	if isFloat32[T]() {
		library.gemm32(p, float32(alpha), as[float32](a), as[float32](b), float32(beta), as[float32](c))
		return
	}
	library.gemm64(p, float64(alpha), as[float64](a), as[float64](b), float64(beta), as[float64](c))
}

// product is the shape of one call of Gemm, with m, n and k at least 1.
type product struct {
	transA, transB bool
	m, n, k        int
	lda, ldb, ldc  int
}

func checkGemm(transA, transB bool, m, n, k, lenA, lda, lenB, ldb, lenC, ldc int) {
	if m < 0 || n < 0 || k < 0 {
		panic(fmt.Sprintf("blas: Gemm of negative size m=%d n=%d k=%d", m, n, k))
	}
	rowsA, colsA := m, k
	if transA {
		rowsA, colsA = k, m
	}
	rowsB, colsB := k, n
	if transB {
		rowsB, colsB = n, k
	}
	checkMatrix("A", rowsA, colsA, lenA, lda)
	checkMatrix("B", rowsB, colsB, lenB, ldb)
	checkMatrix("C", m, n, lenC, ldc)
}

func checkMatrix(name string, rows, cols, length, ld int) {
	if rows == 0 || cols == 0 {
		return
	}
	if ld < cols {
		panic(fmt.Sprintf("blas: Gemm: the rows of %s are %d long but its stride is %d", name, cols, ld))
	}
	if need := (rows-1)*ld + cols; length < need {
		panic(fmt.Sprintf("blas: Gemm: %s (%d by %d, stride %d) needs %d elements and has %d", name, rows, cols, ld, need, length))
	}
}

// scale computes C = beta*C without reading C when beta is 0.
func scale[T Float](m, n int, beta T, c []T, ldc int) {
	if beta == 1 {
		return
	}
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		if beta == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= beta
		}
	}
}

// isFloat32 is a constant in each instantiation.
func isFloat32[T Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

// as views a []T as a []U of the same element type.
func as[U, T Float](x []T) []U {
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
