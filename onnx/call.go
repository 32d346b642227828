package onnx

import (
	"fmt"
	"math"
	"slices"

	"lethe/graph"
)

// call is one node of the file being built: the node, its inputs, and where to build.
type call struct {
	*builder
	node *node
	in   []value
}

// since reports whether the operator set of the node's domain is of a version or later.
func (c *call) since(version int64) bool { return c.node.version >= version }

// fail stops with an error that names the node.
func (c *call) fail(format string, args ...any) {
	panic(&fault{node: c.node, message: fmt.Sprintf(format, args...)})
}

// attr looks an attribute up and makes sure of its type.
func (c *call) attr(name string, k attrKind) (attribute, bool) {
	a, ok := c.node.attrs[name]
	if ok && a.kind != k {
		c.fail("attribute %q is %v, and has to be %v", name, a.kind, k)
	}
	return a, ok
}

// int, float, text, intsOf, floatsOf and textsOf return an attribute, or what stands for one that
// is left out.
func (c *call) int(name string, otherwise int64) int64 {
	if a, ok := c.attr(name, attrInt); ok {
		return a.i
	}
	return otherwise
}

func (c *call) float(name string, otherwise float64) float64 {
	if a, ok := c.attr(name, attrFloat); ok {
		return a.f
	}
	return otherwise
}

func (c *call) text(name, otherwise string) string {
	if a, ok := c.attr(name, attrText); ok {
		return a.s
	}
	return otherwise
}

func (c *call) intsOf(name string, otherwise ...int64) []int64 {
	if a, ok := c.attr(name, attrInts); ok {
		return a.ints
	}
	return otherwise
}

func (c *call) floatsOf(name string, otherwise ...float64) []float64 {
	if a, ok := c.attr(name, attrFloats); ok {
		return a.floats
	}
	return otherwise
}

func (c *call) textsOf(name string, otherwise ...string) []string {
	if a, ok := c.attr(name, attrTexts); ok {
		return a.texts
	}
	return otherwise
}

// has reports whether input i is given.
func (c *call) has(i int) bool { return i < len(c.in) && c.in[i].kind != absent }

// arg is input i, which has to be given.
func (c *call) arg(i int) value {
	if !c.has(i) {
		c.fail("input %d is missing", i+1)
	}
	return c.in[i]
}

// tensor is input i as a node, with its axes in the file's order.
func (c *call) tensor(i int) *graph.Node { return c.nodeOf(c.arg(i)) }

// nodeOf is a value as a node, with its axes in the file's order; known numbers become constants.
func (c *call) nodeOf(v value) *graph.Node {
	switch {
	case v.kind == texts || v.kind == mapped:
		c.fail("an input holds %v, and has to hold numbers", v.kind)
	case v.raw != nil:
		return v.node()
	case v.size() == 0:
		c.fail("an input of shape %v has no elements", v.shape)
	}
	xs := v.floats
	if v.kind != floats {
		xs = make([]float64, len(v.ints))
		for i, x := range v.ints {
			xs[i] = float64(x)
		}
	}
	return graph.Fixed(c.like, xs, v.shape...)
}

// known is input i, whose numbers have to be known when the network is built.
func (c *call) known(i int) value {
	v := c.arg(i)
	if v.known() {
		return v
	}
	f := fault{node: c.node, message: fmt.Sprintf("input %d (%q) has to be known when the model is loaded, and depends on the samples", i+1, c.nameOf(i))}
	if !v.data && len(v.from) > 0 {
		panic(&wanted{v.from, f})
	}
	panic(&f)
}

func (c *call) nameOf(i int) string {
	if i < len(c.node.in) {
		return c.node.in[i]
	}
	return ""
}

// knownInts are the whole numbers of input i.
func (c *call) knownInts(i int) []int64 {
	v := c.known(i)
	if v.kind == ints || v.kind == bools {
		return v.ints
	}
	c.fail("input %d (%q) holds %v, and has to hold integers", i+1, c.nameOf(i), v.kind)
	return nil
}

// knownFloats are the numbers of input i, whatever their type.
func (c *call) knownFloats(i int) []float64 {
	v := c.known(i)
	switch v.kind {
	case floats:
		return v.floats
	case ints, bools:
		xs := make([]float64, len(v.ints))
		for k, x := range v.ints {
			xs[k] = float64(x)
		}
		return xs
	}
	c.fail("input %d (%q) holds %v, and has to hold numbers", i+1, c.nameOf(i), v.kind)
	return nil
}

// number is the only number of input i, or otherwise where that is left out.
func (c *call) number(i int, otherwise float64) float64 {
	if !c.has(i) {
		return otherwise
	}
	xs := c.knownFloats(i)
	if len(xs) != 1 {
		c.fail("input %d (%q) has shape %v, and has to be one number", i+1, c.nameOf(i), c.in[i].shape)
	}
	return xs[0]
}

// axis counts from 0 an axis of rank axes that the file may count from the end.
func (c *call) axis(a int64, rank int) int {
	if a < -int64(rank) || a >= int64(rank) {
		c.fail("axis %d of a value of %d axes", a, rank)
	}
	if a < 0 {
		a += int64(rank)
	}
	return int(a)
}

// result is a node as a value of floating-point numbers.
func result(n *graph.Node) value { return value{kind: floats, shape: shapeOf(n), raw: n} }

// results are the only output of an operator: a node.
func results(n *graph.Node) []value { return []value{result(n)} }

// permuted is the value whose axis i is axis perm[i] of the node n: no transposition is built
// unless somebody needs the file's order.
func permuted(n *graph.Node, perm ...int) value {
	s := shapeOf(n)
	v := value{kind: floats, shape: make([]int, len(perm)), raw: n, perm: slices.Clone(perm)}
	for i, p := range perm {
		v.shape[i] = s[p]
	}
	return v
}

// inOrder is a value's node with its axes in the order perm of the file's: for images (n, channels,
// height, width) the order 0 2 3 1 puts the channels last. Where the value lies in memory so, as
// behind another image layer, it is returned as it is.
func (c *call) inOrder(v value, perm ...int) *graph.Node {
	if v.raw == nil {
		return graph.Transpose(c.nodeOf(v), perm...)
	}
	both := perm
	if v.perm != nil {
		both = make([]int, len(perm))
		for i, p := range perm {
			both[i] = v.perm[p]
		}
	}
	return transpose(v.raw, both)
}

// transpose is graph.Transpose, or a reshape where only axes of one element move.
func transpose(n *graph.Node, perm []int) *graph.Node {
	s := shapeOf(n)
	last, moved := -1, false
	out := make([]int, len(perm))
	for i, p := range perm {
		out[i] = s[p]
		if s[p] != 1 {
			moved = moved || p < last
			last = p
		}
	}
	if !moved {
		return graph.Reshape(n, out...)
	}
	return graph.Transpose(n, slices.Clone(perm)...)
}

// each applies a function of single elements, in whatever order the value's axes lie.
func (c *call) each(v value, f func(*graph.Node) *graph.Node) value {
	if v.size() == 0 {
		return value{kind: floats, shape: v.shape}
	}
	out := v
	if v.raw == nil {
		out = result(c.nodeOf(v))
	}
	out.raw, out.rows = f(out.raw), nil
	if v.kind == ints || v.kind == bools {
		out.kind = ints
	}
	return out
}

func shapeOf(n *graph.Node) []int {
	if n.IsScalar() {
		return nil
	}
	return slices.Clone([]int(n.Shape()))
}

// whole returns x as an int, which it has to fit, from lo on.
func (c *call) whole(what string, x int64, lo int) int {
	if x < int64(lo) || x > math.MaxInt32 {
		c.fail("%s %d has to be from %d to %d", what, x, lo, math.MaxInt32)
	}
	return int(x)
}
