package nets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
)

func TestOptionsThatCannotBe(t *testing.T) {
	network := nets.Linear{In: 2, Out: 1}
	for want, option := range map[string]nets.Option{"Chunk(-1)": nets.Chunk(-1), "Cores(-2)": nets.Cores(-2), "KeepLimit(-3)": nets.KeepLimit(-3),
		"ClassLabels(1)": nets.ClassLabels(1), "ClassLabels(-2)": nets.ClassLabels(-2)} {
		_, err := nets.NewModel(network, nets.Logistic, option)
		require.ErrorContains(t, err, want)
	}
	d := &datasets.Dataset{Name: "two", X: &datasets.Dense{N: 2, Cols: 2, Data: []float64{1, 2, 3, 4}}, Y: []float64{0, 1}, Classes: 2}
	plain, err := nets.NewModel(network, nets.Logistic)
	require.NoError(t, err)
	want, err := plain.Loss(t.Context(), []float64{0.1, -0.2}, d)
	require.NoError(t, err)
	for _, option := range []nets.Option{nets.Chunk(0), nets.Cores(0), nets.KeepLimit(0), nets.Chunk(math.MaxInt), nets.Cores(math.MaxInt),
		nets.KeepLimit(math.MaxInt)} {
		m, err := nets.NewModel(network, nets.Logistic, option)
		require.NoError(t, err)
		got, err := m.Loss(t.Context(), []float64{0.1, -0.2}, d)
		require.NoError(t, err)
		require.InDelta(t, want, got, 1e-15)
		product, err := m.Linearize(t.Context(), []float64{0.1, -0.2}, d)
		require.NoError(t, err)
		require.NoError(t, product(make([]float64, 2), []float64{1, 1}))
	}
}
