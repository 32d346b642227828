package graphtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"lethe/graph"
	"lethe/graph/graphtest"
)

// net is a network made of functions.
type net struct {
	params  []graph.Param
	forward func(p []*graph.Node, x *graph.Node) *graph.Node
}

func (n net) Params() []graph.Param                              { return n.params }
func (n net) Forward(p []*graph.Node, x *graph.Node) *graph.Node { return n.forward(p, x) }

func mlp(act func(*graph.Node) *graph.Node) net {
	return net{
		params: []graph.Param{graph.Weight("W1", 4, 6), graph.Bias("b1", 6), graph.Weight("W2", 6, 3), graph.Bias("b2", 3)},
		forward: func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.Affine(act(graph.Affine(x, p[0], p[1])), p[2], p[3])
		},
	}
}

func TestCheckAccepts(t *testing.T) {
	attention := net{
		params: []graph.Param{graph.Weight("Q", 4, 4), graph.Weight("K", 4, 4), graph.Weight("V", 4, 4), graph.Constant("gain", 1, 4),
			graph.Bias("bias", 4), graph.Normal("position", 0.1, 5, 4), graph.Weight("out", 4, 3)},
		forward: func(p []*graph.Node, x *graph.Node) *graph.Node {
			h := graph.Add(x, p[5])
			q, k, v := graph.MatMul(h, p[0]), graph.MatMul(h, p[1]), graph.MatMul(h, p[2])
			a := graph.Softmax(graph.Scale(graph.MatMul(q, graph.Transpose(k, 0, 2, 1)), 0.5), -1)
			h = graph.LayerNorm(graph.Add(h, graph.MatMul(a, v)), p[3], p[4], 1e-5)
			return graph.MatMul(graph.Mean(h, 1), p[6])
		},
	}
	tied := net{ // one matrix used twice, once transposed
		params: []graph.Param{graph.Weight("W", 4, 4), graph.Bias("b", 4)},
		forward: func(p []*graph.Node, x *graph.Node) *graph.Node {
			h := graph.Tanh(graph.Affine(x, p[0], p[1]))
			return graph.MatMul(h, graph.Transpose(p[0]))
		},
	}
	embedding := net{
		params: []graph.Param{graph.Normal("E", 1, 3, 5), graph.Weight("W", 5, 3)},
		forward: func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.MatMul(graph.Mean(graph.Gather(p[0], x), 1), p[1])
		},
	}
	tokens := graphtest.Batch{Shape: []int{4, 3}, X: []float64{0, 1, 1, 2, 2, 2, 0, 0, 1, 2, 1, 0}, Y: []float64{0, 1, 2, 1}}
	sparse := graphtest.Batch{Y: []float64{0, 2, 1}, Sparse: &graph.Sparse[float64]{Rows: 3, Cols: 4, Indptr: []int{0, 2, 3, 5},
		Indices: []int32{0, 3, 1, 2, 3}, Values: []float64{1, -1, 2, 0.5, 0.25}}}
	for _, c := range []struct {
		name  string
		net   net
		loss  func(out, y *graph.Node) *graph.Node
		batch graphtest.Batch
	}{
		{"tanh", mlp(graph.Tanh), graph.SoftmaxCrossEntropy, graphtest.Random(1, 5, 3, 4)},
		{"gelu", mlp(graph.GELU), graph.SoftmaxCrossEntropy, graphtest.Random(1, 5, 3, 4)},
		{"relu", mlp(graph.ReLU), graph.SoftmaxCrossEntropy, graphtest.Random(1, 5, 3, 4)},
		{"stock tanh", mlp(func(x *graph.Node) *graph.Node { return gorgonia.Must(gorgonia.Tanh(x)) }), graph.SoftmaxCrossEntropy, graphtest.Random(1, 5, 3, 4)},
		{"sparse rows", mlp(graph.Sigmoid), graph.SoftmaxCrossEntropy, sparse},
		{"attention", attention, graph.SoftmaxCrossEntropy, graphtest.Random(2, 3, 3, 5, 4)},
		{"as many samples as positions", attention, graph.SoftmaxCrossEntropy, graphtest.Random(2, 5, 3, 5, 4)},
		{"tied weights", tied, graph.SoftmaxCrossEntropy, graphtest.Random(3, 4, 3, 4)},
		{"embedding", embedding, graph.SoftmaxCrossEntropy, tokens},
		{"one sample", mlp(graph.Tanh), graph.SoftmaxCrossEntropy, graphtest.Random(1, 1, 3, 4)},
	} {
		t.Run(c.name, func(t *testing.T) { assert.NoError(t, graphtest.Check(c.net, c.loss, c.batch)) })
	}
}

// Each defect must be found, and named.
func TestCheckFinds(t *testing.T) {
	b := graphtest.Random(1, 5, 3, 4)
	calls := 0
	for _, c := range []struct {
		name, want string
		net        net
		batch      graphtest.Batch
	}{
		{"samples that are mixed", "must depend on that sample only", mlp(func(x *graph.Node) *graph.Node {
			return graph.Sub(x, graph.Mean(x, 0))
		}), b},
		{"a wrong shape", "inner dimensions", net{mlp(graph.Tanh).params, func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.MatMul(x, p[2])
		}}, b},
		{"an operation that is not allowed", "graph.Softmax", mlp(func(x *graph.Node) *graph.Node {
			return gorgonia.Must(gorgonia.SoftMax(x))
		}), b},
		{"kinks everywhere", "kinks", mlp(func(x *graph.Node) *graph.Node {
			return graph.Sum(graph.Abs(graph.Sub(graph.Reshape(graph.Scale(x, 1000), 5, 6, 1), grid(x))), 2)
		}), b},
		{"a state", "different bits", mlp(func(x *graph.Node) *graph.Node {
			calls++
			return graph.Scale(x, 1+1e-12*float64(calls))
		}), b},
		{"labels that do not fit", "labels", mlp(graph.Tanh), graphtest.Batch{X: b.X, Shape: b.Shape, Y: b.Y[:3]}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := graphtest.Check(c.net, graph.SoftmaxCrossEntropy, c.batch)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

// grid is a row of points a thousandth apart.
func grid(x *graph.Node) *graph.Node {
	v := make([]float64, 8000)
	for i := range v {
		v[i] = float64(i) - 4000
	}
	return graph.Fixed(x, v, 1, 1, len(v))
}
