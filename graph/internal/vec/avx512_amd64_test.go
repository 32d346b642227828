package vec

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVectorLengthsAgree compares AVX2 and AVX-512 bit by bit. The accuracy tests run on the
// longest vectors that there are, so this extends them to AVX2; and a machine without AVX-512 tests
// AVX2 by them alone.
func TestVectorLengthsAgree(t *testing.T) {
	if !avx512 {
		t.Skip("the processor has no AVX-512")
	}
	defer func() { avx512 = true }()
	rng := rand.New(rand.NewPCG(512, 1))
	for _, n := range append([]int{100_000}, lengths...) {
		x, p := make([]float32, n), make([]float64, n)
		for i := range x {
			x[i] = math.Float32frombits(rng.Uint32())
			p[i] = math.Float64frombits(rng.Uint64())
			if i%2 == 0 {
				x[i], p[i] = float32(20*rng.NormFloat64()), 100*rng.NormFloat64()
			}
		}
		for _, f := range functions {
			y, q := [2][]float32{make([]float32, n+1), make([]float32, n+1)}, [2][]float64{make([]float64, n+1), make([]float64, n+1)}
			for k, long := range []bool{false, true} {
				avx512 = long
				y[k][n], q[k][n] = 77, 77
				f.f32(y[k][:n], x)
				f.f64(q[k][:n], p)
			}
			for i := range n + 1 {
				require.Equal(t, math.Float32bits(y[0][i]), math.Float32bits(y[1][i]), "%s at %d of %d", f.name, i, n)
				require.Equal(t, math.Float64bits(q[0][i]), math.Float64bits(q[1][i]), "%s at %d of %d", f.name, i, n)
			}
		}
	}
}
