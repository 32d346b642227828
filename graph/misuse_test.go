package graph

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// misuse is what a call may be given: nodes of one graph, and those that do not belong.
type misuse struct {
	g                              *G.ExprGraph
	x, m, images, index            *Node // (2, 3, 4), (3, 4), (2, 5, 6, 2) and (3)
	scalar, single, other, foreign *Node // of float32 and of another graph: (3, 4)
	sparse, shapeless              *Node
}

func newMisuse() *misuse {
	g := G.NewGraph()
	in := func(name string, shape ...int) *Node { return Input(g, tensor.Float64, name, shape...) }
	return &misuse{g: g, x: in("x", 2, 3, 4), m: in("m", 3, 4), images: in("images", 2, 5, 6, 2), index: in("index", 3), scalar: in("scalar"),
		single: Input(g, tensor.Float32, "single", 3, 4), foreign: Input(G.NewGraph(), tensor.Float64, "m", 3, 4), other: in("other", 7),
		sparse: SparseInput(g, tensor.Float64, "sparse", 3, 4), shapeless: G.NewMatrix(g, tensor.Float64, G.WithName("shapeless"))}
}

const huge = math.MaxInt/2 + 1 // twice that is negative, four times 0

// Whatever a call is given that it cannot take ends in this package's error, which names the call.
func TestMisuseIsAnError(t *testing.T) {
	check := func(name string, call func(u *misuse) error) {
		t.Run(name, func(t *testing.T) {
			var err error
			require.NotPanics(t, func() { err = call(newMisuse()) })
			require.Error(t, err)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.NotContains(t, e.Message, "panicked", "an error of the package's own")
			assert.NotEmpty(t, e.Op)
		})
	}
	for name, f := range unaryCalls() {
		for what, bad := range map[string]func(u *misuse) *Node{
			"nil": func(*misuse) *Node { return nil }, "sparse": func(u *misuse) *Node { return u.sparse }, "no shape": func(u *misuse) *Node { return u.shapeless },
		} {
			check(name+" of "+what, func(u *misuse) error { return Build(func() { f(u, bad(u)) }) })
		}
	}
	for name, f := range binaryCalls() {
		for what, bad := range map[string]func(u *misuse) *Node{
			"nil": func(*misuse) *Node { return nil }, "another graph": func(u *misuse) *Node { return u.foreign }, "another precision": func(u *misuse) *Node { return u.single },
			"another shape": func(u *misuse) *Node { return u.other }, "no shape": func(u *misuse) *Node { return u.shapeless },
		} {
			if name == "bias" && what == "nil" { // which stands for none
				continue
			}
			check(name+" with "+what, func(u *misuse) error { return Build(func() { f(u, bad(u)) }) })
		}
	}
	for name, f := range badCalls() {
		check(name, func(u *misuse) error { return Build(func() { f(u) }) })
	}
	for name, f := range badErrors() {
		check(name, f)
	}
}

func unaryCalls() map[string]func(u *misuse, x *Node) {
	calls := map[string]func(u *misuse, x *Node){
		"LeakyReLU": func(_ *misuse, x *Node) { LeakyReLU(x, 0.1) }, "Scale": func(_ *misuse, x *Node) { Scale(x, 2) }, "Shift": func(_ *misuse, x *Node) { Shift(x, 2) },
		"PowC": func(_ *misuse, x *Node) { PowC(x, 3) }, "Sum": func(_ *misuse, x *Node) { Sum(x) }, "Mean": func(_ *misuse, x *Node) { Mean(x, 0) },
		"Norm": func(_ *misuse, x *Node) { Norm(x) }, "LogSoftmax": func(_ *misuse, x *Node) { LogSoftmax(x, -1) },
		"Max": func(_ *misuse, x *Node) { Max(x) }, "BroadcastTo": func(_ *misuse, x *Node) { BroadcastTo(x, 2, 3, 4) }, "Reshape": func(_ *misuse, x *Node) { Reshape(x, 12) },
		"Transpose": func(_ *misuse, x *Node) { Transpose(x) }, "Slice": func(_ *misuse, x *Node) { Slice(x, 0, 0, 1) }, "Pad": func(_ *misuse, x *Node) { Pad(x, 0, 1, 1) },
		"Concat": func(_ *misuse, x *Node) { Concat(0, x, x) }, "Stack": func(_ *misuse, x *Node) { Stack(x, x) }, "Softmax": func(_ *misuse, x *Node) { Softmax(x, -1) },
		"LogSumExp": func(_ *misuse, x *Node) { LogSumExp(x, -1) }, "OneHot": func(_ *misuse, x *Node) { OneHot(x, 3) },
		"MaxPool2D": func(_ *misuse, x *Node) { MaxPool2D(x, Window{Size: [2]int{2, 2}}) }, "AvgPool2D": func(_ *misuse, x *Node) { AvgPool2D(x, Window{Size: [2]int{2, 2}}) },
		"Dropout": func(u *misuse, x *Node) { Dropout(x, u.m, 0.5, 1) }, "LayerNorm": func(u *misuse, x *Node) { LayerNorm(x, u.index, u.index, 1e-3) },
		"Moments": func(u *misuse, x *Node) { Moments(x, u.index) }, "Conv2D": func(u *misuse, x *Node) { Conv2D(x, u.images, Window{}) },
		"filters": func(u *misuse, x *Node) { Conv2D(u.images, x, Window{}) }, "Grad": func(u *misuse, x *Node) { throw(Grad(Sum(u.m), x)) },
		"LSTM": func(u *misuse, x *Node) { LSTM(x, u.m, u.m, u.m) }, "Gather": func(u *misuse, x *Node) { Gather(u.m, x) }, "table": func(u *misuse, x *Node) { Gather(x, u.index) },
		"ScatterAdd": func(u *misuse, x *Node) { ScatterAdd(x, u.index, 3) }, "SquaredError": func(u *misuse, x *Node) { SquaredError(x, u.m) },
		"SoftmaxCrossEntropy": func(u *misuse, x *Node) { SoftmaxCrossEntropy(x, u.index) }, "Logistic": func(u *misuse, x *Node) { Logistic(x, u.index) },
		"PerSample": func(u *misuse, x *Node) { throw(PerSample(x, u.m)) }, "Compile": func(_ *misuse, x *Node) { throw(Compile(x)) },
		"BatchNorm": func(u *misuse, x *Node) { BatchNorm(x, u.index, u.index, u.index, u.index, 1e-3) },
	}
	for name, f := range map[string]func(*Node) *Node{"Neg": Neg, "Exp": Exp, "Log": Log, "Sqrt": Sqrt, "Square": Square, "Abs": Abs, "Tanh": Tanh, "Sigmoid": Sigmoid,
		"Softplus": Softplus, "ReLU": ReLU, "Erf": Erf, "GELU": GELU, "Recip": Recip} {
		calls[name] = func(_ *misuse, x *Node) { f(x) }
	}
	return calls
}

// binaryCalls have an argument that has to fit one of shape (3, 4).
func binaryCalls() map[string]func(u *misuse, y *Node) {
	calls := map[string]func(u *misuse, y *Node){
		"MatMul": func(u *misuse, y *Node) { MatMul(Transpose(u.m), y) }, "Affine": func(u *misuse, y *Node) { Affine(Transpose(u.m), y, nil) },
		"bias": func(u *misuse, y *Node) { Affine(u.m, Transpose(u.m), y) }, "SparseMul": func(u *misuse, y *Node) { SparseMul(u.sparse, Transpose(y)) },
		"Concat": func(u *misuse, y *Node) { Concat(0, u.m, y) }, "Stack": func(u *misuse, y *Node) { Stack(u.m, y) }, "SquaredError": func(u *misuse, y *Node) { SquaredError(u.m, y) },
		"HVP": func(u *misuse, y *Node) { throw(HVP(Sum(Square(u.m)), []*Node{u.m}, []*Node{y})) }, "JVP": func(u *misuse, y *Node) { throw(JVP([]*Node{Square(u.m)}, []*Node{u.m}, []*Node{y})) },
		"VJP":   func(u *misuse, y *Node) { throw(VJP([]*Node{Square(u.m)}, []*Node{y}, []*Node{u.m})) },
		"GGNVP": func(u *misuse, y *Node) { throw(GGNVP(u.m, Sum(Square(u.m)), []*Node{u.m}, []*Node{y})) },
		"gain":  func(u *misuse, y *Node) { LayerNorm(u.m, y, y, 1e-3) },
	}
	for name, f := range map[string]func(x, y *Node) *Node{"Add": Add, "Sub": Sub, "Mul": Mul, "Div": Div, "Pow": Pow} {
		calls[name] = func(u *misuse, y *Node) { f(u.m, y) }
		calls[name+", turned"] = func(u *misuse, y *Node) { f(y, u.m) }
	}
	return calls
}

// throw panics with the error of a call that returns one.
func throw(_ any, err error) {
	if err != nil {
		panic(err)
	}
}

func badCalls() map[string]func(u *misuse) {
	window := func(change func(w *Window)) Window {
		w := Window{Size: [2]int{2, 2}}
		change(&w)
		return w
	}
	calls := map[string]func(u *misuse){
		"a factor that is no number":        func(u *misuse) { Scale(u.m, math.NaN()) },
		"a summand that is no number":       func(u *misuse) { Shift(u.m, math.NaN()) },
		"an exponent that is no number":     func(u *misuse) { PowC(u.m, math.NaN()) },
		"a slope that is no number":         func(u *misuse) { LeakyReLU(u.m, math.NaN()) },
		"a slope that is infinite":          func(u *misuse) { LeakyReLU(u.m, math.Inf(-1)) },
		"a number beyond float32":           func(u *misuse) { Fixed(u.single, []float64{-1e39}, 1) },
		"a scalar beyond float32":           func(u *misuse) { Fixed(u.single, []float64{1e39}) },
		"a scalar that is no number":        func(u *misuse) { Fixed(u.m, []float64{math.NaN()}) },
		"a weight of no columns":            func(*misuse) { Weight("w", 3, 0) },
		"a weight of a negative size":       func(*misuse) { HeWeight("w", -1, 2) },
		"a bias of no numbers":              func(*misuse) { Bias("b", 0) },
		"a weight that overflows":           func(*misuse) { Orthogonal("w", 1<<32, 1<<32) },
		"a deviation that is no number":     func(*misuse) { Normal("w", math.NaN(), 2) },
		"a negative deviation":              func(*misuse) { Normal("w", -1, 2) },
		"an infinite limit":                 func(*misuse) { Uniform("w", math.Inf(1), 2) },
		"a start that is no number":         func(*misuse) { Constant("w", math.NaN(), 2) },
		"Convert of other lengths":          func(*misuse) { Convert(make([]float32, 2), make([]float64, 3)) },
		"Convert to fewer":                  func(*misuse) { Convert(make([]float64, 2), make([]float64, 3)) },
		"Accumulate of other lengths":       func(*misuse) { Accumulate(make([]float64, 2), make([]float32, 3)) },
		"SumOuter of no rows":               func(*misuse) { SumOuter(make([]float64, 2), make([]float64, 2), make([]float64, 1), 0) },
		"SumOuter of other lengths":         func(*misuse) { SumOuter(make([]float64, 2), make([]float64, 3), make([]float64, 2), 2) },
		"Input without a graph":             func(u *misuse) { Input(nil, tensor.Float64, "y", 2) },
		"Input of whole numbers":            func(u *misuse) { Input(u.g, tensor.Int, "y", 2) },
		"Input of a name that is there":     func(u *misuse) { Input(u.g, tensor.Float64, "m", 2) },
		"SparseInput without a graph":       func(u *misuse) { SparseInput(nil, tensor.Float64, "y", 2, 2) },
		"SparseInput of whole numbers":      func(u *misuse) { SparseInput(u.g, tensor.Int, "y", 2, 2) },
		"SparseInput without rows":          func(u *misuse) { SparseInput(u.g, tensor.Float64, "y", 0, 2) },
		"SparseInput with too many columns": func(u *misuse) { SparseInput(u.g, tensor.Float64, "y", 1, math.MaxInt32+2) },
		"Fixed of too few numbers":          func(u *misuse) { Fixed(u.m, []float64{1}, 2) },
		"Fixed of nothing":                  func(u *misuse) { Fixed(u.m, nil, 0) },
		"Fixed of a negative size":          func(u *misuse) { Fixed(u.m, []float64{1}, -1, -1) },
		"Fixed like nil":                    func(u *misuse) { Fixed(nil, []float64{1}, 1) },
		"axis of a scalar's sum":            func(u *misuse) { Sum(u.scalar, 0) },
		"axis of a scalar's mean":           func(u *misuse) { Mean(u.scalar, 1) },
		"axis of a scalar's maximum":        func(u *misuse) { Max(u.scalar, -1) },
		"an axis twice":                     func(u *misuse) { Sum(u.x, 1, -2) },
		"an axis twice in a maximum":        func(u *misuse) { Max(u.x, 0, 0) },
		"an axis that is not there":         func(u *misuse) { Mean(u.x, 3) },
		"a negative axis that is not there": func(u *misuse) { Sum(u.x, -4) },
		"softmax of an axis not there":      func(u *misuse) { Softmax(u.x, 3) },
		"softmax of a scalar":               func(u *misuse) { Softmax(u.scalar, 0) },
		"log-sum-exp of a scalar":           func(u *misuse) { LogSumExp(u.scalar, 0) },
		"Concat of nothing":                 func(u *misuse) { Concat(0) },
		"Concat of one along no axis":       func(u *misuse) { Concat(2, u.m) },
		"Concat along no axis":              func(u *misuse) { Concat(-1, u.m, u.m) },
		"Stack of nothing":                  func(u *misuse) { Stack() },
		"Stack of scalars":                  func(u *misuse) { Stack(u.scalar, u.scalar) },
		"Transpose twice the same":          func(u *misuse) { Transpose(u.x, 0, 0, 1) },
		"Transpose of too few":              func(u *misuse) { Transpose(u.x, 1, 0) },
		"Transpose out of range":            func(u *misuse) { Transpose(Transpose(u.x), 0, 1, 3) },
		"Slice of nothing":                  func(u *misuse) { Slice(u.m, 0, 1, 1) },
		"Slice backwards":                   func(u *misuse) { Slice(u.m, 0, 2, 1) },
		"Slice beyond the end":              func(u *misuse) { Slice(u.m, 0, 0, 4) },
		"Slice before the start":            func(u *misuse) { Slice(u.m, 0, -1, 2) },
		"Slice of no axis":                  func(u *misuse) { Slice(u.m, 2, 0, 1) },
		"Pad by less than nothing":          func(u *misuse) { Pad(u.m, 0, -1, 0) },
		"Pad of no axis":                    func(u *misuse) { Pad(u.m, 2, 0, 0) },
		"Pad that overflows":                func(u *misuse) { Pad(u.m, 0, math.MaxInt, math.MaxInt) },
		"BroadcastTo a shape that differs":  func(u *misuse) { BroadcastTo(u.m, 3, 5) },
		"BroadcastTo fewer dimensions":      func(u *misuse) { BroadcastTo(u.m, 4) },
		"BroadcastTo of a constant":         func(u *misuse) { BroadcastTo(onesLike(u.m), 5) },
		"BroadcastTo nothing":               func(u *misuse) { BroadcastTo(u.scalar, 0) },
		"BroadcastTo a negative size":       func(u *misuse) { BroadcastTo(u.scalar, -2) },
		"OneHot of no class":                func(u *misuse) { OneHot(u.index, 0) },
		"ScatterAdd to no rows":             func(u *misuse) { ScatterAdd(u.m, u.index, 0) },
		"more rows than float32 counts": func(u *misuse) {
			ScatterAdd(Fixed(u.single, []float64{1}, 1), Fixed(u.single, []float64{0}, 1), 1<<24+1)
		},
		"a table longer than float32 counts": func(u *misuse) { Gather(BroadcastTo(Sum(u.single), 1<<24+1, 1), Fixed(u.single, []float64{0}, 1)) },
		"more classes than float32 counts":   func(u *misuse) { OneHot(Fixed(u.single, []float64{0}, 1), 1<<25) },
		"Gather from a scalar":               func(u *misuse) { Gather(u.scalar, u.index) },
		"MatMul of vectors":                  func(u *misuse) { MatMul(u.index, u.index) },
		"a bias that would be repeated":      func(u *misuse) { Affine(Slice(u.m, 0, 0, 1), Transpose(u.m), Reshape(u.index, 3, 1)) },
		"a bias of one number":               func(u *misuse) { Affine(u.m, Transpose(u.m), Reshape(u.scalar, 1)) },
		"a gain of one number":               func(u *misuse) { LayerNorm(u.m, Reshape(u.scalar, 1), Reshape(u.scalar, 1), 1e-3) },
		"a mean of one number":               func(u *misuse) { v := Reshape(u.scalar, 1); BatchNorm(u.m, v, v, v, v, 1e-3) },
		"no number for epsilon":              func(u *misuse) { v := Max(u.m, 0); LayerNorm(u.m, v, v, math.NaN()) },
		"a negative epsilon":                 func(u *misuse) { v := Max(u.m, 0); LayerNorm(u.m, v, v, -1e-3) },
		"an infinite epsilon":                func(u *misuse) { v := Max(u.m, 0); BatchNorm(u.m, v, v, v, v, math.Inf(1)) },
		"a dropout rate of 1":                func(u *misuse) { Dropout(u.m, Slice(u.m, 1, 0, 2), 1, 0) },
		"a dropout rate that is no number":   func(u *misuse) { Dropout(u.m, Slice(u.m, 1, 0, 2), math.NaN(), 0) },
		"a negative dropout rate":            func(u *misuse) { Dropout(u.m, Slice(u.m, 1, 0, 2), -0.5, 0) },
		"a dropout stream out of range":      func(u *misuse) { Dropout(u.m, Slice(u.m, 1, 0, 2), 0.5, 1<<16) },
		"keys of another shape":              func(u *misuse) { Dropout(u.m, u.m, 0.5, 0) },
		"SparseMul of dense rows":            func(u *misuse) { SparseMul(u.m, u.m) },
		"labels for other rows":              func(u *misuse) { SoftmaxCrossEntropy(u.m, u.other) },
		"labels of two dimensions":           func(u *misuse) { SoftmaxCrossEntropy(u.m, u.m) },
		"logistic of two outputs":            func(u *misuse) { Logistic(u.m, u.index) },
		"squares of vectors":                 func(u *misuse) { SquaredError(u.index, u.index) },
		"filters of other channels":          func(u *misuse) { Conv2D(u.images, Fixed(u.m, make([]float64, 12), 2, 2, 3, 1), Window{}) },
		"filters larger than images":         func(u *misuse) { Conv2D(u.images, Fixed(u.m, make([]float64, 14), 7, 1, 2, 1), Window{}) },
		"a window beside filters": func(u *misuse) {
			Conv2D(u.images, Fixed(u.m, make([]float64, 8), 2, 2, 2, 1), Window{Size: [2]int{3, 3}})
		},
		"a window of no size":       func(u *misuse) { MaxPool2D(u.images, Window{}) },
		"a window in the padding":   func(u *misuse) { AvgPool2D(u.images, window(func(w *Window) { w.Before[0] = 2 })) },
		"a negative stride":         func(u *misuse) { MaxPool2D(u.images, window(func(w *Window) { w.Stride[1] = -1 })) },
		"negative padding":          func(u *misuse) { AvgPool2D(u.images, window(func(w *Window) { w.After[1] = -1 })) },
		"a window that overflows":   func(u *misuse) { MaxPool2D(u.images, window(func(w *Window) { w.Size[0] = math.MaxInt })) },
		"a dilation that overflows": func(u *misuse) { MaxPool2D(u.images, Window{Size: [2]int{3, 2}, Dilation: [2]int{huge, 1}}) },
		"padding that overflows": func(u *misuse) {
			Conv2D(u.images, Fixed(u.m, make([]float64, 8), 2, 2, 2, 1), Window{Before: [2]int{math.MaxInt, 0}})
		},
		"moments of a vector":                 func(u *misuse) { Moments(u.index, u.index) },
		"an LSTM of other units":              func(u *misuse) { LSTM(u.x, u.m, u.m, u.index) },
		"a product that overflows":            func(u *misuse) { MatMul(BroadcastTo(u.scalar, 1<<30, 1), BroadcastTo(u.scalar, 1, 1<<30)) },
		"an outer sum that overflows":         func(u *misuse) { Add(BroadcastTo(u.scalar, 1<<35, 1), BroadcastTo(u.scalar, 1<<35)) },
		"a one-hot that overflows":            func(u *misuse) { OneHot(BroadcastTo(u.scalar, 1<<35), 1<<35) },
		"nothing named by a Sum over nothing": func(u *misuse) { Sum(nil) },
		"an index out of range in the user's": func(u *misuse) { panic(&Error{Op: "user", Message: "own"}) },
	}
	for name, shape := range map[string][]int{"zero": {0}, "zero rows": {0, 3}, "negative": {-1}, "two negatives": {-2, -2}, "overflow to 0": {huge, 2, 2}, "overflow to itself": {huge + 1, 4},
		"too large": {1 << 41}, "overflow to 4": {1 << 62, 4}, "overflow to 12": {1<<62 + 3, 4}} {
		calls["Input of "+name] = func(u *misuse) { Input(u.g, tensor.Float64, "y", shape...) }
		calls["Reshape to "+name] = func(u *misuse) { Reshape(u.m, shape...) }
		calls["Reshape of a constant to "+name] = func(u *misuse) { Reshape(onesLike(u.m), shape...) }
		calls["BroadcastTo "+name] = func(u *misuse) { BroadcastTo(Reshape(u.scalar, 1), shape...) }
		calls["Fixed of "+name] = func(u *misuse) { Fixed(u.m, make([]float64, 4), shape...) }
		calls["Fixed of "+name+", empty"] = func(u *misuse) { Fixed(u.m, nil, shape...) }
	}
	return calls
}

func badErrors() map[string]func(u *misuse) error {
	second := func(_ any, err error) error { return err }
	return map[string]func(u *misuse) error{
		"Compile of nothing":         func(u *misuse) error { return second(Compile()) },
		"Compile of two precisions":  func(u *misuse) error { return second(Compile(u.m, u.single)) },
		"Compile of two graphs":      func(u *misuse) error { return second(Compile(u.m, u.foreign)) },
		"Compile of a sparse output": func(u *misuse) error { return second(Compile(u.sparse)) },
		"varying nil":                func(u *misuse) error { return second(CompileVarying([]*Node{nil}, u.m)) },
		"varying that is no input":   func(u *misuse) error { return second(CompileVarying([]*Node{Exp(u.m)}, u.m)) },
		"varying of another graph":   func(u *misuse) error { return second(CompileVarying([]*Node{u.foreign}, u.m)) },
		"Compile of far too much": func(u *misuse) error {
			big := BroadcastTo(u.scalar, 1<<40)
			return second(Compile(Sum(Max(Reshape(Tanh(big), 1<<20, 1<<20), 0)), Exp(big)))
		},
		"Grad of no scalar":        func(u *misuse) error { return second(Grad(u.m, u.m)) },
		"Grad of nil":              func(u *misuse) error { return second(Grad(nil, u.m)) },
		"Grad by another graph":    func(u *misuse) error { return second(Grad(Sum(u.m), u.foreign)) },
		"Grad by sparse rows":      func(u *misuse) error { return second(Grad(Sum(SparseMul(u.sparse, Transpose(u.m))), u.sparse)) },
		"HVP with too few vectors": func(u *misuse) error { return second(HVP(Sum(u.m), []*Node{u.m}, nil)) },
		"HVP of no scalar":         func(u *misuse) error { return second(HVP(u.m, []*Node{u.m}, []*Node{u.m})) },
		"HVP along itself":         func(u *misuse) error { return second(HVP(Sum(u.m), []*Node{u.m}, []*Node{Exp(u.m)})) },
		"JVP of nil":               func(u *misuse) error { return second(JVP([]*Node{nil}, []*Node{u.m}, []*Node{u.m})) },
		"VJP of nil":               func(u *misuse) error { return second(VJP([]*Node{nil}, []*Node{u.m}, []*Node{u.m})) },
		"GGNVP of no scalar": func(u *misuse) error {
			return second(GGNVP(u.m, u.m, []*Node{u.m}, []*Node{Fixed(u.m, make([]float64, 12), 3, 4)}))
		},
		"PerSample of a scalar":        func(u *misuse) error { return second(PerSample(u.scalar, u.m)) },
		"PerSample of a matrix":        func(u *misuse) error { return second(PerSample(u.m, u.m)) },
		"PerSample by another graph":   func(u *misuse) error { return second(PerSample(u.index, u.foreign)) },
		"PerSample by nil":             func(u *misuse) error { return second(PerSample(u.index, nil)) },
		"a frame of nothing":           func(u *misuse) error { return second(NewFrame[float64](nil)) },
		"a frame of a zero program":    func(u *misuse) error { return second(NewFrame[float64](&Program{})) },
		"a run of nothing":             func(u *misuse) error { return second((*Program)(nil).Run(nil)) },
		"a run of a zero program":      func(u *misuse) error { return second(new(Program).Run(nil)) },
		"a run of a zero frame":        func(u *misuse) error { return new(Frame[float64]).Run(nil) },
		"an input of a zero frame":     func(u *misuse) error { return new(Frame[float64]).Set(u.m, nil) },
		"rows of a zero frame":         func(u *misuse) error { return new(Frame[float64]).SetSparse(u.sparse, nil) },
		"an output of a zero frame":    func(u *misuse) error { return Build(func() { new(Frame[float64]).Output(0) }) },
		"a length of a zero frame":     func(u *misuse) error { return Build(func() { new(Frame[float64]).OutputLen(0) }) },
		"an output that is not there":  func(u *misuse) error { return Build(func() { frameOf(u.m).Output(1) }) },
		"an output before the run":     func(u *misuse) error { return Build(func() { frameOf(Exp(u.m)).Output(0) }) },
		"a length that is not there":   func(u *misuse) error { return Build(func() { frameOf(u.m).OutputLen(-1) }) },
		"a value for nil":              func(u *misuse) error { return frameOf(u.m).Set(nil, nil) },
		"rows for nil":                 func(u *misuse) error { return frameOf(u.m).SetSparse(nil, nil) },
		"a value for no input":         func(u *misuse) error { return frameOf(Exp(u.m)).Set(Exp(u.m), make([]float64, 12)) },
		"a value for another graph":    func(u *misuse) error { return frameOf(Exp(u.m)).Set(u.foreign, make([]float64, 12)) },
		"a value for nil in Run":       func(u *misuse) error { return runWith(u.m, map[*Node]G.Value{nil: G.NewF64(1)}) },
		"a value for an operation":     func(u *misuse) error { return runWith(u.m, map[*Node]G.Value{Exp(u.m): G.NewF64(1)}) },
		"a value for an unknown input": func(u *misuse) error { return runWith(u.m, map[*Node]G.Value{u.foreign: G.NewF64(1)}) },
		"a panic of gorgonia's":        func(u *misuse) error { err := Build(func() { G.Must(G.Div(u.m, u.other)) }); return own(err) },
		"an error in gorgonia.Must":    func(u *misuse) error { err := Build(func() { G.Must(G.Add(u.m, u.other)) }); return own(err) },
		"an index out of range":        func(u *misuse) error { err := Build(func() { _ = []int{}[u.m.Dims()] }); return own(err) },
	}
}

// own takes the word away that TestMisuseIsAnError looks for in panics that are not meant to be.
func own(err error) error {
	var e *Error
	if err, ok := err.(*Error); ok {
		e = err
	}
	if e == nil || !strings.Contains(e.Message, "panicked (misuse_test.go:") {
		return fmt.Errorf("the place is missing: %w", err)
	}
	e.Message = ""
	return e
}

func frameOf(outputs ...*Node) *Frame[float64] {
	p, err := Compile(outputs...)
	if err != nil {
		panic(err)
	}
	f, err := NewFrame[float64](p)
	if err != nil {
		panic(err)
	}
	return f
}

func runWith(y *Node, feed map[*Node]G.Value) error {
	p, err := Compile(y)
	if err == nil {
		_, err = p.Run(feed)
	}
	return err
}

// What a program is fed is data: each mistake is an error of the run.
func TestBadFeeds(t *testing.T) {
	dense := func(back any, shape ...int) G.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(back))
	}
	u := newMisuse()
	masked := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(make([]float64, 12)))
	require.NoError(t, masked.MaskedEqual(0.0))
	rows := func(change func(s *Sparse[float64])) *Sparse[float64] { s := sparseOf[float64](); change(s); return s }
	for _, c := range []struct {
		name, want string
		y          *Node
		feed       map[*Node]G.Value
	}{
		{"nothing", "was not fed", u.m, nil},
		{"nil", "nil", u.m, map[*Node]G.Value{u.m: nil}},
		{"a nil tensor", "nil", u.m, map[*Node]G.Value{u.m: (*tensor.Dense)(nil)}},
		{"a nil matrix", "nil", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: (*Sparse[float64])(nil)}},
		{"another size", "shape", u.m, map[*Node]G.Value{u.m: dense(make([]float64, 6), 2, 3)}},
		{"another order", "shape", u.m, map[*Node]G.Value{u.m: dense(make([]float64, 12), 4, 3)}},
		{"one number", "12 numbers", u.m, map[*Node]G.Value{u.m: G.NewF64(1)}},
		{"a tensor for a number", "shape", u.scalar, map[*Node]G.Value{u.scalar: dense(make([]float64, 2), 2)}},
		{"another precision", "float32", u.m, map[*Node]G.Value{u.m: dense(make([]float32, 12), 3, 4)}},
		{"whole numbers", "int", u.m, map[*Node]G.Value{u.m: dense(make([]int, 12), 3, 4)}},
		{"a masked tensor", "masked", u.m, map[*Node]G.Value{u.m: masked}},
		{"rows for a dense input", "dense", u.m, map[*Node]G.Value{u.m: sparseOf[float64]()}},
		{"a tensor for rows", "sparse", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: dense(make([]float64, 12), 3, 4)}},
		{"rows of another precision", "float32", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: sparseOf[float32]()}},
		{"too few row pointers", "row pointers", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Indptr = s.Indptr[:3] })}},
		{"falling row pointers", "lies at", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Indptr[1] = 3 })}},
		{"a column out of range", "column index 4", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Indices[1] = 4 })}},
		{"a negative column", "column index -1", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Indices[0] = -1 })}},
		{"a column twice", "two values of column 0", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Indices[1] = 0 })}},
		{"a column twice, in disorder", "two values of column 3", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Indices[2], s.Indices[3] = 3, 1; s.Indices[4] = 3 })}},
		{"negative rows", "shape", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Rows = -1; s.Indptr = nil })}},
		{"other rows", "sparse rows", SparseMul(u.sparse, Transpose(u.m)), map[*Node]G.Value{u.sparse: rows(func(s *Sparse[float64]) { s.Cols = 5 })}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			require.NotPanics(t, func() { err = runWith(c.y, c.feed) })
			require.ErrorContains(t, err, c.want)
		})
	}
}

// An index or a label that is no row or class ends the run; it is never read as another one.
func TestIndicesOutOfRange(t *testing.T) {
	bad := []float64{-1, 3, 4, 0.5, 2.999999, 1e9, 1e300, -1e300, math.MaxInt64, math.NaN(), math.Inf(1), math.Inf(-1), 1 << 53}
	check := func(t *testing.T, dt tensor.Dtype) {
		for name, build := range map[string]func(x, index *Node) *Node{
			"Gather":                func(x, index *Node) *Node { return Gather(x, index) },
			"gradient of Gather":    func(x, index *Node) *Node { g, _ := Grad(Sum(Square(Gather(x, index))), x); return g[0] },
			"ScatterAdd":            func(x, index *Node) *Node { return ScatterAdd(x, index, 3) },
			"OneHot":                func(_, index *Node) *Node { return OneHot(index, 3) },
			"SoftmaxCrossEntropy":   func(x, index *Node) *Node { return SoftmaxCrossEntropy(x, index) },
			"gradient of that loss": func(x, index *Node) *Node { g, _ := Grad(Sum(SoftmaxCrossEntropy(x, index)), x); return g[0] },
		} {
			g := G.NewGraph()
			x, index := Input(g, dt, "x", 3, 3), Input(g, dt, "index", 3)
			p, err := Compile(build(x, index))
			require.NoError(t, err)
			for _, b := range append(bad, 1) {
				feed := map[*Node]G.Value{x: tensor.New(tensor.WithShape(3, 3), tensor.Of(dt))}
				if dt == tensor.Float64 {
					feed[index] = tensor.New(tensor.WithBacking([]float64{0, b, 2}))
				} else {
					feed[index] = tensor.New(tensor.WithBacking([]float32{0, float32(b), 2}))
				}
				_, err := p.Run(feed)
				if b == 1 {
					assert.NoError(t, err, "a run after those that failed")
					continue
				}
				require.Error(t, err, "%s of %v", name, b)
				assert.Contains(t, err.Error(), "number 1 of the input")
			}
		}
	}
	t.Run("double", func(t *testing.T) { check(t, tensor.Float64) })
	t.Run("single", func(t *testing.T) { check(t, tensor.Float32) })
}
