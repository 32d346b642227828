// Package graph differentiates gorgonia computation graphs to any order and evaluates them.
//
// A graph is built from inputs ([Input], [SparseInput]) with the functions of this package or with stock gorgonia
// operations, mixed freely. [Grad] adds the nodes of a gradient to the graph; since every operation it accepts has a
// derivative made of such operations again, it can be applied to its own result. An operation that it cannot
// differentiate rightly is an error and never a wrong number. [Compile] turns nodes into a [Program].
//
// Functions that build nodes panic with an [*Error] when shapes or types do not fit: that is a mistake in a program,
// not in its data. [Build] turns the panic into an error; nets.NewModel does so for networks.
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

// Error is a mistake in the construction of a graph. Op names the operation, Node the node where that is known.
type Error struct {
	Op, Node, Message string
}

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

// Build calls f and returns the [*Error] that it panics with, if any. Other panics pass through.
func Build(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	f()
	return nil
}

// Input adds an input of the given shape to g; its values are fed to the program. No shape makes a scalar. Two inputs
// of one graph must not share a name.
func Input(g *gorgonia.ExprGraph, dt tensor.Dtype, name string, shape ...int) *Node {
	for _, n := range g.ByName(name) {
		if n.Op() == nil {
			fail("Input", "the graph already has an input %q: give each input a name of its own", name)
		}
	}
	for _, s := range shape {
		if s < 1 {
			fail("Input", "%q has shape %v: every dimension must be at least 1", name, shape)
		}
	}
	if len(shape) == 0 {
		return gorgonia.NewScalar(g, dt, gorgonia.WithName(name))
	}
	return gorgonia.NewTensor(g, dt, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name))
}

// dims returns n's shape as a plain slice; empty for a scalar.
func dims(n *Node) []int {
	if n.IsScalar() {
		return nil
	}
	return []int(n.Shape())
}

func size(shape []int) int {
	s := 1
	for _, d := range shape {
		s *= d
	}
	return s
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
	if n.Op() == nil {
		return fmt.Sprintf("%s %v", n.Name(), dims(n))
	}
	return fmt.Sprintf("#%d %s %v", n.ID(), n.Op(), dims(n))
}
