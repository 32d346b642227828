package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// One pass in one batch is one step of the divergence and the loss. The second, up the divergence on
// what shall go, starts from there.
func TestSCRUBStepsAreThoseOfItsFormula(t *testing.T) {
	b := blobs()
	data := must(b.repair.Apply(b.p.Train))
	rest := must(datasets.Without(b.p.Train, b.rows))
	const rate, temperature = 0.1, 3.0
	kl := func(theta []float64, d *datasets.Dataset) float64 {
		return meanKL(b.outputs(t, b.theta, d), b.outputs(t, theta, d), temperature)
	}
	m := SCRUB{Temperature: temperature, Gamma: 0.7, Alpha: 0.4, Epochs: 1, Steps: Steps{Rate: rate, Batch: 1000}}
	down := func(theta []float64) float64 {
		return 0.7*b.meanLoss(t, theta, data.Data) + 0.4*kl(theta, rest) + b.regularized(theta, 90)
	}
	first := b.carry(t, m, b.repair)
	requireStep(t, b.theta, first, rate, down)

	var w *walk // the pass up alone, from where the first step ended
	at := must(begin(t.Context(), "scrub", b.p, b.theta, b.repair))
	_, up, err := m.terms(t.Context(), at)
	require.NoError(t, err)
	w = at.newWalk(m.Steps)
	copy(w.theta, first)
	require.NoError(t, w.pass(t.Context(), 1, 1, false, up))
	requireStep(t, first, w.theta, rate, func(theta []float64) float64 { return -kl(theta, data.Old) })
}

// The student leaves the teacher on what shall go, and stays with it on what shall stay. Two public
// ports of the method move nothing.
func TestSCRUBForgetsAndKeeps(t *testing.T) {
	b := blobs()
	for _, r := range []Request{b.removal, b.repair} {
		next := b.carry(t, SCRUB{Epochs: 20, Ascents: 10, Steps: Steps{Rate: 0.05, Momentum: 0.9, Batch: 16, Seed: 1}}, r)
		require.Less(t, b.forgotten(t, next), b.forgotten(t, b.theta)-0.5)
		require.Greater(t, b.kept(t, next), 0.9)
		require.Greater(t, b.tested(t, next), b.tested(t, b.theta))
	}
	_, err := SCRUB{Epochs: 2, Ascents: 2, Steps: Steps{Rate: 1}}.Unlearn(t.Context(), b.p, b.theta, b.removal)
	require.ErrorContains(t, err, "fewer than the 2 Epochs")
}
