package network

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/safetensors"
)

// reference is the folder of models that other programs made.
func reference(t *testing.T) string {
	dir := os.Getenv("LETHE_ONNX")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "onnx")
	}
	dir = filepath.Join(dir, "models")
	if _, err := os.Stat(filepath.Join(dir, "torch_cnn.safetensors")); err != nil {
		t.Skip("no reference models: set LETHE_ONNX to the folder that has them")
	}
	return dir
}

// numbers reads an array of an .npz file.
func numbers(t *testing.T, path, name string) []float64 {
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer z.Close()
	f, err := z.Open(name + ".npy")
	require.NoError(t, err)
	defer f.Close()
	raw, err := io.ReadAll(f)
	require.NoError(t, err)
	begin := 10 + int(binary.LittleEndian.Uint16(raw[8:]))
	header, data := string(raw[10:begin]), raw[begin:]
	var out []float64
	for _, kind := range []struct {
		name string
		size int
		read func(b []byte) float64
	}{
		{"<f8", 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
		{"<f4", 4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
		{"<i8", 8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }},
	} {
		for i := 0; strings.Contains(header, kind.name) && i < len(data); i += kind.size {
			out = append(out, kind.read(data[i:]))
		}
	}
	return out
}

// predicted are the outputs of an imported network.
func predicted(t *testing.T, i *Imported, d *datasets.Dataset) []float64 {
	i.File.Precision = Float64
	m, err := i.File.Model()
	require.NoError(t, err)
	k, err := m.Outputs(d)
	require.NoError(t, err)
	out := make([]float64, k*d.Len())
	require.NoError(t, m.Predict(t.Context(), out, i.Theta, d))
	return out
}

const torchCNN = `
classes: 10
layers:
  - conv: {out: 6, padding: 1}
  - batch-norm
  - relu
  - max-pool
  - conv: {out: 8, padding: 1}
  - batch-norm
  - relu
  - max-pool
  - flatten
  - dropout: 0.25
  - dense
`

// A convolutional network with batch normalization, trained by PyTorch, gives PyTorch's logits.
// Behind its convolutions there are 8 channels of 2 by 2, so that the order of the flattened
// numbers counts.
func TestImportOfAConvolutionalNetwork(t *testing.T) {
	dir := reference(t)
	f, err := parse(t, torchCNN, Shape{Sample: []int{8, 8, 1}}, 10)
	require.NoError(t, err)
	i, err := Import(filepath.Join(dir, "torch_cnn.safetensors"), f)
	require.NoError(t, err)
	npz := filepath.Join(dir, "torch_cnn_torchscript_bn.npz")
	x, y := numbers(t, npz, "x"), numbers(t, npz, "y")
	d := &datasets.Dataset{Name: "digits", X: &datasets.Tensor{N: 20, Sample: []int{8, 8, 1}, Data: x}, Y: y, Classes: 10}
	assert.InDeltaSlice(t, numbers(t, npz, "logits"), predicted(t, i, d), 1e-5)
	assert.Equal(t, []string{
		"epsilon of 2 batch-norm layers: 1e-5, PyTorch's own; a state dict does not say it",
		"dense1: put into the order of images flattened pixel by pixel",
		"layers and their modules: conv1 = conv1, norm1 = bn1, conv2 = conv2, norm2 = bn2, dense1 = fc",
		"ignored: bn1.num_batches_tracked (I64), bn2.num_batches_tracked (I64)",
	}, i.Notes)
	assert.Zero(t, f.Layers[1].Epsilon, "the file that was given stays")
	assert.Equal(t, 1e-5, i.File.Layers[1].Epsilon)

	path := filepath.Join(t.TempDir(), "network.yaml") // the network is written as it was imported
	require.NoError(t, i.File.Write(path))
	again, err := Parse(path, Shape{}, 0)
	require.NoError(t, err)
	assert.Equal(t, predicted(t, i, d), predicted(t, &Imported{File: again, Theta: i.Theta}, d))
}

func TestImportOfAPerceptron(t *testing.T) {
	dir := reference(t)
	npz := filepath.Join(dir, "torch_mlp_dynamo.npz")
	d := &datasets.Dataset{Name: "digits", X: &datasets.Dense{N: 20, Cols: 64, Data: numbers(t, npz, "x")}, Y: numbers(t, npz, "y"), Classes: 10}
	for _, names := range []string{"", "names: {dense1: fc1, dense2: fc2, dense3: fc3}\n",
		"names: {dense2/W: fc2.weight, dense2/b: fc2.bias}\n"} {
		f, err := parse(t, "layers: [dense: 32, relu, dense: 16, tanh, dense]\n"+names, Shape{Sample: []int{64}}, 10)
		require.NoError(t, err)
		i, err := Import(filepath.Join(dir, "torch_mlp.safetensors"), f)
		require.NoError(t, err)
		assert.InDeltaSlice(t, numbers(t, npz, "logits"), predicted(t, i, d), 1e-5)
	}
}

// What does not fit is an error that shows both sides.
func TestImportShowsBothSides(t *testing.T) {
	dir := reference(t)
	for _, c := range []struct {
		layers string
		want   []string
	}{
		{"layers: [dense: 32, relu, dense: 15, tanh, dense]\n", []string{
			"torch_mlp.safetensors does not fit the network:\n",
			"network            state dict\n",
			"dense1/W (64, 32)  fc1.bias (32)\n",
			"dense2/W (32, 15)  -                    nothing fits: it needs weight (15, 32)",
			"-                  fc2.weight (16, 32)  no layer takes it",
		}},
		{"layers: [dense: 32, relu, dense: 16, tanh, dense: 16, dense]\n", []string{"dense3/W (16, 16)  -", "nothing fits"}},
		{"layers: [dense: 32, relu, dense]\n", []string{"no layer takes it"}},
		{"layers: [dense: 32, relu, dense: 16, tanh, dense]\nnames: {dense1: fc2}\n", []string{"does not fit: it needs weight (32, 64)"}},
		{"layers: [dense: 32, relu, dense: 16, tanh, dense]\nnames: {dense1: fc9}\n", []string{`"fc9"`, "fc1"}},
		{"layers: [dense: 32, relu, dense: 16, tanh, dense]\nnames: {dens1: fc1}\n", []string{`"dens1"`, "dense1"}},
		{"layers: [dense: 32, relu, dense: 16, tanh, dense]\nnames: {dense1/W: fc1.weight}\n", []string{"fc1.bias (32)", "no layer takes it"}},
		{"layers: [dense: 32, relu, dense: 16, tanh, dense]\nnames: {dense1/W: fc1.gain}\n", []string{`there is no tensor "fc1.gain"`}},
	} {
		f, err := parse(t, c.layers, Shape{Sample: []int{64}}, 10)
		require.NoError(t, err)
		_, err = Import(filepath.Join(dir, "torch_mlp.safetensors"), f)
		if assert.Error(t, err, c.layers) {
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		}
	}
}

// dict writes a state dict of tensors whose numbers are 1, 2, 3, ... one tensor after the other.
func dict(t *testing.T, dtype safetensors.DType, tensors ...safetensors.Part) string {
	f, next := &safetensors.File{}, 0.0
	for _, p := range tensors {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		x := make([]float64, n)
		for i := range x {
			next++
			x[i] = next
		}
		data := safetensors.AppendFloat64(nil, x)
		if dtype == safetensors.F32 {
			x32 := make([]float32, n)
			for i, v := range x {
				x32[i] = float32(v)
			}
			data = safetensors.AppendFloat32(nil, x32)
		}
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: p.Name, DType: dtype, Shape: p.Shape, Data: data})
	}
	path := filepath.Join(t.TempDir(), "state.safetensors")
	require.NoError(t, safetensors.Write(path, f))
	return path
}

func part(name string, shape ...int) safetensors.Part {
	return safetensors.Part{Name: name, Shape: shape}
}

// Where the shapes do not say which module belongs to which layer, the numbers in the names do;
// where they do not either, nothing is guessed.
func TestImportDoesNotGuess(t *testing.T) {
	f, err := parse(t, "layers: [dense: 2, relu, dense: 2, relu, dense]\n", Shape{Sample: []int{2}}, 2)
	require.NoError(t, err)
	bias := func(name string) []safetensors.Part {
		return []safetensors.Part{part(name+".weight", 2, 2), part(name+".bias", 2)}
	}
	last := []safetensors.Part{part("out.weight", 1, 2), part("out.bias", 1)}
	path := dict(t, safetensors.F32, append(append(bias("net.10"), bias("net.2")...), last...)...)
	i, err := Import(path, f)
	require.NoError(t, err)
	assert.Equal(t, []float64{7, 9, 8, 10, 11, 12, 1, 3, 2, 4, 5, 6, 13, 14, 15}, i.Theta, "layer 2 comes before layer 10")

	path = dict(t, safetensors.F64, append(append(bias("encoder"), bias("decoder")...), last...)...)
	_, err = Import(path, f)
	assert.ErrorContains(t, err, "the layers dense1, dense2 could each be any of decoder, encoder, whose shapes are the same: say which under `names:`")
	f.Names = map[string]string{"dense1": "encoder"}
	i, err = Import(path, f)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 3, 2, 4, 5, 6, 7, 9, 8, 10, 11, 12, 13, 14, 15}, i.Theta)
}

// Flattened images go channel by channel in PyTorch: number (channel, row, column) of images of 2
// rows, 3 columns and 2 channels.
func TestImportPutsFlattenedImagesInOrder(t *testing.T) {
	f, err := parse(t, "layers: [flatten, batch-norm, relu, dense]\n", Shape{Sample: []int{2, 3, 2}}, 2)
	require.NoError(t, err)
	i, err := Import(dict(t, safetensors.F64, part("0.weight", 12), part("0.bias", 12), part("0.running_mean", 12), part("0.running_var", 12),
		part("3.weight", 1, 12), part("3.bias", 1)), f)
	require.NoError(t, err)
	order := []float64{1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 6, 12} // pixel by pixel
	for p := range 5 {
		for k, v := range order {
			assert.Equal(t, v+float64(12*p), i.Theta[12*p+k])
		}
	}

	for text, want := range map[string]string{
		"layers: [flatten, residual: [dense], dense]\n": "a residual reads flattened images",
		"layers: [flatten, reshape: [12], dense]\n":     "a reshape reads flattened images",
	} {
		f, err = parse(t, text, Shape{Sample: []int{2, 3, 2}}, 2)
		require.NoError(t, err)
		_, err = Import(dict(t, safetensors.F64, part("3.weight", 1, 12), part("3.bias", 1)), f)
		assert.ErrorContains(t, err, want)
	}
}

func TestImportRefusesWhatIsNoNumber(t *testing.T) {
	f, err := parse(t, "layers: [dense]\n# one layer\n", Shape{Sample: []int{2}}, 2)
	require.NoError(t, err)
	path := dict(t, safetensors.F64, part("fc.weight", 1, 2), part("fc.bias", 1))
	file, err := safetensors.Read(path)
	require.NoError(t, err)
	copy(file.Tensors[1].Data, []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x7f})
	require.NoError(t, safetensors.Write(path, file))
	_, err = Import(path, f)
	assert.ErrorContains(t, err, "fc.bias is NaN at index 0")
	require.NoError(t, os.WriteFile(path, []byte("no tensors"), 0o600))
	_, err = Import(path, f)
	assert.ErrorContains(t, err, "state.safetensors")
	file.Tensors[0].DType, file.Tensors[0].Data = "I32", file.Tensors[0].Data[:8]
	copy(file.Tensors[1].Data, make([]byte, 8))
	require.NoError(t, safetensors.Write(path, file))
	_, err = Import(path, f)
	assert.ErrorContains(t, err, "fc.weight (1, 2) I32")
}

// A VGG network reads the same state dict as its layers one by one, those behind its flattening
// too.
func TestImportOfAWholeNetworkIsThatOfItsLayers(t *testing.T) {
	in := Shape{Sample: []int{8, 8, 3}}
	whole, err := parse(t, "layers: [vgg: {blocks: [2, 3], dense: 4}]\n", in, 5)
	require.NoError(t, err)
	layers := "layers:\n"
	for _, c := range []int{2, 3} {
		for range 2 {
			layers += fmt.Sprintf("  - conv: {out: %d, same: true}\n  - relu\n  - batch-norm: {epsilon: 0.001}\n", c)
		}
		layers += "  - max-pool\n"
	}
	parts, err := parse(t, layers+"  - flatten\n  - dense: 4\n  - relu\n  - batch-norm: {epsilon: 0.001}\n  - dense\n", in, 5)
	require.NoError(t, err)
	var tensors []safetensors.Part
	conv := func(i, from, to int) {
		norm := fmt.Sprintf("bn%d", i)
		tensors = append(tensors, part(fmt.Sprintf("conv%d.weight", i), to, from, 3, 3), part(fmt.Sprintf("conv%d.bias", i), to),
			part(norm+".weight", to), part(norm+".bias", to), part(norm+".running_mean", to), part(norm+".running_var", to))
	}
	conv(1, 3, 2)
	conv(2, 2, 2)
	conv(3, 2, 3)
	conv(4, 3, 3)
	tensors = append(tensors, part("fc1.weight", 4, 12), part("fc1.bias", 4), part("bn5.weight", 4), part("bn5.bias", 4), part("bn5.running_mean", 4),
		part("bn5.running_var", 4), part("fc2.weight", 5, 4), part("fc2.bias", 5))
	path := dict(t, safetensors.F64, tensors...)
	a, err := Import(path, whole)
	require.NoError(t, err)
	b, err := Import(path, parts)
	require.NoError(t, err)
	require.Equal(t, b.Theta, a.Theta)
	require.Contains(t, strings.Join(a.Notes, "\n"), "dense1: put into the order")
	d := samples(3, in, 5)
	require.Equal(t, predicted(t, b, d), predicted(t, a, d))
}

// What PyTorch's layers may be without is taken as PyTorch does, and said.
func TestImportWithoutBiases(t *testing.T) {
	f, err := parse(t, "layers: [conv: {out: 1, size: 1}, batch-norm, flatten, dense]\n", Shape{Sample: []int{1, 2, 1}}, 2)
	require.NoError(t, err)
	i, err := Import(dict(t, safetensors.F64, part("c.weight", 1, 1, 1, 1), part("n.running_mean", 1), part("n.running_var", 1), part("fc.weight", 1, 2)), f)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 0, 1, 0, 2, 3, 4, 5, 0}, i.Theta)
	notes := strings.Join(i.Notes, "\n")
	for _, want := range []string{"conv1 has no bias in the state dict", "norm1 has no weight and bias", "dense1 has no bias"} {
		assert.Contains(t, notes, want)
	}
}
