package vec

import (
	"fmt"
	"testing"
)

// BenchmarkUnary reports Gelem/s of one core over 4,096 elements, which stay in the cache.
func BenchmarkUnary(b *testing.B) {
	b.Run("float32", benchmarkUnary[float32])
	b.Run("float64", benchmarkUnary[float64])
}

func benchmarkUnary[T Float](b *testing.B) {
	kernels := []struct {
		name string
		run  func(dst, x []T)
	}{
		{"Exp", Exp[T]}, {"Log", Log[T]}, {"Tanh", Tanh[T]}, {"Sigmoid", Sigmoid[T]}, {"Softplus", Softplus[T]}, {"Erf", Erf[T]},
		{"Normal", Normal[T]}, {"SigmoidSlope", SigmoidSlope[T]}, {"TanhSlope", TanhSlope[T]}, {"Gauss", func(d, x []T) { Gauss(d, x, 0.5) }},
		{"ReLU", ReLU[T]}, {"Sqrt", Sqrt[T]}, {"AddTo", AddTo[T]},
		{"Mul", func(d, x []T) { Mul(d, x, x) }}, {"Div", func(d, x []T) { Div(d, x, x) }}, {"Gt", func(d, x []T) { Gt(d, x, x) }},
		{"Max", func(d, x []T) { Max(d, x, x) }}, {"Axpy", func(d, x []T) { Axpy(d, 1e-9, x) }},
		{"Sum", func(d, x []T) { d[0] = Sum(x) }}, {"Dot", func(d, x []T) { d[0] = Dot(x, d) }},
		{"MaxValue", func(d, x []T) { d[0] = MaxValue(x) }}, {"Transpose", func(d, x []T) { Transpose(d, x, 64, 64) }},
	}
	x, y := random[T](4096, 1), make([]T, 4096)
	Abs(x, x)
	for _, k := range kernels {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run(y, x)
			}
			b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelem/s")
		})
	}
}

// BenchmarkOuter reports the GB/s of written results.
func BenchmarkOuter(b *testing.B) {
	for _, s := range [][2]int{{784, 512}, {512, 512}, {512, 10}, {784, 509}} {
		x, y := random[float32](s[0], 1), random[float32](s[1], 2)
		dst := make([]float32, 64*s[0]*s[1])
		FromFloat64(dst, make([]float64, len(dst))) // the pages are mapped before the clock starts
		b.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(b *testing.B) {
			for b.Loop() {
				for i := range 64 {
					Outer(dst[i*s[0]*s[1]:][:s[0]*s[1]], x, y)
				}
			}
			b.ReportMetric(4*float64(len(dst))*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
		})
	}
}

// BenchmarkConvert reports Gelem/s of the conversions between the types.
func BenchmarkConvert(b *testing.B) {
	x, y := random[float32](4096, 1), make([]float64, 4096)
	for _, k := range []struct {
		name string
		run  func()
	}{
		{"AddToFloat64", func() { AddToFloat64(y, x) }}, {"ToFloat64", func() { ToFloat64(y, x) }},
		{"FromFloat64", func() { FromFloat64(x, y) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelem/s")
		})
	}
}
