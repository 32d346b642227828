package graph

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"weak"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Stock gorgonia operations are rewritten as operators of this package, so that derivatives and
// kernels exist once. An operation that is not on the list below is an error: several stock
// operations differentiate to wrong numbers without an error, so nothing unknown may pass.
//
// A node is always replaced by the same one: a derivative that was taken earlier is made of
// replacements, and would seem not to depend on the node if that got another one now.

// replaced holds the replacements of all graphs that are alive. A graph keeps its nodes, the map
// keeps nothing.
var replaced = struct {
	sync.Mutex
	by    map[weak.Pointer[Node]]weak.Pointer[Node]
	sweep int // size at which entries of graphs that are gone are dropped
}{by: map[weak.Pointer[Node]]weak.Pointer[Node]{}, sweep: 1024}

func replacement(n *Node) *Node {
	replaced.Lock()
	defer replaced.Unlock()
	if p, ok := replaced.by[weak.Make(n)]; ok {
		return p.Value()
	}
	return nil
}

func setReplacement(n, m *Node) {
	replaced.Lock()
	defer replaced.Unlock()
	replaced.by[weak.Make(n)] = weak.Make(m)
	if len(replaced.by) > replaced.sweep {
		maps.DeleteFunc(replaced.by, func(k, v weak.Pointer[Node]) bool { return k.Value() == nil || v.Value() == nil })
		replaced.sweep = 2*len(replaced.by) + 1024
	}
}

// rewrite returns the equivalent of n; n itself where nothing needs replacing. It panics with an
// *Error.
func rewrite(n *Node) *Node {
	checkNode(n)
	// All that n depends on is visited first, in order, so that deep graphs need no deep stack.
	for _, c := range topological([]*Node{n}) {
		checkNode(c)
		if operatorOf(c) == nil {
			checkStock(c)
		}
		if c.Op() == nil || replacement(c) != nil {
			continue
		}
		if m := replace(c); m != c {
			setReplacement(c, m)
		}
	}
	return known(n)
}

// known returns what a node that was visited is replaced by.
func known(n *Node) *Node {
	if m := replacement(n); m != nil {
		return m
	}
	return n
}

func replace(n *Node) *Node {
	in := inputsOf(n)
	out := make([]*Node, len(in))
	changed := false
	for i, c := range in {
		out[i] = known(c)
		changed = changed || out[i] != c
	}
	if o := operatorOf(n); o != nil {
		if !changed {
			return n
		}
		return apply(o, out...)
	}
	m := stock(n, out)
	if have, want := dims(m), dims(n); !sameShape(have, want) {
		if !sameUpToOnes(have, want) {
			panic(&Error{Op: strings.TrimPrefix(stockKind(n), "gorgonia."), Node: describe(n), Message: fmt.Sprintf(
				"gorgonia says that the result has shape %v, and it has %v: build it from functions of package graph", want, have)})
		}
		m = Reshape(m, want...)
	}
	return m
}

// operatorOf returns the operator of a node that this package made; nil for inputs and stock
// operations.
func operatorOf(n *Node) operator {
	if n == nil {
		checkNode(n)
	}
	if o, ok := n.Op().(*op); ok {
		return o.operator
	}
	return nil
}

// inputsOf returns a node's arguments in order.
func inputsOf(n *Node) []*Node {
	if o, ok := n.Op().(*op); ok {
		return o.in
	}
	if n.Op() == nil || n.Graph() == nil {
		return nil
	}
	if m, ok := n.Graph().Node(n.ID()).(*Node); !ok || m != n {
		checkNode(n)
		checkGraph(n)
		fail(calledFunction(), "%s is no longer in its graph: gorgonia took it out", describe(n))
	}
	var out []*Node
	for it := n.Graph().From(n.ID()); it != nil && it.Next(); {
		out = append(out, it.Node().(*Node))
	}
	return out
}

// stockUnary and stockBinary are the element-wise operations, by gorgonia's own symbols.
var stockUnary = map[string]func(*Node) *Node{
	"abs": Abs, "exp": Exp, "ln": Log, "neg": Neg, "square": Square, "sqrt": Sqrt, "inv": Recip,
	"cube": func(x *Node) *Node { return PowC(x, 3) }, "tanh": Tanh, "sigmoid": Sigmoid, "softplus": Softplus,
	"sign":    Sign,
	"invSqrt": func(x *Node) *Node { return PowC(x, -0.5) },
}

var stockBinary = map[string]func(x, y *Node) *Node{
	"+": Add, "-": Sub, "⊙": Mul, "÷": Div, "^": Pow,
	"==": compare(kEq, false), ">": compare(kGt, false), ">=": compare(kGe, false), "<": compare(kGt, true), "<=": compare(kGe, true),
}

func compare(k binaryKind, swap bool) func(x, y *Node) *Node {
	return func(x, y *Node) *Node {
		if swap {
			x, y = y, x
		}
		return elementwise(binary{kind: k}, x, y)
	}
}

// replacements says what to use for stock operations that are not supported, by their type or, for
// those of elements, by their symbol.
var replacements = map[string]string{
	"log1p": "graph.Log of graph.Shift(x, 1)", "expm1": "graph.Expm1", "cos": "graph.Cos", "sin": "graph.Sin", "ceil": "graph.Ceil", "floor": "graph.Floor",
	"log2":                         "graph.Scale(graph.Log(x), 1/math.Ln2)",
	"!=":                           "1 minus a comparison with gorgonia.Eq, which gives numbers with retSame",
	"gorgonia.globalAveragePoolOp": "graph.Mean over the axes of height and width",
	"gorgonia.GroupNormOp":         "graph.LayerNorm of a graph.Reshape", "gorgonia.upsampleOp": "graph.Reshape and graph.BroadcastTo",
	"gorgonia.minBetween": "graph.Minimum", "gorgonia.maxBetween": "graph.Maximum",
	"gorgonia.sparsemaxOp": "graph.Softmax", "gorgonia.diagFlatOp": "graph.Mul with a graph.Fixed unit matrix",
	"gorgonia.dtConvOp": "one precision throughout", "gorgonia.randomOp": "graph.Input, and feed random numbers to it",
	"gorgonia.ctcLossOp": "another loss: there is none of the kind in package graph", "gorgonia.yoloOp": "operations of package graph",
	"gorgonia.letOp": "graph.Compile and Program.Run", "gorgonia.readOp": "graph.Compile and Program.Run",
	"gorgonia.sliceOp": "graph.Slice", "gorgonia.softmaxOp": "graph.Softmax", "gorgonia.dropoutOp": "graph.Dropout in ForwardTraining; the evaluation pass has none",
	"gorgonia.byIndicesOp": "graph.Gather", "gorgonia.atOp": "graph.Slice and graph.Reshape", "gorgonia.BatchNormOp": "graph.BatchNorm",
	"gorgonia.im2colOp": "graph.Conv2D", "gorgonia.maxPoolOp": "graph.MaxPool2D (or graph.AvgPool2D: gorgonia.AveragePool1D builds this too)", "gorgonia.avgPoolOp": "graph.AvgPool2D",
	"gorgonia.tensordotOp": "graph.MatMul with graph.Transpose and graph.Reshape", "gorgonia.clampOp": "graph.ReLU",
}

// stock builds the equivalent of stock node n on in, its replaced children.
func stock(n *Node, in []*Node) *Node {
	o := n.Op()
	kind := strings.TrimPrefix(fmt.Sprintf("%T", o), "*")
	v := reflect.Indirect(reflect.ValueOf(o))
	switch kind {
	case "gorgonia.constantScalar", "gorgonia.constantTensor":
		return stockConstant(n)
	case "gorgonia.Iop":
		return in[0]
	case "gorgonia.sizeOp":
		if a := int(v.FieldByName("axis").Int()); a < 0 || a >= len(dims(in[0])) {
			fail("SizeOf", "axis %d of shape %v", a, dims(in[0]))
		}
		return newFill(n.Graph(), n.Dtype(), float64(dims(in[0])[v.FieldByName("axis").Int()]), nil)
	case "gorgonia.elemUnaryOp":
		if f := stockUnary[o.String()]; f != nil {
			return f(in[0])
		}
	case "gorgonia.elemBinOp":
		if x := rectified(n, false); x != nil {
			return ReLU(known(x))
		}
		if x, slope := leaky(n); x != nil {
			return LeakyReLU(known(x), slope)
		}
		if _, c, ok := constantPower(n); ok {
			return PowC(in[0], c)
		}
		name, same, _ := strings.Cut(o.String(), " ")
		if f := stockBinary[name]; f != nil && (same == "true" || strings.Contains("+-⊙÷^", name)) {
			return f(matchScalars(in[0], in[1]))
		}
	case "gorgonia.linAlgBinOp":
		return stockProduct(v, in)
	case "gorgonia.sumOp":
		return Sum(in[0], intField(v, "along")...)
	case "gorgonia.maxOp":
		return Max(in[0], intField(v, "along")...)
	case "gorgonia.transposeOp":
		return Transpose(in[0], intField(v, "pattern")...)
	case "gorgonia.reshapeOp":
		return Reshape(in[0], dims(n)...)
	case "gorgonia.concatOp":
		return Concat(int(v.FieldByName("axis").Int()), in...)
	case "gorgonia.repeatOp":
		if m := stockRepeat(n, in[0], int(v.FieldByName("along").Int())); m != nil {
			return m
		}
	}
	hint := "build it from functions of package graph"
	symbol, same, _ := strings.Cut(fmt.Sprint(o), " ")
	if r, ok := replacements[kind]; ok {
		hint = "use " + r
	} else if r, ok := replacements[symbol]; ok {
		hint = "use " + r
	} else if same == "false" && kind == "gorgonia.elemBinOp" {
		hint = "set retSame, so that the comparison gives numbers"
	}
	if kind == "gorgonia.softmaxOp" && v.FieldByName("isLog").Bool() {
		hint = "use graph.Sub of x and graph.LogSumExp"
	}
	panic(&Error{Op: strings.TrimPrefix(kind, "gorgonia."), Node: describe(n),
		Message: "this stock operation is not on the list of those that are known to be differentiated rightly; " + hint})
}

func intField(v reflect.Value, name string) []int {
	f := v.FieldByName(name)
	out := make([]int, f.Len())
	for i := range out {
		out[i] = int(f.Index(i).Int())
	}
	return out
}

// matchScalars lets (n), (n, 1) and (1, n) operands of one size meet, as gorgonia does.
func matchScalars(x, y *Node) (*Node, *Node) {
	if dx, dy := dims(x), dims(y); len(dx) != len(dy) && len(dx) > 0 && len(dy) > 0 && size(dx) == size(dy) {
		y = Reshape(y, dx...)
	}
	return x, y
}

// stockProduct: gorgonia's products of matrices, vectors and stacks of matrices, in the order of
// its constants.
func stockProduct(v reflect.Value, in []*Node) *Node {
	const matMul, matVec, dot, outer, batched = 0, 1, 2, 3, 4
	a, b := in[0], in[1]
	o := matmul{ta: v.FieldByName("transA").Bool(), tb: v.FieldByName("transB").Bool()}
	column := func(x *Node) *Node { return Reshape(x, size(dims(x)), 1) }
	switch v.FieldByName("āBinaryOperator").Uint() {
	case matMul, batched:
		return apply(o, a, b)
	case matVec:
		return apply(o, a, column(b))
	case dot:
		return apply(matmul{ta: true}, column(a), column(b))
	case outer:
		return apply(matmul{tb: true}, column(a), column(b))
	}
	panic(&Error{Op: "linAlgBinOp", Message: fmt.Sprintf("unknown product of %s and %s", describe(a), describe(b))})
}

// stockRepeat is a repeat along an axis of size 1, which is what gorgonia's broadcasting makes; nil
// otherwise.
func stockRepeat(n, x *Node, axis int) *Node {
	from, to := dims(x), dims(n)
	if len(from) == 0 {
		return BroadcastTo(x, to...)
	}
	if len(from) == len(to) && axis < len(from) && from[axis] == 1 {
		return BroadcastTo(x, to...)
	}
	if size(from) == from[0] && len(to) == 2 && to[0] == from[0] && axis == 1 { // a vector as a column
		return BroadcastTo(Reshape(x, from[0], 1), to...)
	}
	return nil
}

// stockConstant is a constant of gorgonia's.
func stockConstant(n *Node) *Node {
	v := n.Op().(interface{ Value() gorgonia.Value }).Value()
	switch x := v.Data().(type) {
	case float64:
		return newFill(n.Graph(), n.Dtype(), x, nil)
	case float32:
		return newFill(n.Graph(), n.Dtype(), float64(x), nil)
	}
	d, ok := v.(*tensor.Dense)
	if !ok {
		fail("constant", "a constant of type %T: want a number or a *tensor.Dense", v)
	}
	return applyIn(n.Graph(), n.Dtype(), constant{v: rowMajorTensor(d), shape: slices.Clone(dims(n))})
}
