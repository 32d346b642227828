package nets_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// series returns n samples of normal numbers of the given shape.
func series(seed uint64, n, classes int, shape ...int) *datasets.Dataset {
	size := 1
	for _, d := range shape {
		size *= d
	}
	d := dense(seed, n, size, classes)
	return d.With(&datasets.Tensor{N: n, Sample: shape, Data: d.X.(*datasets.Dense).Data}, d.Y)
}

// eachToken returns n windows of random tokens, each token labelled with the one after it.
func eachToken(seed uint64, n, length, vocabulary int) *datasets.Dataset {
	d := windows(seed, n, length, vocabulary)
	d.Targets, d.Y = length, nil
	x := d.X.(*datasets.Tokens)
	for _, at := range x.Starts {
		for _, next := range x.Text[at+1 : at+length+1] {
			d.Y = append(d.Y, float64(next))
		}
	}
	return d
}

// layerEntries are the layers of sequences, each in a small network.
func layerEntries() []entry {
	tokens, steps, rows := windows(7, 70, 4, 5), series(8, 70, 3, 4, 2), dense(2, 70, 6, 3)
	softmax := nets.SoftmaxCrossEntropy
	return []entry{
		{"embedding", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 3}, nets.Flatten{}, nets.Dense{In: 12, Out: 5}), softmax, tokens},
		{"positions", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 3, Limit: 1}, nets.Positions{Length: 6, Width: 3}, nets.Activation(graph.Tanh),
			nets.MeanPositions{}, nets.Dense{In: 3, Out: 5}), softmax, tokens},
		{"reshape", nets.Sequential(nets.Reshape{Shape: []int{-1, 2}}, nets.Dense{In: 2, Out: 3}, nets.Activation(graph.Tanh), nets.MeanPositions{}), softmax, rows},
		{"attention", nets.Sequential(nets.Dense{In: 2, Out: 4}, nets.Attention{Width: 4}, nets.MeanPositions{}, nets.Dense{In: 4, Out: 3}), softmax, steps},
		{"causal attention of two heads", nets.Sequential(nets.Dense{In: 2, Out: 4}, nets.Attention{Width: 4, Heads: 2, Causal: true, Bias: true},
			nets.Activation(graph.Tanh), nets.MeanPositions{}, nets.Dense{In: 4, Out: 3}), softmax, steps},
		{"layer normalization", nets.Sequential(nets.Dense{In: 6, Out: 4}, nets.LayerNorm{Width: 4}, nets.Activation(graph.Tanh), nets.Dense{In: 4, Out: 3}), softmax, rows},
		{"layer normalization of positions", nets.Sequential(nets.Dense{In: 2, Out: 3}, nets.LayerNorm{Width: 3, Epsilon: 0.1}, nets.Flatten{},
			nets.Dense{In: 12, Out: 3}), softmax, steps},
		{"transformer block", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 4, Limit: 1}, nets.Positions{Length: 4, Width: 4},
			nets.Residual(nets.LayerNorm{Width: 4}, nets.Attention{Width: 4, Heads: 2, Causal: true}),
			nets.Residual(nets.LayerNorm{Width: 4}, nets.Dense{In: 4, Out: 6}, nets.Activation(graph.GELU), nets.Dense{In: 6, Out: 4}),
			nets.MeanPositions{}, nets.Dense{In: 4, Out: 5}), softmax, tokens},
		{"LSTM layers of three widths", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 3, Limit: 1}, nets.LSTMLayer{In: 3, Units: 4, Sequence: true},
			nets.LSTMLayer{In: 4, Units: 2, Sequence: true}, nets.LSTMLayer{In: 2, Units: 3}, nets.Dense{In: 3, Out: 5}), softmax, tokens},
		{"LSTM layer of numbers, whole sequence", nets.Sequential(nets.LSTMLayer{In: 2, Units: 3, Sequence: true}, nets.Flatten{}, nets.Dense{In: 12, Out: 3}), softmax, steps},
		{"GRU layers", nets.Sequential(nets.GRULayer{In: 2, Units: 3, Sequence: true}, nets.GRULayer{In: 3, Units: 2}, nets.Dense{In: 2, Out: 3}), softmax, steps},
		{"LSTM with a label for each token", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 3, Limit: 1}, nets.LSTMLayer{In: 3, Units: 4, Sequence: true},
			nets.Dense{In: 4, Out: 5}), softmax, eachToken(7, 70, 3, 5)},
		{"causal attention with a label for each token", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 4, Limit: 1},
			nets.Residual(nets.LayerNorm{Width: 4}, nets.Attention{Width: 4, Heads: 2, Causal: true}), nets.Dense{In: 4, Out: 5}), softmax, eachToken(8, 70, 3, 5)},
		{"MLP of GELUs by tanh", nets.MLP{In: 6, Hidden: []int{5, 5}, Out: 3, Activation: graph.GELUTanh}, softmax, rows},
		{"convolution of images of numbers", nets.Sequential(nets.Conv{In: 1, Out: 2, Size: 2}, nets.Activation(graph.Tanh), nets.Flatten{}, nets.Dense{In: 8, Out: 3}),
			softmax, series(9, 70, 3, 3, 3, 1)},
	}
}

// oracle computes a layer in plain Go for one sample x of steps rows.
type oracle func(p map[string][]float64, x [][]float64) [][]float64

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// times is x W + b for W with len(x) rows.
func times(x, w, b []float64) []float64 {
	k := len(w) / len(x)
	y := make([]float64, k)
	for j := range y {
		for i, v := range x {
			y[j] += v * w[i*k+j]
		}
		if b != nil {
			y[j] += b[j]
		}
	}
	return y
}

func lstmOracle(units int) oracle {
	return func(p map[string][]float64, x [][]float64) (states [][]float64) {
		h, c := make([]float64, units), make([]float64, units)
		for _, row := range x {
			a, b := times(row, p["W"], p["b"]), times(h, p["U"], nil)
			next := make([]float64, units)
			for k := range units {
				z := func(block int) float64 { return a[block*units+k] + b[block*units+k] }
				c[k] = sigmoid(z(1))*c[k] + sigmoid(z(0))*math.Tanh(z(2))
				next[k] = sigmoid(z(3)) * math.Tanh(c[k])
			}
			h = next
			states = append(states, h)
		}
		return states
	}
}

func gruOracle(units int) oracle {
	return func(p map[string][]float64, x [][]float64) (states [][]float64) {
		h := make([]float64, units)
		for _, row := range x {
			a, b := times(row, p["W"], p["b"]), times(h, p["U"], nil)
			next := make([]float64, units)
			for k := range units {
				r, z := sigmoid(a[k]+b[k]), sigmoid(a[units+k]+b[units+k])
				new := math.Tanh(a[2*units+k] + r*(b[2*units+k]+p["c"][k]))
				next[k] = (1-z)*new + z*h[k]
			}
			h = next
			states = append(states, h)
		}
		return states
	}
}

func attentionOracle(heads int, causal bool) oracle {
	return func(p map[string][]float64, x [][]float64) (y [][]float64) {
		width := len(x[0])
		d := width / heads
		for s := range x {
			joined := make([]float64, 0, width)
			q := times(x[s], p["query/W"], p["query/b"])
			for head := range heads {
				from, to := head*d, (head+1)*d
				sum, out := 0.0, make([]float64, d)
				for t := range x {
					if causal && t > s {
						continue
					}
					weight := math.Exp(dot(q[from:to], times(x[t], p["key/W"], nil)[from:to]) / math.Sqrt(float64(d)))
					sum += weight
					out = shifted(out, times(x[t], p["value/W"], p["value/b"])[from:to], weight)
				}
				for _, v := range out {
					joined = append(joined, v/sum)
				}
			}
			y = append(y, times(joined, p["output/W"], p["output/b"]))
		}
		return y
	}
}

func layerNormOracle(epsilon float64) oracle {
	return func(p map[string][]float64, x [][]float64) (y [][]float64) {
		for _, row := range x {
			mean, variance, out := 0.0, 0.0, make([]float64, len(row))
			for _, v := range row {
				mean += v / float64(len(row))
			}
			for _, v := range row {
				variance += (v - mean) * (v - mean) / float64(len(row))
			}
			for k, v := range row {
				out[k] = p["gain"][k]*(v-mean)/math.Sqrt(variance+epsilon) + p["bias"][k]
			}
			y = append(y, out)
		}
		return y
	}
}

func last(of oracle) oracle {
	return func(p map[string][]float64, x [][]float64) [][]float64 {
		y := of(p, x)
		return y[len(y)-1:]
	}
}

// The values of each layer against plain loops, with all parameters away from where they start.
func TestLayersAgainstPlainLoops(t *testing.T) {
	const n, steps, width = 5, 3, 4
	loss := func(out, _ *graph.Node) *graph.Node {
		return graph.Sum(graph.Reshape(out, out.Shape()[0], out.Shape().TotalSize()/out.Shape()[0]), 1)
	}
	for _, c := range []struct {
		name string
		net  nets.Network
		want oracle
	}{
		{"LSTM, last state", nets.LSTMLayer{In: width, Units: 3}, last(lstmOracle(3))},
		{"LSTM, all states", nets.LSTMLayer{In: width, Units: 2, Sequence: true}, lstmOracle(2)},
		{"GRU, last state", nets.GRULayer{In: width, Units: 3}, last(gruOracle(3))},
		{"GRU, all states", nets.GRULayer{In: width, Units: 2, Sequence: true}, gruOracle(2)},
		{"attention", nets.Attention{Width: width}, attentionOracle(1, false)},
		{"attention of four heads", nets.Attention{Width: width, Heads: 4, Bias: true}, attentionOracle(4, false)},
		{"causal attention", nets.Attention{Width: width, Heads: 2, Causal: true}, attentionOracle(2, true)},
		{"causal attention with bias", nets.Attention{Width: width, Causal: true, Bias: true}, attentionOracle(1, true)},
		{"layer normalization", nets.LayerNorm{Width: width}, layerNormOracle(1e-5)},
		{"layer normalization, epsilon", nets.LayerNorm{Width: width, Epsilon: 0.5}, layerNormOracle(0.5)},
		{"positions", nets.Positions{Length: steps + 1, Width: width}, func(p map[string][]float64, x [][]float64) (y [][]float64) {
			for s, row := range x {
				y = append(y, shifted(row, p["P"][s*width:(s+1)*width], 1))
			}
			return y
		}},
		{"dense of each position", nets.Dense{In: width, Out: 2}, func(p map[string][]float64, x [][]float64) (y [][]float64) {
			for _, row := range x {
				y = append(y, times(row, p["W"], p["b"]))
			}
			return y
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := series(3, n, 0, steps, width)
			for _, precision := range []struct {
				option    nets.Option
				tolerance float64
			}{{nets.Float64(), 1e-14}, {nets.Float32(), 1e-6}} {
				m := model(t, entry{net: c.net, loss: loss, data: d}, precision.option)
				theta := shifted(m.Init(1), direction(m.Dim()), 0.5)
				p := map[string][]float64{}
				for _, q := range m.Params() {
					var err error
					p[q.Name], _, err = m.Tensor(theta, q.Name)
					require.NoError(t, err)
				}
				var want []float64
				for i := range n {
					var x [][]float64
					for s := range steps {
						at := (i*steps + s) * width
						x = append(x, d.X.(*datasets.Tensor).Data[at:at+width])
					}
					for _, row := range c.want(p, x) {
						want = append(want, row...)
					}
				}
				got := make([]float64, len(want))
				require.NoError(t, m.Predict(ctx, got, theta, d))
				near(t, want, got, precision.tolerance, "outputs")
			}
		})
	}
}

// What comes later has no influence on a causal answer: not the least bit, whatever it is.
func TestCausalAttentionDoesNotSeeWhatComesLater(t *testing.T) {
	const n, steps, width = 4, 5, 4
	m := model(t, entry{net: nets.Attention{Width: width, Heads: 2, Causal: true}, loss: sumOfOutputs, data: series(1, n, 0, steps, width)})
	theta := m.Init(2)
	d := series(1, n, 0, steps, width)
	want, got := make([]float64, n*steps*width), make([]float64, n*steps*width)
	require.NoError(t, m.Predict(ctx, want, theta, d))
	for from := 1; from < steps; from++ {
		other := append([]float64(nil), d.X.(*datasets.Tensor).Data...)
		for i := range n {
			for k := (i*steps + from) * width; k < (i+1)*steps*width; k++ {
				other[k] = 100 * math.Sin(float64(k))
			}
		}
		require.NoError(t, m.Predict(ctx, got, theta, d.With(&datasets.Tensor{N: n, Sample: []int{steps, width}, Data: other}, d.Y)))
		for i := range n {
			at := i * steps * width
			assert.Equal(t, want[at:at+from*width], got[at:at+from*width], "positions before %d", from)
			assert.NotEqual(t, want[at+from*width:at+steps*width], got[at+from*width:at+steps*width])
		}
	}
}

func sumOfOutputs(out, _ *graph.Node) *graph.Node {
	s := out.Shape()
	return graph.Sum(graph.Reshape(out, s[0], s.TotalSize()/s[0]), 1)
}

// Images of numbers are what images of bytes are, scaled; rows of numbers too, once reshaped.
func TestImagesOfNumbers(t *testing.T) {
	bytes := someImages(3, 70, 4, 5, 2, 3)
	x := bytes.X.(*datasets.Images)
	data := make([]float64, len(x.Pixels))
	for i, b := range x.Pixels {
		data[i] = (float64(b) - x.Mean) / x.Scale
	}
	numbers := bytes.With(&datasets.Tensor{N: 70, Sample: []int{4, 5, 2}, Data: data}, bytes.Y)
	rows := bytes.With(&datasets.Dense{N: 70, Cols: 40, Data: data}, bytes.Y)
	layers := []nets.Network{nets.Conv{In: 2, Out: 3, Size: 3, Same: true}, nets.Activation(graph.Tanh), nets.MaxPool{Size: 2}, nets.Flatten{}, nets.Dense{In: 12, Out: 3}}
	for _, precision := range []nets.Option{nets.Float64(), nets.Float32()} {
		a := model(t, entry{net: nets.Sequential(layers...), loss: nets.SoftmaxCrossEntropy, data: bytes}, precision)
		want := everything(t, a, bytes)
		assert.Equal(t, want, everything(t, a, numbers))
		assert.Equal(t, everything(t, a, bytes.Slice(3, 40)), everything(t, a, numbers.Slice(3, 40)), "a slice")
		b := model(t, entry{net: nets.Sequential(append([]nets.Network{nets.Reshape{Shape: []int{4, -1, 2}}}, layers...)...), loss: nets.SoftmaxCrossEntropy, data: rows}, precision)
		assert.Equal(t, want, everything(t, b, rows))
	}
}

// Layers of a training pass keep it inside a residual block.
func TestResidualKeepsTheTrainingPass(t *testing.T) {
	block := nets.Residual(nets.Dense{In: 6, Out: 6}, nets.Dropout{Rate: 0.5})
	m, err := nets.NewModel(nets.Sequential(block, nets.Dense{In: 6, Out: 3}), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	require.True(t, m.Stochastic())
	d, g := dense(1, 40, 6, 3), make([]float64, m.Dim())
	theta := m.Init(1)
	a, err := m.TrainingGradient(ctx, g, theta, d, 1)
	require.NoError(t, err)
	b, err := m.TrainingGradient(ctx, g, theta, d, 2)
	require.NoError(t, err)
	assert.NotEqual(t, a, b)
	_, err = nets.NewModel(nets.Residual(nets.Dense{In: 6, Out: 6}), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
}

func TestParameterNamesAreUnique(t *testing.T) {
	part := func() nets.Network { return nets.Sequential(nets.Dense{In: 4, Out: 4}, nets.Dense{In: 4, Out: 4}) }
	m, err := nets.NewModel(nets.Sequential(part(), part(), nets.Residual(nets.Attention{Width: 4}, nets.LayerNorm{Width: 4}), nets.Residual(nets.Dense{In: 4, Out: 4}),
		nets.LSTMLayer{In: 4, Units: 2, Sequence: true}, &nets.LSTMLayer{In: 2, Units: 2}, nets.MLP{In: 2, Out: 2}), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	var names []string
	for _, p := range m.Params() {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"layer1/dense1/W", "layer1/dense1/b", "layer1/dense2/W", "layer1/dense2/b", "layer2/dense1/W", "layer2/dense1/b",
		"layer2/dense2/W", "layer2/dense2/b", "residual1/attention1/query/W", "residual1/attention1/key/W", "residual1/attention1/value/W",
		"residual1/attention1/output/W", "residual1/layernorm1/gain", "residual1/layernorm1/bias", "residual2/dense1/W", "residual2/dense1/b",
		"lstm1/W", "lstm1/U", "lstm1/b", "lstm2/W", "lstm2/U", "lstm2/b", "layer3/dense1/W", "layer3/dense1/b"}, names)
}

func TestParametersByName(t *testing.T) {
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	theta := m.Init(1)
	w, shape, err := m.Tensor(theta, "dense2/W")
	require.NoError(t, err)
	assert.Equal(t, []int{5, 3}, shape)
	assert.Equal(t, theta[35:50], w)
	w[0] = 7
	assert.Equal(t, 7.0, theta[35], "a view")
	require.NoError(t, m.SetTensor(theta, "dense2/b", []float64{1, 2, 3}))
	assert.Equal(t, []float64{1, 2, 3}, theta[50:])

	s, err := m.Select(theta, "dense2/*")
	require.NoError(t, err)
	chosen, err := s.Chosen(theta)
	require.NoError(t, err)
	b, _, err := s.Tensor(chosen, "dense2/b")
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 3}, b)

	_, _, err = s.Tensor(chosen, "dense1/W")
	assert.ErrorContains(t, err, `no parameter "dense1/W": the model has dense2/W, dense2/b`)
	_, _, err = m.Tensor(theta[1:], "dense1/W")
	assert.Error(t, err)
	before := append([]float64(nil), theta...)
	assert.ErrorContains(t, m.SetTensor(theta, "dense2/b", []float64{1, 2}), "2 numbers")
	assert.ErrorContains(t, m.SetTensor(theta, "dense2/b", []float64{1, math.NaN(), 2}), "NaN")
	assert.ErrorContains(t, m.SetTensor(theta, "dense9/b", nil), "dense1/W")
	assert.Equal(t, before, theta)
}

// Rows that are gathered start where they are said to.
func TestEmbeddingStart(t *testing.T) {
	for limit, want := range map[float64]float64{0: 0.05, 0.5: 0.5} {
		x := make([]float64, 1000)
		nets.Embedding{Vocabulary: 100, Width: 10, Limit: limit}.Params()[0].Init(rand.New(rand.NewPCG(1, 1)), x)
		largest := 0.0
		for _, v := range x {
			largest = max(largest, math.Abs(v))
		}
		assert.InDelta(t, want, largest, 0.02*want)
	}
}

func labelShape(d *datasets.Dataset) []int {
	if d.Width() > 1 {
		return []int{4, d.Width()}
	}
	return []int{4}
}

// The per-sample gradients of every stock network are found in one pass over its graph. Where they
// cannot be, they are taken one by one.
func TestPerSampleGradientsInOnePass(t *testing.T) {
	for _, e := range table() {
		t.Run(e.name, func(t *testing.T) {
			var losses *graph.Node
			var p []*graph.Node
			require.NoError(t, graph.Build(func() {
				g := gorgonia.NewGraph()
				for _, q := range e.net.Params() {
					p = append(p, graph.Input(g, tensor.Float64, q.Name, q.Shape...))
				}
				shape := append([]int{4}, e.data.X.Shape()...)
				x := graph.Input(g, tensor.Float64, "x", shape...)
				losses = e.loss(e.net.Forward(p, x), graph.Input(g, tensor.Float64, "y", labelShape(e.data)...))
			}))
			_, err := graph.PerSampleFactors(losses, p...)
			assert.Equal(t, e.name == "batch sums", err != nil, "%v", err)
		})
	}
}
