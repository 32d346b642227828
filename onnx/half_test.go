package onnx

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every half is read as a number that is written as that half again, and what lies between two is
// written as the nearer one.
func TestHalf(t *testing.T) {
	for b := range 1 << 16 {
		x := half(uint16(b))
		if x != x {
			continue
		}
		require.Equal(t, uint16(b), toHalf(x))
		if next := half(uint16(b + 1)); next > x && !math.IsInf(next, 0) {
			require.Equal(t, uint16(b), toHalf(x+0.49*(next-x)))
			require.Equal(t, uint16(b+1), toHalf(x+0.51*(next-x)))
		}
	}
	assert.Equal(t, 1.0, half(0x3c00))
	assert.Equal(t, 65504.0, half(0x7bff))
	assert.Equal(t, math.Ldexp(1, -24), half(1))
	assert.Equal(t, uint16(0x7c00), toHalf(65520))
	assert.Equal(t, uint16(0x7bff), toHalf(65519))
}

// A number is written as the nearest of the two bfloat16 around it, the even one of two.
func TestBfloat(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		low := uint16(r.IntN(0x7f7f))
		if r.IntN(2) == 0 {
			low |= 0x8000
		}
		x, next := typeBfloat16.number(uint64(low)), typeBfloat16.number(uint64(low+1))
		share := r.Float64()
		want := low
		if share > 0.5 {
			want++
		}
		require.Equal(t, want, bfloat(x+share*(next-x)), "%v", share)
		require.Equal(t, low+low&1, bfloat(x+0.5*(next-x)))
	}
}
