package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
	"lethe/onnx"
)

// onnxFactor is what the gradient of a file may take at the most, beside that of the same network
// made of layers.
const onnxFactor = 1.1

const onnxBatch = 1500

// onnxGradients times the gradients of the reference CNN, with its batch normalisation folded into
// the convolutions and with it kept. Its files are in the folder that LETHE_ONNX names, or in
// ../shared/onnx.
func onnxGradients(ctx context.Context, work string, emit func(Timing) error) error {
	dir := os.Getenv("LETHE_ONNX")
	if dir == "" {
		dir = filepath.Join("..", "shared", "onnx")
	}
	for _, c := range []struct {
		file, what string
		norm       bool
	}{{"torch_cnn_dynamo.onnx", "ONNX gradient", false}, {"torch_cnn_dynamo_raw.onnx", "ONNX gradient, batch norm", true}} {
		m, err := onnx.Load(filepath.Join(dir, "models", c.file), onnx.Options{})
		if errors.Is(err, fs.ErrNotExist) {
			return &missing{"the reference models", "name the folder of the ONNX reference files by LETHE_ONNX", err}
		}
		if err != nil {
			return err
		}
		t, err := onnxGradient(ctx, m, referenceCNN(c.norm))
		if err != nil {
			return fmt.Errorf("%s: %w", c.file, err)
		}
		t = t.as(work, onnxBatch, c.what, "layers of nets")
		if err := emit(t.wanting(onnxFactor * t.BoundSeconds)); err != nil {
			return err
		}
	}
	return nil
}

// referenceCNN is the network of the reference files, in layers.
func referenceCNN(norm bool) nets.Network {
	var layers []nets.Network
	for _, c := range [][2]int{{1, 6}, {6, 8}} {
		layers = append(layers, nets.Conv{In: c[0], Out: c[1], Size: 3, Same: true})
		if norm {
			layers = append(layers, nets.BatchNorm{Channels: c[1], Epsilon: 1e-5})
		}
		layers = append(layers, nets.Activation(graph.ReLU), nets.MaxPool{Size: 2})
	}
	return nets.Sequential(append(layers, nets.Flatten{}, nets.Dense{In: 32, Out: 10})...)
}

// onnxGradient times the gradient of a file against that of its layers, call by call.
func onnxGradient(ctx context.Context, m *onnx.Model, layers nets.Network) (Timing, error) {
	d := digits8(onnxBatch)
	var gradients []func() error
	dim := 0
	for _, net := range []nets.Network{m.Network(), layers} {
		model, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
		if err != nil {
			return Timing{}, err
		}
		if dim > 0 && model.Dim() != dim {
			return Timing{}, fmt.Errorf("the file has %d parameters, and its layers have %d", dim, model.Dim())
		}
		dim = model.Dim()
		theta, g := model.Init(1), make([]float64, dim)
		gradients = append(gradients, func() error { return model.Gradient(ctx, g, theta, d) })
	}
	return alternately(ctx, 101, gradients[0], gradients[1])
}

// digits8 is random images of the size of the digits.
func digits8(n int) *datasets.Dataset {
	x := &datasets.Tensor{N: n, Sample: []int{8, 8, 1}, Data: make([]float64, n*64)}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	d := &datasets.Dataset{Name: "random images", X: x, Y: make([]float64, n), Classes: 10}
	for i := range d.Y {
		d.Y[i] = float64(i % 10)
	}
	return d
}
