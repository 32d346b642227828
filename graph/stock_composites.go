package graph

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Some functions of gorgonia build several operations that are right one by one and wrong together,
// and some give a node other contents than they were asked for. This file finds their traces in a
// graph.

// checkStock panics with an *Error if n, a stock node or an input, comes from a function of
// gorgonia's that is known to go wrong.
func checkStock(n *Node) {
	refuse := func(op, message string) { panic(&Error{Op: op, Node: describe(n), Message: message}) }
	checkGraph(n)
	if n.Op() == nil {
		if n.Graph() != nil && strings.HasPrefix(n.Name(), "%!s") {
			refuse("Input", "this input has no name, and gorgonia takes all inputs of one shape without a name for the same: use graph.Input, or give "+
				"each gorgonia.WithName")
		}
		return
	}
	_, isConstant := stockValue(n)
	if !isConstant && len(n.DerivOf()) > 0 {
		refuse("Grad", "gorgonia.Grad made this node, and gives the first derivative again when the second is asked for: use graph.Grad")
	}
	if isConstant {
		checkConstantNode(n, refuse)
	}
	switch {
	case isStockLogSumExp(n):
		refuse("LogSumExp", "gorgonia.LogSumExp adds the maximum inside the logarithm, which gives another number: use graph.LogSumExp")
	case isStockNorm(n):
		refuse("Norm", "gorgonia.Norm adds up x^p without the absolute value, which is no norm for this p: use "+
			"graph.PowC(graph.Sum(graph.PowC(graph.Abs(x), p), axis), 1/p)")
	}
}

// checkGraph panics with an *Error if gorgonia has taken nodes out of n's graph. It finds the nodes
// behind them by wrong numbers, and uses the memory of those that are gone again.
func checkGraph(n *Node) {
	if n.Graph() == nil {
		return
	}
	// Identities count the nodes that ever were in a graph.
	if all := n.Graph().AllNodes(); len(all) > 0 && all[len(all)-1].ID() != int64(len(all)-1) {
		panic(&Error{Op: "Log", Node: describe(n), Message: "gorgonia took a node out of this graph, so that a variable may stand for another node " +
			"than it was set to. gorgonia.Log of 1+x or 1-x does so, and gorgonia.BinaryXent and gorgonia.Backpropagate: use graph.Log, graph.Logistic and graph.Grad"})
	}
}

// checkConstantNode: gorgonia gives all constants of one name in a graph the value of the first.
// The name is the value as it is printed, of tensors in part, or what gorgonia.WithName says.
func checkConstantNode(n *Node, refuse func(op, message string)) {
	if n.Graph() == nil {
		return // it was given to a function of this package as it is
	}
	v, _ := stockValue(n)
	if d, ok := v.(*tensor.Dense); ok && n.Name() == fmt.Sprint(d) {
		if !printsWhole(n.Name(), d) {
			refuse("NewConstant", "gorgonia takes two constant tensors for one when they look alike in print, which leaves elements and digits of "+
				"this one out: use graph.Fixed")
		}
		return
	}
	if n.Name() != fmt.Sprint(v.Data()) {
		refuse("NewConstant", fmt.Sprintf("gorgonia takes all constants of the name %q for one, whatever their values: leave gorgonia.WithName out, "+
			"or use graph.Fixed", n.Name()))
	}
}

// printsWhole says whether all numbers of d can be read back from its printed form.
func printsWhole(text string, d *tensor.Dense) bool {
	fields := strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789+-.eInfNa", r) })
	var want []float64
	switch x := rowMajorTensor(d).Data().(type) {
	case []float64:
		want = x
	case []float32:
		want = make([]float64, len(x))
		Convert(want, x)
	}
	if len(fields) != len(want) {
		return false
	}
	for i, f := range fields {
		bits := 64
		if d.Dtype() == tensor.Float32 {
			bits = 32
		}
		if v, err := strconv.ParseFloat(f, bits); err != nil || v != want[i] {
			return false
		}
	}
	return true
}

// isStockLogSumExp knows gorgonia.LogSumExp by log(sum(exp(x - m)) + m) with m the maximum of x; of
// a scalar, sum and maximum are left out.
func isStockLogSumExp(n *Node) bool {
	add := onlyInput(n, "ln")
	if !isBinary(add, "+") {
		return false
	}
	in := inputsOf(add)
	for i, m := range in {
		e := in[1-i]
		if stockKind(e) == "gorgonia.sumOp" {
			e = inputsOf(e)[0]
		}
		d := onlyInput(e, "exp")
		if !isBinary(d, "-") || inputsOf(d)[1] != m {
			continue
		}
		if x := inputsOf(d)[0]; x == m || stockKind(m) == "gorgonia.maxOp" && inputsOf(m)[0] == x {
			return true
		}
	}
	return false
}

// isStockNorm knows gorgonia.Norm by (sum of x^p)^(1/p), and says whether p is one for which it is
// no norm: any but 2, 4, 6, ...
func isStockNorm(n *Node) bool {
	s, inverse, ok := constantPower(n)
	if !ok {
		return false
	}
	if stockKind(s) == "gorgonia.sumOp" {
		s = inputsOf(s)[0]
	}
	_, p, ok := constantPower(s)
	if !ok || !(math.Abs(inverse*p-1) < 1e-6) && !(p == 0 && math.IsInf(inverse, 1)) {
		return false
	}
	return !(p >= 2 && math.Mod(p, 2) == 0)
}

// rectified returns x if n is x*(x >= 0), as gorgonia.Rectify builds it, or with below x*(x < 0).
func rectified(n *Node, below bool) *Node {
	if !isBinary(n, "⊙") {
		return nil
	}
	x, hit := inputsOf(n)[0], inputsOf(n)[1]
	name := ">="
	if below {
		name = "<"
	}
	if !isBinary(hit, name) || inputsOf(hit)[0] != x {
		return nil
	}
	if v, ok := stockNumber(inputsOf(hit)[1]); !ok || v != 0 {
		return nil
	}
	return x
}

// leaky returns x and the slope if n is what gorgonia.LeakyRelu builds, x*(x >= 0) + x*(x <
// 0)*slope.
func leaky(n *Node) (x *Node, slope float64) {
	if !isBinary(n, "+") {
		return nil, 0
	}
	above, scaled := inputsOf(n)[0], inputsOf(n)[1]
	if x = rectified(above, false); x == nil || !isBinary(scaled, "⊙") || rectified(inputsOf(scaled)[0], true) != x {
		return nil, 0
	}
	slope, ok := stockNumber(inputsOf(scaled)[1])
	if !ok {
		return nil, 0
	}
	return x, slope
}

func stockKind(n *Node) string {
	if n == nil || n.Op() == nil {
		return ""
	}
	return strings.TrimPrefix(reflect.TypeOf(n.Op()).String(), "*")
}

// onlyInput returns the argument of n if that is the stock function of that symbol, and nil if not.
func onlyInput(n *Node, symbol string) *Node {
	if stockKind(n) != "gorgonia.elemUnaryOp" || fmt.Sprint(n.Op()) != symbol {
		return nil
	}
	return inputsOf(n)[0]
}

// isBinary says whether n is the stock function of two arguments of that symbol.
func isBinary(n *Node, symbol string) bool {
	if stockKind(n) != "gorgonia.elemBinOp" {
		return false
	}
	name, _, _ := strings.Cut(fmt.Sprint(n.Op()), " ")
	return name == symbol
}

// constantPower returns base and exponent if n is a stock power with a constant number for its
// exponent.
func constantPower(n *Node) (base *Node, c float64, ok bool) {
	if !isBinary(n, "^") {
		return nil, 0, false
	}
	in := inputsOf(n)
	c, ok = stockNumber(in[1])
	return in[0], c, ok
}

// stockValue returns the value of a constant of gorgonia's.
func stockValue(n *Node) (gorgonia.Value, bool) {
	switch stockKind(n) {
	case "gorgonia.constantScalar", "gorgonia.constantTensor":
		return n.Op().(interface{ Value() gorgonia.Value }).Value(), true
	}
	return nil, false
}

// stockNumber returns the number that a constant of gorgonia's is.
func stockNumber(n *Node) (float64, bool) {
	v, ok := stockValue(n)
	if !ok {
		return 0, false
	}
	switch x := v.Data().(type) {
	case float64:
		return x, true
	case float32:
		return float64(x), true
	}
	return 0, false
}
