package vec

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
