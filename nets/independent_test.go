package nets_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// made is a network of a function.
type made struct {
	params  []nets.Param
	forward func(p []*graph.Node, x *graph.Node) *graph.Node
}

func (m made) Params() []nets.Param                               { return m.params }
func (m made) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return m.forward(p, x) }

// trained is made with a training pass.
type trained struct {
	made
	training func(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node
}

func (m trained) ForwardTraining(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node {
	return m.training(p, x, t)
}

// linear is a linear model of six features and three classes, of what f makes of them.
func linear(f func(x *graph.Node) *graph.Node) made {
	return made{[]nets.Param{nets.Weight("W", 6, 3)}, func(p []*graph.Node, x *graph.Node) *graph.Node { return graph.MatMul(f(x), p[0]) }}
}

func itself(x *graph.Node) *graph.Node { return x }

// everyCall calls all that a model computes on data, each in a model of its own.
func everyCall(t *testing.T, net nets.Network, loss nets.Loss, d *datasets.Dataset, opts ...nets.Option) map[string]error {
	out := map[string]error{}
	for name, call := range calls() {
		m, err := nets.NewModel(net, loss, opts...)
		require.NoError(t, err)
		out[name] = call(m, d)
	}
	return out
}

func calls() map[string]func(m *nets.Model, d *datasets.Dataset) error {
	vector := func(m *nets.Model) []float64 { return make([]float64, m.Dim()) }
	return map[string]func(m *nets.Model, d *datasets.Dataset) error{
		"Check":    func(m *nets.Model, d *datasets.Dataset) error { return m.Check(d) },
		"Loss":     func(m *nets.Model, d *datasets.Dataset) error { _, err := m.Loss(ctx, m.Init(1), d); return err },
		"Gradient": func(m *nets.Model, d *datasets.Dataset) error { return m.Gradient(ctx, vector(m), m.Init(1), d) },
		"WeightedGradient": func(m *nets.Model, d *datasets.Dataset) error {
			return m.WeightedGradient(ctx, vector(m), m.Init(1), make([]float64, length(d)), d)
		},
		"TrainingGradient": func(m *nets.Model, d *datasets.Dataset) error {
			_, err := m.TrainingGradient(ctx, vector(m), m.Init(1), d, 1)
			return err
		},
		"HVP": func(m *nets.Model, d *datasets.Dataset) error { return m.HVP(ctx, vector(m), m.Init(1), vector(m), d) },
		"Linearize": func(m *nets.Model, d *datasets.Dataset) error {
			_, err := m.Linearize(ctx, m.Init(1), d)
			return err
		},
		"LinearizeGaussNewton": func(m *nets.Model, d *datasets.Dataset) error {
			_, err := m.LinearizeGaussNewton(ctx, m.Init(1), d)
			return err
		},
		"Outputs": func(m *nets.Model, d *datasets.Dataset) error { _, err := m.Outputs(d); return err },
		"Predict": func(m *nets.Model, d *datasets.Dataset) error {
			return m.Predict(ctx, make([]float64, 3*length(d)), m.Init(1), d)
		},
		"Classes":  func(m *nets.Model, d *datasets.Dataset) error { _, err := m.Classes(ctx, m.Init(1), d); return err },
		"Accuracy": func(m *nets.Model, d *datasets.Dataset) error { _, err := m.Accuracy(ctx, m.Init(1), d); return err },
		"SampleLosses": func(m *nets.Model, d *datasets.Dataset) error {
			return m.SampleLosses(ctx, make([]float64, length(d)), m.Init(1), d)
		},
		"PerSampleGradients": func(m *nets.Model, d *datasets.Dataset) error {
			return m.PerSampleGradients(ctx, make([]float64, length(d)*m.Dim()), m.Init(1), d)
		},
		"PerSampleGradients32": func(m *nets.Model, d *datasets.Dataset) error {
			return m.PerSampleGradients32(ctx, make([]float32, length(d)*m.Dim()), m.Init(1), d)
		},
		"PerSampleNorms": func(m *nets.Model, d *datasets.Dataset) error {
			return m.PerSampleNorms(ctx, make([]float64, length(d)), m.Init(1), d)
		},
		"PerSampleDots": func(m *nets.Model, d *datasets.Dataset) error {
			return m.PerSampleDots(ctx, make([]float64, length(d)), m.Init(1), vector(m), d)
		},
		"ClippedSum": func(m *nets.Model, d *datasets.Dataset) error { return m.ClippedSum(ctx, vector(m), m.Init(1), 1, d) },
	}
}

func length(d *datasets.Dataset) int {
	if d == nil {
		return 0
	}
	return d.Len()
}

// Networks and losses that let samples depend on each other are refused by all that a model
// computes, with the operation that does it.
func TestDependentSamplesAreRefused(t *testing.T) {
	weights := func(y *graph.Node) *graph.Node {
		return graph.Reshape(graph.Gather(graph.Fixed(y, []float64{1, 2, 4}, 3, 1), y), y.Shape()[0])
	}
	n := func(x *graph.Node) int { return x.Shape()[0] }
	for _, c := range []struct {
		name, want string
		net        nets.Network
		loss       nets.Loss
		opts       []nets.Option
	}{
		{"a loss normalized over its batch", "sum[0]", linear(itself), func(out, y *graph.Node) *graph.Node {
			w := weights(y)
			return graph.Mul(graph.SoftmaxCrossEntropy(out, y), graph.Div(w, graph.Sum(w)))
		}, nil},
		{"a mean loss", "scale", linear(itself), func(out, y *graph.Node) *graph.Node {
			return graph.Scale(graph.SoftmaxCrossEntropy(out, y), 1/float64(n(y)))
		}, nil},
		{"a mean repeated", "mean[0]", linear(itself), func(out, y *graph.Node) *graph.Node {
			return graph.BroadcastTo(graph.Mean(graph.SoftmaxCrossEntropy(out, y)), n(y))
		}, nil},
		{"a mean in Forward", "mean[0]", linear(func(x *graph.Node) *graph.Node { return graph.Sub(x, graph.Mean(x, 0)) }), nets.SoftmaxCrossEntropy, nil},
		{"an average after the fact", "[0]", linear(func(x *graph.Node) *graph.Node {
			return graph.Div(x, graph.Sqrt(graph.Mean(graph.Square(x), 0)))
		}), nets.SoftmaxCrossEntropy, []nets.Option{nets.Chunk(1)}},
		{"a mean in batches of one", "mean[0 1]", linear(func(x *graph.Node) *graph.Node { return graph.Add(x, graph.Mean(x)) }), nets.SoftmaxCrossEntropy,
			[]nets.Option{nets.Chunk(1), nets.Float32()}},
		{"a parameter of each row", "broadcast", made{[]nets.Param{nets.Weight("W", 64, 3), nets.Weight("V", 6, 3)}, func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.Add(graph.MatMul(x, p[1]), p[0])
		}}, nets.SoftmaxCrossEntropy, []nets.Option{nets.Chunk(64)}},
		{"weights by row", "place in the batch", linear(itself), func(out, y *graph.Node) *graph.Node {
			w := make([]float64, n(y))
			for i := range w {
				w[i] = 1 + float64(i)
			}
			return graph.Mul(graph.SoftmaxCrossEntropy(out, y), graph.Fixed(y, w, n(y)))
		}, nil},
		{"another graph in batches of 16", "other operations", linear(func(x *graph.Node) *graph.Node {
			if n(x) == 16 {
				return graph.Tanh(x)
			}
			return x
		}), nets.SoftmaxCrossEntropy, []nets.Option{nets.Chunk(16)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for call, err := range everyCall(t, c.net, c.loss, dense(2, 64, 6, 3), c.opts...) {
				if c.want == "other operations" && call == "Outputs" {
					continue // which computes nothing
				}
				assert.ErrorContains(t, err, c.want, call)
			}
		})
	}
}

// What a batch of one hides from the graph shows in the numbers.
func TestCheckComparesWithBatchesOfOne(t *testing.T) {
	net := linear(func(x *graph.Node) *graph.Node {
		if x.Shape()[0] == 1 {
			return graph.Tanh(x)
		}
		return x
	})
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	assert.ErrorContains(t, m.Check(dense(2, 64, 6, 3).Slice(7, 60)), "row 7 of test has the loss")
}

// The training pass may normalize by its batch, by Training.BatchNorm only.
func TestTrainingPassKeepsSamplesApart(t *testing.T) {
	d := dense(2, 64, 6, 3)
	params := []nets.Param{nets.Weight("W", 6, 3)}
	forward := func(p []*graph.Node, x *graph.Node) *graph.Node { return graph.MatMul(x, p[0]) }
	bad := trained{made{params, forward}, func(p []*graph.Node, x *graph.Node, t *nets.Training) *graph.Node {
		return graph.MatMul(graph.Sub(t.Dropout(x, 0.5), graph.Mean(x, 0)), p[0])
	}}
	m, err := nets.NewModel(bad, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	assert.ErrorContains(t, m.Check(d), "mean[0]")
	_, err = m.TrainingGradient(ctx, make([]float64, m.Dim()), m.Init(1), d, 1)
	assert.ErrorContains(t, err, "mean[0]")
	assert.NoError(t, m.Gradient(ctx, make([]float64, m.Dim()), m.Init(1), d), "the evaluation pass is sound")

	good := nets.Sequential(nets.Dense{In: 6, Out: 4}, nets.BatchNorm{Channels: 4}, nets.Dropout{Rate: 0.5}, nets.Dense{In: 4, Out: 3})
	m, err = nets.NewModel(good, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	require.NoError(t, m.Check(d))
	theta, err := m.EstimateStatistics(context.Background(), m.Init(1), d)
	require.NoError(t, err)
	_, err = m.TrainingGradient(ctx, make([]float64, m.Dim()), theta, d, 1)
	assert.NoError(t, err)
}
