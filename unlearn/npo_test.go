package unlearn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// The step has to be that of the whole formula also away from the old parameters, where the factors
// of the samples differ.
func TestNPOStepIsThatOfItsFormula(t *testing.T) {
	b := blobs()
	gone, rest := b.p.Train.Subset(b.rows), must(datasets.Without(b.p.Train, b.rows))
	const beta, alpha = 0.5, 0.6
	m := NPO{Beta: beta, Alpha: alpha, Epochs: 1, Steps: Steps{Rate: 0.1, Batch: 1000}}
	likelihood := func(theta []float64) []float64 {
		out := make([]float64, gone.Len())
		for i, z := range b.outputs(t, theta, gone) {
			out[i] = tempered(z, 1)[int(gone.Y[i])]
		}
		return out
	}
	before := likelihood(b.theta)
	f := func(theta []float64) float64 {
		sum := 0.0
		for i, p := range likelihood(theta) {
			sum += 2 / beta * math.Log1p(math.Pow(p/before[i], beta)) / float64(gone.Len())
		}
		return sum + alpha*meanKL(b.outputs(t, b.theta, rest), b.outputs(t, theta, rest), 1) + b.regularized(theta, 72)
	}
	first := b.carry(t, m, b.removal)
	requireStep(t, b.theta, first, 0.1, f)

	at := must(begin(t.Context(), "npo", b.p, b.theta, b.removal))
	forget, keep, err := m.terms(t.Context(), at)
	require.NoError(t, err)
	w := at.newWalk(m.Steps)
	far := b.model.Init(9)
	copy(w.theta, far)
	require.NoError(t, w.pass(t.Context(), 1, 0, true, []term{forget}, keep))
	requireStep(t, far, w.theta, 0.1, f)
}

func TestNPOForgetsAndKeeps(t *testing.T) {
	b := blobs()
	next := b.carry(t, NPO{Epochs: 20, Steps: Steps{Rate: 0.02, Adam: true, Batch: 16, Seed: 1}}, b.removal)
	require.Less(t, b.forgotten(t, next), 0.4)
	require.Greater(t, b.kept(t, next), 0.95)
}
