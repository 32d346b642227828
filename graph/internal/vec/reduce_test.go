package vec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReductions(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { testReductions[float32](t, 0x1p-24) })
		t.Run("float64", func(t *testing.T) { testReductions[float64](t, 0x1p-53) })
	})
}

func testReductions[T Float](t *testing.T, unit float64) {
	for _, n := range append([]int{12, 24, 40, 48, 100000}, lengths...) {
		x, y := random[T](n, 1), random[T](n, 2)
		sum, sumSize, dot, dotSize, top := 0.0, 0.0, 0.0, 0.0, math.Inf(-1)
		var sumLow, dotLow float64 // the rounding errors of the reference, after Kahan
		for i, v := range x {
			sum, sumLow = kahan(sum, sumLow, float64(v))
			dot, dotLow = kahan(dot, dotLow, float64(v)*float64(y[i]))
			sumSize += math.Abs(float64(v))
			dotSize += math.Abs(float64(v) * float64(y[i]))
			top = max(top, float64(v))
		}
		// in the worst case each element passes through the additions of its lane in one block, and
		// those of the join
		steps := float64(min(n, reduceBlock)/8 + 12)
		require.InDelta(t, sum, float64(Sum(x)), unit*steps*sumSize, "sum of %d", n)
		require.InDelta(t, dot, float64(Dot(x, y)), unit*(steps+1)*dotSize, "dot of %d", n)
		require.Equal(t, T(top), MaxValue(x), "maximum of %d", n)
	}
}

func kahan(sum, low, v float64) (float64, float64) {
	v -= low
	next := sum + v
	return next, (next - sum) - v
}

// TestReductionsSeeEveryElement puts the only nonzero, largest or NaN element at each place in
// turn.
func TestReductionsSeeEveryElement(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", testEveryElement[float32])
		t.Run("float64", testEveryElement[float64])
	})
}

func testEveryElement[T Float](t *testing.T) {
	for n := 1; n <= 70; n++ {
		ones := make([]T, n)
		AddS(ones, ones, 1)
		for i := range n {
			x := make([]T, n)
			x[i] = 3
			require.Equal(t, T(3), Sum(x))
			require.Equal(t, T(3), Dot(x, ones))
			AddS(x, x, -5)
			require.Equal(t, T(-2), MaxValue(x))
			x[i] = T(math.NaN())
			require.True(t, math.IsNaN(float64(MaxValue(x))), "NaN at %d of %d", i, n)
			x[i] = T(math.Inf(1))
			require.Equal(t, x[i], MaxValue(x))
		}
	}
	require.Equal(t, T(math.Inf(-1)), MaxValue([]T{}))
	require.Zero(t, Sum([]T{}))
}

// TestReductionsIgnoreAlignment repeats a sum at 17 places in memory.
func TestReductionsIgnoreAlignment(t *testing.T) {
	both(t, func(t *testing.T) {
		x, y := random[float32](5000, 1), random[float32](5000, 2)
		sum, dot := Sum(x), Dot(x, y)
		for shift := range 17 {
			p, q := make([]float32, 5000+shift), make([]float32, 5000+shift)
			copy(p[shift:], x)
			copy(q[shift:], y)
			require.Equal(t, sum, Sum(p[shift:]))
			require.Equal(t, dot, Dot(p[shift:], q[shift:]))
		}
	})
}
