package graph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// opCase is one entry of the op table: every operation that can be differentiated, its inputs, and
// how it is built.
type opCase struct {
	name   string
	shapes [][]int
	build  func(x ...*Node) *Node
	draw   func(r *rand.Rand) float64 // input elements; normal if nil
	fixed  func(g *gorgonia.ExprGraph, dt tensor.Dtype) *Node
}

func positive(r *rand.Rand) float64 { return 0.5 + 2*r.Float64() }

// awayFromZero keeps clear of kinks by more than the finite differences step.
func awayFromZero(r *rand.Rand) float64 {
	return math.Copysign(0.2+r.Float64(), r.Float64()-0.5)
}

func one(f func(*Node) *Node) func(x ...*Node) *Node {
	return func(x ...*Node) *Node { return f(x[0]) }
}

func two(f func(x, y *Node) *Node) func(x ...*Node) *Node {
	return func(x ...*Node) *Node { return f(x[0], x[1]) }
}

func indices(x *Node, shape []int, v ...float64) *Node { return Fixed(x, v, shape...) }

// sparseOf is a constant sparse matrix [3 4] of the test.
func sparseOf[T Float]() *Sparse[T] {
	return &Sparse[T]{Rows: 3, Cols: 4, Indptr: []int{0, 2, 2, 5}, Indices: []int32{0, 3, 1, 2, 3}, Values: []T{1, -2, 0.5, 3, 1.5}}
}

func opTable() []opCase {
	v, m, t, images := []int{5}, []int{3, 4}, []int{2, 3, 4}, []int{2, 5, 6, 2}
	cs := []opCase{
		{name: "neg", shapes: [][]int{m}, build: one(Neg)},
		{name: "exp", shapes: [][]int{v}, build: one(Exp)},
		{name: "log", shapes: [][]int{v}, build: one(Log), draw: positive},
		{name: "sqrt", shapes: [][]int{v}, build: one(Sqrt), draw: positive},
		{name: "square", shapes: [][]int{t}, build: one(Square)},
		{name: "abs", shapes: [][]int{v}, build: func(x ...*Node) *Node { return Mul(Abs(x[0]), x[0]) }, draw: awayFromZero},
		{name: "tanh", shapes: [][]int{m}, build: one(Tanh)},
		{name: "sigmoid", shapes: [][]int{m}, build: one(Sigmoid)},
		{name: "softplus", shapes: [][]int{m}, build: one(Softplus)},
		{name: "relu", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Square(ReLU(x[0])) }, draw: awayFromZero},
		{name: "leaky relu", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Square(LeakyReLU(x[0], 0.1)) }, draw: awayFromZero},
		{name: "gelu", shapes: [][]int{m}, build: one(GELU)},
		{name: "gelu by tanh", shapes: [][]int{m}, build: one(GELUTanh)},
		{name: "normal distribution", shapes: [][]int{m}, build: one(Phi)},
		{name: "exp less 1", shapes: [][]int{m}, build: one(Expm1)},
		{name: "ELU", shapes: [][]int{m}, build: func(x ...*Node) *Node { return ELU(x[0], 1.5) }, draw: awayFromZero},
		{name: "sine and cosine", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Mul(Sin(x[0]), Cos(Square(x[0]))) }},
		{name: "rounding", shapes: [][]int{m}, build: func(x ...*Node) *Node {
			return Mul(Add(Add(Floor(x[0]), Ceil(x[0])), Mul(Round(x[0]), Sign(x[0]))), Exp(x[0]))
		}, draw: func(r *rand.Rand) float64 { return float64(r.IntN(5)-2) + 0.1 + 0.3*r.Float64() }},
		{name: "where", shapes: [][]int{m, t, {4}}, build: func(x ...*Node) *Node { return Where(x[0], Exp(x[1]), Square(x[2])) }, draw: awayFromZero},
		{name: "larger and smaller", shapes: [][]int{m, {4}}, build: func(x ...*Node) *Node {
			return Mul(Exp(Maximum(x[0], x[1])), Minimum(Square(x[0]), x[1]))
		}},
		{name: "masks", shapes: [][]int{m, m}, build: func(x ...*Node) *Node {
			either := Not(Mul(Not(Greater(x[0], x[1])), Not(GreaterOrEqual(x[0], Neg(x[1])))))
			return Mul(Add(either, Equal(x[0], x[0])), Exp(x[1]))
		}},
		{name: "norm", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Norm(x[0], 1)) }},
		{name: "norm of the last", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Exp(Norm(x[0], -1)) }},
		{name: "norm along two axes", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Norm(x[0], 0, 2) }},
		{name: "root of a mean of squares", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Sqrt(Scale(Reshape(Mean(Square(x[0]), 0, 2), 3, 1), 2)) }},
		{name: "mean along two axes", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Exp(Mean(x[0], 0, 2)) }},
		{name: "erf", shapes: [][]int{m}, build: one(Erf)},
		{name: "reciprocal", shapes: [][]int{v}, build: one(Recip), draw: positive},
		{name: "scale", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Square(Scale(Exp(x[0]), -1.5)) }},
		{name: "shift", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Square(Shift(x[0], 0.7)) }},
		{name: "constant power", shapes: [][]int{v}, build: func(x ...*Node) *Node { return PowC(x[0], -0.5) }, draw: positive},
		{name: "cube of negatives", shapes: [][]int{v}, build: func(x ...*Node) *Node { return PowC(x[0], 3) }},
		{name: "power", shapes: [][]int{v, v}, build: two(Pow), draw: positive},
		{name: "add", shapes: [][]int{m, {4}}, build: func(x ...*Node) *Node { return Square(Add(x[0], x[1])) }},
		{name: "sub", shapes: [][]int{{3, 1}, m}, build: func(x ...*Node) *Node { return Square(Sub(x[0], x[1])) }},
		{name: "mul", shapes: [][]int{t, {3, 1}}, build: two(Mul)},
		{name: "mul by scalar", shapes: [][]int{m, {}}, build: two(Mul)},
		{name: "div", shapes: [][]int{m, {4}}, build: two(Div), draw: positive},
		{name: "broadcast", shapes: [][]int{{3, 1}}, build: func(x ...*Node) *Node { return Square(BroadcastTo(x[0], 2, 3, 4)) }},
		{name: "sum", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Sum(x[0], 0, 2)) }},
		{name: "sum to scalar", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Sum(x[0])) }},
		{name: "mean", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Mean(x[0], 1)) }},
		{name: "max", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Max(x[0], 1)) }},
		{name: "max along two axes", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Exp(Max(x[0], 0, 2)) }},
		{name: "max of the last", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Max(x[0], -1)) }},
		{name: "reshape", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(Reshape(Exp(x[0]), 4, 6)) }},
		{name: "transpose", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Mul(Transpose(x[0], 2, 0, 1), Exp(Transpose(x[0], 2, 0, 1))) }},
		{name: "transpose last two", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Exp(Transpose(x[0], 0, 2, 1)) }},
		{name: "slice", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Exp(Slice(x[0], 1, 1, 3)) }},
		{name: "pad", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Exp(Pad(Square(x[0]), 2, 1, 2)) }},
		{name: "concat", shapes: [][]int{m, {3, 2}, m}, build: func(x ...*Node) *Node { return Exp(Concat(1, x...)) }},
		{name: "gather", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Exp(Gather(x[0], indices(x[0], []int{2, 2}, 2, 0, 2, 1))) }},
		{name: "scatter", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Exp(ScatterAdd(x[0], indices(x[0], []int{3}, 4, 1, 4), 5)) }},
		{name: "one-hot", shapes: [][]int{{3, 4}}, build: func(x ...*Node) *Node { return Mul(Exp(x[0]), OneHot(indices(x[0], []int{3}, 3, 0, 1), 4)) }},
		{name: "softmax", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Softmax(x[0], -1) }},
		{name: "softmax of columns", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Softmax(x[0], 1) }},
		{name: "log-sum-exp", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Square(LogSumExp(x[0], 1)) }},
		{name: "log-softmax", shapes: [][]int{t}, build: func(x ...*Node) *Node { return Tanh(LogSoftmax(x[0], 1)) }},
		{name: "layer norm", shapes: [][]int{m, {4}, {4}}, build: func(x ...*Node) *Node { return LayerNorm(x[0], x[1], x[2], 1e-3) }},
		{name: "affine", shapes: [][]int{t, {4, 2}, {2}}, build: func(x ...*Node) *Node { return Tanh(Affine(x[0], x[1], x[2])) }},
		{name: "softmax cross-entropy", shapes: [][]int{m}, build: func(x ...*Node) *Node { return SoftmaxCrossEntropy(x[0], indices(x[0], []int{3}, 3, 0, 1)) }},
		{name: "soft cross-entropy", shapes: [][]int{m, m}, build: func(x ...*Node) *Node { return SoftCrossEntropy(x[0], Softmax(x[1], 1)) }},
		{name: "logistic", shapes: [][]int{{3, 1}}, build: func(x ...*Node) *Node { return Logistic(x[0], indices(x[0], []int{3}, 1, 0, 1)) }},
		{name: "logistic of soft labels", shapes: [][]int{{3, 1}, {3}}, build: func(x ...*Node) *Node { return Logistic(x[0], Sigmoid(x[1])) }},
		{name: "squared error", shapes: [][]int{m, m}, build: two(SquaredError)},
		{name: "dropout", shapes: [][]int{m}, build: func(x ...*Node) *Node {
			return Exp(Dropout(x[0], indices(x[0], []int{3, 2}, 1, 2, 3, 4, 1<<24-1, 0), 0.4, 7))
		}},
		{name: "LSTM", shapes: [][]int{t, {4, 8}, {2, 8}, {8}}, build: func(x ...*Node) *Node { return Exp(Stack(LSTM(x[0], x[1], x[2], x[3])...)) }},
		{name: "last state of an LSTM", shapes: [][]int{t, {4, 8}, {2, 8}, {8}}, build: func(x ...*Node) *Node { return LSTM(x[0], x[1], x[2], x[3])[2] }},
		{name: "convolution", shapes: [][]int{images, {3, 3, 2, 3}}, build: func(x ...*Node) *Node { return Tanh(Conv2D(x[0], x[1], Window{}.Same([2]int{3, 3}))) }},
		{name: "convolution with strides", shapes: [][]int{images, {3, 2, 2, 3}}, build: func(x ...*Node) *Node {
			return Tanh(Conv2D(x[0], x[1], Window{Stride: [2]int{2, 1}, Before: [2]int{1, 2}, After: [2]int{2, 0}}))
		}},
		{name: "convolution with dilation", shapes: [][]int{images, {2, 3, 2, 1}}, build: func(x ...*Node) *Node {
			return Tanh(Conv2D(x[0], x[1], Window{Dilation: [2]int{3, 2}, Stride: [2]int{1, 2}, Before: [2]int{0, 2}}))
		}},
		{name: "convolution with much padding", shapes: [][]int{images, {2, 2, 2, 2}}, build: func(x ...*Node) *Node {
			return Tanh(Conv2D(x[0], x[1], Window{Before: [2]int{3, 2}, After: [2]int{0, 4}}))
		}},
		{name: "pointwise convolution", shapes: [][]int{images, {1, 1, 2, 3}}, build: func(x ...*Node) *Node { return Tanh(Conv2D(x[0], x[1], Window{})) }},
		{name: "two convolutions", shapes: [][]int{images, {3, 3, 2, 3}, {2, 2, 3, 2}}, build: func(x ...*Node) *Node {
			return Conv2D(Tanh(Conv2D(x[0], x[1], Window{}.Same([2]int{3, 3}))), x[2], Window{Stride: [2]int{2, 2}})
		}},
		{name: "sums of convolutions", shapes: [][]int{images, {3, 3, 2, 3}, {3}, {2, 5, 4, 2}, {3, 2, 2, 3}, {3}}, build: func(x ...*Node) *Node {
			same := Window{}.Same([2]int{3, 3})
			y := Add(Add(Conv2D(x[0], x[1], same), x[2]), Add(Conv2D(x[3], x[4], Window{Before: [2]int{1, 2}, After: [2]int{1, 1}}), x[5]))
			return Tanh(Add(x[2], Add(Tanh(y), Conv2D(Square(x[0]), x[1], same))))
		}},
		{name: "filters of each image", shapes: [][]int{images, {2, 3, 3, 2, 3}}, build: func(x ...*Node) *Node {
			return Tanh(apply(conv{w: Window{}.Same([2]int{3, 3}).filled("", [2]int{3, 3}, [2]int{1, 1}), each: true}, x[0], x[1]))
		}},
		{name: "filters of each image, with strides", shapes: [][]int{images, {2, 3, 3, 2, 1}}, build: func(x ...*Node) *Node {
			return Tanh(apply(conv{w: Window{}.filled("", [2]int{3, 3}, [2]int{2, 2}), each: true}, x[0], x[1]))
		}},
		{name: "convolution in few groups", shapes: [][]int{{2, 5, 6, 4}, {3, 2, 2, 6}}, build: func(x ...*Node) *Node {
			return Tanh(GroupedConv2D(x[0], x[1], 2, Window{Stride: [2]int{2, 1}, Before: [2]int{1, 0}, After: [2]int{0, 1}}))
		}},
		{name: "convolution in many groups", shapes: [][]int{{2, 3, 4, 18}, {2, 3, 2, 9}}, build: func(x ...*Node) *Node {
			return Tanh(GroupedConv2D(x[0], x[1], 9, Window{Dilation: [2]int{2, 1}, Before: [2]int{1, 0}, After: [2]int{0, 1}}))
		}},
		{name: "standardization", shapes: [][]int{m}, build: func(x ...*Node) *Node { return Exp(Standardize(x[0], 1e-3)) }},
		{name: "pooling by the maximum of others", shapes: [][]int{images, images}, build: func(x ...*Node) *Node {
			return Square(MaxPool2DOf(x[0], x[1], Window{Size: [2]int{2, 3}}))
		}},
		{name: "maximum pooling", shapes: [][]int{images}, build: func(x ...*Node) *Node { return Square(MaxPool2D(x[0], Window{Size: [2]int{2, 2}})) }},
		{name: "maximum pooling, overlapping and padded", shapes: [][]int{images}, build: func(x ...*Node) *Node {
			return Square(MaxPool2D(x[0], Window{Size: [2]int{3, 2}, Stride: [2]int{2, 1}, Before: [2]int{1, 0}, After: [2]int{2, 1}}))
		}},
		{name: "average pooling", shapes: [][]int{images}, build: func(x ...*Node) *Node { return Square(AvgPool2D(x[0], Window{Size: [2]int{2, 2}})) }},
		{name: "average pooling, overlapping and padded", shapes: [][]int{images}, build: func(x ...*Node) *Node {
			return Square(AvgPool2D(x[0], Window{Size: [2]int{3, 2}, Stride: [2]int{2, 1}, Before: [2]int{1, 0}, After: [2]int{2, 1}}))
		}},
		{name: "moments", shapes: [][]int{{3, 2, 2}}, build: func(x ...*Node) *Node {
			mean, variance := Moments(x[0], indices(x[0], []int{3}, 1, 0, 2))
			return Mul(Exp(mean), Square(variance))
		}},
		{name: "batch normalization", shapes: [][]int{images, {2}, {2}}, build: func(x ...*Node) *Node {
			mean, variance := Moments(x[0], indices(x[0], []int{2}, 1, 1))
			return Tanh(BatchNorm(x[0], x[1], x[2], mean, variance, 1e-3))
		}},
		{name: "overlapping slices", shapes: [][]int{{3, 5}}, build: func(x ...*Node) *Node {
			return Mul(Exp(Slice(x[0], 1, 0, 3)), Mul(Slice(x[0], 1, 1, 4), Slice(Slice(x[0], 1, 1, 5), 1, 1, 4)))
		}},
		{name: "slices with gaps", shapes: [][]int{t}, build: func(x ...*Node) *Node {
			y := Exp(Slice(Reshape(x[0], 6, 4), 1, 1, 2))
			return Mul(y, Tanh(Slice(Reshape(x[0], 6, 4), 1, 3, 4)))
		}},
		{name: "attention", shapes: [][]int{t, {4, 4}, {4, 4}, {4, 4}}, build: func(x ...*Node) *Node {
			q, k, w := MatMul(x[0], x[1]), MatMul(x[0], x[2]), MatMul(x[0], x[3])
			return MatMul(Softmax(Scale(MatMul(q, Transpose(k, 0, 2, 1)), 0.5), -1), w)
		}},
		{name: "comparisons", shapes: [][]int{m, m}, build: func(x ...*Node) *Node {
			gt, ge := compare(kGt, false)(x[0], x[1]), compare(kGe, true)(x[0], x[1])
			return Add(Mul(gt, Square(x[0])), Mul(ge, Exp(x[1])))
		}},
		{name: "constant tensor", shapes: [][]int{v}, build: func(x ...*Node) *Node { return Exp(Mul(x[0], indices(x[0], v, 1, 2, 3, 4, 5))) }},
		{name: "sparse affine", shapes: [][]int{{4, 2}, {2}}, fixed: sparse34, build: func(x ...*Node) *Node { return Tanh(Affine(x[2], x[0], x[1])) }},
		{name: "sparse vector", shapes: [][]int{{4, 1}}, fixed: sparse34, build: func(x ...*Node) *Node { return Tanh(Affine(x[1], x[0], nil)) }},
		{name: "sparse as dense", shapes: [][]int{{3, 4}}, fixed: sparse34, build: func(x ...*Node) *Node {
			return Mul(apply(sparseDense{}, x[1]), Exp(x[0]))
		}},
		{name: "sparse norms", shapes: [][]int{{3}}, fixed: sparse34, build: func(x ...*Node) *Node { return Mul(apply(sparseNorms{}, x[1]), Exp(x[0])) }},
	}
	for _, f := range []struct {
		name   string
		m      matmul
		a, b   []int
		ta, tb []int
	}{
		{"product", matmul{}, []int{3, 4}, []int{4, 2}, nil, nil},
		{"product, first transposed", matmul{ta: true}, []int{4, 3}, []int{4, 2}, nil, nil},
		{"product, second transposed", matmul{tb: true}, []int{3, 4}, []int{2, 4}, nil, nil},
		{"product, both transposed", matmul{ta: true, tb: true}, []int{4, 3}, []int{2, 4}, nil, nil},
		{"stacked product", matmul{tb: true}, []int{2, 3, 4}, []int{2, 2, 4}, nil, nil},
	} {
		cs = append(cs, opCase{name: f.name, shapes: [][]int{f.a, f.b}, build: func(x ...*Node) *Node { return Tanh(apply(f.m, x[0], x[1])) }})
	}
	return cs
}

func sparse34(g *gorgonia.ExprGraph, dt tensor.Dtype) *Node {
	return SparseInput(g, dt, "sparse", 3, 4)
}

// opRun is a built op case with the derivatives that the tests look at. With L = sum(out * c) for
// random c:
type opRun struct {
	y, grad, hvp, jvp, vjp *Program
	x, v, u                []*Node
	feed                   map[*Node]gorgonia.Value
	data                   [][]float64 // x
	dirs                   [][]float64 // v
	cot                    []float64   // u
	sp                     *Node
	value                  *Node // y itself
	outputs                []*Node
}

func buildOp(t *testing.T, c opCase, dt tensor.Dtype) *opRun {
	r := rand.New(rand.NewPCG(7, uint64(len(c.name))))
	draw := c.draw
	if draw == nil {
		draw = (*rand.Rand).NormFloat64
	}
	g := gorgonia.NewGraph()
	o := &opRun{feed: map[*Node]gorgonia.Value{}}
	for i, s := range c.shapes {
		name := string(rune('a' + i))
		o.x = append(o.x, Input(g, dt, name, s...))
		o.v = append(o.v, Input(g, dt, "v"+name, s...))
		x, v := make([]float64, size(s)), make([]float64, size(s))
		for k := range x {
			x[k], v[k] = draw(r), r.NormFloat64()
		}
		o.data, o.dirs = append(o.data, x), append(o.dirs, v)
	}
	in := o.x
	if c.fixed != nil {
		o.sp = c.fixed(g, dt)
		in = append(append([]*Node(nil), o.x...), o.sp)
		if dt == tensor.Float32 {
			o.feed[o.sp] = sparseOf[float32]()
		} else {
			o.feed[o.sp] = sparseOf[float64]()
		}
	}
	y := c.build(in...)
	o.value = y
	u := Input(g, dt, "u", dims(y)...)
	o.u = []*Node{u}
	o.cot = make([]float64, size(dims(y)))
	for k := range o.cot {
		o.cot[k] = r.NormFloat64()
	}
	l := Sum(Mul(y, u))
	compile := func(ns []*Node, err error) *Program {
		require.NoError(t, err)
		o.outputs = append(o.outputs, ns...)
		p, err := Compile(ns...)
		require.NoError(t, err)
		return p
	}
	o.y = compile([]*Node{l}, nil)
	o.grad = compile(Grad(l, o.x...))
	o.hvp = compile(HVP(l, o.x, o.v))
	o.jvp = compile(JVP([]*Node{y}, o.x, o.v))
	o.vjp = compile(VJP([]*Node{y}, o.u, o.x))
	return o
}

func (o *opRun) run(t *testing.T, p *Program, data [][]float64) [][]float64 {
	t.Helper()
	set := func(n *Node, x []float64) {
		d := dims(n)
		switch {
		case n.Dtype() == tensor.Float32:
			f := make([]float32, len(x))
			for i := range x {
				f[i] = float32(x[i])
			}
			if len(d) == 0 {
				o.feed[n] = gorgonia.NewF32(f[0])
			} else {
				o.feed[n] = tensor.New(tensor.WithShape(d...), tensor.WithBacking(f))
			}
		case len(d) == 0:
			o.feed[n] = gorgonia.NewF64(x[0])
		default:
			o.feed[n] = tensor.New(tensor.WithShape(d...), tensor.WithBacking(append([]float64(nil), x...)))
		}
	}
	for i := range o.x {
		set(o.x[i], data[i])
		set(o.v[i], o.dirs[i])
	}
	set(o.u[0], o.cot)
	out, err := p.Run(o.feed)
	require.NoError(t, err)
	res := make([][]float64, len(out))
	for i, v := range out {
		switch x := v.Data().(type) {
		case []float64:
			res[i] = x
		case []float32:
			for _, e := range x {
				res[i] = append(res[i], float64(e))
			}
		case float64:
			res[i] = []float64{x}
		case float32:
			res[i] = []float64{float64(x)}
		}
	}
	return res
}

// moved returns the data with step h along the directions.
func (o *opRun) moved(h float64) [][]float64 {
	out := make([][]float64, len(o.data))
	for i, x := range o.data {
		out[i] = make([]float64, len(x))
		for k := range x {
			out[i][k] = x[k] + h*o.dirs[i][k]
		}
	}
	return out
}

func dotAll(a, b [][]float64) (s float64) {
	for i := range a {
		for k := range a[i] {
			s += a[i][k] * b[i][k]
		}
	}
	return s
}

func TestOpTableDerivatives(t *testing.T) {
	for _, c := range opTable() {
		t.Run(c.name, func(t *testing.T) { checkDerivatives(t, buildOp(t, c, tensor.Float64)) })
	}
}

// checkDerivatives compares first and second derivatives with finite differences, and the products
// with each other.
func checkDerivatives(t *testing.T, o *opRun) {
	t.Helper()
	const h = 1e-4
	at := func(p *Program, h float64) [][]float64 { return o.run(t, p, o.moved(h)) }
	// fourth-order differences: the error is about h^4
	diff := func(p *Program) [][]float64 {
		a, b, c, d := at(p, -2*h), at(p, -h), at(p, h), at(p, 2*h)
		out := make([][]float64, len(a))
		for i := range a {
			for k := range a[i] {
				out[i] = append(out[i], (a[i][k]-8*b[i][k]+8*c[i][k]-d[i][k])/(12*h))
			}
		}
		return out
	}
	g := at(o.grad, 0)
	want := diff(o.y)[0][0]
	assert.InDelta(t, want, dotAll(g, o.dirs), 1e-8*(1+math.Abs(want)), "gradient along v")
	hv := at(o.hvp, 0)
	for i, want := range diff(o.grad) {
		for k := range want {
			assert.InDelta(t, want[k], hv[i][k], 2e-8*(1+math.Abs(want[k])), "HVP, input %d element %d", i, k)
		}
	}
	jv, vj := at(o.jvp, 0), at(o.vjp, 0)
	assert.InDelta(t, dotAll(vj, o.dirs), dotAll(jv, [][]float64{o.cot}), 1e-10*(1+math.Abs(dotAll(vj, o.dirs))), "u'(Jv) = (J'u)'v")
	assert.Equal(t, g, vj, "the gradient of u'y is J'u")
}

func TestOpTableSymmetry(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range opTable() {
		t.Run(c.name, func(t *testing.T) {
			o := buildOp(t, c, tensor.Float64)
			v := o.dirs
			hv := o.run(t, o.hvp, o.data)
			u := make([][]float64, len(v))
			for i := range u {
				u[i] = make([]float64, len(v[i]))
				for k := range u[i] {
					u[i][k] = r.NormFloat64()
				}
			}
			o.dirs = u
			hu := o.run(t, o.hvp, o.data)
			assert.InDelta(t, dotAll(u, hv), dotAll(v, hu), 1e-10*(1+math.Abs(dotAll(u, hv))))
		})
	}
}

// Single precision must agree with double to its own rounding.
func TestOpTableFloat32(t *testing.T) {
	for _, c := range opTable() {
		t.Run(c.name, func(t *testing.T) {
			o, s := buildOp(t, c, tensor.Float64), buildOp(t, c, tensor.Float32)
			for _, p := range [][2]*Program{{o.y, s.y}, {o.grad, s.grad}, {o.hvp, s.hvp}} {
				want, got := o.run(t, p[0], o.data), s.run(t, p[1], s.data)
				for i := range want {
					scale := 1.0
					for _, w := range want[i] {
						scale = max(scale, math.Abs(w))
					}
					for k := range want[i] {
						assert.InDelta(t, want[i][k], got[i][k], 1e-5*scale)
					}
				}
			}
		})
	}
}

// TestOpTableIsComplete makes the table the list of allowed operations: an operator that is not in
// it fails here.
func TestOpTableIsComplete(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	declared := map[string]bool{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "adjoint" && fn.Recv != nil {
				declared[fn.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	delete(declared, "products") // made by the compiler, never part of a graph
	delete(declared, "convSum")
	used, kinds := map[string]bool{}, map[string]bool{}
	for _, c := range opTable() {
		for _, n := range topological(buildOp(t, c, tensor.Float64).outputs) {
			if o := operatorOf(n); o != nil {
				used[reflect.TypeOf(o).Name()] = true
				kinds[strings.SplitN(o.String(), "[", 2)[0]] = true
			}
		}
	}
	for name := range declared {
		assert.True(t, used[name], "operator %s is in no entry of the op table", name)
	}
	for _, name := range append(unaryNames[:], binaryNames[:]...) {
		assert.True(t, kinds[name], "element-wise %s is in no entry of the op table", name)
	}
}
