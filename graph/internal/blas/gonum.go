package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// gonumBackend multiplies in pure Go. It hands gonum one block of C at a time, small enough that
// gonum starts no goroutines of its own, so that a product stays on its thread, allocates nothing
// and gives the same bits on any number of cores.
type gonumBackend struct{}

// The blocks: C is cut into tileRows x tileCols (gonum goes parallel from four blocks of 64 x 64
// on) and k into pieces that stay in the cache. These were the fastest of the sizes tried, for all
// four pairs of flags.
const (
	tileRows  = 32
	tileCols  = 192
	tileInner = 256
)

func (gonumBackend) info() Backend {
	return Backend{Name: "gonum", Threads: 1, Library: "gonum.org/v1/gonum/blas/gonum"}
}

func (gonumBackend) gemm32(p product, alpha float32, a, b []float32, beta float32, c []float32) {
	if v, ok := p.asVector(); ok {
		matrix, x := operands(v, a, b)
		gonum.Implementation{}.Sgemv(flag(v.trans), v.rows, v.cols, alpha, matrix, v.ld, x, v.incX, beta, c, v.incY)
		return
	}
	scale(p.m, p.n, beta, c, p.ldc)
	p.eachTile(func(ta, tb blas.Transpose, m, n, k, atA, atB, atC int) {
		gonum.Implementation{}.Sgemm(ta, tb, m, n, k, alpha, a[atA:], p.lda, b[atB:], p.ldb, 1, c[atC:], p.ldc)
	})
}

func (gonumBackend) gemm64(p product, alpha float64, a, b []float64, beta float64, c []float64) {
	if v, ok := p.asVector(); ok {
		matrix, x := operands(v, a, b)
		gonum.Implementation{}.Dgemv(flag(v.trans), v.rows, v.cols, alpha, matrix, v.ld, x, v.incX, beta, c, v.incY)
		return
	}
	scale(p.m, p.n, beta, c, p.ldc)
	p.eachTile(func(ta, tb blas.Transpose, m, n, k, atA, atB, atC int) {
		gonum.Implementation{}.Dgemm(ta, tb, m, n, k, alpha, a[atA:], p.lda, b[atB:], p.ldb, 1, c[atC:], p.ldc)
	})
}

// eachTile visits the blocks of the product, the pieces of k innermost and in order.
func (p product) eachTile(visit func(ta, tb blas.Transpose, m, n, k, atA, atB, atC int)) {
	ta, tb := flag(p.transA), flag(p.transB)
	for i := 0; i < p.m; i += tileRows {
		for j := 0; j < p.n; j += tileCols {
			for l := 0; l < p.k; l += tileInner {
				atA, atB := i*p.lda+l, l*p.ldb+j
				if p.transA {
					atA = l*p.lda + i
				}
				if p.transB {
					atB = j*p.ldb + l
				}
				visit(ta, tb, min(tileRows, p.m-i), min(tileCols, p.n-j), min(tileInner, p.k-l), atA, atB, i*p.ldc+j)
			}
		}
	}
}

func flag(trans bool) blas.Transpose {
	if trans {
		return blas.Trans
	}
	return blas.NoTrans
}
