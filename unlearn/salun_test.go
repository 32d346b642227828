package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// A step moves the half with the largest gradients on what shall go, along the gradient of the loss
// on random labels and on the rest, and nothing else.
func TestSalUnStepIsThatOfItsFormula(t *testing.T) {
	b := blobs()
	gone, rest := b.p.Train.Subset(b.rows), must(datasets.Without(b.p.Train, b.rows))
	next := b.carry(t, SalUn{Epochs: 1, Steps: Steps{Rate: 0.1, Batch: 1000, Seed: 5}}, b.repair)
	random := gone.With(gone.X, randomLabels(gone, 5))
	saliency := differences(b.theta, func(theta []float64) float64 { return b.meanLoss(t, theta, gone) })
	g := differences(b.theta, func(theta []float64) float64 {
		return (18*b.meanLoss(t, theta, random)+72*b.meanLoss(t, theta, rest))/90 + b.regularized(theta, 90)
	})
	sizes := make([]float64, len(g))
	for j, v := range saliency {
		sizes[j] = math.Abs(v)
	}
	slices.Sort(sizes)
	median, moved := sizes[len(sizes)-162], 0 // round(323/2) = 162 are trained
	for j := range g {
		if math.Abs(math.Abs(saliency[j])-median) < 1e-9 {
			continue // differences do not tell on which side it is
		}
		want := 0.0
		if math.Abs(saliency[j]) > median {
			want = -0.1 * g[j]
			moved++
		}
		require.InDelta(t, want, next[j]-b.theta[j], 1e-7, "parameter %d", j)
	}
	require.Greater(t, moved, 150)
}

func TestSalUnForgetsAndKeeps(t *testing.T) {
	b := blobs()
	next := b.carry(t, SalUn{Epochs: 20, Steps: Steps{Rate: 0.01, Momentum: 0.9, Batch: 16, Seed: 1}}, b.removal)
	require.Less(t, b.forgotten(t, next), 0.6) // a third of the random labels are the old ones
	require.Greater(t, b.kept(t, next), 0.95)
	require.Greater(t, b.tested(t, next), b.tested(t, b.theta)+0.03)
}
