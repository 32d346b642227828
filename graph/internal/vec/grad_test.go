package vec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAdjointsOfTanhAndSigmoid(t *testing.T) {
	defer UseGeneric(false)
	for _, generic := range []bool{true, false} {
		UseGeneric(generic)
		adjoints[float32](t, 1e-6)
		adjoints[float64](t, 1e-15)
	}
}

func adjoints[T Float](t *testing.T, tolerance float64) {
	const n = 37
	x, y, th, sg := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	for i := range x {
		x[i], y[i] = T(math.Sin(float64(i))), T(math.Cos(float64(3*i)))
	}
	TanhGrad(th, x, y)
	SigmoidGrad(sg, x, y)
	for i := range x {
		a, b := float64(x[i]), float64(y[i])
		assert.InDelta(t, b*(1-a*a), th[i], tolerance)
		assert.InDelta(t, b*a*(1-a), sg[i], 4*tolerance)
	}
}

// What a gate lets through and stops at the edges of the number range.
func TestGateOfSpecialValues(t *testing.T) {
	defer UseGeneric(false)
	for _, generic := range []bool{true, false} {
		UseGeneric(generic)
		x := []float64{1, -1, 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 5e-324, -5e-324, math.NaN()}
		y := []float64{2, math.NaN(), 4, math.Inf(1), math.Inf(1), 6, 7, math.Inf(-1), 3}
		got := make([]float64, len(x))
		Gate(got, x, y)
		assert.Equal(t, []float64{2, 0, 0, 0, math.Inf(1), 0, 7, 0, 0}, got)
	}
}
