package nets_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// TestInputGrams compares the Gram matrices of a convolution's inputs with those of patches cut by
// hand, and those of a dense layer with the outputs of the network that ends before it, on samples
// that fill several chunks and a part of one.
func TestInputGrams(t *testing.T) {
	ctx := t.Context()
	const n, side = 33, 4
	x := make([]float64, n*side*side)
	for i := range x {
		x[i] = float64((i*i+3*i)%17)/8 - 1
	}
	d := &datasets.Dataset{X: &datasets.Tensor{N: n, Sample: []int{side, side, 1}, Data: x}, Y: make([]float64, n), Classes: 2}
	conv := nets.Conv{In: 1, Out: 3, Size: 3}
	before := []nets.Network{conv, nets.Activation(graph.ReLU), nets.Flatten{}}
	for _, opts := range [][]nets.Option{{nets.Chunk(8)}, {nets.Chunk(1), nets.Cores(1)}, nil} {
		m, err := nets.NewModel(nets.Sequential(append(slices.Clone(before), nets.Dense{In: 12, Out: 2})...), nets.SoftmaxCrossEntropy, opts...)
		require.NoError(t, err)
		theta := m.Init(3)
		var got [][]float64
		var at []int
		require.NoError(t, m.InputGrams(ctx, theta, d, func(lo, in, out int, gram []float64) {
			at, got = append(at, lo, in, out), append(got, gram)
		}))
		require.Equal(t, []int{0, 9, 3, 30, 12, 2}, at)
		var patches [][]float64
		for i := range n {
			for r := range 2 {
				for c := range 2 {
					var p []float64
					for u := range 3 {
						p = append(p, x[i*16+(r+u)*4+c:i*16+(r+u)*4+c+3]...)
					}
					patches = append(patches, p)
				}
			}
		}
		assert.InDeltaSlice(t, gramOf(patches), got[0], 1e-10)
		inner, err := nets.NewModel(nets.Sequential(before...), nets.Squared)
		require.NoError(t, err)
		hidden := make([]float64, n*12)
		plain := *d
		plain.Classes, plain.Targets, plain.Y = 0, 12, make([]float64, n*12)
		require.NoError(t, inner.Predict(ctx, hidden, theta[:30], &plain))
		var rows [][]float64
		for i := range n {
			rows = append(rows, hidden[12*i:12*i+12])
		}
		assert.InDeltaSlice(t, gramOf(rows), got[1], 1e-10)
		assert.ErrorContains(t, m.InputGrams(ctx, theta, d.Slice(0, 1), nil), "at least 2")
	}
}

func gramOf(rows [][]float64) []float64 {
	k := len(rows[0])
	out := make([]float64, k*k)
	for _, r := range rows {
		for a := range k {
			for b := range k {
				out[a*k+b] += r[a] * r[b]
			}
		}
	}
	return out
}

// TestSoftTargetsAtATemperature: at the old outputs' own distribution the gradient is 0, and at a
// high temperature it is nearly that of the squared distance of centered outputs, divided by their
// number (Hinton, Vinyals and Dean 2015, section 2.1).
func TestSoftTargetsAtATemperature(t *testing.T) {
	d := dense(4, 30, 6, 3)
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	theta, other := m.Init(1), m.Init(2)
	z := make([]float64, 90)
	require.NoError(t, m.Predict(t.Context(), z, other, d))
	const temperature = 1e4
	soft, err := m.WithSoftTargets(temperature)
	require.NoError(t, err)
	squared, err := m.WithTargets("squared")
	require.NoError(t, err)
	data := *d
	data.Y, data.Targets, data.Classes, data.ClassNames = distributions(z, 3, temperature), 3, 0, nil
	got, want := make([]float64, m.Dim()), make([]float64, m.Dim())
	require.NoError(t, soft.(*nets.Model).Gradient(t.Context(), got, other, &data))
	for _, g := range got {
		assert.InDelta(t, 0, g, 1e-8)
	}
	require.NoError(t, soft.(*nets.Model).Gradient(t.Context(), got, theta, &data))
	data.Y = z
	require.NoError(t, squared.(*nets.Model).Gradient(t.Context(), want, theta, &data))
	for j := range want {
		assert.InDelta(t, want[j]/3, got[j], 1e-2)
	}
	_, err = m.WithSoftTargets(0)
	assert.ErrorContains(t, err, "temperature 0: give a positive number")
}

// distributions are softmax(z/temperature) of rows of k outputs.
func distributions(z []float64, k int, temperature float64) []float64 {
	out := make([]float64, len(z))
	for lo := 0; lo < len(z); lo += k {
		sum := 0.0
		for j := lo; j < lo+k; j++ {
			out[j] = math.Exp(z[j] / temperature)
			sum += out[j]
		}
		for j := lo; j < lo+k; j++ {
			out[j] /= sum
		}
	}
	return out
}
