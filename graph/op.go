package graph

import (
	"fmt"
	"hash"
	"math"
	"sync/atomic"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// operator is one kind of operation with its attributes. Two operators with the same String compute
// the same function. How it is evaluated stands in lower.go.
type operator interface {
	fmt.Stringer
	// infer returns the shape of the result.
	infer(in [][]int) ([]int, error)
	// adjoint returns the contribution of the result's adjoint dy to the adjoint of each input i
	// with need[i]; nil stands for zero. y is the result itself.
	adjoint(in []*Node, y, dy *Node, need []bool) []*Node
}

// op makes an operator a gorgonia.Op. Each node of this package has an op of its own: gorgonia
// takes two nodes for the same when the 32-bit hashes of node and op agree, without comparing the
// children, so equal hashes of different nodes would silently make one of two (Program finds common
// subexpressions itself, exactly).
type op struct {
	operator
	in    []*Node
	shape []int
	dt    tensor.Dtype
	id    uint32
}

var opCount atomic.Uint32

// apply adds the node operator(in...) to the graph of its inputs. Constants of gorgonia's have no
// graph of their own.
func apply(o operator, in ...*Node) *Node {
	var g *gorgonia.ExprGraph
	for _, n := range in {
		checkNode(n)
		if g == nil {
			g = n.Graph()
		}
	}
	return applyIn(g, in[0].Dtype(), o, in...)
}

// applyIn is apply for operators that may have no inputs.
func applyIn(g *gorgonia.ExprGraph, dt tensor.Dtype, o operator, in ...*Node) *Node {
	shapes := make([][]int, len(in))
	for i, n := range in {
		checkNode(n)
		if n.Graph() != g && n.Graph() != nil {
			fail(o.String(), "input %d (%s) belongs to another graph", i, describe(n))
		}
		if n.Dtype() != dt {
			fail(o.String(), "inputs have types %v and %v: one graph computes in one precision", dt, n.Dtype())
		}
		shapes[i] = dims(n)
	}
	for i, n := range in {
		if _, bag := o.(sparseOperator); isSparse(n) && !(bag && i == 0) {
			fail(o.String(), "input %d (%s) is sparse: only Affine and SparseMul take sparse rows", i, describe(n))
		}
	}
	shape, err := o.infer(shapes)
	if err != nil {
		fail(o.String(), "%v", err)
	}
	if err := checkShape(shape); err != nil {
		fail(o.String(), "the result is too large or empty: %v", err)
	}
	checkFactor(o, dt)
	w := &op{operator: o, in: in, shape: shape, dt: dt, id: opCount.Add(1)}
	return gorgonia.NewUniqueNode(gorgonia.WithType(nodeType(dt, shape)), gorgonia.WithOp(w),
		gorgonia.WithChildren(append(gorgonia.Nodes(nil), in...)), gorgonia.In(g), gorgonia.WithShape(shape...))
}

// checkFactor refuses a constant that is not a number, and one that single precision cannot hold.
func checkFactor(o operator, dt tensor.Dtype) {
	var c float64
	switch o := o.(type) {
	case unary:
		c = o.c
	case fill:
		c = o.c
	case binary:
		c = o.c
	}
	if math.IsNaN(c) {
		fail(calledFunction(), "the constant is not a number")
	}
	if dt == tensor.Float32 && math.Abs(c) > math.MaxFloat32 && !math.IsInf(c, 0) {
		fail(calledFunction(), "the constant %v is too large for float32: compute in float64", c)
	}
}

// The methods below make *op a gorgonia.Op and a gorgonia.SDOp, so that stock gorgonia can show and
// differentiate graphs that contain it.

func (o *op) Arity() int { return len(o.in) }

func (o *op) Type() hm.Type {
	ts := make([]hm.Type, 0, len(o.in)+1)
	for _, n := range o.in {
		ts = append(ts, n.Type())
	}
	return hm.NewFnType(append(ts, nodeType(o.dt, o.shape))...)
}

func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.Shape(o.shape).Clone(), nil
}

func (o *op) ReturnsPtr() bool     { return true }
func (o *op) CallsExtern() bool    { return false }
func (o *op) OverwritesInput() int { return -1 }

func (o *op) WriteHash(h hash.Hash) { fmt.Fprintf(h, "lethe %s %d", o.operator, o.id) }

// Hashcode is unique among the first 2^32 nodes of a process.
func (o *op) Hashcode() uint32 { return o.id }

func (o *op) DiffWRT(n int) []bool {
	need := make([]bool, n)
	for i := range need {
		need[i] = !isSparse(o.in[i])
	}
	return need
}

func (o *op) SymDiff(in gorgonia.Nodes, y, dy *Node) (gorgonia.Nodes, error) {
	var out gorgonia.Nodes
	err := Build(func() {
		out = o.adjoint(in, y, dy, o.DiffWRT(len(in)))
		for i, a := range out {
			if a == nil {
				out[i] = zerosLike(in[i])
			}
		}
	})
	return out, err
}

// Do evaluates the one operation, for stock gorgonia machines.
func (o *op) Do(vs ...gorgonia.Value) (gorgonia.Value, error) {
	if len(vs) != len(o.in) {
		return nil, fmt.Errorf("graph: %s takes %d values, got %d", o.operator, len(o.in), len(vs))
	}
	g := gorgonia.NewGraph()
	in := make([]*Node, len(vs))
	feed := make(map[*Node]gorgonia.Value, len(vs))
	var y *Node
	err := Build(func() {
		for i, v := range vs {
			if isSparse(o.in[i]) {
				in[i] = SparseInput(g, o.dt, fmt.Sprint("x", i), dims(o.in[i])[0], dims(o.in[i])[1])
			} else {
				in[i] = Input(g, o.dt, fmt.Sprint("x", i), dims(o.in[i])...)
			}
			feed[in[i]] = v
		}
		y = apply(o.operator, in...)
	})
	if err != nil {
		return nil, err
	}
	p, err := Compile(y)
	if err != nil {
		return nil, err
	}
	out, err := p.Run(feed)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}
