package vec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTranspose(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", testTranspose[float32])
		t.Run("float64", testTranspose[float64])
	})
}

func testTranspose[T Float](t *testing.T) {
	for _, s := range [][2]int{
		{0, 3}, {1, 1}, {1, 9}, {9, 1}, {4, 4}, {8, 8}, {7, 9}, {16, 16}, {17, 33}, {64, 24}, {50, 71}, {130, 130},
	} {
		rows, cols := s[0], s[1]
		src, want, got := random[T](rows*cols, 1), make([]T, rows*cols), make([]T, rows*cols+1)
		for i := range rows {
			for j := range cols {
				want[j*rows+i] = src[i*cols+j]
			}
		}
		got[rows*cols] = 77
		Transpose(got, src, rows, cols)
		require.Equal(t, want, got[:rows*cols], "%d by %d", rows, cols)
		require.Equal(t, T(77), got[rows*cols])
	}
}

// TestOuter covers short rows, products below and above the size from which they are streamed, and
// every alignment of rows.
func TestOuter(t *testing.T) {
	both(t, func(t *testing.T) {
		t.Run("float32", testOuter[float32])
		t.Run("float64", testOuter[float64])
	})
}

func testOuter[T Float](t *testing.T) {
	for _, s := range [][2]int{{0, 5}, {5, 0}, {3, 4}, {100, 7}, {700, 128}, {700, 129}, {600, 143}, {40000, 3}} {
		x, y := random[T](s[0], 1), random[T](s[1], 2)
		n := s[0] * s[1]
		for shift := range 3 {
			got, want := make([]T, n+shift+1), make([]T, n)
			got[shift+n] = 77
			Outer(got[shift:shift+n], x, y)
			for i, v := range x {
				for j, w := range y {
					want[i*s[1]+j] = v * w
				}
			}
			require.Equal(t, want, got[shift:shift+n], "%v", s)
			require.Equal(t, T(77), got[shift+n])
		}
	}
}

func TestConversions(t *testing.T) {
	both(t, func(t *testing.T) {
		for _, n := range lengths {
			x, sum := random[float32](n, 1), random[float64](n, 2)
			wide, narrow, added := make([]float64, n), make([]float32, n), append([]float64{}, sum...)
			ToFloat64(wide, x)
			AddToFloat64(added, x)
			FromFloat64(narrow, sum)
			for i, v := range x {
				require.Equal(t, float64(v), wide[i])
				require.Equal(t, sum[i]+float64(v), added[i])
				require.Equal(t, float32(sum[i]), narrow[i])
			}
			AddToFloat64(added, wide)
			FromFloat64(wide, added)
			ToFloat64(sum, wide)
			require.Equal(t, added, sum)
		}
	})
}
