package blas

import (
	"fmt"
	"testing"
)

// BenchmarkGemm reports GFLOP/s of the shapes of the stock networks; the small ones show what a
// foreign call costs.
func BenchmarkGemm(b *testing.B) {
	b.Run("float32", benchmarkGemm[float32])
	b.Run("float64", benchmarkGemm[float64])
}

func benchmarkGemm[T Float](b *testing.B) {
	shapes := [][3]int{
		{2, 2, 2}, {4, 4, 4}, {8, 8, 8}, {12, 12, 12}, {16, 16, 16}, {16, 1, 16}, {32, 1, 32}, {64, 1, 64}, {1, 64, 64},
		{256, 1, 784}, {1, 256, 784},
		{256, 512, 784}, {512, 512, 512}, {128, 10, 512}, {784, 512, 256},
	}
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		x, y, z := random[T](m*k, 1), random[T](k*n, 2), make([]T, m*n)
		for _, name := range []string{"loops", "gonum", "openblas"} {
			if name == "loops" && m*n*k > 10000 || name != "loops" && Use(name) != nil {
				continue
			}
			b.Run(fmt.Sprintf("%dx%dx%d/%s", m, n, k, name), func(b *testing.B) {
				p := product{m: m, n: n, k: k, lda: k, ldb: n, ldc: n}
				for b.Loop() {
					if name == "loops" {
						smallGemm(p, 1, x, y, 0, z)
					} else {
						large(p, 1, x, y, 0, z)
					}
				}
				b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
	_ = Use("")
}
