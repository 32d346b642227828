package graph

import (
	"fmt"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Node is a gorgonia node.
type Node = gorgonia.Node

// Float is the set of element types that graphs compute in.
type Float interface{ float32 | float64 }

// Error is a mistake in the construction of a graph. Op names the operation, Node the node where
// that is known.
type Error struct {
	Op, Node, Message string

	cause error // the error of a panic that was not ours
}

// Unwrap returns the error that a panic other than one of this package carried; nil for all others.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) Error() string {
	s := "graph: " + e.Op + ": " + e.Message
	if e.Node != "" {
		s += " (at node " + e.Node + ")"
	}
	return s
}

func fail(op, format string, args ...any) {
	panic(&Error{Op: op, Message: fmt.Sprintf(format, args...)})
}

// Build calls f and returns the [*Error] that it panics with, if any. A panic with another error,
// of a stock operation in gorgonia.Must, say, or of an index out of range, and any of gorgonia's
// become an *Error that names the place; [errors.Unwrap] gives the error that the panic carried.
// What else f panics with passes through.
func Build(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e := asError(r)
			if e == nil {
				panic(r)
			}
			err = e
		}
	}()
	f()
	return nil
}

// asError is called while a panic with r unwinds; nil leaves it to the caller.
func asError(r any) *Error {
	if e, ok := r.(*Error); ok {
		return e
	}
	at, stock := panicked()
	cause, isError := r.(error)
	if !isError && !stock {
		return nil
	}
	return &Error{Op: "Build", Message: fmt.Sprint("building the graph panicked", at, ": ", r), cause: cause}
}

// Input adds an input of the given shape to g; its values are fed to the program. No shape makes a
// scalar. Two inputs of one graph must not share a name.
func Input(g *gorgonia.ExprGraph, dt tensor.Dtype, name string, shape ...int) *Node {
	if g == nil {
		fail("Input", "%q has no graph: give it one from gorgonia.NewGraph", name)
	}
	if dt != tensor.Float32 && dt != tensor.Float64 {
		fail("Input", "%q has type %v: want float32 or float64", name, dt)
	}

	for _, n := range g.ByName(name) {
		if n.Op() == nil {
			fail("Input", "the graph already has an input %q: give each input a name of its own", name)
		}
	}
	if err := checkShape(shape); err != nil {
		fail("Input", "%q: %v", name, err)
	}
	if len(shape) == 0 {
		return gorgonia.NewScalar(g, dt, gorgonia.WithName(name))
	}
	return gorgonia.NewTensor(g, dt, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name))
}

// CheckInputs panics with an [*Error] if g has inputs besides those that are given: nothing would
// feed them. Some of those given may be nil.
func CheckInputs(g *gorgonia.ExprGraph, known ...*Node) {
	for _, n := range g.AllNodes() {
		if n.Op() == nil && !slices.Contains(known, n) {
			fail("Input", "the network or its loss made an input %q, which gets no value: describe in Params what is learned, and make constants "+
				"with graph.Fixed", n.Name())
		}
	}
}

// dims returns n's shape as a plain slice; empty for a scalar. Almost every function asks it first,
// so that it is the place where a node that is none is found.
func dims(n *Node) []int {
	checkNode(n)
	if n.IsScalar() {
		return nil
	}
	shape := []int(n.Shape())
	if len(shape) == 0 {
		fail(calledFunction(), "%s has no shape: build it with graph.Input, or give it gorgonia.WithShape", n.Name())
	}
	return shape
}

// checkNode panics with an *Error for a nil node, and for one that stands for no number: a
// statement of gorgonia's, or a node that gorgonia has destroyed.
func checkNode(n *Node) {
	switch {
	case n == nil:
		fail(calledFunction(), "a node is nil")
	case n.Type() != nil:
	case n.Op() != nil:
		panic(&Error{Op: calledFunction(), Node: n.Name(), Message: "this is a statement of gorgonia's and has no value"})
	default:
		fail(calledFunction(), "gorgonia destroyed a node: gorgonia.Log of 1+x or 1-x and gorgonia.BinaryXent do so; use graph.Log and graph.Logistic")
	}
}

func size(shape []int) int {
	s := 1
	for _, d := range shape {
		s *= d
	}
	return s
}

// maxElements is the number of elements from which on a value is taken for a mistake: no machine
// holds 8 TiB.
const maxElements = 1 << 40

// checkShape returns an error unless every dimension is at least 1 and the number of elements one
// that a machine can hold.
func checkShape(shape []int) error {
	total := 1
	for _, d := range shape {
		if d < 1 {
			return fmt.Errorf("shape %v: every dimension must be at least 1", shape)
		}
		if d > maxElements/total {
			return fmt.Errorf("shape %v has more than 2^40 elements, more than any memory holds", shape)
		}
		total *= d
	}
	return nil
}

func sameShape(a, b []int) bool { return slices.Equal(a, b) }

func nodeType(dt tensor.Dtype, shape []int) hm.Type {
	if len(shape) == 0 {
		return dt
	}
	return gorgonia.TensorType{Dims: len(shape), Of: dt}
}

// describe names a node for messages.
func describe(n *Node) string {
	if n == nil {
		return "nil"
	}
	if n.Op() == nil {
		return fmt.Sprintf("%s %v", n.Name(), []int(n.Shape()))
	}
	return fmt.Sprintf("#%d %s %v", n.ID(), n.Op(), []int(n.Shape()))
}
