package nets_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// The work that other libraries are timed on: MLP 784-512-512-10 with ReLU, batch 512, single
// precision.
func mlp512(b *testing.B) (m *nets.Model, theta []float64, d *datasets.Dataset) {
	b.Helper()
	m, err := nets.NewModel(nets.MLP{In: 784, Hidden: []int{512, 512}, Out: 10, Activation: graph.ReLU}, nets.SoftmaxCrossEntropy, nets.Float32())
	require.NoError(b, err)
	return m, m.Init(1), dense(1, 512, 784, 10)
}

// bound is the time of the matrix products alone, on all cores.
func bound(shapes ...[3]int) (s float64) {
	for _, p := range shapes {
		s += graph.BenchProduct(p[0], p[2], p[1], false, false, true, runtime.GOMAXPROCS(0))
	}
	return s
}

var mlpGradient = [][3]int{{512, 784, 512}, {784, 512, 512}, {512, 512, 512}, {512, 512, 512}, {512, 512, 512}, {512, 512, 10}, {512, 512, 10}, {512, 10, 512}}

func mlpHVP() [][3]int {
	s := [][3]int{{512, 784, 512}, {784, 512, 512}}
	for range 6 {
		s = append(s, [3]int{512, 512, 512})
	}
	return append(s, [3]int{512, 512, 10}, [3]int{512, 512, 10}, [3]int{512, 512, 10}, [3]int{512, 512, 10}, [3]int{512, 10, 512}, [3]int{512, 10, 512})
}

func report(b *testing.B, bound float64) {
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/bound, "x-bound")
}

func BenchmarkMLPGradient(b *testing.B) {
	m, theta, d := mlp512(b)
	g := make([]float64, m.Dim())
	least := bound(mlpGradient...)
	require.NoError(b, m.Gradient(ctx, g, theta, d))
	for b.Loop() {
		_ = m.Gradient(ctx, g, theta, d)
	}
	report(b, least)
}

func BenchmarkMLPHVP(b *testing.B) {
	m, theta, d := mlp512(b)
	hv, v := make([]float64, m.Dim()), direction(m.Dim())
	least := bound(mlpHVP()...)
	f, err := m.Linearize(ctx, theta, d)
	require.NoError(b, err)
	require.NoError(b, f(hv, v))
	for b.Loop() {
		v[0]++
		_ = f(hv, v)
	}
	report(b, least)
}

func BenchmarkMLPGaussNewton(b *testing.B) {
	m, theta, d := mlp512(b)
	hv, v := make([]float64, m.Dim()), direction(m.Dim())
	f, err := m.LinearizeGaussNewton(ctx, theta, d)
	require.NoError(b, err)
	require.NoError(b, f(hv, v))
	for b.Loop() {
		v[0]++
		_ = f(hv, v)
	}
}

func BenchmarkMLPPerSample(b *testing.B) {
	m, theta, d := mlp512(b)
	p := m.Dim()
	rows := make([]float32, 512*p)
	g, n := make([]float64, p), make([]float64, 512)
	v := direction(p)
	for _, c := range []struct {
		name string
		f    func() error
	}{
		{"written", func() error { return m.PerSampleGradients32(ctx, rows, theta, d) }},
		{"norms", func() error { return m.PerSampleNorms(ctx, n, theta, d) }},
		{"dots", func() error { return m.PerSampleDots(ctx, n, theta, v, d) }},
		{"clipped", func() error { return m.ClippedSum(ctx, g, theta, 1, d) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			require.NoError(b, c.f())
			for b.Loop() {
				_ = c.f()
			}
		})
	}
}

func BenchmarkMLPCores(b *testing.B) {
	d := dense(1, 512, 784, 10)
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprint(cores), func(b *testing.B) {
			m, err := nets.NewModel(nets.MLP{In: 784, Hidden: []int{512, 512}, Out: 10, Activation: graph.ReLU}, nets.SoftmaxCrossEntropy, nets.Float32(), nets.Cores(cores))
			require.NoError(b, err)
			theta, g := m.Init(1), make([]float64, m.Dim())
			require.NoError(b, m.Gradient(ctx, g, theta, d))
			for b.Loop() {
				_ = m.Gradient(ctx, g, theta, d)
			}
		})
	}
}
