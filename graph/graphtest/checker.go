package graphtest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
)

// checker holds the programs of a network on a batch. Programs take the parameters and, where they
// have one, the direction.
type checker struct {
	network               Network
	lossOf                func(out, y *graph.Node) *graph.Node
	params                []graph.Param
	batch                 Batch
	floor                 float64 // of what relative errors are relative to
	p, v                  []*graph.Node
	x, y                  *graph.Node
	o, u                  *graph.Node    // outputs as inputs of the loss alone; a cotangent of the outputs
	loss, lossRows        *graph.Program // the sum, and one value a sample
	grad, hess, ggn, rows *graph.Program // rows is nil where the graph cannot be taken apart by samples
	out, outGrad, back    *graph.Program // the outputs; the loss' gradient by them, as a function of o; J'u
	one                   *checker       // the same on one sample
}

func newChecker(network Network, loss func(out, y *graph.Node) *graph.Node, batch Batch) (*checker, error) {
	if network == nil || loss == nil {
		return nil, errors.New("there is no network or no loss")
	}
	if err := batch.check(); err != nil {
		return nil, err
	}
	c := &checker{network: network, lossOf: loss, batch: batch, floor: 1e-4}
	all := network.Params()
	if err := c.choose(all); err != nil {
		return nil, err
	}
	g := gorgonia.NewGraph()
	var out, losses, total *graph.Node
	err := graph.Build(func() {
		for _, p := range c.params {
			c.p = append(c.p, graph.Input(g, tensor.Float64, p.Name, p.Shape...))
			c.v = append(c.v, graph.Input(g, tensor.Float64, "direction "+p.Name, p.Shape...))
		}
		given := withFixed(all, c.p)
		if s := batch.Sparse; s != nil {
			c.x = graph.SparseInput(g, tensor.Float64, "x", s.Rows, s.Cols)
		} else {
			c.x = graph.Input(g, tensor.Float64, "x", batch.Shape...)
		}
		labels := []int{batch.rows()}
		if batch.targets() > 1 {
			labels = append(labels, batch.targets())
		}
		c.y = graph.Input(g, tensor.Float64, "y", labels...)
		out = network.Forward(given, c.x)
		rowsOf("Forward", "outputs", out, g, batch.rows(), 1<<30)
		losses = loss(out, c.y)
		rowsOf("Loss", "losses", losses, g, batch.rows(), 1)
		graph.CheckInputs(g, slices.Concat(c.p, c.v, []*graph.Node{c.x, c.y})...)
		total = graph.Sum(losses)
	})
	if err != nil {
		return nil, err
	}
	c.lossRows, err = compile([]*graph.Node{losses}, err)
	c.loss, err = compile([]*graph.Node{total}, err)
	ns, e := graph.Grad(total, c.p...)
	c.grad, err = compile(ns, first(err, e))
	ns, e = graph.HVP(total, c.p, c.v)
	c.hess, err = compile(ns, first(err, e))
	ns, e = graph.GGNVP(out, total, c.p, c.v)
	c.ggn, err = compile(ns, first(err, e))
	var mixed *graph.Error
	if ns, e = graph.PerSample(losses, c.p...); e == nil {
		c.rows, err = compile(ns, err)
	} else if !errors.As(e, &mixed) || mixed.Op != "PerSample" {
		err = first(err, e)
	}
	c.out, err = compile([]*graph.Node{out}, err)
	if err == nil {
		err = c.lossAlone(out)
	}
	return c, err
}

// choose keeps the parameters that are differentiated by and says what is wrong with any.
func (c *checker) choose(all []graph.Param) error {
	seen := map[string]bool{}
	for i, p := range all {
		if p.Name == "" || seen[p.Name] {
			return fmt.Errorf("parameter %d is called %q, which is empty or used twice: give each a name of its own", i, p.Name)
		}
		seen[p.Name] = true
		if _, err := elements(p.Shape); err != nil {
			return fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		if !p.Fixed {
			c.params = append(c.params, p)
		}
	}
	if len(c.params) == 0 {
		return errors.New("the network has no parameters to differentiate by")
	}
	return nil
}

// elements is the number of elements of a shape. What is more than a check can hold in memory is
// refused.
func elements(shape []int) (int, error) {
	const most = 1 << 28
	n := 1
	for _, d := range shape {
		if d < 1 {
			return 0, fmt.Errorf("shape %v: every dimension must be at least 1", shape)
		}
		if n > most/d {
			return 0, fmt.Errorf("shape %v has more than %d elements: check a network of reduced width on a few samples", shape, most)
		}
		n *= d
	}
	return n, nil
}

// rowsOf refuses a node that is not rows of a batch of n samples, in a shape of at most the given
// number of dimensions.
func rowsOf(op, what string, x *graph.Node, g *gorgonia.ExprGraph, n, dimensions int) {
	if x == nil {
		panic(&graph.Error{Op: op, Message: "it returned nil: return a node of the graph"})
	}
	if x.Graph() != g {
		panic(&graph.Error{Op: op, Message: "it returned a node of another graph: build on the parameters and the batch that it is given"})
	}
	if s := x.Shape(); x.IsScalar() || len(s) < 1 || len(s) > dimensions || s[0] != n {
		panic(&graph.Error{Op: op, Message: fmt.Sprintf("a batch of %d samples gives %s of shape %v: want one row a sample, and one number for its loss",
			n, what, s)})
	}
}

// withFixed is what Forward receives: the nodes of the parameters that are differentiated by, and
// constants in between for the Fixed ones.
func withFixed(all []graph.Param, free []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(all))
	next := 0
	for i, p := range all {
		if !p.Fixed {
			out[i] = free[next]
			next++
			continue
		}
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		x := make([]float64, n)
		r := rand.New(rand.NewPCG(uint64(i), 0xf1ed))
		if p.Init != nil {
			p.Init(r, x)
		}
		for k := range x { // or a mean of 0 and a variance of 1 would hide what is done with them
			x[k] += 0.5 * r.Float64()
		}
		out[i] = graph.Fixed(free[0], x, p.Shape...)
	}
	return out
}

// lossAlone builds what the Gauss-Newton matrix J'HJ is made of apart from each other.
func (c *checker) lossAlone(out *graph.Node) error {
	var alone *graph.Node
	shape := out.Shape()
	err := graph.Build(func() {
		c.o = graph.Input(out.Graph(), tensor.Float64, "outputs", shape...)
		c.u = graph.Input(out.Graph(), tensor.Float64, "cotangent", shape...)
		alone = graph.Sum(c.lossOf(c.o, c.y))
	})
	if err != nil {
		return err
	}
	ns, err := graph.Grad(alone, c.o)
	if c.outGrad, err = compile(ns, err); err != nil {
		return err
	}
	ns, err = graph.VJP([]*graph.Node{out}, []*graph.Node{c.u}, c.p)
	c.back, err = compile(ns, err)
	return err
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func compile(ns []*graph.Node, err error) (*graph.Program, error) {
	if err != nil {
		return nil, err
	}
	return graph.Compile(ns...)
}

func (b Batch) check() error {
	n := b.rows()
	if n < 1 {
		if _, err := elements(b.Shape); err != nil {
			return fmt.Errorf("the batch: %w", err)
		}
		return errors.New("the batch has no samples: it needs at least one label")
	}
	if b.Targets < 0 || len(b.Y) != n*b.targets() {
		return fmt.Errorf("%d labels for samples of %d labels each", len(b.Y), b.Targets)
	}
	if i := notFinite(b.Y); i >= 0 {
		return fmt.Errorf("a label of sample %d is %v", i/b.targets(), b.Y[i])
	}
	if s := b.Sparse; s != nil {
		if b.X != nil {
			return errors.New("the batch has dense and sparse rows: give one of them")
		}
		if s.Rows != n || s.Cols < 1 {
			return fmt.Errorf("%d sparse rows of %d columns with %d labels", s.Rows, s.Cols, n)
		}
		if err := s.Check(); err != nil {
			return err
		}
		if k := notFinite(s.Values); k >= 0 {
			return fmt.Errorf("number %d of the sparse rows is %v", k, s.Values[k])
		}
		return nil
	}
	size, err := elements(b.Shape)
	if err != nil {
		return fmt.Errorf("the batch: %w", err)
	}
	if len(b.Shape) == 0 || b.Shape[0] != n || size != len(b.X) {
		return fmt.Errorf("%d numbers of shape %v with %d labels", len(b.X), b.Shape, n)
	}
	if k := notFinite(b.X); k >= 0 {
		return fmt.Errorf("number %d of sample %d is %v", k%(size/n), k/(size/n), b.X[k])
	}
	return nil
}

// notFinite is where x is not a number or infinite first; -1 if it nowhere is.
func notFinite(x []float64) int {
	return slices.IndexFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// sample returns the batch of sample i alone.
func (b Batch) sample(i int) Batch {
	t := b.targets()
	out := Batch{Y: b.Y[i*t : (i+1)*t], Targets: b.Targets}
	if s := b.Sparse; s != nil {
		out.Sparse = &graph.Sparse[float64]{Rows: 1, Cols: s.Cols, Indptr: s.Indptr[i : i+2], Indices: s.Indices, Values: s.Values}
		return out
	}
	n := len(b.X) / b.rows()
	out.X = b.X[i*n : (i+1)*n]
	out.Shape = append([]int{1}, b.Shape[1:]...)
	return out
}

// alone makes one the checker of sample i by itself.
func (c *checker) alone(i int) error {
	b := c.batch.sample(i)
	if c.one == nil {
		one, err := newChecker(c.network, c.lossOf, b)
		if err != nil {
			return fmt.Errorf("a batch of one sample: %w", err)
		}
		c.one = one
	}
	c.one.batch = b
	return nil
}

// single returns the gradient of sample i in a batch of one.
func (c *checker) single(theta vector, i int) (vector, error) {
	if err := c.alone(i); err != nil {
		return nil, err
	}
	return c.one.run(c.one.grad, theta, nil)
}

// extra is a value for an input that is neither parameter nor direction nor batch.
type extra struct {
	n *graph.Node
	x []float64
}

func (c *checker) run(p *graph.Program, theta, v vector, more ...extra) (vector, error) {
	feed := map[*graph.Node]gorgonia.Value{}
	set := func(n *graph.Node, x []float64) {
		if n.IsScalar() {
			feed[n] = gorgonia.NewF64(x[0])
			return
		}
		feed[n] = tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(x))
	}
	for i := range c.p {
		set(c.p[i], theta[i])
		if v != nil {
			set(c.v[i], v[i])
		}
	}
	if c.batch.Sparse != nil {
		feed[c.x] = c.batch.Sparse
	} else {
		set(c.x, c.batch.X)
	}
	set(c.y, c.batch.Y)
	for _, m := range more {
		set(m.n, m.x)
	}
	values, err := p.Run(feed)
	if err != nil {
		return nil, err
	}
	out := make(vector, len(values))
	for i, val := range values {
		switch x := val.Data().(type) {
		case []float64:
			out[i] = x
		case float64:
			out[i] = []float64{x}
		}
	}
	return out, nil
}

// point draws parameters: their initial values, moved a little so that biases are not all zero.
func (c *checker) point(attempt int) vector {
	r := rand.New(rand.NewPCG(uint64(attempt), 0x9017))
	theta := make(vector, len(c.params))
	for i, p := range c.params {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		theta[i] = make([]float64, n)
		if p.Init != nil {
			p.Init(r, theta[i])
		}
		for k := range theta[i] {
			theta[i][k] += 0.1 * r.NormFloat64()
		}
	}
	return theta
}

// direction draws a vector of length 1; in tensor only alone if that is not negative.
func (c *checker) direction(attempt, only int) vector {
	r := rand.New(rand.NewPCG(uint64(attempt), 0xd12ec7))
	v := c.point(0).zeros()
	for i := range v {
		if only < 0 || only == i {
			copy(v[i], normal(r, len(v[i])))
		}
	}
	s := 1 / v.norm()
	for i := range v {
		for k := range v[i] {
			v[i][k] *= s
		}
	}
	return v
}

// difference is the fourth-order central difference of f along v: (f(-2h) - 8f(-h) + 8f(h) -
// f(2h))/12h.
func (c *checker) difference(theta, v vector, h float64, f func(theta, v vector) (vector, error)) (vector, error) {
	var sum vector
	for _, t := range []struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
		moved := theta.zeros()
		for i := range moved {
			for k := range moved[i] {
				moved[i][k] = theta[i][k] + t.at*h*v[i][k]
			}
		}
		y, err := f(moved, v)
		if err != nil {
			return nil, err
		}
		if sum == nil {
			sum = y.zeros()
		}
		for i := range y {
			for k := range y[i] {
				sum[i][k] += t.weight / (12 * h) * y[i][k]
			}
		}
	}
	return sum, nil
}

// vector is one slice for each tensor.
type vector [][]float64

func normal(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func (a vector) zeros() vector {
	z := make(vector, len(a))
	for i := range a {
		z[i] = make([]float64, len(a[i]))
	}
	return z
}

func (a vector) add(b vector) {
	for i := range a {
		for k := range a[i] {
			a[i][k] += b[i][k]
		}
	}
}

func (a vector) dot(b vector) (s float64) {
	for i := range a {
		for k := range a[i] {
			s += a[i][k] * b[i][k]
		}
	}
	return s
}

func (a vector) norm() float64 { return math.Sqrt(a.dot(a)) }

func (a vector) largest() (m float64) {
	for i := range a {
		for _, x := range a[i] {
			m = max(m, math.Abs(x))
		}
	}
	return m
}

func (a vector) hasNaN() bool {
	return slices.ContainsFunc(a, func(x []float64) bool { return slices.ContainsFunc(x, math.IsNaN) })
}

// row returns row i of n of each tensor.
func (a vector) row(i, n int) vector {
	out := make(vector, len(a))
	for k := range a {
		w := len(a[k]) / n
		out[k] = a[k][i*w : (i+1)*w]
	}
	return out
}

// offset is where two vectors differ most.
type offset struct {
	tensor, element int
	a, b, by        float64
}

func (a vector) furthest(b vector) offset {
	o := offset{}
	for i := range a {
		for k := range a[i] {
			if d := math.Abs(a[i][k] - b[i][k]); d > o.by || math.IsNaN(d) {
				o = offset{i, k, a[i][k], b[i][k], d}
			}
			if math.IsNaN(o.by) {
				return o
			}
		}
	}
	return o
}

func (c *checker) where(o offset) string {
	if len(c.params) > 1 || o.element > 0 {
		return fmt.Sprintf("at element %d of %s", o.element, c.params[min(o.tensor, len(c.params)-1)].Name)
	}
	return "at " + c.params[0].Name
}
