package blas

// The sizes up to which a library's call costs more than it saves, measured against OpenBLAS (0.15
// us a call).
const (
	smallWork   = 128  // multiplications, for three plain loops
	smallVector = 1024 // elements of the matrix, for gonum's matrix-vector product
)

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
