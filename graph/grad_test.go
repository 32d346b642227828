package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func scalar(t *testing.T, y *Node, feed map[*Node]G.Value) float64 {
	t.Helper()
	p, err := Compile(y)
	require.NoError(t, err)
	out, err := p.Run(feed)
	require.NoError(t, err)
	return out[0].Data().(float64)
}

// The trap that this package exists for: gorgonia.Grad, called twice, gives 4 as the second
// derivative of x^3 at 2. It is 12.
func TestSecondDerivativeOfCube(t *testing.T) {
	for name, cube := range map[string]func(x *Node) *Node{
		"stock": func(x *Node) *Node { return G.Must(G.Cube(x)) },
		"ours":  func(x *Node) *Node { return PowC(x, 3) },
		"product": func(x *Node) *Node {
			return G.Must(G.Mul(G.Must(G.Mul(x, x)), x))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := G.NewGraph()
			x := Input(g, tensor.Float64, "x")
			feed := map[*Node]G.Value{x: G.NewF64(2)}
			y := cube(x)
			for _, want := range []float64{8, 12, 12, 6, 0} { // the value and four derivatives
				assert.InDelta(t, want, scalar(t, y, feed), 1e-12)
				d, err := Grad(y, x)
				require.NoError(t, err)
				y = d[0]
			}
		})
	}
}

// exp(x'x): derivatives of order n by hand.
func TestHigherOrders(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 2)
	feed := map[*Node]G.Value{x: tensor.New(tensor.WithBacking([]float64{0.3, -0.2}), tensor.WithShape(2))}
	y := Exp(Sum(Square(x)))
	first := func(n *Node) *Node { return Sum(Slice(n, 0, 0, 1)) }
	e, a := scalar(t, y, feed), 0.3
	for order, want := range []float64{e, 2 * a * e, (2 + 4*a*a) * e, (12*a + 8*a*a*a) * e, (12 + 48*a*a + 16*a*a*a*a) * e} {
		assert.InDelta(t, want, scalar(t, y, feed), 1e-11, "order %d", order)
		d, err := Grad(y, x)
		require.NoError(t, err)
		y = first(d[0])
	}
}

func TestGradErrors(t *testing.T) {
	g := G.NewGraph()
	x, z := Input(g, tensor.Float64, "x", 3), Input(g, tensor.Float64, "z", 2)
	_, err := Grad(Exp(x), x)
	assert.ErrorContains(t, err, "scalar")
	y := Sum(Exp(x))
	d, err := Grad(y, z)
	require.NoError(t, err)
	p, err := Compile(d[0])
	require.NoError(t, err)
	out, err := p.Run(nil)
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 0}, out[0].Data(), "no dependence, no gradient")
	_, err = HVP(y, []*Node{x}, []*Node{z})
	assert.ErrorContains(t, err, "shape")
	_, err = HVP(y, []*Node{x}, []*Node{Exp(x)})
	assert.ErrorContains(t, err, "depends")
	_, err = GGNVP(Exp(x), Exp(x), []*Node{x}, []*Node{x})
	assert.Error(t, err)
	assert.Error(t, Build(func() { MatMul(x, z) }))
	assert.Error(t, Build(func() { Add(x, z) }))
	assert.Error(t, Build(func() { Input(g, tensor.Float64, "x", 4) }), "a name used twice")
	assert.Panics(t, func() { _ = Build(func() { panic("other") }) })
}

// A wrong answer of stock gorgonia must not come back through our operations being differentiated
// by it.
func TestStockGradOfOurOperations(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 2, 3)
	y := Sum(Square(Slice(x, 1, 0, 2)))
	d, err := G.Grad(y, x)
	require.NoError(t, err)
	p, err := Compile(d...)
	require.NoError(t, err)
	out, err := p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithBacking([]float64{1, 2, 3, 4, 5, 6}), tensor.WithShape(2, 3))})
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 4, 0, 8, 10, 0}, out[0].Data())
}

// A stock node stands for the same replacement in every pass: by a stock intermediate node, twice,
// and through Gauss-Newton products.
func TestStockNodesInSeveralPasses(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 3)
	v := Input(g, tensor.Float64, "v", 3)
	h := G.Must(G.Tanh(x))
	y := G.Must(G.Sum(G.Must(G.Cube(h))))
	hv, err := HVP(y, []*Node{h}, []*Node{v})
	require.NoError(t, err)
	first, err := Grad(y, h)
	require.NoError(t, err)
	second, err := Grad(Sum(Mul(first[0], v)), h)
	require.NoError(t, err)
	out := G.Must(G.HadamardProd(x, x)) // J = 2 diag(x), and the loss' Hessian is 1
	gn, err := GGNVP(out, G.Must(G.Sum(G.Must(G.Square(out)))), []*Node{x}, []*Node{v})
	require.NoError(t, err)
	p, err := Compile(h, hv[0], second[0], gn[0])
	require.NoError(t, err)
	vector := func(x ...float64) G.Value { return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x)) }
	res, err := p.Run(map[*Node]G.Value{x: vector(0.5, -1, 2), v: vector(1, 2, 3)})
	require.NoError(t, err)
	hs := res[0].Data().([]float64)
	for i, want := range []float64{6 * hs[0], 12 * hs[1], 18 * hs[2]} {
		assert.InDelta(t, want, res[1].Data().([]float64)[i], 1e-12)
		assert.InDelta(t, want, res[2].Data().([]float64)[i], 1e-12)
	}
	assert.InDeltaSlice(t, []float64{8 * 0.25 * 1, 8 * 1 * 2, 8 * 4 * 3}, res[3].Data(), 1e-12)
}
