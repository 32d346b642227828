package blas

// smallWork is the number of multiplications up to which plain loops beat the call of a library.
const smallWork = 512

func (p product) small() bool { return p.m*p.n <= smallWork && p.m*p.n*p.k <= smallWork }

// smallGemm is Gemm by three loops.
func smallGemm[T Float](p product, alpha T, a, b []T, beta T, c []T) {
	stepA, stepB := 1, p.ldb
	if p.transA {
		stepA = p.lda
	}
	if p.transB {
		stepB = 1
	}
	for i := range p.m {
		for j := range p.n {
			at, bt := i*p.lda, j
			if p.transA {
				at = i
			}
			if p.transB {
				bt = j * p.ldb
			}
			var s T
			for range p.k {
				s += a[at] * b[bt]
				at += stepA
				bt += stepB
			}
			to := &c[i*p.ldc+j]
			if beta == 0 {
				*to = alpha * s
			} else {
				*to = alpha*s + beta**to
			}
		}
	}
}
