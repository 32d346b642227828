package tune

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The smallest of log2(v)^2-like bowls is found to one digit, also beyond the ends of the grid;
// every value is tried once.
func TestSmallestFindsTheBottomOfABowl(t *testing.T) {
	for _, bottom := range []float64{1e-4, 3e-3, 0.02, 0.5, 1, 7, 2e3} {
		seen := map[float64]bool{}
		v, c, err := Smallest([]float64{0.01, 0.1, 1}, func(v float64) (float64, error) {
			require.False(t, seen[v], "%g twice", v)
			seen[v] = true
			return math.Abs(math.Log(v / bottom)), nil
		})
		require.NoError(t, err)
		if bottom <= 1e3 {
			assert.Equal(t, bottom, v)
			assert.Zero(t, c)
		}
		for x := range seen { // nothing that was tried is better
			assert.LessOrEqual(t, c, math.Abs(math.Log(x/bottom)))
		}
	}
}

func TestSmallestOfFailuresIsNone(t *testing.T) {
	n := 0
	v, c, err := Smallest([]float64{1, 10}, func(float64) (float64, error) { n++; return math.Inf(1), nil })
	require.NoError(t, err)
	assert.True(t, math.IsNaN(v) && math.IsInf(c, 1))
	assert.Equal(t, 2, n, "nothing is tried beyond what failed")
	_, _, err = Smallest([]float64{1}, func(float64) (float64, error) { return 0, assert.AnError })
	assert.ErrorIs(t, err, assert.AnError)
}
