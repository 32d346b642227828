package nets

import (
	"fmt"
	"math"
	"reflect"

	"gorgonia.org/gorgonia"

	"lethe/graph"
)

// refuse panics with the error that graph.Build, and so NewModel and Model.Check, return.
func refuse(op, format string, args ...any) {
	panic(&graph.Error{Op: op, Message: fmt.Sprintf(format, args...)})
}

// setting is a number that a layer is described by.
type setting struct {
	name  string
	value int
}

// atLeast refuses settings below the least value, and those beyond every network, whose products
// would overflow.
func atLeast(least int, layer string, settings ...setting) {
	for _, s := range settings {
		if s.value < least || s.value > math.MaxInt32 {
			refuse(layer, "%s is %d: it has to be at least %d and below 2^31", s.name, s.value, least)
		}
	}
}

// checkRate refuses what is no share of elements to leave out.
func checkRate(layer, name string, rate float64) {
	if !(rate >= 0 && rate < 1) {
		refuse(layer, "%s is %v: it has to be at least 0 and below 1", name, rate)
	}
}

// checkEpsilon refuses what cannot be added to a variance; 0 stands for the default.
func checkEpsilon(layer string, epsilon float64) {
	if !(epsilon >= 0) || math.IsInf(epsilon, 0) {
		refuse(layer, "Epsilon is %v: it has to be a positive number, or 0 for the default", epsilon)
	}
}

// mostParameters is how many numbers a network may have: no machine holds more, and offsets do not
// overflow.
const mostParameters = 1 << 40

// elements is the number of elements of a parameter tensor.
func elements(p Param) (int, error) {
	n := 1
	for _, d := range p.Shape {
		if d < 1 {
			return 0, fmt.Errorf("nets: parameter %q has shape %v: every dimension has to be at least 1", p.Name, p.Shape)
		}
		if n > mostParameters/d {
			return 0, fmt.Errorf("nets: parameter %q has shape %v, which is more numbers than any machine holds", p.Name, p.Shape)
		}
		n *= d
	}
	return n, nil
}

// isNil says whether there is nothing behind an interface, or a nil pointer or function.
func isNil(x any) bool {
	if x == nil {
		return true
	}
	v := reflect.ValueOf(x)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

// rowsOf refuses what is not one row for each of n samples, in the graph g.
func rowsOf(op string, x *graph.Node, g *gorgonia.ExprGraph, n int) {
	if x == nil {
		refuse(op, "it returned nil: return a node of the graph that it is given")
	}
	if x.Graph() != g {
		refuse(op, "it returned a node of another graph: build on the parameters and the batch that it is given")
	}
	if s := x.Shape(); x.IsScalar() || len(s) < 1 || s[0] != n {
		refuse(op, "a batch of %d samples gives a node of shape %v: want one row a sample, [%d ...]", n, s, n)
	}
}
