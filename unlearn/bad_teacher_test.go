package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

func TestBadTeacherStepIsThatOfItsFormula(t *testing.T) {
	b := blobs()
	gone, rest := b.p.Train.Subset(b.rows), must(datasets.Without(b.p.Train, b.rows))
	half, bad := some(rest, 36, 7), b.model.Init(7)
	require.Equal(t, 36, half.Len())
	next := b.carry(t, BadTeacher{Share: 0.5, Steps: Steps{Rate: 0.1, Batch: 1000, Seed: 7}}, b.repair)
	requireStep(t, b.theta, next, 0.1, func(theta []float64) float64 {
		return (18*meanKL(b.outputs(t, bad, gone), b.outputs(t, theta, gone), 1)+36*meanKL(b.outputs(t, b.theta, half), b.outputs(t, theta, half), 1))/54 +
			b.regularized(theta, 90)
	})
}

// The answers on what shall go come near those of the incompetent teacher, the others stay.
func TestBadTeacherIsFollowedOnWhatShallGo(t *testing.T) {
	b := blobs()
	bad, gone := b.model.Init(1), b.p.Train.Subset(b.rows)
	next := b.carry(t, BadTeacher{Epochs: 30, Share: 0.9, Steps: Steps{Rate: 0.01, Adam: true, Batch: 16, Seed: 1}}, b.removal)
	far := func(theta []float64) float64 { return meanKL(b.outputs(t, bad, gone), b.outputs(t, theta, gone), 1) }
	require.Less(t, far(next), 0.3*far(b.theta))
	require.Less(t, b.forgotten(t, next), 0.5)
	require.Greater(t, b.kept(t, next), 0.95)
}
