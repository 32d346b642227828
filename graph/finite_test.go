package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFinite(t *testing.T) {
	for _, n := range []int{0, 1, 7, 64, 1000} {
		x := make([]float32, n)
		for i := range x {
			x[i] = math.MaxFloat32 // whose sum overflows
		}
		require.True(t, Finite(x), n)
		for _, at := range []int{0, n / 2, n - 1} {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				if n > 0 {
					y := make([]float32, n)
					y[at] = float32(bad)
					require.False(t, Finite(y), "%d of %d", at, n)
				}
			}
		}
		if n > 1 {
			require.False(t, Finite(append([]float64{math.Inf(1), math.Inf(-1)}, make([]float64, n)...)))
		}
	}
}
