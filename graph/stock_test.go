package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func must1(f func(*Node) (*Node, error)) func(x ...*Node) *Node {
	return func(x ...*Node) *Node { return G.Must(f(x[0])) }
}

func must2(f func(a, b *Node) (*Node, error)) func(x ...*Node) *Node {
	return func(x ...*Node) *Node { return G.Must(f(x[0], x[1])) }
}

// stockTable is the list of stock operations that are allowed, each beside the function of this
// package that it must equal.
func stockTable() []struct {
	opCase
	ours func(x ...*Node) *Node
} {
	v, m, t := []int{5}, []int{3, 4}, []int{2, 3, 4}
	type entry = struct {
		opCase
		ours func(x ...*Node) *Node
	}
	unary := func(name string, stock func(*Node) (*Node, error), ours func(*Node) *Node, draw ...opCase) entry {
		e := entry{opCase{name: name, shapes: [][]int{m}, build: must1(stock)}, one(ours)}
		if len(draw) > 0 {
			e.draw = draw[0].draw
		}
		return e
	}
	pos, far := opCase{draw: positive}, opCase{draw: awayFromZero}
	return []entry{
		unary("Neg", G.Neg, Neg), unary("Exp", G.Exp, Exp), unary("Log", G.Log, Log, pos), unary("Sqrt", G.Sqrt, Sqrt, pos),
		unary("Square", G.Square, Square), unary("Cube", G.Cube, func(x *Node) *Node { return PowC(x, 3) }),
		unary("Abs", G.Abs, Abs, far), unary("Tanh", G.Tanh, Tanh), unary("Sigmoid", G.Sigmoid, Sigmoid),
		unary("Softplus", G.Softplus, Softplus), unary("Rectify", G.Rectify, ReLU, far),
		unary("Inverse", G.Inverse, Recip, pos), unary("InverseSqrt", G.InverseSqrt, func(x *Node) *Node { return PowC(x, -0.5) }, pos),
		unary("LeakyRelu", func(x *Node) (*Node, error) { return G.LeakyRelu(x, 0.1) }, func(x *Node) *Node { return LeakyReLU(x, 0.1) }, far),
		unary("Sum", func(x *Node) (*Node, error) { return G.Sum(x) }, func(x *Node) *Node { return Sum(x) }),
		unary("Sum along 0", func(x *Node) (*Node, error) { return G.Sum(x, 0) }, func(x *Node) *Node { return Sum(x, 0) }),
		unary("Mean along 1", func(x *Node) (*Node, error) { return G.Mean(x, 1) }, func(x *Node) *Node { return Mean(x, 1) }),
		unary("Mean", func(x *Node) (*Node, error) { return G.Mean(x) }, func(x *Node) *Node { return Mean(x) }),
		unary("Max along 1", func(x *Node) (*Node, error) { return G.Max(x, 1) }, func(x *Node) *Node { return Max(x, 1) }),
		unary("Transpose", func(x *Node) (*Node, error) { return G.Transpose(x) }, func(x *Node) *Node { return Transpose(x) }),
		unary("Reshape", func(x *Node) (*Node, error) { return G.Reshape(x, tensor.Shape{2, 6}) }, func(x *Node) *Node { return Reshape(x, 2, 6) }),
		{opCase{name: "Add", shapes: [][]int{m, m}, build: must2(G.Add)}, two(Add)},
		{opCase{name: "Sub", shapes: [][]int{m, m}, build: must2(G.Sub)}, two(Sub)},
		{opCase{name: "HadamardProd", shapes: [][]int{m, m}, build: must2(G.HadamardProd)}, two(Mul)},
		{opCase{name: "HadamardDiv", shapes: [][]int{m, m}, build: must2(G.HadamardDiv), draw: positive}, two(Div)},
		{opCase{name: "Pow", shapes: [][]int{m, m}, build: must2(G.Pow), draw: positive}, two(Pow)},
		{opCase{name: "Mul by a scalar", shapes: [][]int{m, {}}, build: must2(G.Mul)}, two(Mul)},
		{opCase{name: "Mul of matrices", shapes: [][]int{m, {4, 2}}, build: must2(G.Mul)}, two(MatMul)},
		{opCase{name: "Mul of a matrix by a vector", shapes: [][]int{m, {4}}, build: must2(G.Mul)},
			func(x ...*Node) *Node { return Reshape(MatMul(x[0], Reshape(x[1], 4, 1)), 3) }},
		{opCase{name: "Mul of vectors", shapes: [][]int{v, v}, build: must2(G.Mul)}, func(x ...*Node) *Node { return Sum(Mul(x[0], x[1])) }},
		{opCase{name: "OuterProd", shapes: [][]int{v, {3}}, build: must2(G.OuterProd)},
			func(x ...*Node) *Node { return Mul(Reshape(x[0], 5, 1), x[1]) }},
		{opCase{name: "BatchedMatMul", shapes: [][]int{t, {2, 4, 2}}, build: func(x ...*Node) *Node { return G.Must(G.BatchedMatMul(x[0], x[1])) }}, two(MatMul)},
		{opCase{name: "BroadcastAdd", shapes: [][]int{m, {1, 4}}, build: func(x ...*Node) *Node {
			return G.Must(G.BroadcastAdd(x[0], x[1], nil, []byte{0}))
		}}, two(Add)},
		{opCase{name: "BroadcastHadamardProd", shapes: [][]int{m, {3, 1}}, build: func(x ...*Node) *Node {
			return G.Must(G.BroadcastHadamardProd(x[0], x[1], nil, []byte{1}))
		}}, two(Mul)},
		{opCase{name: "Concat", shapes: [][]int{m, m}, build: func(x ...*Node) *Node { return G.Must(G.Concat(1, x...)) }},
			func(x ...*Node) *Node { return Concat(1, x...) }},
		{opCase{name: "a constant", shapes: [][]int{m}, build: func(x ...*Node) *Node {
			return G.Must(G.Mul(x[0], G.NewConstant(2.5)))
		}}, func(x ...*Node) *Node { return Scale(x[0], 2.5) }},
	}
}

// Stock operations give the values and derivatives of ours, which the op table checks.
func TestStockOperations(t *testing.T) {
	for _, c := range stockTable() {
		t.Run(c.name, func(t *testing.T) {
			stock, ours := buildOp(t, c.opCase, tensor.Float64), c.opCase
			ours.build = c.ours
			want := buildOp(t, ours, tensor.Float64)
			for i, p := range []*Program{stock.y, stock.grad, stock.hvp} {
				q := []*Program{want.y, want.grad, want.hvp}[i]
				a, b := stock.run(t, p, stock.data), want.run(t, q, want.data)
				require.Len(t, a, len(b))
				for k := range b {
					assert.InDeltaSlice(t, b[k], a[k], 1e-12)
				}
			}
		})
	}
}

// What stock gorgonia computes for a node must be what a program computes for it.
func TestProgramAgreesWithTapeMachine(t *testing.T) {
	for _, c := range stockTable() {
		t.Run(c.name, func(t *testing.T) {
			o := buildOp(t, c.opCase, tensor.Float64)
			g := G.NewGraph()
			var in []*Node
			for i, s := range c.shapes {
				v := tensor.New(tensor.WithBacking(append([]float64(nil), o.data[i]...)), tensor.WithShape(s...))
				if len(s) == 0 {
					in = append(in, G.NewScalar(g, tensor.Float64, G.WithName("s"), G.WithValue(o.data[i][0])))
				} else {
					in = append(in, G.NewTensor(g, tensor.Float64, len(s), G.WithShape(s...), G.WithName(string(rune('a'+i))), G.WithValue(v)))
				}
			}
			y := c.build(in...)
			var out G.Value
			G.Read(y, &out)
			vm := G.NewTapeMachine(g)
			defer vm.Close()
			require.NoError(t, vm.RunAll())
			p, err := Compile(y)
			require.NoError(t, err)
			feed := map[*Node]G.Value{}
			for i, n := range in {
				feed[n] = n.Value()
				if len(c.shapes[i]) == 0 {
					feed[n] = G.NewF64(o.data[i][0])
				}
			}
			got, err := p.Run(feed)
			require.NoError(t, err)
			if out.Shape().IsScalar() {
				assert.InDelta(t, out.Data(), got[0].Data(), 1e-12)
				return
			}
			assert.InDeltaSlice(t, out.Data(), got[0].Data(), 1e-12)
		})
	}
}

// Whatever is not on the list is refused, with the name of what to use.
func TestStockOperationsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		build      func(x *Node) *Node
	}{
		{"SoftMax", "graph.Softmax", func(x *Node) *Node { return G.Must(G.SoftMax(x)) }},
		{"Slice", "graph.Slice", func(x *Node) *Node { return G.Must(G.Slice(x, G.S(0, 2))) }},
		{"Dropout", "evaluation pass", func(x *Node) *Node { return G.Must(G.Dropout(x, 0.5)) }},
		{"Sin", "graph", func(x *Node) *Node { return G.Must(G.Sin(x)) }},
		{"Log1p", "graph", func(x *Node) *Node { return G.Must(G.Log1p(x)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := G.NewGraph()
			x := Input(g, tensor.Float64, "x", 3, 4)
			y := G.Must(G.Sum(c.build(x)))
			_, err := Grad(y, x)
			require.Error(t, err)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Contains(t, e.Message, c.want)
			assert.NotEmpty(t, e.Node)
			_, err = Compile(y)
			assert.Error(t, err, "nor is it evaluated")
		})
	}
}
