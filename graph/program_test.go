package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// small is an MLP's HVP program, with the direction varying.
func small(t *testing.T) (p *Program, w, v []*Node, x *Node) {
	g := G.NewGraph()
	x = Input(g, tensor.Float64, "x", 7, 4)
	for i, s := range [][]int{{4, 5}, {5}, {5, 1}} {
		w = append(w, Input(g, tensor.Float64, fmt.Sprint("w", i), s...))
		v = append(v, Input(g, tensor.Float64, fmt.Sprint("v", i), s...))
	}
	y := Sum(Softplus(MatMul(Tanh(Affine(x, w[0], w[1])), w[2])))
	h, err := HVP(y, w, v)
	require.NoError(t, err)
	p, err = CompileVarying(v, append([]*Node{y}, h...)...)
	require.NoError(t, err)
	return p, w, v, x
}

func draws(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func outputs(t *testing.T, f *Frame[float64], ws *Workspace[float64]) [][]float64 {
	t.Helper()
	require.NoError(t, f.Run(ws))
	var out [][]float64
	for k := range f.p.outputs {
		out = append(out, append([]float64(nil), f.Output(k)...))
	}
	return out
}

func set(t *testing.T, f *Frame[float64], seed uint64, ns ...*Node) {
	t.Helper()
	for i, n := range ns {
		require.NoError(t, f.Set(n, draws(seed+uint64(i), size(dims(n)))))
	}
}

// A frame that kept what does not depend on the direction gives the bits of a fresh one, and of a
// program without that division.
func TestVaryingPartGivesTheSameBits(t *testing.T) {
	p, w, v, x := small(t)
	whole, err := Compile(p.outputs...)
	require.NoError(t, err)
	assert.Positive(t, p.Kept())
	assert.Zero(t, whole.Kept())
	kept, err := NewFrame[float64](p)
	require.NoError(t, err)
	var ws, other Workspace[float64]
	set(t, kept, 1, append([]*Node{x}, w...)...)
	for seed := range uint64(4) {
		set(t, kept, 100*seed, v...)
		if seed == 2 { // what was kept must follow a changed parameter
			set(t, kept, 77, w[1])
		}
		got := outputs(t, kept, &ws)
		for i := range other.scratch { // another user of the memory
			other.scratch[i] = 1e9
		}
		fresh, err := NewFrame[float64](whole)
		require.NoError(t, err)
		set(t, fresh, 1, append([]*Node{x}, w...)...)
		if seed >= 2 {
			set(t, fresh, 77, w[1])
		}
		set(t, fresh, 100*seed, v...)
		assert.Equal(t, outputs(t, fresh, &other), got)
		for i := range ws.scratch {
			ws.scratch[i] = -1e9
		}
	}
}

// Values that share memory after a reshape stay intact while they are read (what gorgonia's
// TapeMachine gets wrong).
func TestReshapeKeepsValues(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 2, 3)
	a := Exp(x)
	b := Reshape(a, 3, 2)
	c := Square(b)
	y := Add(Reshape(c, 6), Reshape(a, 6))
	p, err := Compile(y, b, a, x, Reshape(x, 6))
	require.NoError(t, err)
	out, err := p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(make([]float64, 6)))})
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 2, 2, 2, 2, 2}, out[0].Data())
	assert.Equal(t, tensor.Shape{3, 2}, out[1].Shape())
	assert.Equal(t, []float64{1, 1, 1, 1, 1, 1}, out[2].Data())
	assert.Equal(t, []float64{0, 0, 0, 0, 0, 0}, out[4].Data())
}

// Element-wise chains of every shape of operand, longer than a block, against one operation at a
// time.
func TestGroupsAgainstSingleOperations(t *testing.T) {
	for _, shapes := range [][2][]int{{{50, 70}, {70}}, {{50, 70}, {50, 1}}, {{3, 40, 30}, {40, 1}}, {{3, 40, 30}, {3, 1, 30}}, {{5000}, {}}, {{50, 70}, {1, 1}}} {
		t.Run(fmt.Sprint(shapes), func(t *testing.T) {
			g := G.NewGraph()
			x, b := Input(g, tensor.Float64, "x", shapes[0]...), Input(g, tensor.Float64, "b", shapes[1]...)
			nodes := []*Node{Add(x, b)}
			for k := range 6 {
				last := nodes[len(nodes)-1]
				nodes = append(nodes, []*Node{Tanh(last), Mul(last, x), Sub(b, last), Scale(last, 0.5), Add(last, nodes[0]), Div(last, Shift(Square(b), 1))}[k])
			}
			fused, err := Compile(nodes[len(nodes)-1])
			require.NoError(t, err)
			apart, err := Compile(nodes...) // every value is stored
			require.NoError(t, err)
			f, err := NewFrame[float64](fused)
			require.NoError(t, err)
			a, err := NewFrame[float64](apart)
			require.NoError(t, err)
			set(t, f, 3, x, b)
			set(t, a, 3, x, b)
			want := outputs(t, a, nil)
			assert.Equal(t, want[len(want)-1], outputs(t, f, nil)[0])
			xs, bs := draws(3, size(shapes[0])), draws(4, size(shapes[1]))
			for i, got := range want[0] {
				require.Equal(t, xs[i]+bs[broadcastIndex(i, shapes[0], shapes[1])], got)
			}
		})
	}
}

// broadcastIndex is the element of the smaller operand that meets element i of the larger.
func broadcastIndex(i int, shape, small []int) int {
	at, w := 0, 1
	for d := len(shape) - 1; d >= 0; d-- {
		k := i % shape[d]
		i /= shape[d]
		if s := d - len(shape) + len(small); s >= 0 {
			if small[s] > 1 {
				at += k * w
			}
			w *= small[s]
		}
	}
	return at
}

// A program may be run by any number of goroutines, each with a frame of its own; run with -race.
func TestConcurrentFrames(t *testing.T) {
	p, w, v, x := small(t)
	var wg sync.WaitGroup
	results := make([][][]float64, 4)
	for k := range results {
		wg.Go(func() {
			f, err := NewFrame[float64](p)
			if !assert.NoError(t, err) {
				return
			}
			for i, n := range append(append([]*Node{x}, w...), v...) {
				assert.NoError(t, f.Set(n, draws(uint64(i), size(dims(n)))))
			}
			for range 20 {
				f.Drop()
				results[k] = outputs(t, f, nil)
			}
		})
	}
	wg.Wait()
	for k := range results {
		assert.Equal(t, results[0], results[k])
	}
}

func TestRunsDoNotAllocate(t *testing.T) {
	p, w, v, x := small(t)
	f, err := NewFrame[float64](p)
	require.NoError(t, err)
	set(t, f, 1, append(append([]*Node{x}, w...), v...)...)
	require.NoError(t, f.Run(nil))
	vs := draws(9, size(dims(v[0])))
	n := testing.AllocsPerRun(20, func() {
		_ = f.Set(v[0], vs)
		_ = f.Run(nil)
	})
	assert.Zero(t, n)
}

func TestRunErrors(t *testing.T) {
	p, w, _, x := small(t)
	_, err := p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(7, 4), tensor.WithBacking(make([]float64, 28)))})
	assert.ErrorContains(t, err, "was not fed")
	_, err = p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(7, 4), tensor.WithBacking(make([]float32, 28)))})
	assert.ErrorContains(t, err, "float32")
	_, err = p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(7, 3), tensor.WithBacking(make([]float64, 21)))})
	assert.ErrorContains(t, err, "shape")
	_, err = NewFrame[float32](p)
	assert.Error(t, err)
	f, err := NewFrame[float64](p)
	require.NoError(t, err)
	assert.Error(t, f.Set(w[0], make([]float64, 3)))
	_, err = Compile()
	assert.Error(t, err)

	g := G.NewGraph()
	table, index := Input(g, tensor.Float64, "table", 3, 2), Input(g, tensor.Float64, "index", 2)
	q, err := Compile(Gather(table, index))
	require.NoError(t, err)
	for _, bad := range []float64{-1, 3, 0.5} {
		_, err = q.Run(map[*Node]G.Value{
			table: tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(make([]float64, 6))),
			index: tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{0, bad}))})
		assert.ErrorContains(t, err, "whole number from 0 to 2")
	}
	s := SparseInput(g, tensor.Float64, "s", 3, 4)
	r, err := Compile(SparseMul(s, Input(g, tensor.Float64, "m", 4, 1)))
	require.NoError(t, err)
	broken := sparseOf[float64]()
	broken.Indices[1] = 4
	_, err = r.Run(map[*Node]G.Value{s: broken})
	assert.ErrorContains(t, err, "column index 4")
}

// Views and column-major tensors are read in row-major order; another shape is refused, even one of
// as many elements.
func TestFeedsOfEveryLayout(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, tensor.Float64, "x", 2, 3)
	p, err := Compile(Scale(x, 2))
	require.NoError(t, err)
	want := []float64{2, 4, 6, 8, 10, 12}
	fortran := tensor.New(tensor.WithShape(2, 3), tensor.AsFortran([]float64{1, 2, 3, 4, 5, 6}))
	whole := tensor.New(tensor.WithShape(2, 4), tensor.WithBacking([]float64{1, 2, 3, 0, 4, 5, 6, 0}))
	view, err := whole.Slice(nil, tensor.S(0, 3))
	require.NoError(t, err)
	for _, v := range []G.Value{fortran, view.(*tensor.Dense), tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{1, 2, 3, 4, 5, 6}))} {
		out, err := p.Run(map[*Node]G.Value{x: v})
		require.NoError(t, err)
		assert.Equal(t, want, out[0].Data())
	}
	_, err = p.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(make([]float64, 6)))})
	assert.ErrorContains(t, err, "shape (3, 2)")

	constant := G.NewConstant(tensor.New(tensor.WithShape(2, 3), tensor.AsFortran([]float64{1, 2, 3, 4, 5, 6})))
	q, err := Compile(G.Must(G.HadamardProd(x, constant)))
	require.NoError(t, err)
	out, err := q.Run(map[*Node]G.Value{x: tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{2, 2, 2, 2, 2, 2}))})
	require.NoError(t, err)
	assert.Equal(t, want, out[0].Data())
}

// Sums of rows are taken while a group computes them, and read by nobody before they are complete.
func TestSumsInGroups(t *testing.T) {
	for _, w := range []int{16, 32, 33, 512, 1024} {
		t.Run(fmt.Sprint(w), func(t *testing.T) { checkSumsInGroups(t, w) })
	}
}

func checkSumsInGroups(t *testing.T, w int) {
	const n = 70
	x, v := draws(1, n*w), draws(2, w)
	g := G.NewGraph()
	nx, nv := Input(g, tensor.Float64, "x", n, w), Input(g, tensor.Float64, "v", w)
	y := Mul(Exp(nx), nv)
	total := Sum(y, 0)
	centered := Sub(y, Scale(total, 1.0/n))
	squares := Sum(Square(centered), 0)
	p, err := Compile(squares, Add(total, Sum(nx, 0)))
	require.NoError(t, err)
	out, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(n, w), tensor.WithBacking(x)),
		nv: tensor.New(tensor.WithShape(w), tensor.WithBacking(v))})
	require.NoError(t, err)
	for j := range w {
		sum, plain, square := 0.0, 0.0, 0.0
		for i := range n {
			sum, plain = sum+math.Exp(x[i*w+j])*v[j], plain+x[i*w+j]
		}
		for i := range n {
			d := math.Exp(x[i*w+j])*v[j] - sum/n
			square += d * d
		}
		assert.InDelta(t, square, out[0].Data().([]float64)[j], 1e-9*square)
		assert.InDelta(t, sum+plain, out[1].Data().([]float64)[j], 1e-11*n)
	}
	sums := 0
	for _, st := range p.schedule.steps {
		for _, i := range st.values[1:] {
			if _, ok := p.ir.values[i].op.(sum); ok {
				sums++
			}
		}
	}
	assert.Equal(t, 2, sums, "the sums of y and of the squares are part of a group")
}

// A sum of a sum needs the first to be complete.
func TestSumOfASum(t *testing.T) {
	for _, shape := range [][]int{{50, 3, 33}, {50, 4, 32}} {
		x := draws(1, size(shape))
		fed := append([]float64(nil), x...)
		g := G.NewGraph()
		nx := Input(g, tensor.Float64, "x", shape...)
		once := Sum(Exp(nx), 0)
		for _, outputs := range [][]*Node{{Sum(once, 0)}, {Sum(once, 0), once}} {
			p, err := Compile(outputs...)
			require.NoError(t, err)
			out, err := p.Run(map[*Node]G.Value{nx: tensor.New(tensor.WithShape(shape...), tensor.WithBacking(fed))})
			require.NoError(t, err)
			require.Equal(t, x, fed, "the input is as it was")
			for j := range shape[2] {
				want := 0.0
				for k := j; k < len(x); k += shape[2] {
					want += math.Exp(x[k])
				}
				require.InDelta(t, want, out[0].Data().([]float64)[j], 1e-10)
			}
		}
	}
}

// A convolution, its bias and what is added to it are one step.
func TestConvolutionsAreJoined(t *testing.T) {
	g := G.NewGraph()
	x, f, b := Input(g, tensor.Float64, "x", 2, 5, 6, 3), Input(g, tensor.Float64, "f", 3, 3, 3, 4), Input(g, tensor.Float64, "b", 4)
	z := Input(g, tensor.Float64, "z", 2, 5, 6, 3)
	same := Window{}.Same([2]int{3, 3})
	p, err := Compile(Add(Conv2D(z, f, same), Add(Conv2D(x, f, same), b)))
	require.NoError(t, err)
	assert.Len(t, p.schedule.steps, 1)
}
