package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// inBatches builds losses for batches of 3 and of 5 samples of a shape, with labels, and verifies
// that samples are kept apart.
func inBatches(shape []int, params [][]int, build func(x, y *Node, p []*Node) *Node) error {
	var s [2]Samples
	for k, n := range []int{3, 5} {
		err := Build(func() {
			g := G.NewGraph()
			x, y := Input(g, tensor.Float64, "x", append([]int{n}, shape...)...), Input(g, tensor.Float64, "y", n)
			var p []*Node
			for i, d := range params {
				p = append(p, Input(g, tensor.Float64, string(rune('p'+i)), d...))
			}
			s[k] = Samples{Batch: []*Node{x, y}, Results: []*Node{build(x, y, p)}}
		})
		if err != nil {
			return err
		}
	}
	return Independent(s[0], s[1])
}

func rows(x *Node) int { return dims(x)[0] }

func listed(n int, f func(i int) float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = f(i)
	}
	return x
}

// What keeps samples apart must pass, however the axis of the samples is led through the graph.
func TestIndependentAccepts(t *testing.T) {
	attention := func(x, w *Node) *Node { // two heads, as a stack of n*heads matrices
		n, t, d := dims(x)[0], dims(x)[1], dims(x)[2]
		heads := func(x *Node) *Node {
			return Reshape(Transpose(Reshape(x, n, t, 2, d/2), 0, 2, 1, 3), n*2, t, d/2)
		}
		q, k, v := heads(MatMul(x, w)), heads(x), heads(Tanh(x))
		mask := Fixed(x, listed(t*t, func(i int) float64 {
			if i%t > i/t {
				return -1e9
			}
			return 0
		}), t, t)
		a := Softmax(Add(Scale(MatMul(q, Transpose(k, 0, 2, 1)), 0.7), mask), -1)
		return Reshape(Transpose(Reshape(MatMul(a, v), n, 2, t, d/2), 0, 2, 1, 3), n, t, d)
	}
	for _, c := range []struct {
		name   string
		shape  []int
		params [][]int
		build  func(x, y *Node, p []*Node) *Node
	}{
		{"affine and softmax", []int{4}, [][]int{{4, 3}, {3}}, func(x, y *Node, p []*Node) *Node { return SoftmaxCrossEntropy(Affine(x, p[0], p[1]), y) }},
		{"as many columns as samples", []int{3}, [][]int{{3, 3}, {3}}, func(x, y *Node, p []*Node) *Node { return SoftmaxCrossEntropy(Affine(x, p[0], p[1]), y) }},
		{"logistic", []int{4}, [][]int{{4, 1}}, func(x, y *Node, p []*Node) *Node { return Logistic(MatMul(x, p[0]), y) }},
		{"squared", []int{4}, [][]int{{4, 1}}, func(x, y *Node, p []*Node) *Node { return SquaredError(MatMul(x, p[0]), y) }},
		{"convolution in few groups and in many", []int{4, 5, 16}, [][]int{{2, 2, 8, 16}, {2, 2, 2, 8}}, func(x, y *Node, p []*Node) *Node {
			return Sum(GroupedConv2D(Tanh(GroupedConv2D(x, p[0], 2, Window{})), p[1], 8, Window{}), 1, 2, 3)
		}},
		{"masks", []int{4}, [][]int{{4}}, func(x, y *Node, p []*Node) *Node {
			return Sum(Where(Greater(x, p[0]), Maximum(x, p[0]), Not(x)), 1)
		}},
		{"LSTM", []int{6, 2}, [][]int{{2, 12}, {3, 12}, {12}}, func(x, y *Node, p []*Node) *Node {
			h := LSTM(x, p[0], p[1], p[2])
			return Sum(Mean(Stack(h...), 1), 1)
		}},
		{"time in front", []int{4, 2}, [][]int{{2, 3}, {3, 3}}, func(x, y *Node, p []*Node) *Node {
			n := rows(x)
			z := MatMul(Reshape(Transpose(x, 1, 0, 2), 4*n, 2), p[0]) // (T*n, 3)
			h := Tanh(Slice(z, 0, 0, n))
			for t := 1; t < 4; t++ {
				h = Tanh(Add(Slice(z, 0, t*n, (t+1)*n), MatMul(h, p[1])))
			}
			return Sum(h, 1)
		}},
		{"steps joined in front and taken apart", []int{2, 3}, nil, func(x, y *Node, p []*Node) *Node {
			n := rows(x)
			a, b := Reshape(Slice(x, 1, 0, 1), n, 3), Reshape(Slice(x, 1, 1, 2), n, 3)
			joined := Concat(0, a, b, a)
			return Sum(Mul(Slice(joined, 0, n, 2*n), Slice(Pad(joined, 0, n, 0), 0, n, 2*n)), 1)
		}},
		{"attention of two heads with a mask", []int{5, 4}, [][]int{{4, 4}}, func(x, y *Node, p []*Node) *Node { return Sum(attention(x, p[0]), 1, 2) }},
		{"attention on as many positions as samples", []int{3, 4}, [][]int{{4, 4}}, func(x, y *Node, p []*Node) *Node { return Sum(attention(x, p[0]), 1, 2) }},
		{"layer norm and positions", []int{5, 4}, [][]int{{4}, {4}, {5, 4}}, func(x, y *Node, p []*Node) *Node {
			return Sum(LayerNorm(Add(x, p[2]), p[0], p[1], 1e-3), 1, 2)
		}},
		{"positions repeated for each sample", []int{5, 2}, nil, func(x, y *Node, p []*Node) *Node {
			n := rows(x)
			at := Fixed(x, listed(n*10, func(i int) float64 { return float64(i % 10) }), n*5, 2)
			return Sum(Reshape(Mul(Reshape(x, n*5, 2), at), n, 10), 1)
		}},
		{"embedding", []int{4}, [][]int{{7, 3}, {3, 2}}, func(x, y *Node, p []*Node) *Node {
			return SoftmaxCrossEntropy(MatMul(Mean(Gather(p[0], x), 1), p[1]), y)
		}},
		{"joined along features", []int{4}, [][]int{{8, 1}}, func(x, y *Node, p []*Node) *Node {
			return Logistic(MatMul(Concat(1, x, Tanh(x)), p[0]), y)
		}},
		{"samples in columns", []int{4}, [][]int{{1, 4}}, func(x, y *Node, p []*Node) *Node {
			return Logistic(Transpose(MatMul(p[0], Transpose(x))), y)
		}},
		{"softmax over features that stand first", []int{4}, nil, func(x, y *Node, p []*Node) *Node {
			return Sum(Transpose(Softmax(Transpose(x), 0)), 1)
		}},
		{"convolution and pooling", []int{6, 6, 2}, [][]int{{3, 3, 2, 4}, {4}}, func(x, y *Node, p []*Node) *Node {
			h := MaxPool2D(ReLU(Add(Conv2D(x, p[0], Window{}), p[1])), Window{Size: [2]int{2, 2}})
			return Sum(AvgPool2D(h, Window{Size: [2]int{2, 2}}), 1, 2, 3)
		}},
		{"several images of a sample", []int{2, 24}, [][]int{{2, 2, 2, 4}}, func(x, y *Node, p []*Node) *Node {
			n := rows(x)
			return Sum(Reshape(Conv2D(Reshape(x, 2*n, 4, 3, 2), p[0], Window{}), n, 48), 1)
		}},
		{"evaluation pass of a batch normalization", []int{4}, [][]int{{4}, {4}, {4}, {4}}, func(x, y *Node, p []*Node) *Node {
			return Sum(BatchNorm(x, p[0], p[1], p[2], p[3], 1e-3), 1)
		}},
		{"a penalty of each sample", []int{4}, [][]int{{4, 1}}, func(x, y *Node, p []*Node) *Node {
			return Add(Logistic(MatMul(x, p[0]), y), Sum(Square(p[0])))
		}},
		{"class weights that are not normalized", []int{4}, [][]int{{4, 3}}, func(x, y *Node, p []*Node) *Node {
			w := Fixed(x, []float64{1, 2, 4}, 3, 1)
			return Mul(Reshape(Gather(w, y), rows(x)), SoftmaxCrossEntropy(MatMul(x, p[0]), y))
		}},
		{"stock operations", []int{4}, [][]int{{4, 3}, {1, 3}}, func(x, y *Node, p []*Node) *Node {
			h := G.Must(G.BroadcastAdd(G.Must(G.Mul(x, p[0])), p[1], nil, []byte{0}))
			return G.Must(G.Sum(G.Must(G.Tanh(h)), 1))
		}},
		{"a mean over features", []int{4}, nil, func(x, y *Node, p []*Node) *Node { return Mean(x, 1) }},
	} {
		t.Run(c.name, func(t *testing.T) { assert.NoError(t, inBatches(c.shape, c.params, c.build)) })
	}
}

// Whatever mixes samples, or depends on how many there are, is refused with the node that does it.
func TestIndependentRefuses(t *testing.T) {
	rowNumber := func(x *Node) *Node {
		return Fixed(x, listed(rows(x), func(i int) float64 { return float64(1 + i) }), rows(x))
	}
	softmax := func(x, y, w *Node) *Node { return SoftmaxCrossEntropy(MatMul(x, w), y) }
	for _, c := range []struct {
		name, want string
		build      func(x, y, w *Node) *Node // w (4, 3)
	}{
		{"mean over rows", "mean[0]", func(x, y, w *Node) *Node { return softmax(Sub(x, Mean(x, 0)), y, w) }},
		{"sum over rows", "sum[0]", func(x, y, w *Node) *Node { return softmax(Add(x, Sum(x, 0)), y, w) }},
		{"maximum over rows", "max[0]", func(x, y, w *Node) *Node { return softmax(Sub(x, Max(x, 0)), y, w) }},
		{"maximum of all", "max[0 1]", func(x, y, w *Node) *Node { return softmax(Sub(x, Max(x)), y, w) }},
		{"softmax over rows", "softmax", func(x, y, w *Node) *Node { return softmax(Softmax(x, 0), y, w) }},
		{"log-sum-exp over rows", "logsumexp", func(x, y, w *Node) *Node { return softmax(Sub(x, LogSumExp(x, 0)), y, w) }},
		{"loss normalized over its batch", "sum[0]", func(x, y, w *Node) *Node {
			c := Reshape(Gather(Fixed(x, []float64{1, 2, 4}, 3, 1), y), rows(x))
			return Mul(softmax(x, y, w), Div(c, Sum(c)))
		}},
		{"mean repeated", "mean[0]", func(x, y, w *Node) *Node { return BroadcastTo(Mean(softmax(x, y, w)), rows(x)) }},
		{"divided by the number of samples", "scale", func(x, y, w *Node) *Node { return Scale(softmax(x, y, w), 1/float64(rows(x))) }},
		{"divided by a count of ones", "together", func(x, y, w *Node) *Node { return Div(softmax(x, y, w), Sum(onesLike(y))) }},
		{"a constant that is the number of samples", "fill[3", func(x, y, w *Node) *Node {
			return Div(softmax(x, y, w), Fixed(x, []float64{float64(rows(x))}))
		}},
		{"a tensor that is", "constant", func(x, y, w *Node) *Node {
			return Div(softmax(x, y, w), Fixed(x, []float64{float64(rows(x))}, 1))
		}},
		{"stock mean", "sum", func(x, y, w *Node) *Node {
			return G.Must(G.BroadcastSub(softmax(x, y, w), G.Must(G.Mean(y)), nil, nil))
		}},
		{"products of rows", "matmul", func(x, y, w *Node) *Node { return softmax(MatMul(MatMul(x, Transpose(x)), x), y, w) }},
		{"products of columns", "matmul", func(x, y, w *Node) *Node { return softmax(MatMul(x, MatMul(Transpose(x), x)), y, w) }},
		{"first row added to all", "slice[0 0:1]", func(x, y, w *Node) *Node { return softmax(Add(x, Slice(x, 0, 0, 1)), y, w) }},
		{"all but the last row", "slice[0", func(x, y, w *Node) *Node {
			return softmax(Pad(Slice(x, 0, 0, rows(x)-1), 0, 1, 0), y, w)
		}},
		{"cumulative sum by a constant matrix", "matmul", func(x, y, w *Node) *Node {
			n := rows(x)
			lower := Fixed(x, listed(n*n, func(i int) float64 {
				if i%n <= i/n {
					return 1
				}
				return 0
			}), n, n)
			return softmax(MatMul(lower, x), y, w)
		}},
		{"identity of as many rows", "matmul", func(x, y, w *Node) *Node {
			n := rows(x)
			return softmax(MatMul(Fixed(x, listed(n*n, func(i int) float64 { return float64(i%n) - float64(i/n) }), n, n), x), y, w)
		}},
		{"a weight for each row", "place in the batch", func(x, y, w *Node) *Node { return Mul(softmax(x, y, w), rowNumber(x)) }},
		{"an output for each row", "place in the batch", func(x, y, w *Node) *Node {
			return softmax(Add(x, Reshape(rowNumber(x), rows(x), 1)), y, w)
		}},
		{"labels in reverse order", "matmul", func(x, y, w *Node) *Node {
			n := rows(x)
			back := Fixed(x, listed(n*n, func(i int) float64 {
				if i/n+i%n == n-1 {
					return 1
				}
				return 0
			}), n, n)
			return softmax(x, Reshape(MatMul(back, Reshape(y, n, 1)), n), w)
		}},
		{"labels of the row before", "slice[0", func(x, y, w *Node) *Node {
			n := rows(x)
			return softmax(x, Concat(0, Slice(y, 0, n-1, n), Slice(y, 0, 0, n-1)), w)
		}},
		{"mean label", "mean[0]", func(x, y, w *Node) *Node { return softmax(Add(x, Mean(y)), y, w) }},
		{"rows cut at another place", "cut", func(x, y, w *Node) *Node { return softmax(Reshape(Transpose(x), rows(x), 4), y, w) }},
		{"each row against the others", "one sample against the others", func(x, y, w *Node) *Node {
			n := rows(x)
			return Sum(Abs(Sub(Reshape(x, n, 1, 4), Reshape(x, 1, n, 4))), 1, 2)
		}},
		{"column against row", "", func(x, y, w *Node) *Node {
			n := rows(x)
			return Sum(Mul(Reshape(y, n, 1), Reshape(y, 1, n)), 1)
		}},
		{"rows looked up in the batch", "gather", func(x, y, w *Node) *Node { return softmax(Gather(x, y), y, w) }},
		{"rows added up by class", "scatter", func(x, y, w *Node) *Node { return softmax(Gather(ScatterAdd(x, y, 3), y), y, w) }},
		{"statistics of the batch", "ForwardTraining", func(x, y, w *Node) *Node {
			mean, variance := Moments(x, onesLike(y))
			return softmax(BatchNorm(x, onesLike(mean), zerosLike(mean), mean, variance, 1e-3), y, w)
		}},
		{"channels that are samples", "avgpool", func(x, y, w *Node) *Node {
			n := rows(x)
			z := AvgPool2D(Reshape(x, 1, n, 4, 1), Window{Size: [2]int{n, 1}})
			return softmax(Add(x, Reshape(z, 1, 4)), y, w)
		}},
		{"losses of no row", "first axis", func(x, y, w *Node) *Node { return Sum(w, 1) }},
		{"other operations in large batches", "other operations", func(x, y, w *Node) *Node {
			if rows(x) > 4 {
				x = Tanh(x)
			}
			return softmax(x, y, w)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := inBatches([]int{4}, [][]int{{4, 3}}, func(x, y *Node, p []*Node) *Node { return c.build(x, y, p[0]) })
			require.Error(t, err)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.ErrorContains(t, err, c.want)
			if e.Op == "Independent" {
				assert.NotEmpty(t, e.Node)
				assert.ErrorContains(t, err, "that sample only")
			}
		})
	}
}

// The training pass may read the statistics of its batch, and nothing else of the other samples.
func TestIndependentAllowsStatistics(t *testing.T) {
	for _, bad := range []bool{false, true} {
		var s [2]Samples
		for k, n := range []int{3, 5} {
			g := G.NewGraph()
			x, weight := Input(g, tensor.Float64, "x", n, 4), Input(g, tensor.Float64, "weight", n)
			mean, variance := Moments(x, weight)
			y := BatchNorm(x, onesLike(mean), zerosLike(mean), mean, variance, 1e-3)
			if bad {
				y = Sub(y, Mean(x, 0))
			}
			s[k] = Samples{Batch: []*Node{x, weight}, Results: []*Node{Sum(y, 1)}, Statistics: true}
		}
		if err := Independent(s[0], s[1]); bad {
			assert.ErrorContains(t, err, "mean[0]")
		} else {
			assert.NoError(t, err)
		}
	}
}
