package graph

import (
	"slices"
	"sync"
	"time"

	"lethe/graph/internal/blas"
)

// Backend describes the library that matrix products run on.
type Backend struct {
	Name    string // "openblas" or "gonum"
	Core    string // the processor type that OpenBLAS works for; empty for gonum
	Library string // the file that OpenBLAS was loaded from; empty for gonum
}

// BLAS returns the backend in use: OpenBLAS where libopenblas can be loaded, gonum otherwise; the
// environment variable LETHE_BLAS=gonum or openblas forces one. The error says why what was asked
// for could not be had.
func BLAS() (Backend, error) {
	b := blas.Info()
	return Backend{Name: b.Name, Core: b.Core, Library: b.Library}, blas.Err()
}

// BenchProduct returns the seconds that a matrix product C = op(A) op(B) of an (m, k) by a (k, n)
// matrix takes on the given number of goroutines, each with its share of the rows of C: the median
// of at least 9 calls and 50 milliseconds. It is the yardstick that Lethe's speed is measured
// against.
func BenchProduct(m, n, k int, transA, transB, single bool, cores int) float64 {
	if single {
		return benchProduct[float32](m, n, k, transA, transB, cores)
	}
	return benchProduct[float64](m, n, k, transA, transB, cores)
}

func benchProduct[T Float](m, n, k int, transA, transB bool, cores int) float64 {
	a, b, c := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	for i := range a {
		a[i] = T(i%7) - 3
	}
	for i := range b {
		b[i] = T(i%5) - 2
	}
	lda, ldb := k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	part := func(lo, hi int) {
		rows := a[lo*lda:]
		if transA {
			rows = a[lo:]
		}
		blas.Gemm(transA, transB, hi-lo, n, k, 1, rows, lda, b, ldb, 0, c[lo*n:hi*n], n)
	}
	call := func() {
		var wg sync.WaitGroup
		for g := 1; g < cores; g++ {
			wg.Go(func() { part(g*m/cores, (g+1)*m/cores) })
		}
		part(0, m/cores)
		wg.Wait()
	}
	return medianSeconds(call)
}

// BenchProductEach returns the seconds that matrix products C = A B of an (m, k) by a (k, n) matrix
// take when each of the given number of goroutines computes one of its own at the same time, timed
// as in [BenchProduct].
func BenchProductEach(m, n, k int, single bool, cores int) float64 {
	if single {
		return benchProductEach[float32](m, n, k, cores)
	}
	return benchProductEach[float64](m, n, k, cores)
}

func benchProductEach[T Float](m, n, k, cores int) float64 {
	var a, b, c [][]T
	for range cores {
		a, b, c = append(a, make([]T, m*k)), append(b, make([]T, k*n)), append(c, make([]T, m*n))
	}
	for g := range cores {
		fillWith(a[g], 1)
		fillWith(b[g], 2)
	}
	return medianSeconds(func() {
		var wg sync.WaitGroup
		for g := range cores {
			wg.Go(func() { blas.Gemm(false, false, m, n, k, 1, a[g], k, b[g], n, 0, c[g], n) })
		}
		wg.Wait()
	})
}

// medianSeconds is the median over at least 9 calls and 50 milliseconds, after one call to warm up.
func medianSeconds(call func()) float64 {
	call()
	var times []float64
	for total := 0.0; len(times) < 9 || total < 0.05; {
		start := time.Now()
		call()
		times = append(times, time.Since(start).Seconds())
		total += times[len(times)-1]
	}
	slices.Sort(times)
	return times[len(times)/2]
}
