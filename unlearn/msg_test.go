package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The weights with the smallest gradients are drawn again, with the variance that the fan-out
// gives, and train ten times as fast as the others.
func TestMSGDrawsSmallGradientsAnew(t *testing.T) {
	b := blobs()
	data := must(b.removal.Apply(b.p.Train))
	g := differences(b.theta, func(theta []float64) float64 {
		return b.meanLoss(t, theta, data.Data) - b.meanLoss(t, theta, data.Old)
	})
	at := must(begin(t.Context(), "msg", b.p, b.theta, b.removal))
	w := at.newWalk(Steps{Rate: 0.1, Batch: 1000, Seed: 2})
	require.NoError(t, MSG{Steps: w.steps}.redraw(t.Context(), at, w))
	for _, l := range []struct{ lo, hi, fanOut int }{{0, 192, 32}, {224, 320, 3}} {
		var sizes, drawn []float64
		for j := l.lo; j < l.hi; j++ {
			sizes = append(sizes, math.Abs(g[j]))
		}
		slices.Sort(sizes)
		limit := sizes[int(math.Round(0.3*float64(l.hi-l.lo)))]
		for j := l.lo; j < l.hi; j++ {
			if math.Abs(math.Abs(g[j])-limit) < 1e-9 {
				continue
			}
			require.Equal(t, math.Abs(g[j]) < limit, w.theta[j] != b.theta[j], "parameter %d", j)
			if w.theta[j] != b.theta[j] {
				drawn = append(drawn, w.theta[j]*w.theta[j])
				require.Equal(t, 1.0, w.factors[j])
			} else {
				require.Equal(t, 0.1, w.factors[j])
			}
		}
		sum := 0.0
		for _, v := range drawn {
			sum += v
		}
		variance, n := sum/float64(len(drawn)), float64(len(drawn))
		require.InDelta(t, 1, variance*float64(l.fanOut)/2, 4*math.Sqrt(2/n)) // four standard deviations
	}
	require.Equal(t, b.theta[192:224], w.theta[192:224], "biases stay")

	start := slices.Clone(w.theta)
	next := b.carry(t, MSG{Epochs: 1, Steps: w.steps}, b.removal)
	for j, g := range differences(start, func(theta []float64) float64 { return b.meanLoss(t, theta, data.Data) + b.regularized(theta, 72) }) {
		require.InDelta(t, start[j]-0.1*w.factors[j]*g, next[j], 1e-7)
	}
}

func TestMSGForgetsAndKeeps(t *testing.T) {
	b := blobs()
	next := b.carry(t, MSG{Epochs: 20, Steps: Steps{Rate: 0.05, Momentum: 0.9, Batch: 16, Seed: 1}}, b.removal)
	require.Less(t, b.forgotten(t, next), 0.5)
	require.Greater(t, b.kept(t, next), 0.95)
	require.Greater(t, b.tested(t, next), b.tested(t, b.theta)+0.05)
}
