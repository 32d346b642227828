package network

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
)

var (
	rows     = Shape{Sample: []int{20}}
	pictures = Shape{Sample: []int{8, 8, 3}}
	tokens   = Shape{Sample: []int{6}, Vocabulary: 11}
	series   = Shape{Sample: []int{6, 4}}
)

// samples are n samples of a shape with labels of so many classes, all different.
func samples(n int, s Shape, classes int) *datasets.Dataset {
	d := &datasets.Dataset{Name: "made up", Classes: classes, Targets: s.Targets, Y: make([]float64, n*max(s.Targets, 1))}
	for i := range d.Y {
		d.Y[i] = float64(i)
		if classes > 0 {
			d.Y[i] = float64(i % classes)
		}
	}
	size := 1
	for _, k := range s.Sample {
		size *= k
	}
	if s.Vocabulary > 0 {
		x := &datasets.Tokens{Length: size, Vocabulary: s.Vocabulary}
		for i := range n * size {
			x.Text = append(x.Text, int32(i*i%s.Vocabulary))
		}
		for i := range n {
			x.Starts = append(x.Starts, i*size)
		}
		d.X = x
		return d
	}
	data := make([]float64, n*size)
	for i := range data {
		data[i] = float64(i%17)/17 - 0.4
	}
	if len(s.Sample) == 1 {
		d.X = &datasets.Dense{N: n, Cols: size, Data: data}
	} else {
		d.X = &datasets.Tensor{N: n, Sample: s.Sample, Data: data}
	}
	return d
}

// networks covers every kind of layer; want is the file that is written.
var networks = []struct {
	name, text string // text: a short form, or a network.yaml
	in         Shape
	classes    int
	want       string
	first      string // name of the first parameter
}{
	{"linear", "linear", rows, 2, `inputs: {sample: [20]}
classes: 2
loss: logistic
l2: 1
precision: float64
layers:
  - linear: {in: 20, out: 1, bias: true}
`, "W"},
	{"linear on images", "linear", pictures, 3, `inputs: {sample: [8, 8, 3]}
classes: 3
loss: softmax
l2: 0
precision: float64
layers:
  - flatten
  - linear: {in: 192, out: 3, bias: true}
`, "layer1/W"},
	{"mlp", "mlp:64,32", rows, 0, `inputs: {sample: [20]}
classes: 0
loss: squared
l2: 1
precision: float64
layers:
  - mlp: {in: 20, hidden: [64, 32], out: 1, activation: tanh}
`, "dense1/W"},
	{"mlp on images", "mlp:5", pictures, 4, `inputs: {sample: [8, 8, 3]}
classes: 4
loss: softmax
l2: 0
precision: float64
layers:
  - flatten
  - dense: {in: 192, out: 5}
  - tanh
  - dense: {in: 5, out: 4}
`, "dense1/W"},
	{"cnn", "cnn:4,6", pictures, 10, `inputs: {sample: [8, 8, 3]}
classes: 10
loss: softmax
l2: 0
precision: float32
layers:
  - conv: {in: 3, out: 4, size: 3, same: true}
  - relu
  - max-pool: {size: 2}
  - conv: {in: 4, out: 6, size: 3, same: true}
  - relu
  - max-pool: {size: 2}
  - flatten
  - dense: {in: 24, out: 10}
`, "conv1/W"},
	{"vgg", "vgg:3,4", pictures, 10, `inputs: {sample: [8, 8, 3]}
classes: 10
loss: softmax
l2: 0
precision: float32
layers:
  - vgg: {height: 8, width: 8, channels: 3, blocks: [3, 4], dense: 512, out: 10}
`, "conv1/W"},
	{"lstm", "lstm:5,4", tokens, 11, `inputs: {sample: [6], vocabulary: 11}
classes: 11
loss: softmax
l2: 0
precision: float32
layers:
  - embedding: {vocabulary: 11, width: 5, limit: 0.05}
  - lstm: {in: 5, units: 5, sequence: true}
  - lstm: {in: 5, units: 4}
  - dense: {in: 4, out: 11}
`, "embedding1/W"},
	{"gru on sequences of rows", "gru:3", series, 2, `inputs: {sample: [6, 4]}
classes: 2
loss: logistic
l2: 0
precision: float32
layers:
  - gru: {in: 4, units: 3}
  - dense: {in: 3, out: 1}
`, "gru1/W"},
	{"images by hand", `
precision: float64
l2: 0.5
layers:
  - reshape: [8, -1, 3]
  - conv: {out: 4, padding: 1, stride: 2, dilation: 1}
  - batch-norm
  - leaky-relu: 0.2
  - avg-pool: {size: 2, stride: 1, padding: 1}
  - residual:
      - conv: {out: 4, same: true}
      - activation: gelu
      - dropout: 0.5
  - max-pool
  - flatten
  - layer-norm
  - dense: {out: 7, he: true}
  - softplus
  - residual: [sigmoid, dense]
  - gelu-tanh
  - dense
`, pictures, 10, `inputs: {sample: [8, 8, 3]}
classes: 10
loss: softmax
l2: 0.5
precision: float64
layers:
  - reshape: {shape: [8, 8, 3]}
  - conv: {in: 3, out: 4, size: 3, stride: 2, dilation: 1, padding: 1}
  - batch-norm: {channels: 4, epsilon: 0.001}
  - leaky-relu: {slope: 0.2}
  - avg-pool: {size: 2, stride: 1, padding: 1}
  - residual:
      - conv: {in: 4, out: 4, size: 3, same: true}
      - gelu
      - dropout: {rate: 0.5}
  - max-pool: {size: 2}
  - flatten
  - layer-norm: {width: 16, epsilon: 1.0e-05}
  - dense: {in: 16, out: 7, he: true}
  - softplus
  - residual:
      - sigmoid
      - dense: {in: 7, out: 7}
  - gelu-tanh
  - dense: {in: 7, out: 10}
`, "conv1/W"},
	{"a transformer", `
inputs: {sample: [6], vocabulary: 11}
classes: 2
loss: softmax
layers:
  - embedding: {width: 4}
  - positions
  - residual: [layer-norm, {attention: {heads: 2, causal: true, bias: true}}]
  - mean-positions
  - tanh
  - dense
`, Shape{}, 0, `inputs: {sample: [6], vocabulary: 11}
classes: 2
loss: softmax
l2: 0
precision: float32
layers:
  - embedding: {vocabulary: 11, width: 4, limit: 0.05}
  - positions: {length: 6, width: 4}
  - residual:
      - layer-norm: {width: 4, epsilon: 1.0e-05}
      - attention: {width: 4, bias: true, heads: 2, causal: true}
  - mean-positions
  - tanh
  - dense: {in: 4, out: 2}
`, "embedding1/W"},
	{"next token", "layers: [{next-token: {units: 3, depth: 2, rate: 0.1}}]\n", tokens, 11, `inputs: {sample: [6], vocabulary: 11}
classes: 11
loss: softmax
l2: 0
precision: float32
layers:
  - next-token: {vocabulary: 11, width: 3, units: 3, depth: 2, rate: 0.1}
`, "embedding"},
	{"two outputs for two classes", "layers: [{dense: 2}]\nnames: {dense1: fc}\n", rows, 2, `inputs: {sample: [20]}
classes: 2
loss: softmax
l2: 0
precision: float64
layers:
  - dense: {in: 20, out: 2}
names:
  dense1: fc
`, "dense1/W"},
	{"several targets", "layers: [{linear: {bias: false}}]\n", Shape{Sample: []int{20}, Targets: 3}, 0, `inputs: {sample: [20], targets: 3}
classes: 0
loss: squared
l2: 1
precision: float64
layers:
  - linear: {in: 20, out: 3, bias: false}
`, "W"},
}

// parse reads a short form or the text of a file.
func parse(t *testing.T, text string, in Shape, classes int) (*File, error) {
	if len(text) < 20 {
		return Parse(text, in, classes)
	}
	path := filepath.Join(t.TempDir(), "network.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return Parse(path, in, classes)
}

// What is left out follows from the samples and the labels; the file that is written has it all,
// and makes the same network. That its sizes are right, package nets says.
func TestNetworks(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range networks {
		t.Run(c.name, func(t *testing.T) {
			f, err := parse(t, c.text, c.in, c.classes)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "network.yaml")
			require.NoError(t, f.Write(path))
			written, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(written))
			again, err := Parse(path, Shape{}, 0)
			require.NoError(t, err)
			text, err := again.text()
			require.NoError(t, err)
			assert.Equal(t, c.want, string(text))

			net, _, err := f.Build()
			require.NoError(t, err)
			same, _, err := again.Build()
			require.NoError(t, err)
			assert.Equal(t, namesOf(net), namesOf(same))
			assert.Equal(t, c.first, net.Params()[0].Name)

			m, err := f.Model()
			require.NoError(t, err)
			d := samples(3, f.Inputs, f.Classes)
			require.NoError(t, m.Check(d))
			k, err := m.Outputs(d)
			require.NoError(t, err)
			assert.Equal(t, f.outputs(), k)
			mark(seen, f.Layers)
		})
	}
	for name := range kinds {
		assert.True(t, seen[name], "no network of the table has the layer %s", name)
	}
}

func mark(seen map[string]bool, layers []Layer) {
	for _, l := range layers {
		seen[l.Kind] = true
		mark(seen, l.Layers)
	}
}

func namesOf(net nets.Network) (names []string) {
	for _, p := range net.Params() {
		names = append(names, p.Name)
	}
	return names
}

// Every error says where it is, and what to do.
func TestFaultsOfANetwork(t *testing.T) {
	for _, c := range []struct {
		text    string
		in      Shape
		classes int
		want    []string
	}{
		{"liner", rows, 2, []string{`"liner" is neither a short form nor a file`, "Did you mean linear?"}},
		{"mlp", rows, 2, []string{"the widths are missing", "mlp:64,64"}},
		{"linear:4", rows, 2, []string{"has no widths"}},
		{"mlp:64,x", rows, 2, []string{`"x" is no width`}},
		{"mlp:0", rows, 2, []string{`"0" is no width`}},
		{"mlp:99999999999", rows, 2, []string{"is no width"}},
		{"mlp:16000000,16000", rows, 2, []string{"the network is too large"}},
		{"cnn:4", rows, 2, []string{"it reads images, and the data are rows of 20 numbers"}},
		{"cnn:4,4,4,4", pictures, 2, []string{"4 poolings halve images of 8 x 8 x 3", "fewer widths"}},
		{"lstm:4", rows, 2, []string{"it reads sequences"}},
		{"mlp:4", tokens, 11, []string{"windows of tokens", "lstm:64"}},
		{"linear", rows, 1, []string{"1 classes: give 2 or more"}},
		{"linear", Shape{Sample: []int{0}}, 2, []string{"every dimension has to be between 1 and"}},
		{"nowhere/at-all.yaml", rows, 2, []string{"no such file"}},
		{"layers:\n  - relu\n  - dens: 4\n", rows, 2, []string{"network.yaml:3:", "layer 2", `"dens"`, "dense"}},
		{"layers:\n  - dense: {out: 4, size: 3}\n", rows, 2, []string{"network.yaml:2:", "size", "setting of dense"}},
		{"layers:\n  - dense: 3.5\n  - dense\n", rows, 2, []string{"network.yaml:2:", `out is "3.5": give a whole number`}},
		{"layers:\n  - dense:\n      out: 4\n      in: 21\n  - dense\n", rows, 2, []string{"network.yaml:2:", "in is 21", "rows of 20 numbers", "has to be 20"}},
		{"layers:\n  - dense\n  - dense\n", rows, 2, []string{"network.yaml:2:", "out is missing"}},
		{"layers:\n  - dense: 4\n  - tanh\n  - dense: 3\n", rows, 2, []string{"network.yaml:4:", "rows of 3 numbers", "2 classes", "one row of 1"}},
		{"layers:\n  - conv: 3\n  - dense\n", rows, 2, []string{"network.yaml:2:", "reads images", "reshape"}},
		{"layers:\n  - conv: {out: 3, size: 9}\n  - dense\n", pictures, 2, []string{"its window of 9 is larger than images of 8 x 8 x 3"}},
		{"layers:\n  - conv: {out: 3, same: true, padding: 1}\n", pictures, 2, []string{"same and padding"}},
		{"layers:\n  - dense: 4\n", pictures, 2, []string{"images of 8 x 8 x 4", "flatten"}},
		{"layers:\n  - reshape: [3, 7]\n  - flatten\n  - dense\n", rows, 2, []string{"network.yaml:2:", "[3 7] does not hold rows of 20 numbers"}},
		{"layers:\n  - reshape: [-1, -1]\n  - flatten\n", rows, 2, []string{"two dimensions open"}},
		{"layers:\n  - dropout: 1\n  - dense\n", rows, 2, []string{"rate is 1: it has to be at least 0 and below 1"}},
		{"layers:\n  - residual:\n      - dense: 4\n  - dense\n", rows, 2, []string{"network.yaml:2:", "read rows of 20 numbers and give rows of 4 numbers"}},
		{"layers:\n  - residual:\n      - relu\n      - conf: 4\n", rows, 2, []string{"network.yaml:4:", `"conf"`, "conv"}},
		{"layers:\n  - residual:\n      - relu\n      - conv: 4\n", rows, 2, []string{"network.yaml:4:", "reads images"}},
		{"layers:\n  - embedding: 4\n  - dense\n", rows, 2, []string{"reads token ids"}},
		{"layers:\n  - dense: 4\n  - dense\n", tokens, 2, []string{"put an embedding before it"}},
		{"layers:\n  - embedding: {width: 4, vocabulary: 12}\n", tokens, 2, []string{"vocabulary is 12", "has to be 11"}},
		{"layers:\n  - attention: {heads: 3}\n  - mean-positions\n", series, 2, []string{"3 heads do not divide the width, 4"}},
		{"layers:\n  - lstm: 4\n  - dense\n", Shape{Sample: []int{5000, 2}}, 2, []string{"5000 steps", "2000"}},
		{"layers:\n  - activation: rely\n  - dense\n", rows, 2, []string{"network.yaml:2:", `"rely"`, "relu"}},
		{"layers:\n  - {dense: 4, relu: 3}\n", rows, 2, []string{"one layer has to be"}},
		{"layers:\n  - flatten: 3\n  - dense\n", rows, 2, []string{"flatten has no settings"}},
		{"layers: dense # no list\n", rows, 2, []string{"network.yaml:1:", "behind a dash"}},
		{"layer:\n  - dense\n# no layers\n", rows, 2, []string{"network.yaml:1:", `"layer"`, "did you mean layers"}},
		{"layers: [dense]\nloss: hinge\n", rows, 2, []string{`"hinge"`, "logistic"}},
		{"layers: [dense]\nloss: logistic\n", rows, 3, []string{"logistic does not fit the labels (3 classes)"}},
		{"layers: [dense]\nl2: -1 # negative\n", rows, 3, []string{"l2 is -1"}},
		{"layers: [dense]\nprecision: half\n", rows, 3, []string{`"half"`, "float64"}},
		{"layers: [dense]\nlayers: [dense]\n", rows, 3, []string{"twice"}},
		{"inputs: {sample: [21]}\nlayers: [dense]\n", rows, 3, []string{"the network is for rows of 21 numbers, and the data have rows of 20 numbers"}},
		{"classes: 4\nlayers: [dense]\n# four\n", rows, 3, []string{"4 classes, and the data have 3 classes"}},
		{"a: &x [dense]\nlayers: *x\n", rows, 3, []string{`"a"`}},
		{"layers: &x [dense: *x]\n", rows, 3, []string{"network.yaml"}},
		{"# nothing is in here at all\n", rows, 3, []string{"it is empty"}},
		{"layers: [dense\n# not closed\n", rows, 3, []string{"it is no YAML"}},
		{"layers: []\n# not one layer\n", rows, 3, []string{"there are no layers"}},
		{"layers:\n  - dense: 16777216\n  - dense: 16777216\n  - dense\n", rows, 3, []string{"too large"}},
		{"layers:\n  - dense: 99999999999999999999\n  - dense\n", rows, 3, []string{"network.yaml:2:"}},
		{"layers:\n  - dense: -4\n  - dense\n", rows, 3, []string{"network.yaml:2:", "out is -4"}},
	} {
		_, err := parse(t, c.text, c.in, c.classes)
		if !assert.Error(t, err, c.text) {
			continue
		}
		for _, want := range c.want {
			assert.ErrorContains(t, err, want, c.text)
		}
	}
}

// A file cannot take more memory or time than a network does.
func TestHostileFiles(t *testing.T) {
	deep := "layers:\n"
	for i := range 40 {
		deep += spaces(2+4*i) + "- residual:\n"
	}
	long := "layers:\n"
	for range 1500 {
		long += "  - relu\n"
	}
	for _, text := range []string{deep + spaces(170) + "- relu\n", long, "layers: [dense]\n# " + string(make([]byte, 2<<20))} {
		_, err := parse(t, text, rows, 2)
		require.Error(t, err)
		require.Less(t, len(err.Error()), 500)
	}
}

func spaces(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = ' '
	}
	return string(b)
}
