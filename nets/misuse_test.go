package nets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// assembled is a network made of functions.
type assembled struct {
	params  func() []nets.Param
	forward func(p []*graph.Node, x *graph.Node) *graph.Node
}

func (n assembled) Params() []nets.Param                               { return n.params() }
func (n assembled) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return n.forward(p, x) }

func describing(ps ...nets.Param) assembled {
	return assembled{func() []nets.Param { return ps }, func(p []*graph.Node, x *graph.Node) *graph.Node { return graph.MatMul(x, p[0]) }}
}

func passing(f func(p []*graph.Node, x *graph.Node) *graph.Node) assembled {
	return assembled{func() []nets.Param { return []nets.Param{nets.Weight("W", 6, 3)} }, f}
}

// Every network that a user gets wrong ends in an error of this package, which says what is wrong:
// when the model is made, or when it first meets data.
func TestWrongNetworksAreErrors(t *testing.T) {
	huge, nan := math.MaxInt/2, math.NaN()
	rows, images, steps, tokens := dense(1, 5, 6, 3), someImages(1, 5, 4, 4, 2, 3), series(1, 5, 3, 4, 2), windows(1, 5, 4, 5)
	seq := nets.Sequential
	for _, c := range []struct {
		name, want string
		net        nets.Network
		data       *datasets.Dataset // nil: refused without
	}{
		{"no network", "needs a network", nil, nil},
		{"a nil pointer", "needs a network", (*nets.MLP)(nil), nil},
		{"no layers", "no parameters", seq(), nil},
		{"a nil layer", "layer 2 of 3 is nil", seq(nets.Dense{In: 6, Out: 3}, nil, nets.Flatten{}), nil},
		{"a nil pointer as a layer", "layer 1 of 2 is nil", seq((*nets.Conv)(nil), nets.Flatten{}), nil},
		{"a nil function as a layer", "layer 2 of 2 is nil", seq(nets.Dense{In: 6, Out: 3}, nets.Activation(nil)), nil},
		{"a nil layer in a residual block", "layer 1 of 1 is nil", nets.Residual(nil), nil},
		{"a residual block that changes the shape", "keep the shape", seq(nets.Residual(nets.Dense{In: 6, Out: 3})), rows},

		{"Params that panic", "Params panic", assembled{func() []nets.Param { panic("Params panic") }, nil}, nil},
		{"no parameters", "no parameters", describing(), nil},
		{"a name twice", "used twice", describing(nets.Weight("W", 6, 3), nets.Bias("W", 3)), nil},
		{"no name", "empty", describing(nets.Param{Shape: []int{6, 3}}), nil},
		{"a dimension of 0", "at least 1", describing(nets.Param{Name: "W", Shape: []int{0, 3}}), nil},
		{"two negative dimensions", "at least 1", describing(nets.Param{Name: "W", Shape: []int{-6, -3}}), nil},
		{"a product that overflows", "any machine", describing(nets.Param{Name: "W", Shape: []int{1 << 32, 1 << 32}}), nil},
		{"a sum that overflows", "any machine", describing(nets.Param{Name: "W", Shape: []int{1 << 39}}, nets.Param{Name: "V", Shape: []int{1<<39 + 1}}), nil},

		{"Forward of nil", "returned nil", passing(func([]*graph.Node, *graph.Node) *graph.Node { return nil }), rows},
		{"Forward of fewer rows", "one row a sample", passing(func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.Slice(graph.MatMul(x, p[0]), 0, 0, x.Shape()[0]-1)
		}), rows},
		{"Forward of one number", "one row a sample", passing(func(p []*graph.Node, _ *graph.Node) *graph.Node { return graph.Sum(p[0]) }), rows},
		{"Forward of another graph", "a node of another graph", passing(func(_ []*graph.Node, x *graph.Node) *graph.Node {
			return graph.Input(gorgonia.NewGraph(), tensor.Float64, "x", x.Shape()[0], 3)
		}), rows},
		{"an input of its own", `an input "mask", which gets no value`, passing(func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.MatMul(graph.Mul(x, graph.Input(x.Graph(), tensor.Float64, "mask", 6)), p[0])
		}), rows},
		{"an input that gorgonia gave a value", "which gets no value", passing(func(p []*graph.Node, x *graph.Node) *graph.Node {
			c := gorgonia.NewScalar(x.Graph(), tensor.Float64, gorgonia.WithName("c"), gorgonia.WithValue(2.0))
			return gorgonia.Must(gorgonia.HadamardProd(graph.MatMul(x, p[0]), c))
		}), rows},
		{"Forward that panics", "panicked", passing(func(p []*graph.Node, _ *graph.Node) *graph.Node { return p[7] }), rows},
		{"a layer that returns nil", "layer 2 of 2", seq(nets.Dense{In: 6, Out: 3}, nets.Activation(func(*graph.Node) *graph.Node { return nil })), rows},

		{"Linear of no columns", "In is 0", nets.Linear{Out: 1}, nil},
		{"Linear of negative outputs", "Out is -1", nets.Linear{In: 3, Out: -1}, nil},
		{"Linear of other columns", "inner dimensions", nets.Linear{In: 5, Out: 3}, rows},
		{"MLP of no columns", "In is 0", nets.MLP{Out: 3}, nil},
		{"MLP of no outputs", "Out is 0", nets.MLP{In: 3}, nil},
		{"MLP of a width of 0", "Hidden is 0", nets.MLP{In: 3, Hidden: []int{4, 0}, Out: 3}, nil},
		{"MLP of a negative width", "Hidden is -2", nets.MLP{In: 3, Hidden: []int{-2, -2}, Out: 3}, nil},
		{"MLP beyond memory", "Hidden is", nets.MLP{In: 3, Hidden: []int{huge}, Out: 3}, nil},
		{"Dense of no columns", "In is 0", seq(nets.Dense{Out: 3}), nil},
		{"Dense beyond memory", "Out is", seq(nets.Dense{In: 3, Out: huge}), nil},
		{"Dense whose product is beyond memory", "more than", seq(nets.Dense{In: 1 << 30, Out: 1 << 30}), nil},
		{"Dense behind another width", "layer 2 of 2, nets.Dense", seq(nets.Dense{In: 6, Out: 4}, nets.Dense{In: 5, Out: 3}), rows},
		{"Dense of images", "layer 1 of 1", seq(nets.Dense{In: 6, Out: 3}), images},

		{"Conv of no channels", "In is 0", seq(nets.Conv{Out: 2, Size: 2}), nil},
		{"Conv of no filters", "Out is 0", seq(nets.Conv{In: 2, Size: 2}), nil},
		{"Conv of size 0", "Size is 0", seq(nets.Conv{In: 2, Out: 2}), nil},
		{"Conv of a negative stride", "Stride is -1", seq(nets.Conv{In: 2, Out: 2, Size: 2, Stride: -1}), nil},
		{"Conv of a negative dilation", "Dilation is -1", seq(nets.Conv{In: 2, Out: 2, Size: 2, Dilation: -1}), nil},
		{"Conv of a negative padding", "Padding is -1", seq(nets.Conv{In: 2, Out: 2, Size: 2, Padding: -1}), nil},
		{"Conv of two paddings", "both set", seq(nets.Conv{In: 2, Out: 2, Size: 3, Padding: 1, Same: true}), nil},
		{"Conv whose product overflows", "any machine", seq(nets.Conv{In: 1 << 20, Out: 1 << 20, Size: 1 << 20}), nil},
		{"Conv whose product overflows to a small one", "any machine", seq(nets.Conv{In: 1 << 24, Out: 1, Size: 1 << 20}), nil},
		{"Conv larger than the image", "smaller than a window", seq(nets.Conv{In: 2, Out: 2, Size: 5}, nets.Flatten{}), images},
		{"Conv dilated beyond the image", "smaller than a window", seq(nets.Conv{In: 2, Out: 2, Size: 2, Dilation: 9}, nets.Flatten{}), images},
		{"Conv of other channels", "channels", seq(nets.Conv{In: 3, Out: 2, Size: 2}, nets.Flatten{}), images},
		{"Conv of rows", "want (n, height, width, channels)", seq(nets.Conv{In: 2, Out: 2, Size: 2}), rows},
		{"MaxPool of size 0", "Size is 0", seq(nets.Dense{In: 6, Out: 3}, nets.MaxPool{}), nil},
		{"MaxPool of a negative stride", "Stride is -1", seq(nets.Dense{In: 6, Out: 3}, nets.MaxPool{Size: 2, Stride: -1}), nil},
		{"MaxPool padded by its size", "Padding is 2", seq(nets.Dense{In: 6, Out: 3}, nets.MaxPool{Size: 2, Padding: 2}), nil},
		{"MaxPool larger than the image", "smaller than a window", seq(nets.MaxPool{Size: 5}, nets.Flatten{}, nets.Dense{In: 2, Out: 3}), images},
		{"AvgPool of size 0", "Size is 0", seq(nets.Dense{In: 6, Out: 3}, nets.AvgPool{}), nil},
		{"AvgPool of rows", "want (n, height, width, channels)", seq(nets.AvgPool{Size: 2}, nets.Dense{In: 6, Out: 3}), rows},
		{"Dropout of 1", "Rate is 1", seq(nets.Dense{In: 6, Out: 3}, nets.Dropout{Rate: 1}), nil},
		{"Dropout of NaN", "Rate is NaN", seq(nets.Dense{In: 6, Out: 3}, nets.Dropout{Rate: nan}), nil},
		{"Dropout below 0", "Rate is -0.1", seq(nets.Dense{In: 6, Out: 3}, nets.Dropout{Rate: -0.1}), nil},
		{"BatchNorm of no channels", "Channels is 0", seq(nets.BatchNorm{}), nil},
		{"BatchNorm of a negative epsilon", "Epsilon is -1", seq(nets.BatchNorm{Channels: 6, Epsilon: -1}), nil},
		{"BatchNorm of NaN", "Epsilon is NaN", seq(nets.BatchNorm{Channels: 6, Epsilon: nan}), nil},
		{"BatchNorm of other channels", "layer 1 of 1, nets.BatchNorm", seq(nets.BatchNorm{Channels: 3}), rows},
		{"LayerNorm of no width", "Width is 0", seq(nets.LayerNorm{}), nil},
		{"LayerNorm of one number, which is nothing but the bias", "Width is 1", seq(nets.LayerNorm{Width: 1}), nil},
		{"LayerNorm of infinity", "Epsilon is +Inf", seq(nets.LayerNorm{Width: 6, Epsilon: math.Inf(1)}), nil},
		{"LayerNorm of another width", "want (n, ..., 3)", seq(nets.LayerNorm{Width: 3}, nets.Dense{In: 6, Out: 3}), rows},
		{"Flatten before another width", "layer 2 of 2", seq(nets.Flatten{}, nets.Dense{In: 31, Out: 3}), images},
		{"Reshape to nothing", "Shape is []", seq(nets.Reshape{}, nets.Dense{In: 6, Out: 3}), nil},
		{"Reshape to 0", "is 0", seq(nets.Reshape{Shape: []int{0, 6}}, nets.Dense{In: 6, Out: 3}), nil},
		{"Reshape to two open dimensions", "-1 for one at most", seq(nets.Reshape{Shape: []int{-1, -1}}, nets.Dense{In: 6, Out: 3}), nil},
		{"Reshape to more", "has more", seq(nets.Reshape{Shape: []int{2, 4}}, nets.Dense{In: 4, Out: 3}), rows},
		{"Reshape to fewer", "do not fill", seq(nets.Reshape{Shape: []int{5}}, nets.Dense{In: 5, Out: 3}), rows},
		{"Reshape that leaves a rest", "do not fill", seq(nets.Reshape{Shape: []int{-1, 4}}, nets.Dense{In: 4, Out: 3}), rows},
		{"Reshape that overflows", "has more", seq(nets.Reshape{Shape: []int{1 << 30, 1 << 30, 1 << 30}}, nets.Dense{In: 4, Out: 3}), rows},

		{"Embedding of no tokens", "Vocabulary is 0", seq(nets.Embedding{Width: 2}), nil},
		{"Embedding of no width", "Width is -3", seq(nets.Embedding{Vocabulary: 5, Width: -3}), nil},
		{"Embedding of a limit of NaN", "Limit is NaN", seq(nets.Embedding{Vocabulary: 5, Width: 2, Limit: nan}), nil},
		{"Positions of no length", "Length is 0", seq(nets.Positions{Width: 2}), nil},
		{"Positions of a longer sequence", "3 at most", seq(nets.Positions{Length: 3, Width: 2}, nets.MeanPositions{}, nets.Dense{In: 2, Out: 3}), steps},
		{"Positions of rows", "want (n, T, 6)", seq(nets.Positions{Length: 6, Width: 6}), rows},
		{"MeanPositions of rows", "want (n, T, d)", seq(nets.MeanPositions{}, nets.Dense{In: 6, Out: 3}), rows},
		{"Attention of no width", "Width is 0", seq(nets.Attention{}), nil},
		{"Attention of negative heads", "Heads is -1", seq(nets.Attention{Width: 4, Heads: -1}), nil},
		{"Attention of heads that leave a rest", "do not divide", seq(nets.Attention{Width: 4, Heads: 3}), nil},
		{"Attention of another width", "want (n, T, 4)", seq(nets.Attention{Width: 4}), steps},
		{"Attention of rows", "want (n, T, 6)", seq(nets.Attention{Width: 6}), rows},
		{"Attention of token ids", "want (n, T, 4)", seq(nets.Attention{Width: 4}), tokens},
		{"LSTMLayer of no units", "Units is 0", seq(nets.LSTMLayer{In: 2}), nil},
		{"LSTMLayer of no columns", "In is -1", seq(nets.LSTMLayer{In: -1, Units: 2}), nil},
		{"LSTMLayer whose blocks overflow", "Units is", seq(nets.LSTMLayer{In: 2, Units: math.MaxInt / 4}), nil},
		{"LSTMLayer of rows", "want [n T in]", seq(nets.LSTMLayer{In: 6, Units: 2}, nets.Dense{In: 2, Out: 3}), rows},
		{"LSTMLayer of another width", "w has shape", seq(nets.LSTMLayer{In: 3, Units: 2}, nets.Dense{In: 2, Out: 3}), steps},
		{"GRULayer of no units", "Units is 0", seq(nets.GRULayer{In: 2}), nil},
		{"GRULayer of another width", "w has shape", seq(nets.GRULayer{In: 3, Units: 2}, nets.Dense{In: 2, Out: 3}), steps},
		{"GRULayer of token ids", "want [n T in]", seq(nets.GRULayer{In: 3, Units: 2}, nets.Dense{In: 2, Out: 3}), tokens},
		{"LSTM of no units", "Units is 0", nets.LSTM{Vocabulary: 5, Embedding: 3}, nil},
		{"LSTM of no embedding", "Embedding is 0", nets.LSTM{Vocabulary: 5, Units: 3}, nil},
		{"LSTM of no vocabulary", "Vocabulary is 0", nets.LSTM{Embedding: 5, Units: 3}, nil},
		{"LSTM of negative layers", "Layers is -1", nets.LSTM{Vocabulary: 5, Embedding: 2, Units: 3, Layers: -1}, nil},
		{"LSTM of endless layers", "at most", nets.LSTM{Vocabulary: 5, Embedding: 2, Units: 3, Layers: math.MaxInt32}, nil},
		{"LSTM of a dropout of 1", "Dropout is 1", nets.LSTM{Vocabulary: 5, Embedding: 2, Units: 3, Dropout: 1}, nil},
		{"LSTM of images", "nets:", nets.LSTM{Vocabulary: 5, Embedding: 2, Units: 3}, images},
		{"VGG of negative images", "Height is -4", nets.VGG{Height: -4}, nil},
		{"VGG of a block of 0", "Blocks is 0", nets.VGG{Blocks: []int{3, 0}}, nil},
		{"VGG of more blocks than halves", "to nothing", nets.VGG{Height: 4, Width: 4, Blocks: []int{2, 2, 2}}, nil},
		{"VGG of a dropout of NaN", "Dropout is NaN", nets.VGG{Blocks: []int{2}, Dropout: []float64{nan}}, nil},
		{"VGG of a dropout below 0", "Dropout is -0.5", nets.VGG{Blocks: []int{2}, Dropout: []float64{-0.5}}, nil},
		{"VGG of more rates than blocks", "2 rates", nets.VGG{Blocks: []int{2}, Dropout: []float64{0.1, 0.1}}, nil},
		{"VGG of other images", "layer", nets.VGG{Height: 8, Width: 8, Channels: 2, Blocks: []int{2}, Classes: 3, Dense: 4}, images},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NotPanics(t, func() {
				m, err := nets.NewModel(c.net, nets.SoftmaxCrossEntropy)
				if c.data == nil {
					assert.Nil(t, m)
				} else {
					require.NoError(t, err)
					err = m.Check(c.data)
				}
				require.ErrorContains(t, err, c.want)
				assert.Regexp(t, "^nets: ", err.Error())
				if c.data != nil { // the same where it is first used
					assert.ErrorContains(t, m.Gradient(ctx, make([]float64, m.Dim()), make([]float64, m.Dim()), c.data), c.want)
				}
			})
		})
	}
}

func TestWrongLossesAreErrors(t *testing.T) {
	d := dense(1, 5, 6, 3)
	for name, c := range map[string]struct {
		loss nets.Loss
		want string
	}{
		"nil":            {func(_, _ *graph.Node) *graph.Node { return nil }, "Loss: it returned nil"},
		"one number":     {func(out, y *graph.Node) *graph.Node { return graph.Sum(nets.SoftmaxCrossEntropy(out, y)) }, "Loss: a batch"},
		"a row a sample": {func(out, _ *graph.Node) *graph.Node { return out }, "Loss"},
		"a panic":        {func(_, _ *graph.Node) *graph.Node { panic("no loss today") }, "no loss today"},
		"of another graph": {func(_, y *graph.Node) *graph.Node {
			return graph.Input(gorgonia.NewGraph(), tensor.Float64, "losses", y.Shape()[0])
		}, "a node of another graph"},
		"of an input of its own": {func(out, y *graph.Node) *graph.Node {
			return graph.Mul(nets.SoftmaxCrossEntropy(out, y), graph.Input(y.Graph(), tensor.Float64, "temperature"))
		}, `an input "temperature"`},
		"of one output":      {nets.Logistic, "want [n 1]"},
		"of as many targets": {nets.Squared, "targets"},
	} {
		m, err := nets.NewModel(nets.Linear{In: 6, Out: 3}, c.loss)
		require.NoError(t, err, name)
		require.NotPanics(t, func() { assert.ErrorContains(t, m.Check(d), c.want, name) }, name)
	}
	_, err := nets.NewModel(nets.Linear{In: 6, Out: 3}, nil)
	assert.ErrorContains(t, err, "loss")
}

func TestWrongOptionsAreErrors(t *testing.T) {
	for name, o := range map[string]nets.Option{"nil": nil, "chunk": nets.Chunk(-1), "cores": nets.Cores(-1), "limit": nets.KeepLimit(-1)} {
		require.NotPanics(t, func() {
			_, err := nets.NewModel(nets.Linear{In: 6, Out: 3}, nets.SoftmaxCrossEntropy, o)
			assert.Error(t, err, name)
		}, name)
	}
}

// methods are all that a model computes of data, with vectors of the right length for two samples
// of three outputs.
func methods(m *nets.Model, theta []float64) map[string]func(d *datasets.Dataset) error {
	p := m.Dim()
	vector := func() []float64 { return make([]float64, p) }
	return map[string]func(d *datasets.Dataset) error{
		"Check":       func(d *datasets.Dataset) error { return m.Check(d) },
		"Outputs":     func(d *datasets.Dataset) error { _, err := m.Outputs(d); return err },
		"Loss":        func(d *datasets.Dataset) error { _, err := m.Loss(ctx, theta, d); return err },
		"Gradient":    func(d *datasets.Dataset) error { return m.Gradient(ctx, vector(), theta, d) },
		"HVP":         func(d *datasets.Dataset) error { return m.HVP(ctx, vector(), theta, vector(), d) },
		"Linearize":   func(d *datasets.Dataset) error { _, err := m.Linearize(ctx, theta, d); return err },
		"GaussNewton": func(d *datasets.Dataset) error { _, err := m.LinearizeGaussNewton(ctx, theta, d); return err },
		"WeightedGradient": func(d *datasets.Dataset) error {
			return m.WeightedGradient(ctx, vector(), theta, make([]float64, 2), d)
		},
		"TrainingGradient":     func(d *datasets.Dataset) error { _, err := m.TrainingGradient(ctx, vector(), theta, d, 1); return err },
		"PerSampleGradients":   func(d *datasets.Dataset) error { return m.PerSampleGradients(ctx, make([]float64, 2*p), theta, d) },
		"PerSampleGradients32": func(d *datasets.Dataset) error { return m.PerSampleGradients32(ctx, make([]float32, 2*p), theta, d) },
		"PerSampleNorms":       func(d *datasets.Dataset) error { return m.PerSampleNorms(ctx, make([]float64, 2), theta, d) },
		"PerSampleDots":        func(d *datasets.Dataset) error { return m.PerSampleDots(ctx, make([]float64, 2), theta, vector(), d) },
		"ClippedSum":           func(d *datasets.Dataset) error { return m.ClippedSum(ctx, vector(), theta, 1, d) },
		"Predict":              func(d *datasets.Dataset) error { return m.Predict(ctx, make([]float64, 6), theta, d) },
		"SampleLosses":         func(d *datasets.Dataset) error { return m.SampleLosses(ctx, make([]float64, 2), theta, d) },
		"Classes":              func(d *datasets.Dataset) error { _, err := m.Classes(ctx, theta, d); return err },
		"Accuracy":             func(d *datasets.Dataset) error { _, err := m.Accuracy(ctx, theta, d); return err },
		"EstimateStatistics":   func(d *datasets.Dataset) error { _, err := m.EstimateStatistics(ctx, theta, d); return err },
	}
}

// Data that is none, or not sound, is an error of every method.
func TestWrongDataIsAnErrorOfEveryMethod(t *testing.T) {
	net := nets.Sequential(nets.Dense{In: 6, Out: 4}, nets.BatchNorm{Channels: 4}, nets.Dense{In: 4, Out: 3})
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	good := dense(1, 2, 6, 3)
	x := good.X.(*datasets.Dense)
	with := func(change func(d *datasets.Dataset)) *datasets.Dataset {
		c := *good
		change(&c)
		return &c
	}
	for name, f := range methods(m, m.Init(1)) {
		require.NoError(t, f(good), name)
		for what, d := range map[string]*datasets.Dataset{
			"nil":                nil,
			"the zero data set":  {},
			"no features":        with(func(d *datasets.Dataset) { d.X = nil }),
			"features that lack": with(func(d *datasets.Dataset) { d.X = &datasets.Dense{N: 2, Cols: 6, Data: x.Data[:7]} }),
			"labels that lack":   with(func(d *datasets.Dataset) { d.Y = d.Y[:1] }),
			"a feature of NaN": with(func(d *datasets.Dataset) {
				d.X = &datasets.Dense{N: 2, Cols: 6, Data: append(make([]float64, 11), math.NaN())}
			}),
			"a label of NaN":         with(func(d *datasets.Dataset) { d.Y = []float64{0, math.NaN()} }),
			"other columns":          with(func(d *datasets.Dataset) { d.X = &datasets.Dense{N: 2, Cols: 5, Data: make([]float64, 10)} }),
			"columns of none":        with(func(d *datasets.Dataset) { d.X = &datasets.Dense{N: 2} }),
			"a tensor":               with(func(d *datasets.Dataset) { d.X = &datasets.Tensor{N: 2, Sample: []int{2, 3}, Data: x.Data} }),
			"a tensor without shape": with(func(d *datasets.Dataset) { d.X = &datasets.Tensor{N: 2, Data: make([]float64, 2)} }),
			"images": with(func(d *datasets.Dataset) {
				d.X = &datasets.Images{N: 2, Height: 2, Width: 3, Channels: 1, Pixels: make([]byte, 12), Scale: 1}
			}),
			"nil rows": with(func(d *datasets.Dataset) { d.X = (*datasets.Dense)(nil) }),
		} {
			require.NotPanics(t, func() { assert.Error(t, f(d), "%s of %s", name, what) }, "%s of %s", name, what)
		}
	}
}

// Vectors of the wrong length, or one vector twice, are an error of every method that takes them.
func TestWrongVectorsAreErrors(t *testing.T) {
	e := table()[5]
	m := model(t, e)
	d := e.data.Slice(0, 2)
	for _, theta := range [][]float64{nil, make([]float64, m.Dim()-1), make([]float64, m.Dim()+1)} {
		for name, f := range methods(m, theta) {
			if name == "Check" || name == "Outputs" {
				continue
			}
			require.NotPanics(t, func() { assert.Error(t, f(d), name) }, name)
		}
		require.NotPanics(t, func() {
			_, err := m.Whole(theta)
			assert.Error(t, err)
			_, err = m.Chosen(theta)
			assert.Error(t, err)
			_, err = m.Select(theta, "*/*")
			assert.Error(t, err)
			_, _, err = m.Tensor(theta, "dense1/W")
			assert.Error(t, err)
			assert.Error(t, m.Save(t.TempDir()+"/x", theta, nil))
		})
	}
	theta := m.Init(1)
	short := make([]float64, 1)
	for name, f := range map[string]func() error{
		"Gradient":             func() error { return m.Gradient(ctx, short, theta, d) },
		"Gradient of nil":      func() error { return m.Gradient(ctx, nil, theta, d) },
		"HVP":                  func() error { return m.HVP(ctx, make([]float64, m.Dim()), theta, short, d) },
		"WeightedGradient":     func() error { return m.WeightedGradient(ctx, make([]float64, m.Dim()), theta, short, d) },
		"PerSampleGradients":   func() error { return m.PerSampleGradients(ctx, short, theta, d) },
		"PerSampleGradients32": func() error { return m.PerSampleGradients32(ctx, make([]float32, 1), theta, d) },
		"PerSampleNorms":       func() error { return m.PerSampleNorms(ctx, short, theta, d) },
		"PerSampleNorms, more": func() error { return m.PerSampleNorms(ctx, make([]float64, 3), theta, d) },
		"PerSampleDots":        func() error { return m.PerSampleDots(ctx, short, theta, make([]float64, m.Dim()), d) },
		"Predict":              func() error { return m.Predict(ctx, short, theta, d) },
		"SampleLosses":         func() error { return m.SampleLosses(ctx, short, theta, d) },
		"ClippedSum":           func() error { return m.ClippedSum(ctx, short, theta, 1, d) },
		"ClippedSum of 0":      func() error { return m.ClippedSum(ctx, make([]float64, m.Dim()), theta, 0, d) },
		"ClippedSum of NaN":    func() error { return m.ClippedSum(ctx, make([]float64, m.Dim()), theta, math.NaN(), d) },
		"CheckPenalty":         func() error { return m.CheckPenalty(short) },
		"a pattern":            func() error { _, err := m.Select(theta, "["); return err },
		"a pattern of nothing": func() error { _, err := m.Select(theta, "x*"); return err },
		"no pattern":           func() error { _, err := m.Select(theta); return err },
		"a penalty's pattern":  func() error { _, err := m.Penalty("["); return err },
	} {
		require.NotPanics(t, func() { assert.Error(t, f(), name) }, name)
	}
}

// Single precision cannot tell all token ids and classes apart: 2^24+1 would be 2^24.
func TestIdsBeyondSinglePrecision(t *testing.T) {
	const many = 1<<24 + 2
	tokens := &datasets.Tokens{Length: 1, Vocabulary: many, Text: []int32{0, 1<<24 + 1, 3}, Starts: []int{0, 1, 2}}
	for name, d := range map[string]*datasets.Dataset{
		"tokens":  {X: tokens, Y: []float64{0, 1, 2}, Classes: 3},
		"classes": {X: &datasets.Tokens{Length: 1, Vocabulary: 4, Text: []int32{0, 1, 3}, Starts: []int{0, 1, 2}}, Y: []float64{0, 1<<24 + 1, 0}, Classes: many},
	} {
		net := passing(func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.MatMul(graph.Concat(1, x, x, x, x, x, x), p[0])
		})
		loss := func(out, y *graph.Node) *graph.Node { return graph.Add(graph.Sum(out, 1), graph.Square(y)) }
		single, err := nets.NewModel(net, loss, nets.Float32(), nets.TargetLabels())
		require.NoError(t, err)
		_, err = single.Loss(ctx, single.Init(1), d)
		assert.ErrorContains(t, err, "2^24", name)
		double, err := nets.NewModel(net, loss, nets.TargetLabels())
		require.NoError(t, err)
		if _, err = double.Loss(ctx, double.Init(1), d); err != nil {
			assert.NotContains(t, err.Error(), "2^24", name)
		}
	}
}

// A network may write to the list of parameters that it is given, which is its own.
func TestForwardMayWriteToItsParameters(t *testing.T) {
	d := dense(1, 40, 6, 3)
	own := passing(func(p []*graph.Node, x *graph.Node) *graph.Node {
		p[0] = graph.Tanh(p[0])
		return graph.MatMul(x, p[0])
	})
	reads := passing(func(p []*graph.Node, x *graph.Node) *graph.Node { return graph.MatMul(x, graph.Tanh(p[0])) })
	for _, wrap := range []func(nets.Network) nets.Network{
		func(n nets.Network) nets.Network { return n },
		func(n nets.Network) nets.Network { return nets.Sequential(n) },
	} {
		a := model(t, entry{net: wrap(own), loss: nets.SoftmaxCrossEntropy, data: d})
		b := model(t, entry{net: wrap(reads), loss: nets.SoftmaxCrossEntropy, data: d})
		assert.Equal(t, everything(t, b, d), everything(t, a, d))
	}
}
