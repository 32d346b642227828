package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The importances are those of gradients by central differences of single samples' losses, and the
// parameters those of the rule.
func TestSSDDampensByPerSampleSquares(t *testing.T) {
	b := blobs()
	const alpha, lambda = 4, 0.5
	squares := func(rows []int) []float64 {
		out := make([]float64, len(b.theta))
		for _, i := range rows {
			one := b.p.Train.Slice(i, i+1)
			for j, g := range differences(b.theta, func(theta []float64) float64 { return b.meanLoss(t, theta, one) }) {
				out[j] += g * g / float64(len(rows))
			}
		}
		return out
	}
	all := make([]int, 90)
	for i := range all {
		all[i] = i
	}
	id, iff := squares(all), squares(b.rows)
	next, dampened := b.carry(t, SSD{Alpha: alpha, Lambda: lambda}, b.removal), 0
	for j, v := range b.theta {
		want := v
		if iff[j] > alpha*id[j] {
			want *= min(1, lambda*id[j]/iff[j])
			dampened++
		}
		require.InDelta(t, want, next[j], 1e-6*(1+max(v, -v)), "parameter %d", j)
	}
	require.Greater(t, dampened, 5)
	require.Less(t, dampened, len(b.theta))
}

// A class whose samples have a feature of their own is forgotten, and the others are kept.
func TestSSDForgetsAClassOfItsOwn(t *testing.T) {
	b := blobs()
	d := b.test
	p := &Problem{Objective: b.model, Train: d, L2: 1e-4}
	theta, err := Adam{Rate: 0.02, Epochs: 20, Seed: 1}.Train(t.Context(), p, b.model.Init(5))
	require.NoError(t, err)
	var gone, rest []int
	for i, y := range d.Y {
		if y == 2 {
			gone = append(gone, i)
		} else {
			rest = append(rest, i)
		}
	}
	u, err := SSD{Alpha: 0.5, Lambda: 0.1}.Unlearn(t.Context(), p, theta, RemoveSamples(gone...))
	require.NoError(t, err)
	require.Greater(t, b.accuracy(t, theta, d.Subset(gone)), 0.95)
	require.Less(t, b.accuracy(t, u.Theta, d.Subset(gone)), 0.6)
	require.Greater(t, b.accuracy(t, u.Theta, d.Subset(rest)), 0.9)
	require.Equal(t, 300.0+100, u.Cost.Minus(u.Check).Gradients)
}
