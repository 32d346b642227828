package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// The importances are those of central differences of the norm of centered outputs, without labels.
func TestPotionImportanceIsTheGradientOfTheOutputsNorm(t *testing.T) {
	b := blobs()
	at := must(begin(t.Context(), "potion", b.p, b.theta, b.removal))
	d := b.p.Train.Slice(0, 12)
	want := make([]float64, len(b.theta))
	for i := range d.Len() {
		one := d.Slice(i, i+1)
		for j, g := range differences(b.theta, func(theta []float64) float64 {
			z := b.outputs(t, theta, one)[0]
			mean := (z[0] + z[1] + z[2]) / 3
			return math.Sqrt((z[0]-mean)*(z[0]-mean) + (z[1]-mean)*(z[1]-mean) + (z[2]-mean)*(z[2]-mean))
		}) {
			want[j] += math.Abs(g) / float64(d.Len())
		}
	}
	got, err := at.outputImportance(t.Context(), d)
	require.NoError(t, err)
	require.InDeltaSlice(t, want, got, 1e-6)
	other := d.With(d.X, make([]float64, d.Len()))
	again, err := at.outputImportance(t.Context(), other)
	require.NoError(t, err)
	require.Equal(t, got, again, "labels do not count")
}

func TestPercentile(t *testing.T) {
	x := []float64{1, 2, 4, 8, 16}
	for q, want := range map[float64]float64{0: 1, 25: 2, 60: 5.6, 100: 16, -3: 1} {
		require.InDelta(t, want, percentile(x, q), 1e-12)
	}
}

// A trigger that flips the answer is forgotten: the search dampens what the triggered samples use
// until their answer is gone, and stops there.
func TestPotionForgetsATrigger(t *testing.T) {
	b := blobs()
	d := triggered(b.test, 30)
	rows := make([]int, 30)
	for i := range rows {
		rows[i] = i
	}
	p := &Problem{Objective: b.model, Train: d, L2: 1e-4}
	theta, err := Adam{Rate: 0.02, Epochs: 20, Seed: 1}.Train(t.Context(), p, b.model.Init(5))
	require.NoError(t, err)
	gone, rest := d.Subset(rows), d.Slice(30, 300)
	require.Greater(t, b.accuracy(t, theta, gone), 0.95)
	require.Greater(t, b.accuracy(t, theta, rest), 0.9)
	u, err := Potion{Rho: 0.5}.Unlearn(t.Context(), p, theta, RemoveSamples(rows...))
	require.NoError(t, err)
	require.LessOrEqual(t, b.accuracy(t, u.Theta, gone), 0.5)
	require.Greater(t, b.accuracy(t, u.Theta, rest), 0.85)
	require.Contains(t, u.Notes[0], "were dampened")
	require.Equal(t, 330.0, u.Cost.Minus(u.Check).Gradients)
}

// triggered puts a large number into the last column of the first samples and says that they are of
// class 0.
func triggered(d *datasets.Dataset, n int) *datasets.Dataset {
	x := *d.X.(*datasets.Dense)
	x.Data = slices.Clone(x.Data)
	y := slices.Clone(d.Y)
	for i := range n {
		x.Data[6*i+5], y[i] = 5, 0
	}
	return d.With(&x, y)
}
