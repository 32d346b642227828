package vec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// functions lists the functions that are approximated, with their float64 form, which serves as the
// truth for float32.
var functions = []struct {
	name  string
	f32   func(dst, x []float32)
	f64   func(dst, x []float64)
	truth func(float64) float64
}{
	{"Exp", Exp[float32], Exp[float64], math.Exp},
	{"Log", Log[float32], Log[float64], math.Log},
	{"Tanh", Tanh[float32], Tanh[float64], math.Tanh},
	{"Sigmoid", Sigmoid[float32], Sigmoid[float64], func(x float64) float64 {
		if x < -700 {
			return math.Exp(x)
		}
		return 1 / (1 + math.Exp(-x))
	}},
	{"Softplus", Softplus[float32], Softplus[float64], func(x float64) float64 {
		if x > 700 {
			return x
		}
		return math.Log1p(math.Exp(x))
	}},
	{"Erf", Erf[float32], Erf[float64], math.Erf},
	{"Normal", Normal[float32], Normal[float64], func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }},
	{"SigmoidSlope", SigmoidSlope[float32], SigmoidSlope[float64], func(x float64) float64 { c := 1 / math.Cosh(x/2); return c * c / 4 }},
	{"TanhSlope", TanhSlope[float32], TanhSlope[float64], func(x float64) float64 { c := 1 / math.Cosh(x); return c * c }},
	{"Gauss/2", func(dst, x []float32) { Gauss(dst, x, 0.5) }, func(dst, x []float64) { Gauss(dst, x, 0.5) }, func(x float64) float64 { return math.Exp(-x * x / 2) }},
	{"Gauss", func(dst, x []float32) { Gauss(dst, x, 1) }, func(dst, x []float64) { Gauss(dst, x, 1) }, func(x float64) float64 { return math.Exp(-x * x) }},
}

// ulps is the promised largest error: 2 ulp, and 2.5 for float64 in plain Go, which builds on the
// math package; more for functions that are made of several roundings.
func ulps(name string, bits int) float64 {
	switch name {
	case "Normal":
		return 8
	case "SigmoidSlope", "TanhSlope":
		return 4
	case "Gauss", "Gauss/2":
		return 3
	}
	if bits == 64 && !Accelerated() {
		return 2.5
	}
	return 2
}

// stride32 is the step through the bit patterns of float32; with 1 the test is exhaustive and takes
// minutes.
const stride32 = 1021

func TestFloat32Accuracy(t *testing.T) {
	both(t, func(t *testing.T) {
		for _, f := range functions {
			t.Run(f.name, func(t *testing.T) {
				worst, at := worst32(t, f.f32, f.truth)
				require.LessOrEqual(t, worst, ulps(f.name, 32), "at %g", at)
				t.Logf("largest error %.3f ulp, at %g", worst, at)
			})
		}
	})
}

// worst32 returns the largest error in ulp of the true value, subnormal ones included, and where it
// is.
func worst32(t *testing.T, f func(dst, x []float32), truth func(float64) float64) (worst float64, at float32) {
	x, y := make([]float32, 4096), make([]float32, 4096)
	for bits := uint64(0); bits < 1<<32; {
		n := 0
		for ; n < len(x) && bits < 1<<32; n++ {
			x[n] = math.Float32frombits(uint32(bits))
			bits += stride32
		}
		f(y[:n], x[:n])
		for i, v := range y[:n] {
			want := truth(float64(x[i]))
			if float64(v) == want || v != v && want != want {
				continue
			}
			rounded := float32(want)
			if v == rounded {
				continue // half an ulp at most, overflow to infinity included
			}
			require.False(t, v != v || want != want || math.IsInf(float64(v), 0) || math.IsInf(float64(rounded), 0),
				"f(%g) = %g, want %g", x[i], v, want)
			if e := math.Abs(float64(v)-want) / ulp32(want); e > worst {
				worst, at = e, x[i]
			}
		}
	}
	return worst, at
}

// ulp32 is the distance of float32 numbers around v.
func ulp32(v float64) float64 {
	_, e := math.Frexp(v)
	return math.Ldexp(1, max(e-24, -149))
}
