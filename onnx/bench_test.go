package onnx

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// The gradient of a file's network takes no longer than that of the same network made of layers of
// package nets: the two benchmarks are to be compared.
func BenchmarkGradient(b *testing.B) {
	m, err := Load(reference(b, filepath.Join("models", "torch_cnn_dynamo.onnx")), Options{})
	require.NoError(b, err)
	relu := nets.Activation(graph.ReLU)
	layers := nets.Sequential(nets.Conv{In: 1, Out: 6, Size: 3, Same: true}, relu, nets.MaxPool{Size: 2},
		nets.Conv{In: 6, Out: 8, Size: 3, Same: true}, relu, nets.MaxPool{Size: 2}, nets.Flatten{}, nets.Dense{In: 32, Out: 10})
	images := &datasets.Tensor{N: 1500, Sample: []int{8, 8, 1}, Data: make([]float64, 1500*64)}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range images.Data {
		images.Data[i] = r.NormFloat64()
	}
	d := &datasets.Dataset{X: images, Y: make([]float64, 1500)}
	for i := range d.Y {
		d.Y[i] = float64(i % 10)
	}
	for _, c := range []struct {
		name string
		net  nets.Network
	}{{"file", m.Network()}, {"layers", layers}} {
		model, err := nets.NewModel(c.net, nets.SoftmaxCrossEntropy)
		require.NoError(b, err)
		theta, g := model.Init(1), make([]float64, model.Dim())
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, model.Gradient(context.Background(), g, theta, d))
			}
		})
	}
}
