package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNegGradPlusStepIsThatOfItsFormula(t *testing.T) {
	b := blobs()
	data := must(b.repair.Apply(b.p.Train))
	next := b.carry(t, NegGradPlus{Alpha: 0.8, Epochs: 1, Steps: Steps{Rate: 0.1, Batch: 1000}}, b.repair)
	requireStep(t, b.theta, next, 0.1, func(theta []float64) float64 {
		return 0.8*b.meanLoss(t, theta, data.Data) - 0.2*b.meanLoss(t, theta, data.Old) + b.regularized(theta, 90)
	})
}

func TestNegGradPlusForgetsAndKeeps(t *testing.T) {
	b := blobs()
	for _, r := range []Request{b.removal, b.repair} {
		next := b.carry(t, NegGradPlus{Alpha: 0.8, Epochs: 20, Steps: Steps{Rate: 0.05, Momentum: 0.9, Batch: 16, Seed: 1}}, r)
		require.Less(t, b.forgotten(t, next), b.forgotten(t, b.theta)-0.5)
		require.Greater(t, b.kept(t, next), 0.9)
		require.Greater(t, b.tested(t, next), b.tested(t, b.theta))
	}
}
