package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// evaluated builds outputs over inputs of the given values and evaluates them, in double precision.
func evaluated(t *testing.T, build func(x ...*Node) []*Node, values ...array) []array {
	t.Helper()
	g := G.NewGraph()
	var in []*Node
	feed := map[*Node]G.Value{}
	for i, v := range values {
		x := Input(g, tensor.Float64, string(rune('a'+i)), v.shape...)
		in = append(in, x)
		if feed[x] = G.NewF64(v.data[0]); len(v.shape) > 0 {
			feed[x] = tensor.New(tensor.WithShape(v.shape...), tensor.WithBacking(v.data))
		}
	}
	var outputs []*Node
	require.NoError(t, Build(func() { outputs = build(in...) }))
	p, err := Compile(outputs...)
	require.NoError(t, err)
	out, err := p.Run(feed)
	require.NoError(t, err)
	found := make([]array, len(out))
	for i, v := range out {
		found[i].shape = dims(outputs[i])
		if x, ok := v.Data().(float64); ok {
			found[i].data = []float64{x}
		} else {
			found[i].data = v.Data().([]float64)
		}
	}
	return found
}

// gradients are those of y, which has to be a scalar.
func gradients(y *Node, wrt ...*Node) []*Node {
	g, err := Grad(y, wrt...)
	if err != nil {
		panic(err)
	}
	return g
}

// scalarDerivatives are the first n of y by the scalar x.
func scalarDerivatives(y, x *Node, n int) (out []*Node) {
	for range n {
		y = gradients(y, x)[0]
		out = append(out, y)
	}
	return out
}

func row(x ...float64) array { return array{[]int{len(x)}, x} }

func scalarOf(x float64) array { return array{nil, []float64{x}} }

func shaped(x []float64, shape ...int) array { return array{shape, x} }

func counting(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

func weighted(y *Node, w ...float64) *Node { return Sum(Mul(y, Fixed(y, w, dims(y)...))) }

// What other projects got wrong, each as a small input with its right value: sources are named by
// project and number.
func TestKnownFailures(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name   string // source: what went wrong
		build  func(x ...*Node) []*Node
		values []array
		want   [][]float64
	}{
		{"autograd#116: from the third derivative of exp(-x^2) on NaN at 0, where the power is written with an exponent",
			func(x ...*Node) []*Node { return scalarDerivatives(Exp(Neg(PowC(x[0], 2))), x[0], 4) }, []array{scalarOf(0)}, [][]float64{{0}, {-2}, {0}, {12}}},
		{"autograd#116, with gorgonia's power",
			func(x ...*Node) []*Node {
				return scalarDerivatives(Exp(Neg(G.Must(G.Pow(x[0], G.NewConstant(2.0))))), x[0], 4)
			}, []array{scalarOf(0)}, [][]float64{{0}, {-2}, {0}, {12}}},
		{"tensorflow#35011: higher derivatives of a sum of powers are NaN at 0",
			func(x ...*Node) []*Node {
				return scalarDerivatives(Sum(Add(Add(x[0], PowC(x[0], 2)), Add(PowC(x[0], 3), PowC(x[0], 4)))), x[0], 5)
			}, []array{scalarOf(0)}, [][]float64{{1}, {2}, {6}, {24}, {0}}},
		{"ad#12: the gradient of a function of a gradient is that of another function",
			func(x ...*Node) []*Node { return gradients(Sum(Square(gradients(Square(x[0]), x[0])[0])), x[0]) }, []array{scalarOf(1)}, [][]float64{{8}}},
		{"pytorch#196700, pytorch#175754: second and third derivatives of a layer normalization take mean and variance for constants",
			func(x ...*Node) []*Node {
				row := Reshape(Concat(0, Reshape(x[0], 1), Fixed(x[0], []float64{0}, 1)), 1, 2)
				y := Sum(LayerNorm(row, Fixed(x[0], []float64{1, 2}, 2), Fixed(x[0], []float64{0, 0}, 2), 0.25))
				return append([]*Node{y}, scalarDerivatives(y, x[0], 3)...)
			}, []array{scalarOf(0.7)}, [][]float64{{-0.7 / math.Sqrt(1.49)}, {-math.Pow(1.49, -1.5)}, {0.7749142079590942}, {3*math.Pow(1.49, -2.5) - 15*0.49*math.Pow(1.49, -3.5)}}},
		{"pytorch#196699: the second derivative of a batch normalization by its own statistics",
			func(x ...*Node) []*Node {
				linear, square, constant := make([]float64, 8), make([]float64, 8), make([]float64, 8)
				for k := range 8 { // sample, position, channel here; sample, channel, position there
					i := k/4*4 + k%2*2 + k/2%2
					linear[k], square[k], constant[k] = float64(i+1), float64(i%3-1), float64(i)
				}
				fixed := func(v []float64) *Node { return Fixed(x[0], v, 2, 2, 2) }
				at := Add(Add(Mul(fixed(linear), x[0]), Mul(fixed(square), Square(x[0]))), fixed(constant))
				mean, variance := Moments(at, Fixed(x[0], []float64{1, 1}, 2))
				y := BatchNorm(at, Fixed(x[0], []float64{1.5, -0.5}, 2), Fixed(x[0], []float64{0.25, 1}, 2), mean, variance, 0.25)
				return scalarDerivatives(weighted(y, linear...), x[0], 2)[1:]
			}, []array{scalarOf(-6)}, [][]float64{{-0.20703015646993195}}},
		{"pytorch#1813: the mean along the only axis has another gradient than the mean",
			func(x ...*Node) []*Node { return gradients(Mean(Square(x[0]), 0), x[0]) }, []array{row(1, 1, 1, 1, 1)}, [][]float64{{0.4, 0.4, 0.4, 0.4, 0.4}}},
		{"pytorch#28993: a mean that names no axis has the gradient of a sum",
			func(x ...*Node) []*Node { return gradients(Mean(x[0]), x[0]) }, []array{row(1, 1, 1)}, [][]float64{{1.0 / 3, 1.0 / 3, 1.0 / 3}}},
		{"cs249r_book#1867: the gradient of a mean over two axes that are no neighbors is spread along others",
			func(x ...*Node) []*Node { return gradients(weighted(Mean(x[0], 0, 2), 1, 2), x[0]) }, []array{shaped(counting(8), 2, 2, 2)},
			[][]float64{{0.25, 0.25, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5}}},
		{"oneflow#8659: the gradient of a sum of rows does not fit the rows",
			func(x ...*Node) []*Node { return gradients(weighted(Sum(x[0], 1), 1, 2), x[0]) }, []array{shaped(counting(6), 2, 3)}, [][]float64{{1, 1, 1, 2, 2, 2}}},
		{"tvm#2465: gradients of a sum and a difference are not added up over what was repeated",
			func(x ...*Node) []*Node {
				return gradients(weighted(Sub(Add(x[0], x[1]), x[2]), counting(6)...), x...)
			}, []array{shaped(counting(6), 2, 3), row(1, 2, 3), shaped([]float64{1, 2}, 2, 1)}, [][]float64{counting(6), {5, 7, 9}, {-6, -15}}},
		{"deeplearning4j#5978: the gradient of a product leaves out what stands behind, where one factor is repeated",
			func(x ...*Node) []*Node { return gradients(weighted(Mul(x[0], x[1]), counting(4)...), x...) }, []array{shaped([]float64{1, 2, 3, 4}, 2, 2), row(5, 7)},
			[][]float64{{5, 14, 15, 28}, {10, 20}}},
		{"Odyssey#2080: of several repeated dimensions wrong ones are added up",
			func(x ...*Node) []*Node { return gradients(weighted(Mul(x[0], x[1]), counting(8)...), x[1]) },
			[]array{shaped([]float64{1, 1, 1, 1, 1, 1, 1, 1}, 2, 2, 2), shaped([]float64{3, 4}, 1, 2, 1)}, [][]float64{{1 + 2 + 5 + 6, 3 + 4 + 7 + 8}}},
		{"lightning-thunder#290: the gradient of a repetition that repeats nothing is added up altogether",
			func(x ...*Node) []*Node { return gradients(weighted(BroadcastTo(x[0], 3), 1, 2, 3), x[0]) }, []array{row(7, 8, 9)}, [][]float64{{1, 2, 3}}},
		{"rust-autograd#3: no gradient of a sum of matrices of one element",
			func(x ...*Node) []*Node { return gradients(Sum(Add(x[0], x[1])), x[1]) }, []array{shaped([]float64{0.1}, 1, 1), shaped([]float64{0.2}, 1, 1)}, [][]float64{{1}}},
		{"gorgonia#181: a row of a matrix times a vector is refused",
			func(x ...*Node) []*Node { return []*Node{G.Must(G.Mul(x[0], x[1]))} }, []array{shaped([]float64{0.95, 0.8}, 1, 2), row(1, 1)}, [][]float64{{1.75}}},
		{"gorgonia#383: the gradient of a column that was repeated has lost its dimensions",
			func(x ...*Node) []*Node {
				return gradients(weighted(G.Must(G.BroadcastAdd(x[0], x[1], nil, []byte{1})), counting(4)...), x...)
			}, []array{shaped(counting(4), 2, 2), shaped([]float64{1, 2}, 2, 1)}, [][]float64{counting(4), {3, 7}}},
		{"pytorch#1631, pytorch#1528: of rows that are read twice only the last one's gradient is kept",
			func(x ...*Node) []*Node {
				return gradients(weighted(Gather(x[0], Fixed(x[0], []float64{0, 0}, 2)), 0.2, 0.3), x[0])
			}, []array{row(0.1)}, [][]float64{{0.5}}},
		{"backpack#30: derivatives of a convolution whose stride leaves pixels over",
			func(x ...*Node) []*Node {
				return gradients(weighted(Conv2D(x[0], x[1], Window{Stride: [2]int{2, 2}}), 1, 10), x...)
			}, []array{shaped(counting(12), 1, 2, 6, 1), shaped([]float64{1, 2, 3}, 1, 3, 1, 1)}, [][]float64{{1, 2, 13, 20, 30, 0, 0, 0, 0, 0, 0, 0}, {31, 42, 53}}},
		{"pytorch#15501: what a filter's gradient is under stride, dilation and padding",
			func(x ...*Node) []*Node {
				y := Conv2D(x[0], x[1], Window{Stride: [2]int{1, 2}, Dilation: [2]int{1, 2}, Before: [2]int{0, 1}, After: [2]int{0, 1}})
				return append([]*Node{y}, gradients(Sum(y), x[1])...)
			}, []array{shaped([]float64{7, 3, 3, 2}, 2, 1, 2, 1), shaped([]float64{3, 4, 6, 2}, 1, 2, 1, 2)}, [][]float64{{18, 6, 12, 4}, {0, 0, 5, 5}}},
		{"tensorflow#10216, pytorch#33384: a maximum of negative numbers is that of the padding",
			func(x ...*Node) []*Node {
				y := MaxPool2D(x[0], Window{Size: [2]int{2, 2}, After: [2]int{1, 1}})
				return append([]*Node{y}, gradients(weighted(y, 1, 2, 3, 4), x[0])...)
			}, []array{shaped([]float64{1, -1, 0, -1, 2, 1, 0, 2, -2}, 1, 3, 3, 1)}, [][]float64{{2, 1, 2, -2}, {0, 0, 0, 0, 1, 2, 0, 3, 4}}},
		{"jax#6811, pytorch#31829: slopes of the log-sum-exp of nothing but -Inf are NaN",
			func(x ...*Node) []*Node { y := LogSumExp(x[0], 0); return append([]*Node{y}, gradients(y, x[0])...) }, []array{row(-inf, -inf)}, [][]float64{{-inf}, {0, 0}}},
		{"jax#23842: a masked element spoils the slope of a log-sum-exp",
			func(x ...*Node) []*Node { y := LogSumExp(x[0], 0); return append([]*Node{y}, gradients(y, x[0])...) }, []array{row(0, -inf)}, [][]float64{{0}, {1, 0}}},
		{"autograd#151, pytorch#2421: the slope of a norm at 0 is NaN",
			func(x ...*Node) []*Node { return gradients(Norm(x[0]), x[0]) }, []array{row(0, 0, 0)}, [][]float64{{0, 0, 0}}},
		{"jax#4177: so is that of its square",
			func(x ...*Node) []*Node { return gradients(Square(Norm(x[0])), x[0]) }, []array{row(0, 0)}, [][]float64{{0, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := evaluated(t, c.build, c.values...)
			require.Len(t, found, len(c.want))
			for i, want := range c.want {
				require.Len(t, found[i].data, len(want))
				for k := range want {
					if math.IsInf(want[k], 0) {
						assert.Equal(t, want[k], found[i].data[k], "output %d, element %d", i, k)
						continue
					}
					assert.InDelta(t, want[k], found[i].data[k], 1e-12*(1+math.Abs(want[k])), "output %d, element %d", i, k)
				}
			}
		})
	}
}

// What other projects took without a word, or died of, is an error here.
func TestKnownFailuresThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		build      func(x *Node) *Node // of x (2, 3) with the numbers 1 to 6
	}{
		{"jax#3774, jax#5760: an index beyond a table reads its last row", "not a whole number from 0 to 1", func(x *Node) *Node { return Gather(x, Fixed(x, []float64{4}, 1)) }},
		{"tt-mlir#9211: it reads whatever lies there", "not a whole number from 0 to 1", func(x *Node) *Node { return Gather(x, Fixed(x, []float64{65536}, 1)) }},
		{"jax#2895: rows that are added up beyond the table vanish", "not a whole number from 0 to 2", func(x *Node) *Node { return ScatterAdd(x, Fixed(x, []float64{0, 3}, 2), 3) }},
		{"tensorflow#1234: a label of -1 has loss 0", "not a whole number from 0 to 2", func(x *Node) *Node { return SoftmaxCrossEntropy(x, Fixed(x, []float64{1, -1}, 2)) }},
		{"pytorch#15508: a label beyond the classes", "not a whole number from 0 to 2", func(x *Node) *Node { return SoftmaxCrossEntropy(x, Fixed(x, []float64{1, 255}, 2)) }},
		{"cumo#183: a shape of two negative sizes whose product fits", "at least 1", func(x *Node) *Node { return Reshape(x, -2, -3) }},
		{"numpy#7455: a shape whose size overflows to the right one", "2^40", func(x *Node) *Node { return Reshape(x, 1<<62+1, 6, 4) }},
		{"pytorch#42582: a size that overflows to 0", "2^40", func(x *Node) *Node { return BroadcastTo(Sum(x), 2, 2, 1, 1<<61) }},
		{"tensorflow#41499: a size that is negative in 32 bits", "broadcast", func(x *Node) *Node { return BroadcastTo(x, 2660446024) }},
		{"mxnet#6191, Knet.jl#182: windows that lie in the padding as a whole", "padding", func(x *Node) *Node {
			return MaxPool2D(Reshape(x, 1, 2, 3, 1), Window{Size: [2]int{2, 2}, Before: [2]int{2, 2}, After: [2]int{2, 2}})
		}},
		{"Paddle#79523: a loss over no classes", "at least 1", func(x *Node) *Node { return SoftmaxCrossEntropy(Reshape(x, 2, 0), Sum(x, 1)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := G.NewGraph()
			x := Input(g, tensor.Float64, "x", 2, 3)
			var y *Node
			err := Build(func() { y = c.build(x) })
			if err == nil {
				err = runWith(y, map[*Node]G.Value{x: tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(counting(6)))})
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// iree-turbine#635, llama.cpp#25568: a tensor that is transposed without being copied is read in
// the order of its memory.
func TestTransposedFeeds(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 3, 2)
	p, err := Compile(Sum(x, 0), x)
	require.NoError(t, err)
	v := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(counting(6)))
	require.NoError(t, v.T())
	out, err := p.Run(map[*Node]G.Value{x: v})
	require.NoError(t, err)
	assert.Equal(t, []float64{6, 15}, out[0].Data())
	assert.Equal(t, []float64{1, 4, 2, 5, 3, 6}, out[1].Data())
}
