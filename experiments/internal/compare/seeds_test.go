package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Quantiles of Student's distribution for 1 and 2 degrees of freedom have closed forms:
// tan(pi (p - 1/2)), and (2p-1) sqrt(2 / (1 - (2p-1)^2)).
func TestIntervalsOverSeeds(t *testing.T) {
	t1, t2 := math.Tan(math.Pi*0.475), 0.95*math.Sqrt(2/(1-0.95*0.95))
	m := overSeeds([]float64{1, 3}, false)
	assert.Equal(t, 2, m.N)
	assert.InDelta(t, 2, m.Median, 1e-12)
	assert.InDelta(t, 2+t1*math.Sqrt2/math.Sqrt2, m.High, 1e-7)
	m = overSeeds([]float64{-1, 0, 4}, true) // no logarithms of these
	sd := math.Sqrt((4 + 1 + 9) / 2.0)
	assert.InDelta(t, 1, m.Median, 1e-12)
	assert.InDelta(t, 1-t2*sd/math.Sqrt(3), m.Low, 1e-7)
	m = overSeeds([]float64{1, 10, 100}, true)
	assert.InDelta(t, 10, m.Median, 1e-9)
	assert.InDelta(t, 10*math.Exp(t2*math.Ln10/math.Sqrt(3)), m.High, 1e-4)
	assert.InDelta(t, 10/math.Exp(t2*math.Ln10/math.Sqrt(3)), m.Low, 1e-4)
	m = overSeeds([]float64{5}, true)
	assert.Equal(t, []float64{0, math.Inf(1)}, []float64{m.Low, m.High}, "one seed bounds nothing")
	assert.True(t, math.IsNaN(overSeeds(nil, false).Median))
}

// The interval holds the true mean in 95 of 100 samples, whatever the number of seeds.
func TestIntervalsOverSeedsHoldTheMean(t *testing.T) {
	const trials = 4000
	rng := rand.New(rand.NewPCG(17, 5))
	for _, n := range []int{2, 3, 5, 10} {
		for _, ratio := range []bool{false, true} {
			held := 0
			for range trials {
				values, truth := make([]float64, n), 3.0
				for i := range values {
					values[i] = truth + 2*rng.NormFloat64()
					if ratio {
						values[i] = math.Exp(values[i])
					}
				}
				if ratio {
					truth = math.Exp(truth)
				}
				if m := overSeeds(values, ratio); m.Low <= truth && truth <= m.High {
					held++
				}
			}
			// Four standard errors of the share.
			assert.InDelta(t, 0.95, float64(held)/trials, 4*math.Sqrt(0.95*0.05/trials), "%d seeds", n)
		}
	}
}
