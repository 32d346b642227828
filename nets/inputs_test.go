package nets_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// Input gradients against central differences of the losses, for a chosen part of the parameters
// too.
func TestInputGradientsAgainstDifferences(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	const n, columns = 5, 4
	x := &datasets.Dense{N: n, Cols: columns, Data: make([]float64, n*columns)}
	for i := range x.Data {
		x.Data[i] = random.NormFloat64()
	}
	d := &datasets.Dataset{Name: "x", X: x, Y: []float64{0, 1, 2, 1, 0}, Classes: 3, Weights: []float64{1, 2, 1, 0, 1}}
	m, err := nets.NewModel(nets.Sequential(nets.Dense{In: columns, Out: 6}, nets.Activation(graph.Tanh), nets.Dense{In: 6, Out: 3}), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	theta := m.Init(2)
	got := make([]float64, n*columns)
	require.NoError(t, m.InputGradients(t.Context(), got, theta, d))
	losses := func(at int, step float64) float64 {
		moved := *d
		data := append([]float64{}, x.Data...)
		data[at] += step
		moved.X = &datasets.Dense{N: n, Cols: columns, Data: data}
		out := make([]float64, n)
		require.NoError(t, m.SampleLosses(t.Context(), out, theta, &moved))
		return out[at/columns]
	}
	for at := range got {
		const step = 1e-5
		assert.InDelta(t, (losses(at, step)-losses(at, -step))/(2*step), got[at], 1e-8, at)
	}
	part, err := m.Select(theta, m.Params()[0].Name)
	require.NoError(t, err)
	again := make([]float64, n*columns)
	chosen, err := part.Chosen(theta)
	require.NoError(t, err)
	require.NoError(t, part.InputGradients(t.Context(), again, chosen, d))
	assert.Equal(t, got, again)
}

// Of images: the gradients by the shift of one channel of all pixels add up to a difference of
// losses.
func TestInputGradientsOfImages(t *testing.T) {
	d := someImages(1, 3, 4, 6, 2, 3)
	m, err := nets.NewModel(smallVGG(), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	theta, got := m.Init(1), make([]float64, 3*4*6*2)
	require.NoError(t, m.InputGradients(t.Context(), got, theta, d))
	x := *d.X.(*datasets.Images)
	losses := func(step float64) []float64 {
		moved, images := *d, x
		images.Mean -= step * images.Scale // every input grows by step
		moved.X = &images
		out := make([]float64, 3)
		require.NoError(t, m.SampleLosses(t.Context(), out, theta, &moved))
		return out
	}
	const step = 1e-5
	up, down := losses(step), losses(-step)
	for i := range up {
		sum := 0.0
		for _, g := range got[i*48 : (i+1)*48] {
			sum += g
		}
		assert.InDelta(t, (up[i]-down[i])/(2*step), sum, 1e-6)
	}
	require.ErrorContains(t, m.InputGradients(t.Context(), got[1:], theta, d), "143 numbers")
	tokens, err := datasets.Windows("x", []int32{1, 2, 3, 4}, 2, 16)
	require.NoError(t, err)
	require.ErrorContains(t, m.InputGradients(t.Context(), got, theta, tokens), "give dense samples or images")
}
