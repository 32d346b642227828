package graphtest_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
	"lethe/graph/graphtest"
)

// pointer is a network whose methods need it.
type pointer struct{ net }

func (n *pointer) Params() []graph.Param { return n.params }

// panics is a network whose Params panic.
type panics struct{ net }

func (panics) Params() []graph.Param { panic("no parameters today") }

// Whatever is wrong with a network, a loss or a batch ends in an error that says so, never in a
// panic.
func TestCheckRefuses(t *testing.T) {
	good, batch := mlp(graph.Tanh), graphtest.Random(1, 5, 3, 4)
	with := func(change func(b *graphtest.Batch)) graphtest.Batch {
		b := graphtest.Random(1, 5, 3, 4)
		change(&b)
		return b
	}
	params := func(ps ...graph.Param) net { return net{ps, good.forward} }
	forward := func(f func(p []*graph.Node, x *graph.Node) *graph.Node) net { return net{good.params, f} }
	init := func(f func(r *rand.Rand, dst []float64)) net {
		ps := append([]graph.Param(nil), good.params...)
		ps[1].Init = f
		return net{ps, good.forward}
	}
	sparse := func(s graph.Sparse[float64]) graphtest.Batch { return graphtest.Batch{Y: []float64{0, 1}, Sparse: &s} }
	softmax := graph.SoftmaxCrossEntropy
	for _, c := range []struct {
		name, want string
		net        graphtest.Network
		loss       func(out, y *graph.Node) *graph.Node
		batch      graphtest.Batch
	}{
		{"no network", "no network", nil, softmax, batch},
		{"a nil pointer", "panicked", (*pointer)(nil), softmax, batch},
		{"no loss", "no loss", good, nil, batch},
		{"Params that panic", "no parameters today", panics{}, softmax, batch},
		{"a loss with an input of its own", `an input "temperature", which gets no value`, good, func(out, y *graph.Node) *graph.Node {
			return graph.Mul(softmax(out, y), graph.Input(y.Graph(), tensor.Float64, "temperature"))
		}, batch},
		{"Forward that panics", "panicked", forward(func(p []*graph.Node, _ *graph.Node) *graph.Node { return p[len(p)] }), softmax, batch},
		{"Init that panics", "panicked", init(func(_ *rand.Rand, dst []float64) { dst[len(dst)] = 1 }), softmax, batch},
		{"Init that is not a number", "b1 starts at NaN", init(func(_ *rand.Rand, dst []float64) { dst[2] = math.NaN() }), softmax, batch},
		{"no parameters", "no parameters", params(), softmax, batch},
		{"only fixed parameters", "no parameters", params(graph.Param{Name: "mean", Shape: []int{3}, Fixed: true}), softmax, batch},
		{"too few parameters for Forward", "panicked", params(good.params[:2]...), softmax, batch},
		{"a name twice", "used twice", params(good.params[0], good.params[0]), softmax, batch},
		{"no name", "empty or used twice", params(graph.Param{Shape: []int{3}}), softmax, batch},
		{"a width of 0", "at least 1", params(graph.Param{Name: "W", Shape: []int{4, 0}}), softmax, batch},
		{"a negative width", "at least 1", params(graph.Param{Name: "W", Shape: []int{-4, -3}}), softmax, batch},
		{"a shape whose product overflows", "elements", params(graph.Param{Name: "W", Shape: []int{math.MaxInt / 2, 8}}), softmax, batch},
		{"a shape beyond memory", "reduced width", params(graph.Param{Name: "W", Shape: []int{1 << 20, 1 << 20}}), softmax, batch},
		{"Forward of nil", "Forward: it returned nil", forward(func([]*graph.Node, *graph.Node) *graph.Node { return nil }), softmax, batch},
		{"Forward of another graph", "another graph", forward(func([]*graph.Node, *graph.Node) *graph.Node {
			return graph.Input(gorgonia.NewGraph(), tensor.Float64, "x", 5, 3)
		}), softmax, batch},
		{"Forward of a scalar", "one row a sample", forward(func(p []*graph.Node, _ *graph.Node) *graph.Node { return graph.Sum(p[0]) }), softmax, batch},
		{"Forward of fewer rows", "5 samples gives outputs of shape (4, 3)", forward(func(p []*graph.Node, x *graph.Node) *graph.Node {
			return graph.Slice(good.forward(p, x), 0, 0, 4)
		}), softmax, batch},
		{"Forward that leaves the parameters out", "does not depend on the parameters", forward(func(_ []*graph.Node, x *graph.Node) *graph.Node {
			return graph.Slice(x, 1, 0, 3)
		}), softmax, batch},
		{"a loss of nil", "Loss: it returned nil", good, func(_, _ *graph.Node) *graph.Node { return nil }, batch},
		{"a loss of one value", "one number for its loss", good, func(out, y *graph.Node) *graph.Node { return graph.Sum(softmax(out, y)) }, batch},
		{"a loss of columns", "one number for its loss", good, func(out, _ *graph.Node) *graph.Node { return out }, batch},
		{"outputs that are not numbers", "outputs: sample 0 has NaN", mlp(func(x *graph.Node) *graph.Node {
			return graph.Log(graph.Shift(graph.Scale(graph.Square(x), -1), -1))
		}), softmax, batch},
		{"losses that are infinite", "losses: sample 0 has", good, func(out, y *graph.Node) *graph.Node {
			return graph.Recip(graph.Scale(softmax(out, y), 0))
		}, batch},
		{"fewer labels", "labels", good, softmax, with(func(b *graphtest.Batch) { b.Y = b.Y[:3] })},
		{"more labels", "labels", good, softmax, with(func(b *graphtest.Batch) { b.Y = append(b.Y, 0) })},
		{"labels of several targets that leave a rest", "labels", good, softmax, with(func(b *graphtest.Batch) { b.Targets = 2 })},
		{"labels beyond the outputs", "class 3", good, softmax, with(func(b *graphtest.Batch) { b.Y[1] = 3 })},
		{"labels between classes", "class 0.5", good, softmax, with(func(b *graphtest.Batch) { b.Y[1] = 0.5 })},
		{"a label that is not a number", "label of sample 1 is NaN", good, softmax, with(func(b *graphtest.Batch) { b.Y[1] = math.NaN() })},
		{"a feature that is not a number", "number 2 of sample 1 is NaN", good, softmax, with(func(b *graphtest.Batch) { b.X[6] = math.NaN() })},
		{"an infinite feature", "number 0 of sample 0 is +Inf", good, softmax, with(func(b *graphtest.Batch) { b.X[0] = math.Inf(1) })},
		{"no samples", "no samples", good, softmax, graphtest.Batch{Shape: []int{1, 4}}},
		{"the zero batch", "no samples", good, softmax, graphtest.Batch{}},
		{"no shape", "labels", good, softmax, graphtest.Batch{X: batch.X, Y: batch.Y}},
		{"a negative shape", "at least 1", good, softmax, graphtest.Batch{X: batch.X, Shape: []int{-5, -4}, Y: batch.Y}},
		{"a shape whose product overflows to the right number", "elements", good, softmax, with(func(b *graphtest.Batch) { b.Shape = []int{5, 4, 1 << 32, 1 << 32} })},
		{"a random batch of no samples", "at least 1", good, softmax, graphtest.Random(1, 0, 3, 4)},
		{"a random batch of negative samples", "at least 1", good, softmax, graphtest.Random(1, -2, 3, 4)},
		{"a random batch of negative rows", "at least 1", good, softmax, graphtest.Random(1, 5, 3, -4)},
		{"a random batch beyond memory", "elements", good, softmax, graphtest.Random(1, 5, 3, 1<<40, 1<<40)},
		{"other columns", "inner dimensions", good, softmax, graphtest.Random(1, 5, 3, 7)},
		{"sparse rows of too few pointers", "row pointers", good, softmax, sparse(graph.Sparse[float64]{Rows: 2, Cols: 4, Indptr: []int{0, 1}})},
		{"sparse rows beyond their values", "lies at", good, softmax, sparse(graph.Sparse[float64]{Rows: 2, Cols: 4, Indptr: []int{0, 1, 9}, Indices: []int32{0}, Values: []float64{1}})},
		{"a sparse column beyond the width", "column", good, softmax, sparse(graph.Sparse[float64]{Rows: 2, Cols: 4, Indptr: []int{0, 1, 2}, Indices: []int32{0, 4}, Values: []float64{1, 2}})},
		{"a sparse value that is not a number", "sparse rows is NaN", good, softmax, sparse(graph.Sparse[float64]{Rows: 2, Cols: 4, Indptr: []int{0, 1, 2}, Indices: []int32{0, 3}, Values: []float64{1, math.NaN()}})},
		{"sparse rows of no columns", "0 columns", good, softmax, sparse(graph.Sparse[float64]{Rows: 2, Indptr: []int{0, 0, 0}})},
		{"dense and sparse rows", "give one", good, softmax, graphtest.Batch{X: batch.X, Shape: batch.Shape, Y: batch.Y, Sparse: &graph.Sparse[float64]{}}},
		{"a mean loss, repeated", "loss of sample 0", good, func(out, y *graph.Node) *graph.Node {
			return graph.BroadcastTo(graph.Reshape(graph.Mean(softmax(out, y)), 1), out.Shape()[0])
		}, batch},
		{"a loss divided by the batch's", "batch of one", good, func(out, y *graph.Node) *graph.Node {
			l := softmax(out, y)
			return graph.Div(l, graph.Sum(graph.Shift(y, 1)))
		}, batch},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NotPanics(t, func() {
				err := graphtest.Check(c.net, c.loss, c.batch)
				require.Error(t, err)
				assert.Contains(t, err.Error(), c.want)
			})
		})
	}
}

// A label for each token: the loss of a sample is the sum over its tokens.
func TestCheckTakesSeveralLabelsOfASample(t *testing.T) {
	tokens := net{
		params:  []graph.Param{graph.Normal("E", 1, 4, 3)},
		forward: func(p []*graph.Node, x *graph.Node) *graph.Node { return graph.Tanh(graph.Gather(p[0], x)) }, // (n, 2, 3)
	}
	loss := func(out, y *graph.Node) *graph.Node {
		each := graph.SoftmaxCrossEntropy(graph.Reshape(out, out.Shape()[0]*2, 3), graph.Reshape(y, y.Shape()[0]*2))
		return graph.Sum(graph.Reshape(each, y.Shape()[0], 2), 1)
	}
	b := graphtest.Batch{Shape: []int{3, 2}, X: []float64{0, 1, 3, 2, 1, 1}, Y: []float64{0, 1, 2, 2, 1, 0}, Targets: 2}
	assert.NoError(t, graphtest.Check(tokens, loss, b))
}
