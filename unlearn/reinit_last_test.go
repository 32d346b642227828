package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The last layer of fixed earlier ones is a convex problem with one optimum: from fresh parameters
// and from the old ones training ends at the same place, where the gradient is 0.
func TestReinitLastEndsAtTheOptimumOfTheLastLayer(t *testing.T) {
	b := blobs()
	p := *b.p
	p.L2 = 0.5
	last := func(theta []float64) (PartObjective, error) { return b.model.Select(theta, "dense2/*") }
	var ends [][]float64
	for _, keep := range []bool{false, true} {
		u, err := ReinitLast{Select: last, Keep: keep, Seed: 3}.Unlearn(t.Context(), &p, b.theta, b.removal)
		require.NoError(t, err)
		require.Equal(t, b.theta[:224], u.Theta[:224], "the first layer stays")
		require.Greater(t, u.Cost.Minus(u.Check).Gradients, 72.0)
		g := make([]float64, len(b.theta))
		require.NoError(t, p.With(u.Data).Gradient(t.Context(), g, u.Theta))
		require.Less(t, norm(g[224:]), 1e-5)
		ends = append(ends, u.Theta)
	}
	require.InDeltaSlice(t, ends[0], ends[1], 1e-5)
	require.Less(t, b.forgotten(t, ends[0]), 0.4)
	_, err := ReinitLast{}.Unlearn(t.Context(), &p, b.theta, b.removal)
	require.ErrorContains(t, err, "needs Select")
}

// A training that has hardly begun is near where it starts: fresh parameters, or the old ones.
func TestReinitLastStartsWhereItSays(t *testing.T) {
	b := blobs()
	last := func(theta []float64) (PartObjective, error) { return b.model.Select(theta, "dense2/*") }
	short := SGD{Rate: 1e-12, Batch: 1000}
	fresh := b.carry(t, ReinitLast{Select: last, Trainer: short, Seed: 3}, b.removal)
	require.InDeltaSlice(t, b.model.Init(3)[224:], fresh[224:], 1e-9)
	kept := b.carry(t, ReinitLast{Select: last, Trainer: short, Keep: true}, b.removal)
	require.InDeltaSlice(t, b.theta, kept, 1e-9)
}
