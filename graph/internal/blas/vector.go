package blas

// vector describes the product as y = op(M)*x when C has one column or one row.
type vector struct {
	trans      bool // as M is stored
	rows, cols int  // of M as stored
	ld         int
	incX, incY int
	matrixIsA  bool // M = A, x = B; otherwise M = B, x = A
}

// asVector returns the matrix-vector form of p, and false when C has several rows and columns.
func (p product) asVector() (vector, bool) {
	switch {
	case p.n == 1:
		v := vector{trans: p.transA, rows: p.m, cols: p.k, ld: p.lda, incX: p.ldb, incY: p.ldc, matrixIsA: true}
		if p.transA {
			v.rows, v.cols = p.k, p.m
		}
		if p.transB {
			v.incX = 1
		}
		return v, true
	case p.m == 1: // c' = op(B)' a'
		v := vector{trans: !p.transB, rows: p.k, cols: p.n, ld: p.ldb, incX: 1, incY: 1}
		if p.transB {
			v.rows, v.cols = p.n, p.k
		}
		if p.transA {
			v.incX = p.lda
		}
		return v, true
	}
	return vector{}, false
}

// operands picks the matrix and the vector out of A and B.
func operands[T Float](v vector, a, b []T) (matrix, x []T) {
	if v.matrixIsA {
		return a, b
	}
	return b, a
}
