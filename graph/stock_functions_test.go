package graph

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// array is a tensor of the tests' own: what a stock function has to give is computed element by
// element.
type array struct {
	shape []int
	data  []float64
}

func newArray(shape []int, element func(at []int) float64) array {
	a := array{shape: shape, data: make([]float64, size(shape))}
	for k := range a.data {
		a.data[k] = element(unravel(k, shape))
	}
	return a
}

func unravel(k int, shape []int) []int {
	at := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		at[i], k = k%shape[i], k/shape[i]
	}
	return at
}

// at reads an element, with coordinates broadcast: of too many the last count, and along a
// dimension of 1 all are 0.
func (a array) at(at ...int) float64 {
	at = at[len(at)-len(a.shape):]
	k := 0
	for i, d := range a.shape {
		c := at[i]
		if d == 1 {
			c = 0
		}
		k = k*d + c
	}
	return a.data[k]
}

// oracle computes what a stock function has to give; ok is false where it has no meaning for these
// shapes.
type oracle func(x ...array) (y array, ok bool)

func eachOf(f func(float64) float64) oracle {
	return func(x ...array) (array, bool) {
		return newArray(x[0].shape, func(at []int) float64 { return f(x[0].at(at...)) }), true
	}
}

// pairs meets elements of equal shapes or, as gorgonia does, of vectors of one length, and numbers
// with anything.
func pairs(f func(a, b float64) float64) oracle {
	return func(x ...array) (array, bool) {
		a, b := x[0], x[1]
		into := a.shape
		if len(b.shape) > len(a.shape) {
			into = b.shape
		}
		vectors := len(a.shape) != len(b.shape) && size(a.shape) == size(b.shape) && size(into) == slices.Max(append([]int{1}, into...))
		if len(a.shape) > 0 && len(b.shape) > 0 && !sameShape(a.shape, b.shape) && !vectors {
			return array{}, false
		}
		return newArray(into, func(at []int) float64 {
			k := 0
			for i, d := range into {
				k = k*d + at[i]
			}
			return f(a.data[k%len(a.data)], b.data[k%len(b.data)])
		}), true
	}
}

// broadcasts is pairs by NumPy's rules.
func broadcasts(f func(a, b float64) float64) oracle {
	return func(x ...array) (array, bool) {
		s, err := broadcastShape(x[0].shape, x[1].shape)
		if err != nil {
			return array{}, false
		}
		return newArray(s, func(at []int) float64 { return f(x[0].at(at...), x[1].at(at...)) }), true
	}
}

// reduces takes f of all elements along axes; none names all.
func reduces(f func([]float64) float64, axes ...int) oracle {
	return func(x ...array) (array, bool) {
		in := x[0].shape
		if len(in) == 0 { // gorgonia gives a scalar back whatever the axes
			return newArray(in, func([]int) float64 { return f(x[0].data) }), true
		}
		gone := make([]bool, len(in))
		for _, a := range axes {
			if a < 0 || a >= len(in) || gone[a] {
				return array{}, false
			}
			gone[a] = true
		}
		var out []int
		for i, d := range in {
			if len(axes) == 0 {
				gone[i] = true
			}
			if !gone[i] {
				out = append(out, d)
			}
		}
		return newArray(out, func(at []int) float64 {
			var found []float64
			for k, v := range x[0].data {
				var rest []int
				for i, c := range unravel(k, in) {
					if !gone[i] {
						rest = append(rest, c)
					}
				}
				if slices.Equal(rest, at) {
					found = append(found, v)
				}
			}
			return f(found)
		}), true
	}
}

func total(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func average(x []float64) float64 { return total(x) / float64(len(x)) }

func pNorm(p float64) func(x []float64) float64 {
	return func(x []float64) (s float64) {
		for _, v := range x {
			s += math.Pow(math.Abs(v), p)
		}
		return math.Pow(s, 1/p)
	}
}

// same is the oracle of what gives its argument another shape.
func same(shape func(in []int) []int) oracle {
	return func(x ...array) (array, bool) {
		s := shape(x[0].shape)
		return array{s, x[0].data}, s != nil && size(s) == len(x[0].data)
	}
}

// product is gorgonia.Mul: of numbers, vectors and matrices.
func product(x ...array) (array, bool) {
	a, b := x[0], x[1]
	if len(a.shape) == 0 || len(b.shape) == 0 {
		return pairs(func(p, q float64) float64 { return p * q })(x...)
	}
	if len(a.shape) > 2 || len(b.shape) > 2 {
		return array{}, false
	}
	var out []int
	m, n := 1, 1
	if len(a.shape) == 2 {
		m = a.shape[0]
		out = append(out, m)
	}
	k := a.shape[len(a.shape)-1]
	if b.shape[0] != k {
		return array{}, false
	}
	if len(b.shape) == 2 {
		n = b.shape[1]
		out = append(out, n)
	}
	y := array{shape: out, data: make([]float64, m*n)}
	for i := range m {
		for j := range n {
			for l := range k {
				y.data[i*n+j] += a.data[i*k+l] * b.data[l*n+j]
			}
		}
	}
	return y, true
}

// stacks is a product of each pair of matrices.
func stacks(ta, tb bool) oracle {
	return func(x ...array) (array, bool) {
		a, b := x[0], x[1]
		lead := len(a.shape) - 2
		if lead < 0 || len(b.shape) != len(a.shape) || !sameShape(a.shape[:lead], b.shape[:lead]) {
			return array{}, false
		}
		s, err := matmul{ta, tb}.infer([][]int{a.shape, b.shape})
		if err != nil {
			return array{}, false
		}
		k := a.shape[lead+1]
		if ta {
			k = a.shape[lead]
		}
		element := func(m array, turned bool, outer []int, i, j int) float64 {
			if turned {
				i, j = j, i
			}
			return m.at(append(slices.Clone(outer), i, j)...)
		}
		return newArray(s, func(at []int) (sum float64) {
			for l := range k {
				sum += element(a, ta, at[:lead], at[lead], l) * element(b, tb, at[:lead], l, at[lead+1])
			}
			return sum
		}), true
	}
}

// stockFunction is what a function of gorgonia's that builds nodes may be: tried on all shapes, it
// gives the oracle's numbers or is refused.
type stockFunction struct {
	name   string
	args   int
	build  func(x ...*Node) (*Node, error)
	want   oracle                     // nil: it is refused, whatever the shapes
	hint   string                     // what the refusal names
	draw   func(r *rand.Rand) float64 // input elements; normal if nil
	shapes [][]int                    // of the argument of one that is refused
}

// sweep is the shapes that are tried; products and joins meet more of one another's.
var (
	sweep  = [][]int{{}, {1}, {5}, {5, 1}, {1, 5}, {1, 1}, {3, 4}, {3, 3}, {2, 3, 4}}
	joined = [][]int{{4, 3}, {2, 4, 3}, {1, 1, 5}, {2, 1, 4}}
)

func stock1(f func(*Node) (*Node, error)) func(x ...*Node) (*Node, error) {
	return func(x ...*Node) (*Node, error) { return f(x[0]) }
}

func stock2(f func(a, b *Node) (*Node, error)) func(x ...*Node) (*Node, error) {
	return func(x ...*Node) (*Node, error) { return f(x[0], x[1]) }
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func stockFunctions() []stockFunction {
	var fs []stockFunction
	unary := func(name string, f func(*Node) (*Node, error), want func(float64) float64, draw func(r *rand.Rand) float64) {
		fs = append(fs, stockFunction{name: name, args: 1, build: stock1(f), want: eachOf(want), draw: draw})
	}
	softplus := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	unary("Abs", G.Abs, math.Abs, awayFromZero)
	unary("Sign", G.Sign, func(x float64) float64 { return math.Copysign(1, x) }, awayFromZero)
	unary("Exp", G.Exp, math.Exp, nil)
	unary("Log", G.Log, math.Log, positive)
	unary("Neg", G.Neg, func(x float64) float64 { return -x }, nil)
	unary("Square", G.Square, func(x float64) float64 { return x * x }, nil)
	unary("Sqrt", G.Sqrt, math.Sqrt, positive)
	unary("Inverse", G.Inverse, func(x float64) float64 { return 1 / x }, awayFromZero)
	unary("InverseSqrt", G.InverseSqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, positive)
	unary("Cube", G.Cube, func(x float64) float64 { return x * x * x }, nil)
	unary("Tanh", G.Tanh, math.Tanh, nil)
	unary("Sigmoid", G.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, nil)
	unary("Softplus", G.Softplus, softplus, nil)
	unary("Rectify", G.Rectify, func(x float64) float64 { return math.Max(x, 0) }, awayFromZero)
	unary("LeakyRelu", func(x *Node) (*Node, error) { return G.LeakyRelu(x, 0.25) }, func(x float64) float64 { return math.Max(x, x/4) }, awayFromZero)
	unary("Mish", G.Mish, func(x float64) float64 { return x * math.Tanh(softplus(x)) }, nil)
	unary("Lift1", func(x *Node) (*Node, error) { r := G.Lift1(G.Tanh)(x); return r.Node(), r.Err() }, math.Tanh, nil)
	unary("ApplyOp", func(x *Node) (*Node, error) { return G.ApplyOp(G.Must(G.Tanh(x)).Op(), x) }, math.Tanh, nil)
	unary("ApplyOpWithName", func(x *Node) (*Node, error) { return G.ApplyOpWithName(G.Must(G.Tanh(x)).Op(), "named", x) }, math.Tanh, nil)
	unary("Must", func(x *Node) (*Node, error) { return G.Must(G.Tanh(x)), nil }, math.Tanh, nil)
	unary("NewConstant", func(x *Node) (*Node, error) { return G.Mul(x, constantLike(x, 2.5)) }, func(x float64) float64 { return 2.5 * x }, nil)
	fs = append(fs, stockFunction{name: "OneHotVector", args: 1, build: func(x ...*Node) (*Node, error) {
		return G.Mul(x[0], G.OneHotVector(3, 5, x[0].Dtype()))
	}, want: func(x ...array) (array, bool) {
		return product(x[0], array{[]int{5}, []float64{0, 0, 0, 1, 0}})
	}})
	unary("(*ExprGraph).Constant", func(x *Node) (*Node, error) { return G.Mul(x, x.Graph().Constant(constantLike(x, 2.5).Value())) },
		func(x float64) float64 { return 2.5 * x }, nil)
	for _, c := range []float64{-1, 0, 0.5, 1, 2, 3, 2.5} {
		unary("Pow", func(x *Node) (*Node, error) { return G.Pow(x, constantLike(x, c)) }, func(x float64) float64 { return math.Pow(x, c) }, positive)
	}

	binary := func(name string, f func(a, b *Node) (*Node, error), want oracle, draw func(r *rand.Rand) float64) {
		fs = append(fs, stockFunction{name: name, args: 2, build: stock2(f), want: want, draw: draw})
	}
	type arithmetic struct {
		name  string
		plain func(a, b *Node) (*Node, error)
		cast  func(a, b *Node, left, right []byte) (*Node, error)
		f     func(a, b float64) float64
		draw  func(r *rand.Rand) float64
	}
	compared := func(f func(a, b *Node, same bool) (*Node, error)) func(a, b *Node) (*Node, error) {
		return func(a, b *Node) (*Node, error) { return f(a, b, true) }
	}
	castCompared := func(f func(a, b *Node, same bool, left, right []byte) (*Node, error)) func(a, b *Node, left, right []byte) (*Node, error) {
		return func(a, b *Node, left, right []byte) (*Node, error) { return f(a, b, true, left, right) }
	}
	for _, o := range []arithmetic{
		{"Add", G.Add, G.BroadcastAdd, func(a, b float64) float64 { return a + b }, nil},
		{"Sub", G.Sub, G.BroadcastSub, func(a, b float64) float64 { return a - b }, nil},
		{"HadamardProd", G.HadamardProd, G.BroadcastHadamardProd, func(a, b float64) float64 { return a * b }, nil},
		{"HadamardDiv", G.HadamardDiv, G.BroadcastHadamardDiv, func(a, b float64) float64 { return a / b }, positive},
		{"Pow", G.Pow, G.BroadcastPow, math.Pow, positive},
		{"Lt", compared(G.Lt), castCompared(G.BroadcastLt), func(a, b float64) float64 { return truth(a < b) }, nil},
		{"Gt", compared(G.Gt), castCompared(G.BroadcastGt), func(a, b float64) float64 { return truth(a > b) }, nil},
		{"Lte", compared(G.Lte), castCompared(G.BroadcastLte), func(a, b float64) float64 { return truth(a <= b) }, nil},
		{"Gte", compared(G.Gte), castCompared(G.BroadcastGte), func(a, b float64) float64 { return truth(a >= b) }, nil},
		{"Eq", compared(G.Eq), castCompared(G.BroadcastEq), func(a, b float64) float64 { return truth(a == b) }, nil},
	} {
		binary(o.name, o.plain, pairs(o.f), o.draw)
		patterns := [][2][]byte{{nil, {0}}, {{1}, nil}}
		if o.name == "Sub" || o.name == "HadamardDiv" {
			patterns = append(patterns, [][2][]byte{{nil, {1}}, {{0}, nil}, {{0}, {1}}, {nil, {0, 1}}}...)
		}
		for _, p := range patterns {
			binary("Broadcast"+o.name, func(a, b *Node) (*Node, error) { return o.cast(a, b, p[0], p[1]) }, castOracle(o.f, p[0], p[1]), o.draw)
		}
		binary("Auto", func(a, b *Node) (*Node, error) { return G.Auto(o.cast, a, b) }, broadcasts(o.f), o.draw)
	}
	plus := func(a, b float64) float64 { return a + b }
	binary("Broadcast", func(a, b *Node) (*Node, error) {
		x, y, err := G.Broadcast(a, b, G.NewBroadcastPattern(nil, []byte{0}))
		if err != nil {
			return nil, err
		}
		return G.Add(x, y)
	}, castOracle(plus, nil, []byte{0}), nil)
	binary("Lift2", func(a, b *Node) (*Node, error) { r := G.Lift2(G.Add)(a, b); return r.Node(), r.Err() }, pairs(plus), nil)
	binary("Lift2Broadcast", func(a, b *Node) (*Node, error) {
		r := G.Lift2Broadcast(G.BroadcastAdd)(a, b, nil, []byte{0})
		return r.Node(), r.Err()
	}, castOracle(plus, nil, []byte{0}), nil)
	binary("Div", G.Div, pairs(func(a, b float64) float64 { return a / b }), positive)
	binary("Mul", G.Mul, product, nil)
	binary("OuterProd", G.OuterProd, func(x ...array) (array, bool) {
		m, n := len(x[0].data), len(x[1].data)
		return newArray([]int{m, n}, func(at []int) float64 { return x[0].data[at[0]] * x[1].data[at[1]] }), len(x[0].shape) == 1 && len(x[1].shape) == 1
	}, nil)
	for _, t := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
		binary("BatchedMatMul", func(a, b *Node) (*Node, error) { return G.BatchedMatMul(a, b, t[0], t[1]) }, stacks(t[0], t[1]), nil)
	}
	binary("ReduceAdd", func(a, b *Node) (*Node, error) { return G.ReduceAdd(G.Nodes{a, b, a}) }, pairs(func(a, b float64) float64 { return a + b + a }), nil)
	binary("ReduceMul", func(a, b *Node) (*Node, error) { return G.ReduceMul(G.Nodes{a, b}) }, product, nil)
	for axis := range 3 {
		binary("Concat", func(a, b *Node) (*Node, error) { return G.Concat(axis, a, b) }, func(x ...array) (array, bool) {
			s, err := concat{axis}.infer([][]int{x[0].shape, x[1].shape})
			if err != nil {
				return array{}, false
			}
			return newArray(s, func(at []int) float64 {
				if k := x[0].shape[axis]; at[axis] >= k {
					at[axis] -= k
					return x[1].at(at...)
				}
				return x[0].at(at...)
			}), true
		}, nil)
	}

	one := func(name string, f func(*Node) (*Node, error), want oracle, draw func(r *rand.Rand) float64) {
		fs = append(fs, stockFunction{name: name, args: 1, build: stock1(f), want: want, draw: draw})
	}
	for _, axes := range [][]int{nil, {0}, {1}, {2}, {0, 1}, {1, 0}, {0, 2}, {0, 0}} {
		one("Sum", func(x *Node) (*Node, error) { return G.Sum(x, axes...) }, reduces(total, axes...), nil)
		one("Mean", func(x *Node) (*Node, error) { return G.Mean(x, axes...) }, reduces(average, axes...), nil)
		one("Max", func(x *Node) (*Node, error) { return G.Max(x, axes...) }, reduces(slices.Max[[]float64], axes...), nil)
		one("Lift1Axial", func(x *Node) (*Node, error) { r := G.Lift1Axial(G.Sum)(x, axes...); return r.Node(), r.Err() }, reduces(total, axes...), nil)
	}
	for axis := range 3 {
		for _, p := range []int{2, 4} {
			one("Norm", func(x *Node) (*Node, error) { return G.Norm(x, axis, p) }, reduces(pNorm(float64(p)), axis), awayFromZero)
		}
		one("KeepDims", func(x *Node) (*Node, error) {
			return G.KeepDims(x, true, func(x *Node) (*Node, error) { return G.Sum(x, axis) })
		}, func(x ...array) (array, bool) { return reduces(total, axis)(x...) }, nil)
		one("SizeOf", func(x *Node) (*Node, error) { n, err := G.SizeOf(axis, x); return timesSum(x, n, err) }, func(x ...array) (array, bool) {
			if axis >= len(x[0].shape) {
				return array{}, false
			}
			return newArray(nil, func([]int) float64 { return float64(x[0].shape[axis]) * total(x[0].data) }), true
		}, nil)
	}
	one("Transpose", func(x *Node) (*Node, error) { return G.Transpose(x) }, func(x ...array) (array, bool) {
		s := slices.Clone(x[0].shape)
		slices.Reverse(s)
		return newArray(s, func(at []int) float64 { slices.Reverse(at); return x[0].at(at...) }), true
	}, nil)
	one("Transpose", func(x *Node) (*Node, error) { return G.Transpose(x, 0, 2, 1) }, func(x ...array) (array, bool) {
		if len(x[0].shape) != 3 {
			return array{}, false
		}
		d := x[0].shape
		return newArray([]int{d[0], d[2], d[1]}, func(at []int) float64 { return x[0].at(at[0], at[2], at[1]) }), true
	}, nil)
	one("Reshape", func(x *Node) (*Node, error) { return G.Reshape(x, tensor.Shape{2, -1}) }, same(func(in []int) []int { return []int{2, size(in) / 2} }), nil)
	one("Ravel", G.Ravel, same(func(in []int) []int { return []int{size(in)} }), nil)
	return fs
}

func constantLike(x *Node, c float64) *Node {
	if x.Dtype() == tensor.Float32 {
		return G.NewConstant(float32(c))
	}
	return G.NewConstant(c)
}

// timesSum makes a number depend on x.
func timesSum(x, n *Node, err error) (*Node, error) {
	if err != nil {
		return nil, err
	}
	return G.Mul(n, Sum(x))
}

// castOracle: the axes that a pattern names are those along which an argument is repeated, once its
// other dimensions stand in their order.
func castOracle(f func(a, b float64) float64, left, right []byte) oracle {
	return func(x ...array) (array, bool) {
		spread := func(a array, axes []byte, rank int) (array, bool) {
			if len(axes) == 0 || len(a.shape) == rank || len(a.shape) == 0 {
				return a, true
			}
			shape, rest := make([]int, rank), a.shape
			for i := range shape {
				shape[i] = 1
				if !slices.Contains(axes, byte(i)) {
					if len(rest) == 0 {
						return a, false
					}
					shape[i], rest = rest[0], rest[1:]
				}
			}
			return array{shape, a.data}, size(shape) == len(a.data)
		}
		a, ok := spread(x[0], left, len(x[1].shape))
		b, ok2 := spread(x[1], right, len(x[0].shape))
		if !ok || !ok2 {
			return array{}, false
		}
		if y, ok := pairs(f)(a, b); ok {
			return y, true
		}
		return broadcasts(f)(a, b)
	}
}

// Every stock function that is allowed gives, on every combination of shapes that gorgonia takes,
// the numbers that it promises and their first and second derivatives, in both precisions; or it is
// refused.
func TestStockFunctions(t *testing.T) {
	passed := map[string]int{}
	for _, f := range stockFunctions() {
		t.Run(f.name, func(t *testing.T) {
			var tuples [][][]int
			shapes := sweep
			if f.args == 1 || slices.Contains([]string{"Mul", "BatchedMatMul", "Concat", "ReduceMul"}, f.name) {
				shapes = slices.Concat(sweep, joined)
			}
			for _, a := range shapes {
				if f.args == 1 {
					tuples = append(tuples, [][]int{a})
					continue
				}
				for _, b := range shapes {
					tuples = append(tuples, [][]int{a, b})
				}
			}
			for _, shapes := range tuples {
				if checkStockFunction(t, f, shapes) {
					passed[f.name]++
				}
			}
		})
		assert.Positive(t, passed[f.name], "%s passes on no shape", f.name)
	}
}

func checkStockFunction(t *testing.T, f stockFunction, shapes [][]int) bool {
	c := opCase{name: f.name, shapes: shapes, draw: f.draw, build: func(x ...*Node) *Node { return G.Must(f.build(x...)) }}
	if Build(func() {
		g := G.NewGraph()
		var in []*Node
		for i, s := range shapes {
			in = append(in, Input(g, tensor.Float64, string(rune('a'+i)), s...))
		}
		rewrite(c.build(in...))
	}) != nil {
		return false
	}
	o, s := buildOp(t, c, tensor.Float64), buildOp(t, c, tensor.Float32)
	var in []array
	for i, d := range o.data {
		in = append(in, array{shapes[i], d})
	}
	want, ok := f.want(in...)
	if !assert.True(t, ok, "%s of shapes %v has no meaning and is not refused", f.name, shapes) {
		return false
	}
	values := func(p *Program, r *opRun) []float64 { return r.run(t, p, r.data)[0] }
	for _, r := range []*opRun{o, s} {
		p, err := Compile(r.value)
		require.NoError(t, err)
		tolerance := 1e-13
		if r == s {
			tolerance = 1e-5
		}
		got := values(p, r)
		require.Len(t, got, len(want.data), "%s of shapes %v", f.name, shapes)
		require.True(t, sameUpToOnes(dims(r.value), want.shape), "%s of shapes %v has shape %v, want %v", f.name, shapes, dims(r.value), want.shape)
		for k := range got {
			require.InDelta(t, want.data[k], got[k], tolerance*(1+math.Abs(want.data[k])), "%s of shapes %v, element %d", f.name, shapes, k)
		}
	}
	checkDerivatives(t, o)
	for _, p := range [][2]*Program{{o.grad, s.grad}, {o.hvp, s.hvp}} {
		double, single := o.run(t, p[0], o.data), s.run(t, p[1], s.data)
		for i := range double {
			assert.InDeltaSlice(t, double[i], single[i], 1e-4*(1+largest(double[i])), "%s of shapes %v in single precision", f.name, shapes)
		}
	}
	return true
}

func largest(x []float64) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

// refusedStockFunctions are those that are refused, each with what its refusal names.
func refusedStockFunctions() []stockFunction {
	image, m := []int{2, 3, 4, 4}, []int{3, 4}
	var fs []stockFunction
	add := func(name, hint string, shape []int, f func(x *Node) (*Node, error)) {
		fs = append(fs, stockFunction{name: name, hint: hint, shapes: [][]int{shape}, build: stock1(f)})
	}
	two := []int{2, 2}
	add("Ceil", "graph.Ceil", m, G.Ceil)
	add("Floor", "graph.Floor", m, G.Floor)
	add("Sin", "graph.Sin", m, G.Sin)
	add("Cos", "graph.Cos", m, G.Cos)
	add("Log2", "graph.Scale(graph.Log(x), 1/math.Ln2)", m, G.Log2)
	add("Log1p", "graph.Log of graph.Shift(x, 1)", m, G.Log1p)
	add("Expm1", "graph.Expm1", m, G.Expm1)
	add("Ne", "gorgonia.Eq", m, func(x *Node) (*Node, error) { return G.Ne(x, Square(x), true) })
	add("BroadcastNe", "gorgonia.Eq", m, func(x *Node) (*Node, error) { return G.BroadcastNe(x, Square(x), true, nil, nil) })
	add("Lt without retSame", "float32 or float64", m, func(x *Node) (*Node, error) { return G.Lt(x, Square(x), false) })
	add("LogSumExp", "graph.LogSumExp", []int{5}, func(x *Node) (*Node, error) { return G.LogSumExp(x, 0) })
	add("LogSumExp of a row", "graph.LogSumExp", []int{1, 5}, func(x *Node) (*Node, error) { return G.LogSumExp(x, 0) })
	add("LogSumExp of a number", "graph.LogSumExp", nil, func(x *Node) (*Node, error) { return G.LogSumExp(x, 0) })
	for _, p := range []int{1, 3, 0, -1, -2, 5} {
		add("Norm", "graph.Abs", m, func(x *Node) (*Node, error) { return G.Norm(x, 0, p) })
	}
	add("Norm of a number", "graph.Abs", nil, func(x *Node) (*Node, error) { return G.Norm(x, 0, 3) })
	add("SoftMax", "graph.Softmax", m, func(x *Node) (*Node, error) { return G.SoftMax(x) })
	add("LogSoftMax", "graph.LogSumExp", m, func(x *Node) (*Node, error) { return G.LogSoftMax(x) })
	add("Log of SoftMax", "graph.LogSumExp", m, func(x *Node) (*Node, error) { return G.Log(G.Must(G.SoftMax(x))) })
	add("Sparsemax", "graph.Softmax", m, func(x *Node) (*Node, error) { return G.Sparsemax(x) })
	add("BinaryXent", "graph.Logistic", m, func(x *Node) (*Node, error) { return G.BinaryXent(x, Sigmoid(x)) })
	add("BinaryXent of Sigmoid", "graph.Logistic", m, func(x *Node) (*Node, error) { return G.BinaryXent(G.Must(G.Sigmoid(x)), Exp(x)) })
	add("Dropout", "graph.Dropout", m, func(x *Node) (*Node, error) { return G.Dropout(x, 0.5) })
	add("Slice", "graph.Slice", m, func(x *Node) (*Node, error) { return G.Slice(x, G.S(0, 2)) })
	add("Unconcat", "graph.Slice", m, func(x *Node) (*Node, error) { ns, err := G.Unconcat(x, 1, 2); return ns[0], err })
	add("At", "graph.Slice", m, func(x *Node) (*Node, error) { return G.At(x, 0, 0) })
	add("ByIndices", "graph.Gather", m, func(x *Node) (*Node, error) {
		return G.ByIndices(x, G.NewVector(x.Graph(), tensor.Int, G.WithShape(2), G.WithName("index")), 0)
	})
	add("MinBetween", "graph.Minimum", m, func(x *Node) (*Node, error) { return G.MinBetween(x, Exp(x)) })
	add("MaxBetween", "graph.Maximum", m, func(x *Node) (*Node, error) { return G.MaxBetween(x, Exp(x)) })
	add("DiagFlat", "graph.Fixed", []int{4}, G.DiagFlat)
	add("ConvType", "float32 or float64", m, func(x *Node) (*Node, error) { return G.ConvType(x, x.Dtype(), tensor.Int) })
	add("Tensordot", "graph.MatMul", m, func(x *Node) (*Node, error) { return G.Tensordot([]int{0}, []int{0}, x, Exp(x)) })
	add("Im2Col", "graph.Conv2D", image, func(x *Node) (*Node, error) { return G.Im2Col(x, two, []int{0, 0}, []int{1, 1}, []int{1, 1}) })
	add("Conv2d", "graph.Conv2D", image, func(x *Node) (*Node, error) {
		return G.Conv2d(x, Input(x.Graph(), x.Dtype(), "f", 2, 3, 2, 2), two, nil, []int{1, 1}, nil)
	})
	add("Conv1d", "graph.Conv2D", []int{2, 3, 1, 4}, func(x *Node) (*Node, error) {
		return G.Conv1d(x, Input(x.Graph(), x.Dtype(), "f", 2, 3, 1, 2), 2, 0, 1, 1)
	})
	add("MaxPool2D", "graph.MaxPool2D", image, func(x *Node) (*Node, error) { return G.MaxPool2D(x, two, []int{0, 0}, two) })
	add("MaxPool1D", "graph.MaxPool2D", image, func(x *Node) (*Node, error) { return G.MaxPool1D(x, 2, 0, 2) })
	add("AveragePool2D", "graph.AvgPool2D", image, func(x *Node) (*Node, error) { return G.AveragePool2D(x, two, []int{0, 0}, two) })
	add("AveragePool1D", "graph.AvgPool2D", image, func(x *Node) (*Node, error) { return G.AveragePool1D(x, 2, 0, 2) })
	add("GlobalAveragePool2D", "graph.Mean", image, G.GlobalAveragePool2D)
	add("Upsample2D", "graph.BroadcastTo", image, func(x *Node) (*Node, error) { return G.Upsample2D(x, 2) })
	add("BatchNorm", "graph.BatchNorm", image, func(x *Node) (*Node, error) { y, _, _, _, err := G.BatchNorm(x, nil, nil, 0.9, 1e-5); return y, err })
	add("GroupNorm", "graph.LayerNorm", image, func(x *Node) (*Node, error) {
		one := func(name string) *Node { return Input(x.Graph(), x.Dtype(), name, 1, 3, 1, 1) }
		return G.GroupNorm(x, one("s"), one("b"), 3, 3, 1e-5)
	})
	add("CTCLoss", "another loss", []int{4, 2, 3}, func(x *Node) (*Node, error) {
		ints := func(name string, shape ...int) *Node {
			return G.NewTensor(x.Graph(), tensor.Int, len(shape), G.WithShape(shape...), G.WithName(name))
		}
		return G.CTCLoss(x, ints("t", 2, 2), ints("il", 2), ints("tl", 2), G.ReductionMean)
	})
	add("YOLOv3", "package graph", []int{1, 14, 2, 2}, func(x *Node) (*Node, error) { return G.YOLOv3(x, []float32{1, 1, 2, 2}, []int{0, 1}, 64, 2, 0.5) })
	random := func(f func(g *G.ExprGraph, dt tensor.Dtype, a, b float64, shape ...int) *Node) func(x *Node) (*Node, error) {
		return func(x *Node) (*Node, error) { return G.Mul(f(x.Graph(), x.Dtype(), 1, 2, 3), x) }
	}
	add("UniformRandomNode", "graph.Input", m, random(G.UniformRandomNode))
	add("GaussianRandomNode", "graph.Input", m, random(G.GaussianRandomNode))
	add("BinomialRandomNode", "graph.Input", m, random(G.BinomialRandomNode))
	add("Grad", "graph.Grad", m, func(x *Node) (*Node, error) {
		g, err := G.Grad(G.Must(G.Sum(G.Must(G.Cube(x)))), x)
		return g[0], err
	})
	add("Backpropagate", "graph.Grad", m, func(x *Node) (*Node, error) {
		y := G.Must(G.Sum(G.Must(G.Cube(x))))
		g, err := G.Backpropagate(G.Nodes{y}, G.Nodes{x.Graph().AddNode(constantLike(x, 1))}, G.Nodes{x})
		return g[0], err
	})
	add("OneHotVector", "graph.Fixed", []int{90}, func(x *Node) (*Node, error) { // which prints as one of the 41st does
		return G.Mul(x, G.Must(G.Add(x, G.OneHotVector(40, 90, x.Dtype()))))
	})
	add("NewConstant of a named tensor", "WithName", []int{2}, func(x *Node) (*Node, error) {
		return G.Add(x, G.NewConstant(tensor.New(tensor.WithBacking([]float64{1, 2})), G.WithName("c")))
	})
	add("NewConstant of one name", "WithName", m, func(x *Node) (*Node, error) {
		y := G.Must(G.Mul(x, G.NewConstant(2.0, G.WithName("c"))))
		return G.Mul(y, G.NewConstant(3.0, G.WithName("c")))
	})
	add("NewMatrix without a name", "WithName", m, func(x *Node) (*Node, error) {
		input := func() *Node { return G.NewMatrix(x.Graph(), x.Dtype(), G.WithShape(3, 4)) }
		return G.Add(x, G.Must(G.Sub(input(), input())))
	})
	add("NewMatrix without a shape", "WithShape", m, func(x *Node) (*Node, error) {
		return Add(x, G.NewMatrix(x.Graph(), x.Dtype(), G.WithName("w"))), nil
	})
	add("Log that destroys its argument", "graph.Log", m, func(x *Node) (*Node, error) {
		y := G.Must(G.Tanh(x))
		_ = G.Must(G.BinaryXent(G.Must(G.Sigmoid(x)), x))
		return G.Cube(y)
	})
	add("Set", "statement", m, func(x *Node) (*Node, error) { return G.Set(x, Exp(x)), nil })
	add("Read", "statement", m, func(x *Node) (*Node, error) { var v G.Value; return G.Read(x, &v), nil })
	return fs
}

func TestStockFunctionsThatAreRefused(t *testing.T) {
	for _, f := range refusedStockFunctions() {
		t.Run(f.name, func(t *testing.T) {
			g := G.NewGraph()
			x := Input(g, tensor.Float64, "x", f.shapes[0]...)
			var y *Node
			err := Build(func() { y = G.Must(f.build(x)) })
			if err == nil {
				_, err = Compile(y)
			}
			require.Error(t, err, "it is evaluated")
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Contains(t, err.Error(), f.hint)
			if y == nil {
				return
			}
			_, err = VJP([]*Node{y}, []*Node{y}, []*Node{x})
			assert.ErrorAs(t, err, &e, "it is differentiated")
		})
	}
}

// noOperations are exported functions of gorgonia's with nodes among their results that build no
// operation.
var noOperations = map[string]string{
	"NewMatrix": "an input", "NewScalar": "an input", "NewTensor": "an input", "NewVector": "an input", "NodeFromAny": "an input",
	"NewUniqueNode": "any node, by its parts", "NodesFromInputs": "a list", "Sort": "a list", "UnstableSort": "a list", "WalkGraph": "a list",
	"Compile": "a machine's program", "CompileFunction": "a machine's program", "Err": "an error",
	"LiftResult": "what is there", "TransformResult": "what is there", "(*ExprGraph).Node": "what is there", "(*ExprGraph).Nodes": "a list",
	"(*ExprGraph).From": "a list", "(*ExprGraph).To": "a list",
	"(*ExprGraph).AddNode": "what is there", "(*ExprGraph).AllNodes": "a list", "(*ExprGraph).ByName": "a list", "(*ExprGraph).Inputs": "a list", "(*ExprGraph).Roots": "a list",
	"(*Node).CloneTo": "an input", "(*Node).Deriv": "what is there", "(*Node).DerivOf": "what is there", "(*Node).Node": "itself", "(*Node).Nodes": "itself",
	"(*BatchNormOp).SymDiff": "part of gorgonia.Grad", "(*GroupNormOp).SymDiff": "part of gorgonia.Grad",
}

// Every exported function of the gorgonia in use whose results hold nodes is in one of the tables.
func TestStockFunctionsAreComplete(t *testing.T) {
	known := map[string]bool{}
	for name := range noOperations {
		known[name] = true
	}
	for _, f := range append(stockFunctions(), refusedStockFunctions()...) {
		name, _, _ := strings.Cut(f.name, " ")
		known[name] = true
	}
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "gorgonia.org/gorgonia").Output()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "cuda") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() || fn.Type.Results == nil || !holdsNodes(fn.Type.Results) {
				continue
			}
			name := fn.Name.Name
			if fn.Recv != nil {
				p, ok := fn.Recv.List[0].Type.(*ast.StarExpr)
				if !ok {
					continue // sets of nodes and operations
				}
				receiver := fmt.Sprint(p.X)
				if !ast.IsExported(receiver) {
					continue
				}
				name = "(*" + receiver + ")." + name
			}
			found++
			assert.True(t, known[name], "gorgonia.%s builds nodes and is in no table", name)
		}
	}
	assert.Greater(t, found, 100)
}

func holdsNodes(l *ast.FieldList) (yes bool) {
	ast.Inspect(l, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (id.Name == "Node" || id.Name == "Nodes" || id.Name == "Result") {
			yes = true
		}
		return true
	})
	return yes
}
