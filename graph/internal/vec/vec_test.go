package vec

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// both runs a test with plain Go and, where there is any, with assembly.
func both(t *testing.T, test func(t *testing.T)) {
	defer UseGeneric(false)
	UseGeneric(true)
	t.Run("generic", test)
	UseGeneric(false)
	if Accelerated() {
		t.Run("assembly", test)
	}
}

// lengths covers no element, tails of every size, and several blocks.
var lengths = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 200, 1000, 4096, 4097, 9001}

func random[T Float](n int, seed uint64) []T {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64() * 3)
	}
	return x
}

func TestArithmetic(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", testArithmetic[float32])
		t.Run("float64", testArithmetic[float64])
	})
}

func testArithmetic[T Float](t *testing.T) {
	for _, n := range lengths {
		x, y := random[T](n, 1), random[T](n, 2)
		for i := 0; i < n; i += 3 {
			y[i] = x[i]
		}
		const a = 1.25
		cases := []struct {
			name string
			run  func(dst []T)
			want func(x, y T) T
		}{
			{"Add", func(d []T) { Add(d, x, y) }, func(x, y T) T { return x + y }},
			{"Sub", func(d []T) { Sub(d, x, y) }, func(x, y T) T { return x - y }},
			{"Mul", func(d []T) { Mul(d, x, y) }, func(x, y T) T { return x * y }},
			{"Div", func(d []T) { Div(d, x, y) }, func(x, y T) T { return x / y }},
			{"Max", func(d []T) { Max(d, x, y) }, func(x, y T) T { return T(math.Max(float64(x), float64(y))) }},
			{"Eq", func(d []T) { Eq(d, x, y) }, func(x, y T) T { return oracleBit[T](x == y) }},
			{"Gt", func(d []T) { Gt(d, x, y) }, func(x, y T) T { return oracleBit[T](x > y) }},
			{"Ge", func(d []T) { Ge(d, x, y) }, func(x, y T) T { return oracleBit[T](x >= y) }},
			{"Gate", func(d []T) { Gate(d, x, y) }, func(x, y T) T { return oracleBit[T](x > 0) * y }},
			{"AddS", func(d []T) { AddS(d, x, a) }, func(x, _ T) T { return x + a }},
			{"MulS", func(d []T) { MulS(d, x, a) }, func(x, _ T) T { return x * a }},
			{"Neg", func(d []T) { Neg(d, x) }, func(x, _ T) T { return -x }},
			{"Abs", func(d []T) { Abs(d, x) }, func(x, _ T) T { return T(math.Abs(float64(x))) }},
			{"Sign", func(d []T) { Sign(d, x) }, func(x, _ T) T { return T(math.Copysign(1, float64(x))) }},
			{"Recip", func(d []T) { Recip(d, x) }, func(x, _ T) T { return 1 / x }},
			{"Sqrt", func(d []T) { Mul(d, x, x); Sqrt(d, d) }, func(x, _ T) T { s := x * x; return T(math.Sqrt(float64(s))) }},
			{"ReLU", func(d []T) { ReLU(d, x) }, func(x, _ T) T { return T(math.Max(0, float64(x))) }},
			{"PowS 2", func(d []T) { PowS(d, x, 2) }, func(x, _ T) T { return x * x }},
			{"PowS 0", func(d []T) { PowS(d, x, 0) }, func(x, _ T) T { return 1 }},
			{"PowS 1", func(d []T) { PowS(d, x, 1) }, func(x, _ T) T { return x }},
			{"PowS -1", func(d []T) { PowS(d, x, -1) }, func(x, _ T) T { return 1 / x }},
			{"PowS 5", func(d []T) { PowS(d, x, 5) }, func(x, _ T) T { return T(math.Pow(float64(x), 5)) }},
		}
		for _, c := range cases {
			got, want := make([]T, n+1), make([]T, n)
			got[n] = 77 // a guard: nothing may be written past the end
			c.run(got[:n])
			for i := range want {
				want[i] = c.want(x[i], y[i])
			}
			require.Equal(t, want, got[:n], "%s of %d elements", c.name, n)
			require.Equal(t, T(77), got[n], "%s of %d elements wrote past the end", c.name, n)
		}
	}
}

func oracleBit[T Float](b bool) T {
	if b {
		return 1
	}
	return 0
}
