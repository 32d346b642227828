package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// eachBackend runs a test on gonum and, where it is installed, on OpenBLAS.
func eachBackend(t *testing.T, test func(t *testing.T)) {
	for _, name := range []string{"gonum", "openblas"} {
		t.Run(name, func(t *testing.T) {
			if err := Use(name); err != nil {
				t.Skipf("not on this machine: %v", err)
			}
			defer func() { require.NoError(t, Use("")) }()
			require.Equal(t, name, Info().Name)
			test(t)
		})
	}
}

func random[T Float](n int, seed uint64) []T {
	rng := rand.New(rand.NewPCG(seed, 7))
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
	}
	return x
}

// naive is the definition of Gemm, in float64, with the sum of absolute values that bounds the
// rounding error.
func naive[T Float](ta, tb bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) (want, size []float64) {
	want, size = make([]float64, len(c)), make([]float64, len(c))
	for i := range c {
		want[i] = float64(c[i])
	}
	for i := range m {
		for j := range n {
			s, abs := 0.0, 0.0
			for l := range k {
				xy := float64(a[index(ta, i, l, lda)]) * float64(b[index(tb, l, j, ldb)])
				s += xy
				abs += math.Abs(xy)
			}
			at := i*ldc + j
			want[at], size[at] = float64(alpha)*s, math.Abs(float64(alpha))*abs
			if beta != 0 {
				want[at] += float64(beta) * float64(c[at])
				size[at] += math.Abs(float64(beta) * float64(c[at]))
			}
		}
	}
	return want, size
}

// index finds element (i, j) of op(M).
func index(trans bool, i, j, ld int) int {
	if trans {
		i, j = j, i
	}
	return i*ld + j
}

func TestGemmAgainstTripleLoop(t *testing.T) {
	eachBackend(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { testGemm[float32](t, 0x1p-23) })
		t.Run("float64", func(t *testing.T) { testGemm[float64](t, 0x1p-52) })
	})
}

func testGemm[T Float](t *testing.T, eps float64) {
	shapes := [][3]int{
		{1, 1, 1}, {2, 3, 4}, {5, 1, 7}, {1, 5, 7}, {1, 1, 1000}, {40, 1, 33}, {1, 40, 33}, {300, 1, 257}, {1, 300, 257}, {9, 11, 0},
		{7, 8, 9}, {16, 16, 16}, {33, 17, 65}, {64, 64, 64}, {65, 70, 130}, {130, 70, 3}, {3, 200, 301}, {200, 2, 90}, {35, 195, 258},
	}
	scales := [][2]T{{1, 0}, {1, 1}, {-0.5, 0}, {2, -0.25}, {0, 0.5}, {0, 0}}
	for at, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		for code := range 8 {
			ta, tb, pad := code&1 != 0, code&2 != 0, 0
			if code&4 != 0 {
				pad = 3
			}
			rowsA, lda := m, k+pad
			if ta {
				rowsA, lda = k, m+pad
			}
			rowsB, ldb := k, n+2*pad
			if tb {
				rowsB, ldb = n, k+2*pad
			}
			ldc := n + pad
			a, b, c0 := random[T](rowsA*lda, 1), random[T](rowsB*ldb, 2), random[T](m*ldc, 3)
			ab := scales[(at+code)%len(scales)]
			alpha, beta := ab[0], ab[1]
			want, size := naive(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c0, ldc)
			c := append([]T(nil), c0...)
			if beta == 0 {
				for i := range m {
					for j := range n {
						c[i*ldc+j] = T(math.NaN())
					}
				}
			}
			// the last rows end with their last element, as in a part of a larger matrix
			Gemm(ta, tb, m, n, k, alpha, a[:max(len(a)-pad, 0)], lda, b[:max(len(b)-2*pad, 0)], ldb, beta, c[:len(c)-pad], ldc)
			where := fmt.Sprintf("m=%d n=%d k=%d transA=%t transB=%t pad=%d alpha=%v beta=%v", m, n, k, ta, tb, pad, alpha, beta)
			for i, v := range c {
				// the worst case of any order of summation is (k+2)*eps*size; size is 0 in the
				// padding, which must stay as it was
				require.LessOrEqual(t, math.Abs(float64(v)-want[i]), eps*float64(k+2)*size[i], "%s at %d", where, i)
			}
		}
	}
}

func TestGemmOfNothing(t *testing.T) {
	eachBackend(t, func(t *testing.T) {
		c := []float64{1, 2, 3, 4}
		Gemm(false, false, 0, 2, 2, 1, nil, 2, c, 2, 0, nil, 2)
		Gemm(false, false, 2, 0, 2, 1, c, 2, nil, 2, 0, nil, 2)
		Gemm(false, false, 2, 2, 0, 1, nil, 2, nil, 2, 0.5, c, 2)
		require.Equal(t, []float64{0.5, 1, 1.5, 2}, c)
		Gemm(false, false, 2, 2, 0, 1, nil, 2, nil, 2, 0, c, 2)
		require.Equal(t, []float64{0, 0, 0, 0}, c)
	})
}

func TestGemmRefusesShortSlices(t *testing.T) {
	x := make([]float32, 6)
	for _, c := range []struct {
		message string
		run     func()
	}{
		{"blas: Gemm: A (2 by 3, stride 3) needs 6 elements and has 5",
			func() { Gemm(false, false, 2, 2, 3, 1, x[:5], 3, x, 2, 0, x, 2) }},
		{"blas: Gemm: B (2 by 3, stride 3) needs 6 elements and has 5",
			func() { Gemm(false, true, 2, 2, 3, 1, x, 3, x[:5], 3, 0, x, 2) }},
		{"blas: Gemm: C (2 by 2, stride 2) needs 4 elements and has 3",
			func() { Gemm(false, false, 2, 2, 3, 1, x, 3, x, 2, 0, x[:3], 2) }},
		{"blas: Gemm: the rows of A are 3 long but its stride is 2",
			func() { Gemm(false, false, 2, 2, 3, 1, x, 2, x, 2, 0, x, 2) }},
		{"blas: Gemm of negative size m=-1 n=2 k=3",
			func() { Gemm(false, false, -1, 2, 3, 1, x, 3, x, 2, 0, x, 2) }},
	} {
		require.PanicsWithValue(t, c.message, c.run)
	}
}
