package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGate(t *testing.T) {
	x := []float64{1, -1, 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 5e-324, -5e-324, 3}
	y := []float64{2, 3, 4, 5, math.Inf(1), 6, 7, math.Inf(-1), math.NaN()}
	got := make([]float64, len(x))
	gate(got, x, y)
	assert.Equal(t, []float64{2, 0, 0, 0, math.Inf(1), 0, 7, 0}, got[:8])
	assert.True(t, math.IsNaN(got[8]))
	x32, y32, got32 := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
	for i := range x {
		x32[i], y32[i] = float32(math.Copysign(math.Ceil(math.Abs(x[i])), x[i])), float32(y[i])
	}
	gate(got32, x32, y32)
	assert.Equal(t, []float32{2, 0, 0, 0, float32(math.Inf(1)), 0, 7, 0}, got32[:8])
}
