package vec

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpecialValues(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", testSpecialValues[float32])
		t.Run("float64", testSpecialValues[float64])
	})
}

func testSpecialValues[T Float](t *testing.T) {
	inf, nan, minusZero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	in := []T{inf, -inf, nan, 0, minusZero}
	for _, c := range []struct {
		name string
		run  func(dst, x []T)
		want [5]T
	}{
		{"Exp", Exp[T], [5]T{inf, 0, nan, 1, 1}},
		{"Log", Log[T], [5]T{inf, nan, nan, -inf, -inf}},
		{"Tanh", Tanh[T], [5]T{1, -1, nan, 0, minusZero}},
		{"Sigmoid", Sigmoid[T], [5]T{1, 0, nan, 0.5, 0.5}},
		{"Softplus", Softplus[T], [5]T{inf, 0, nan, T(math.Ln2), T(math.Ln2)}},
		{"Erf", Erf[T], [5]T{1, -1, nan, 0, minusZero}},
		{"Normal", Normal[T], [5]T{1, 0, nan, 0.5, 0.5}},
		{"SigmoidSlope", SigmoidSlope[T], [5]T{0, 0, nan, 0.25, 0.25}},
		{"TanhSlope", TanhSlope[T], [5]T{0, 0, nan, 1, 1}},
		{"Gauss", func(d, x []T) { Gauss(d, x, 0.5) }, [5]T{0, 0, nan, 1, 1}},
		{"Over(x, 0)", func(d, x []T) { Over(d, x, make([]T, 5)) }, [5]T{}},
		{"Over(1, x)", func(d, x []T) { Over(d, []T{1, 1, 1, 1, 1}, x) }, [5]T{0, minusZero, nan, 0, 0}},
		{"Share(x, 0)", func(d, x []T) { Share(d, x, make([]T, 5)) }, [5]T{inf, -inf, nan, 0, 0}},
		{"Share(0, x)", func(d, x []T) { Share(d, make([]T, 5), x) }, [5]T{}},
		{"Fade(x, 0)", func(d, x []T) { Fade(d, x, make([]T, 5)) }, [5]T{}},
		{"Fade(inf, x)", func(d, x []T) { Fade(d, []T{inf, inf, inf, inf, inf}, x) }, [5]T{inf, -inf, nan, 0, 0}},
		{"ReLU", ReLU[T], [5]T{inf, 0, nan, 0, minusZero}},
		{"Sqrt", Sqrt[T], [5]T{inf, nan, nan, 0, minusZero}},
		{"Recip", Recip[T], [5]T{0, minusZero, nan, inf, -inf}},
		{"Sign", Sign[T], [5]T{1, -1, nan, 0, minusZero}},
		{"Abs", Abs[T], [5]T{inf, inf, nan, 0, 0}},
		{"Neg", Neg[T], [5]T{-inf, inf, nan, minusZero, 0}},
		{"Max(x, 1)", func(d, x []T) { Max(d, x, []T{1, 1, 1, 1, 1}) }, [5]T{inf, 1, nan, 1, 1}},
		{"Max(1, x)", func(d, x []T) { Max(d, []T{1, 1, 1, 1, 1}, x) }, [5]T{inf, 1, nan, 1, 1}},
		{"Eq(x, x)", func(d, x []T) { Eq(d, x, x) }, [5]T{1, 1, 0, 1, 1}},
		{"Ge(x, 0)", func(d, x []T) { Ge(d, x, make([]T, 5)) }, [5]T{1, 0, 0, 1, 1}},
		{"Gt(x, 0)", func(d, x []T) { Gt(d, x, make([]T, 5)) }, [5]T{1, 0, 0, 0, 0}},
	} {
		got := make([]T, len(in))
		c.run(got, in)
		for i, want := range c.want {
			require.True(t, got[i] == want && math.Signbit(float64(got[i])) == math.Signbit(float64(want)) || got[i] != got[i] && want != want,
				"%s of %v is %v, want %v", c.name, in[i], got[i], want)
		}
	}
}

// unaryKernels are all functions of one operand, for the tests of position and aliasing.
func unaryKernels[T Float]() map[string]func(dst, x []T) {
	return map[string]func(dst, x []T){
		"Neg": Neg[T], "Abs": Abs[T], "Sign": Sign[T], "Sqrt": Sqrt[T], "Recip": Recip[T], "ReLU": ReLU[T], "Exp": Exp[T], "Log": Log[T],
		"Tanh": Tanh[T], "Sigmoid": Sigmoid[T], "Softplus": Softplus[T], "Erf": Erf[T], "Normal": Normal[T], "SigmoidSlope": SigmoidSlope[T], "TanhSlope": TanhSlope[T],
		"Gauss": func(d, x []T) { Gauss(d, x, 0.5) }, "PowS": func(d, x []T) { PowS(d, x, 1.5) },
		"AddS": func(d, x []T) { AddS(d, x, 0.1) }, "MulS": func(d, x []T) { MulS(d, x, 0.3) },
		"Axpy": func(d, x []T) { clear(d); AddS(d, d, 0.7); Axpy(d, 0.3, x) },
	}
}

// TestPositionIndependent cuts a vector into pieces of every length and alignment: the bits must
// not change.
func TestPositionIndependent(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", testPositionIndependent[float32])
		t.Run("float64", testPositionIndependent[float64])
	})
}

func testPositionIndependent[T Float](t *testing.T) {
	const n = 43
	x := random[T](n, 5)
	Abs(x, x) // the logarithm and the powers are to give numbers, which can be compared
	for name, f := range unaryKernels[T]() {
		whole := make([]T, n)
		f(whole, x)
		for length := 1; length <= 19; length++ {
			pieces := make([]T, n)
			for at := 0; at < n; at += length {
				end := min(at+length, n)
				f(pieces[at:end], x[at:end])
			}
			require.Equal(t, whole, pieces, "%s in pieces of %d", name, length)
		}
	}
}

func TestAliasing(t *testing.T) {
	both(t, func(t *testing.T) {
		for name, f := range unaryKernels[float32]() {
			if name == "Axpy" {
				continue // the wrapper above writes dst first
			}
			x := random[float32](101, 6)
			Abs(x, x)
			want := make([]float32, len(x))
			f(want, x)
			f(x, x)
			require.Equal(t, want, x, name)
		}
		x, y := random[float64](101, 7), random[float64](101, 8)
		want := make([]float64, len(x))
		Sub(want, x, y)
		Sub(y, x, y)
		require.Equal(t, want, y)
		AddTo(want, want)
		MulS(y, y, 2)
		require.Equal(t, y, want)
		for _, f := range []func(dst, x, y []float64){Over[float64], Share[float64], Fade[float64]} {
			x, y := []float64{1, 0, 2, 0, -3}, []float64{0, 1, 4, 0, 0.5}
			want, second := make([]float64, 5), append([]float64(nil), y...)
			f(want, x, y)
			f(second, x, second)
			f(x, x, y)
			require.Equal(t, want, x)
			require.Equal(t, want, second)
		}
	})
}

func TestShortInputsPanic(t *testing.T) {
	short, long := make([]float32, 4), make([]float32, 5)
	for i, f := range []func(){
		func() { Exp(long, short) }, func() { Add(long, long, short) }, func() { Add(long, short, long) }, func() { Axpy(long, 1, short) },
		func() { Dot(long[:5:5], short[:4:4]) }, func() { Transpose(short, long, 5, 1) }, func() { Outer(short, long, long) },
		func() { ToFloat64(make([]float64, 5), short[:4:4]) },
	} {
		require.Panics(t, f, fmt.Sprint("case ", i))
	}
}
