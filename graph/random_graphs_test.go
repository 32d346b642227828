package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// randomFunction is a scalar function made of 3 to 12 operations drawn at random, over inputs of
// random shapes: of one row, of one column and scalars among them. Some operations are entries of
// the op table, whose arguments are cut, repeated or put together of what is there.
type randomFunction struct {
	*rand.Rand
	g      *G.ExprGraph
	inputs []*Node
	sparse *Node
	pool   []*Node // what operations may use
	used   map[*Node]bool
	log    []string
	table  []opCase
}

const mostElements = 400

func newRandomFunction(seed uint64, table []opCase) *randomFunction {
	r := &randomFunction{Rand: rand.New(rand.NewPCG(seed, 14)), g: G.NewGraph(), used: map[*Node]bool{}, table: table}
	for i := range 1 + r.IntN(3) {
		x := Input(r.g, tensor.Float64, fmt.Sprint("x", i), r.shape()...)
		r.inputs, r.pool = append(r.inputs, x), append(r.pool, x)
	}
	r.sparse = SparseInput(r.g, tensor.Float64, "sparse", 3, 4)
	r.apply(table[seed%uint64(len(table))]) // so that each has its turn
	for range 2 + r.IntN(10) {
		r.grow()
	}
	return r
}

// shape has up to 4 dimensions, many of them 1.
func (r *randomFunction) shape() []int {
	s := make([]int, r.IntN(5))
	for i := range s {
		s[i] = []int{1, 1, 2, 3, 4, 5}[r.IntN(6)]
	}
	return s
}

func (r *randomFunction) pick() *Node {
	x := r.pool[max(r.IntN(len(r.pool)), r.IntN(2)*(len(r.pool)-1))]
	r.used[x] = true
	return x
}

// fitting is a node of that shape, with elements of one that is there.
func (r *randomFunction) fitting(shape []int) *Node {
	for _, i := range r.Perm(len(r.pool)) {
		if sameShape(dims(r.pool[i]), shape) {
			r.used[r.pool[i]] = true
			return r.pool[i]
		}
	}
	x, n := r.pick(), size(shape)
	m := size(dims(x))
	x = Reshape(x, m)
	switch {
	case m > n:
		lo := r.IntN(m - n + 1)
		x = Slice(x, 0, lo, lo+n)
	case m < n && r.IntN(3) == 0:
		before := r.IntN(n - m + 1)
		x = Pad(x, 0, before, n-m-before)
	case m < n:
		copies := (n + m - 1) / m
		x = Slice(Reshape(BroadcastTo(x, copies, m), copies*m), 0, 0, n)
	}
	return Reshape(x, shape...)
}

// above0 makes elements positive, and not too small.
func above0(x *Node) *Node { return Shift(Softplus(x), 0.5) }

func (r *randomFunction) grow() {
	if r.IntN(3) == 0 {
		r.apply(r.table[r.IntN(len(r.table))])
		return
	}
	x := r.pick()
	kinds := randomOperations()
	for _, i := range r.Perm(len(kinds)) {
		if y := kinds[i].build(r, x); y != nil && size(dims(y)) <= mostElements {
			r.add(kinds[i].name, y)
			return
		}
	}
}

// apply adds an entry of the op table, of arguments of its shapes.
func (r *randomFunction) apply(c opCase) {
	var in []*Node
	for _, s := range c.shapes {
		x := r.fitting(s)
		if c.draw != nil && reflect.ValueOf(c.draw).Pointer() == reflect.ValueOf(positive).Pointer() {
			x = above0(x)
		}
		in = append(in, x)
	}
	if c.fixed != nil {
		in = append(in, r.sparse)
	}
	r.add(c.name, c.build(in...))
}

func (r *randomFunction) add(name string, y *Node) {
	if r.IntN(3) == 0 {
		y = Tanh(y)
	}
	r.log = append(r.log, fmt.Sprint(name, dims(y)))
	r.pool = append(r.pool, y)
}

// axes are some of x's, at least one.
func (r *randomFunction) axes(x *Node) []int {
	n := len(dims(x))
	if n == 0 {
		return nil
	}
	return r.Perm(n)[:1+r.IntN(n)]
}

type randomOperation struct {
	name  string
	build func(r *randomFunction, x *Node) *Node // nil where it has none for x
}

// partner is a node that x broadcasts with: another one, a reduction of x or a part of it.
func (r *randomFunction) partner(x *Node) *Node {
	d := dims(x)
	for _, i := range r.Perm(len(r.pool)) {
		if s, err := broadcastShape(d, dims(r.pool[i])); err == nil && size(s) <= mostElements && r.pool[i] != x {
			r.used[r.pool[i]] = true
			return r.pool[i]
		}
	}
	if len(d) == 0 {
		return x
	}
	a := r.IntN(len(d))
	if r.IntN(2) == 0 {
		return Slice(x, a, d[a]-1, d[a])
	}
	return keepDims(Mean(x, a), d, []int{a})
}

func randomOperations() []randomOperation {
	unary := func(name string, f func(x *Node) *Node) randomOperation {
		return randomOperation{name, func(_ *randomFunction, x *Node) *Node { return f(x) }}
	}
	binary := func(name string, f func(r *randomFunction, x, y *Node) *Node) randomOperation {
		return randomOperation{name, func(r *randomFunction, x *Node) *Node {
			y := r.partner(x)
			if r.IntN(2) == 0 {
				x, y = y, x
			}
			return f(r, x, y)
		}}
	}
	ranked := func(name string, rank int, f func(r *randomFunction, x *Node, d []int) *Node) randomOperation {
		return randomOperation{name, func(r *randomFunction, x *Node) *Node {
			if d := dims(x); len(d) >= rank {
				return f(r, x, d)
			}
			return nil
		}}
	}
	return []randomOperation{
		unary("exp", func(x *Node) *Node { return Exp(Tanh(x)) }), unary("log", func(x *Node) *Node { return Log(above0(x)) }),
		unary("sqrt", func(x *Node) *Node { return Sqrt(above0(x)) }), unary("reciprocal", func(x *Node) *Node { return Recip(above0(x)) }),
		unary("cube", func(x *Node) *Node { return PowC(Tanh(x), 3) }), unary("power", func(x *Node) *Node { return PowC(above0(x), -1.5) }),
		unary("abs", Abs), unary("relu", ReLU), unary("leaky", func(x *Node) *Node { return LeakyReLU(x, 0.3) }), unary("gelu", GELU), unary("sigmoid", Sigmoid),
		unary("stock tanh", func(x *Node) *Node { return G.Must(G.Tanh(x)) }), unary("stock relu", func(x *Node) *Node { return G.Must(G.Rectify(x)) }),
		unary("stock sum", func(x *Node) *Node { return G.Must(G.Sum(x)) }), unary("stock square", func(x *Node) *Node { return G.Must(G.Square(x)) }),
		binary("add", func(_ *randomFunction, x, y *Node) *Node { return Add(x, y) }), binary("sub", func(_ *randomFunction, x, y *Node) *Node { return Sub(x, y) }),
		binary("mul", func(_ *randomFunction, x, y *Node) *Node { return Mul(x, y) }), binary("div", func(_ *randomFunction, x, y *Node) *Node { return Div(x, above0(y)) }),
		binary("pow", func(_ *randomFunction, x, y *Node) *Node { return Pow(above0(x), Tanh(y)) }),
		binary("select", func(r *randomFunction, x, y *Node) *Node {
			return Mul(elementwise(binaryOf(kGt), x, y), Add(Sigmoid(x), y))
		}),
		binary("distance", func(_ *randomFunction, x, y *Node) *Node { return Square(Sub(x, y)) }),
		{"sum", func(r *randomFunction, x *Node) *Node { return Sum(x, r.axes(x)...) }}, {"mean", func(r *randomFunction, x *Node) *Node { return Mean(x, r.axes(x)...) }},
		{"max", func(r *randomFunction, x *Node) *Node { return Max(x, r.axes(x)...) }}, {"norm", func(r *randomFunction, x *Node) *Node { return Norm(Shift(x, 2), r.axes(x)...) }},
		{"transpose", func(r *randomFunction, x *Node) *Node { return Transpose(x, r.Perm(len(dims(x)))...) }},
		{"reshape", func(r *randomFunction, x *Node) *Node {
			n := size(dims(x))
			if k := 1 + r.IntN(n); n%k == 0 {
				return Reshape(x, n/k, k)
			}
			return Reshape(x, n)
		}},
		{"broadcast", func(r *randomFunction, x *Node) *Node {
			return BroadcastTo(x, append([]int{1 + r.IntN(3)}, dims(x)...)...)
		}},
		ranked("softmax", 1, func(r *randomFunction, x *Node, d []int) *Node { return Softmax(x, r.IntN(len(d))) }),
		ranked("log-sum-exp", 1, func(r *randomFunction, x *Node, d []int) *Node { return LogSumExp(x, r.IntN(len(d))) }),
		ranked("slice", 1, func(r *randomFunction, x *Node, d []int) *Node {
			a := r.IntN(len(d))
			lo := r.IntN(d[a])
			return Slice(x, a, lo, lo+1+r.IntN(d[a]-lo))
		}),
		ranked("pad", 1, func(r *randomFunction, x *Node, d []int) *Node { return Pad(x, r.IntN(len(d)), r.IntN(3), r.IntN(3)) }),
		ranked("concat", 1, func(r *randomFunction, x *Node, d []int) *Node { return Concat(r.IntN(len(d)), x, r.fitting(d), x) }),
		ranked("stack", 1, func(r *randomFunction, x *Node, d []int) *Node { return Stack(x, r.fitting(d)) }),
		ranked("gather", 1, func(r *randomFunction, x *Node, d []int) *Node { return Gather(x, r.indices(d[0], r.shape()...)) }),
		ranked("scatter", 1, func(r *randomFunction, x *Node, d []int) *Node {
			rows := 1 + r.IntN(4)
			return ScatterAdd(x, r.indices(rows, d[0]), rows)
		}),
		ranked("layer norm", 1, func(r *randomFunction, x *Node, d []int) *Node {
			c := d[len(d)-1:]
			return LayerNorm(x, r.fitting(c), r.fitting(c), 0.5)
		}),
		ranked("moments", 2, func(r *randomFunction, x *Node, d []int) *Node {
			weights := make([]float64, d[0])
			for i := range weights {
				weights[i] = float64(1 + r.IntN(3))
			}
			mean, variance := Moments(x, Fixed(x, weights, d[0]))
			return Add(mean, variance)
		}),
		ranked("batch norm", 2, func(r *randomFunction, x *Node, d []int) *Node {
			c := d[len(d)-1:]
			return BatchNorm(x, r.fitting(c), r.fitting(c), r.fitting(c), above0(r.fitting(c)), 0.1)
		}),
		ranked("product", 2, func(r *randomFunction, x *Node, d []int) *Node {
			k := d[len(d)-1]
			return Scale(MatMul(x, r.fitting([]int{k, 1 + r.IntN(4)})), 1/math.Sqrt(float64(k)))
		}),
		ranked("stacked product", 3, func(r *randomFunction, x *Node, d []int) *Node {
			s := slices.Clone(d)
			s[len(s)-2], s[len(s)-1] = d[len(d)-1], 1+r.IntN(3)
			s[0] = []int{1, d[0]}[r.IntN(2)]
			return MatMul(Tanh(x), r.fitting(s))
		}),
		ranked("affine", 2, func(r *randomFunction, x *Node, d []int) *Node {
			k := 1 + r.IntN(4)
			return Affine(Tanh(x), r.fitting([]int{d[len(d)-1], k}), r.fitting([]int{k}))
		}),
		ranked("cross-entropy", 2, func(r *randomFunction, x *Node, d []int) *Node {
			return SoftmaxCrossEntropy(flat(x, d), r.indices(size(d)/d[0], d[0]))
		}),
		ranked("logistic", 1, func(r *randomFunction, x *Node, d []int) *Node {
			n := size(d)
			return Logistic(Reshape(x, n, 1), r.indices(2, n))
		}),
		ranked("squared error", 2, func(r *randomFunction, x *Node, d []int) *Node {
			return SquaredError(flat(x, d), r.fitting(dims(flat(x, d))))
		}),
		ranked("dropout", 1, func(r *randomFunction, x *Node, d []int) *Node {
			return Dropout(x, r.indices(100, d[0], 2), 0.3, r.IntN(9))
		}),
		ranked("stock product", 2, func(r *randomFunction, x *Node, d []int) *Node {
			return G.Must(G.Mul(flat(Tanh(x), d), r.fitting([]int{size(d) / d[0], 2})))
		}),
		ranked("convolution", 4, func(r *randomFunction, x *Node, d []int) *Node {
			w := Window{Stride: [2]int{1 + r.IntN(2), 1 + r.IntN(2)}, Dilation: [2]int{1 + r.IntN(2), 1}, Before: [2]int{r.IntN(2), r.IntN(2)}, After: [2]int{r.IntN(2), 1}}
			f := []int{1 + r.IntN(2), 1 + r.IntN(2), d[3], 1 + r.IntN(2)}
			if len(d) > 4 || w.Dilation[0]*(f[0]-1)+1 > d[1]+w.Before[0]+w.After[0] || f[1] > d[2]+w.Before[1]+w.After[1] {
				return nil
			}
			return Conv2D(Tanh(x), r.fitting(f), w)
		}),
		ranked("pooling", 4, func(r *randomFunction, x *Node, d []int) *Node {
			if len(d) > 4 {
				return nil
			}
			w := Window{Size: [2]int{1 + r.IntN(d[1]), 1 + r.IntN(d[2])}, Stride: [2]int{1 + r.IntN(2), 1 + r.IntN(2)}}
			return []func(*Node, Window) *Node{MaxPool2D, AvgPool2D}[r.IntN(2)](x, w)
		}),
		ranked("LSTM", 3, func(r *randomFunction, x *Node, d []int) *Node {
			if len(d) > 3 || d[1] > 3 {
				return nil
			}
			h := LSTM(x, r.fitting([]int{d[2], 8}), r.fitting([]int{2, 8}), r.fitting([]int{8}))
			return h[r.IntN(len(h))]
		}),
	}
}

func binaryOf(k binaryKind) binary { return binary{kind: k} }

// flat has one row for each of the first axis.
func flat(x *Node, d []int) *Node { return Reshape(x, d[0], size(d)/d[0]) }

func (r *randomFunction) indices(n int, shape ...int) *Node {
	v := make([]float64, size(shape))
	for i := range v {
		v[i] = float64(r.IntN(n))
	}
	return Fixed(r.inputs[0], v, shape...)
}

// loss adds up what no operation used, each element with a weight of its own.
func (r *randomFunction) loss() *Node {
	var l *Node
	for i, n := range r.pool {
		if r.used[n] && i < len(r.pool)-1 {
			continue
		}
		weights := make([]float64, size(dims(n)))
		for i := range weights {
			weights[i] = r.NormFloat64()
		}
		t := Sum(Mul(n, Fixed(n, weights, dims(n)...)))
		if l == nil {
			l = t
		} else {
			l = Add(l, t)
		}
	}
	return l
}

// randomCheck is a random function with its derivatives, at a point and along a direction that are
// drawn again where a kink is near.
type randomCheck struct {
	loss, grad, hvp *Frame[float64]
	all             *Frame[float64] // every node, stored, and the loss
	inputs, v       []*Node
	x, dir          [][]float64
	sizes           []int
	smooth          bool // no operation has a kink
}

func (r *randomFunction) check(t *testing.T, seed uint64) *randomCheck {
	l := r.loss()
	c := &randomCheck{inputs: r.inputs, smooth: !slices.ContainsFunc(topological([]*Node{rewrite(l)}), hasKink)}
	for i, x := range r.inputs {
		c.v = append(c.v, Input(r.g, tensor.Float64, fmt.Sprint("v", i), dims(x)...))
		c.sizes = append(c.sizes, size(dims(x)))
	}
	frame := func(ns []*Node, err error) *Frame[float64] {
		require.NoError(t, err, "seed %d: %v", seed, r.log)
		p, err := Compile(ns...)
		require.NoError(t, err, "seed %d: %v", seed, r.log)
		f, err := NewFrame[float64](p)
		require.NoError(t, err)
		require.NoError(t, f.SetSparse(r.sparse, sparseOf[float64]()))
		return f
	}
	c.loss, c.all = frame([]*Node{l}, nil), frame(append(slices.Clone(r.pool), l), nil)
	c.grad = frame(Grad(l, r.inputs...))
	c.hvp = frame(HVP(l, r.inputs, c.v))
	return c
}

// hasKink says whether a node's slope jumps: where its argument is 0, or two elements are equal.
func hasKink(n *Node) bool {
	switch o := operatorOf(n).(type) {
	case unary:
		return slices.Contains([]unaryKind{kAbs, kSign, kReLU, kLeaky}, o.kind)
	case binary:
		return slices.Contains([]binaryKind{kEq, kGt, kGe, kGate, kLeakyGate}, o.kind)
	case maxAlong, poolIndex, norm:
		return true
	}
	return false
}

func (c *randomCheck) draw(r *rand.Rand) {
	c.x, c.dir = nil, nil
	for _, n := range c.sizes {
		x, v := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], v[i] = r.NormFloat64(), r.NormFloat64()
		}
		if c.smooth && r.IntN(4) == 0 {
			clear(x[:n/2]) // as of a sample of zeros
		}
		c.x, c.dir = append(c.x, x), append(c.dir, v)
	}
}

// run evaluates at x + h*dir; all outputs end to end.
func (c *randomCheck) run(t *testing.T, f *Frame[float64], h float64) (out []float64) {
	for i, n := range c.inputs {
		x := slices.Clone(c.x[i])
		floats.AddScaled(x, h, c.dir[i])
		require.NoError(t, f.Set(n, x))
		require.NoError(t, f.Set(c.v[i], c.dir[i]))
	}
	require.NoError(t, f.Run(nil))
	for k := range f.p.outputs {
		out = append(out, f.Output(k)...)
	}
	return out
}

// difference is the derivative of f's outputs along the direction, to the fourth order of h.
func (c *randomCheck) difference(t *testing.T, f *Frame[float64], h float64) []float64 {
	out := c.run(t, f, -2*h)
	floats.AddScaled(out, -8, c.run(t, f, -h))
	floats.AddScaled(out, 8, c.run(t, f, h))
	floats.AddScaled(out, -1, c.run(t, f, 2*h))
	floats.Scale(1/(12*h), out)
	return out
}

// onKink says whether the slopes on both sides differ, by more than small, at the point itself: by
// as much however small the step.
func (c *randomCheck) onKink(t *testing.T, f *Frame[float64], small float64) bool {
	bend := func(h float64) []float64 {
		out := c.run(t, f, h)
		floats.AddScaled(out, -2, c.run(t, f, 0))
		floats.Add(out, c.run(t, f, -h))
		floats.Scale(1/h, out)
		return out
	}
	wide, narrow := bend(1e-3), bend(3e-4)
	for i, b := range narrow {
		if b = math.Abs(b); b > small && b > 0.6*math.Abs(wide[i]) {
			return true
		}
	}
	return false
}

const randomTolerance = 1e-6

// try compares at one point: agrees says whether the derivatives are the differences', decided
// whether differences know themselves.
func (c *randomCheck) try(t *testing.T) (problem string, decided bool) {
	for _, x := range c.run(t, c.all, 0) {
		if !(math.Abs(x) < 1e3) {
			return "", false
		}
	}
	l, whole := c.run(t, c.loss, 0)[0], c.run(t, c.all, 0)
	if stored := whole[len(whole)-1]; math.Abs(l-stored) > 1e-12*(1+floats.Norm(whole, 2)) {
		return fmt.Sprintf("the loss is %v, and %v where every value is stored", l, stored), true
	}
	g, v := c.run(t, c.grad, 0), slices.Concat(c.dir...)
	for _, q := range []struct {
		name     string
		have     []float64
		of       *Frame[float64]
		smallest float64
	}{
		{"gradient", []float64{floats.Dot(g, v)}, c.loss, 1e-3*math.Abs(l) + 1e-2*floats.Norm(g, 2) + 1e-4},
		{"HVP", c.run(t, c.hvp, 0), c.grad, 1e-2*floats.Norm(g, 2) + 1e-4},
	} {
		wide, narrow := c.difference(t, q.of, 1e-3), c.difference(t, q.of, 3e-4)
		scale := max(q.smallest, floats.Norm(narrow, math.Inf(1)))
		if off := floats.Distance(wide, narrow, math.Inf(1)); !(off <= 0.3*randomTolerance*scale) {
			return "", false
		}
		if c.onKink(t, q.of, 0.3*randomTolerance*scale) {
			return "", false
		}
		if off := floats.Distance(narrow, q.have, math.Inf(1)); !(off <= randomTolerance*scale) {
			return fmt.Sprintf("%s: finite differences give %v, the graph %v", q.name, narrow, q.have), true
		}
	}
	return "", true
}

// Random functions have the gradients and Hessian-vector products of finite differences.
// LETHE_RANDOM_GRAPHS sets how many are tried.
func TestRandomGraphs(t *testing.T) {
	count := 300
	if s := os.Getenv("LETHE_RANDOM_GRAPHS"); s != "" {
		var err error
		count, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	var mu sync.Mutex
	seen, undecided := map[string]int{}, 0
	work := func(seed uint64) {
		r := newRandomFunction(seed, opTable())
		c := r.check(t, seed)
		draws := rand.New(rand.NewPCG(seed, 15))
		for range 12 {
			c.draw(draws)
			problem, decided := c.try(t)
			if problem != "" {
				t.Errorf("seed %d: %s; %s", seed, strings.Join(r.log, ", "), problem)
			}
			if decided {
				mu.Lock()
				defer mu.Unlock()
				for _, s := range r.log {
					name, _, _ := strings.Cut(s, "[")
					seen[name]++
				}
				return
			}
		}
		mu.Lock()
		defer mu.Unlock()
		undecided++
	}
	for seed := range count {
		work(uint64(seed))
	}
	t.Logf("%d graphs, of which %d could not be decided", count, undecided)
	assert.Less(t, undecided, 1+count/20)
	for _, c := range opTable() {
		assert.Positive(t, seen[c.name], "%s was in no graph", c.name)
	}
	for _, o := range randomOperations() {
		assert.Positive(t, seen[o.name], "%s was in no graph", o.name)
	}
}
