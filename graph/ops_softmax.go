package graph

import (
	"fmt"
	"slices"
)

// softmax is exp(x)/sum exp(x) along the last axis, shifted by the largest element so that nothing
// overflows. Elements that are +Inf share the whole. A row of -Inf has no softmax and gives NaN or,
// as the slope of a [logSumExp], which nothing finite can move, zeros.
type softmax struct{ slope bool }

func (s softmax) String() string {
	if s.slope {
		return "softmax[slope]"
	}
	return "softmax"
}
func (s softmax) infer(in [][]int) ([]int, error) {
	if len(in[0]) == 0 {
		return nil, fmt.Errorf("softmax of a scalar")
	}
	return in[0], nil
}
func (softmax) adjoint(_ []*Node, y, dy *Node, _ []bool) []*Node {
	return []*Node{apply(softmaxSlope{}, y, dy)}
}

// softmaxSlope is the Jacobian of a softmax with value p, which is symmetric, times d: p(d - p'd),
// row by row.
type softmaxSlope struct{}

func (softmaxSlope) String() string { return "softmaxslope" }
func (softmaxSlope) infer(in [][]int) ([]int, error) {
	return binary{}.infer(in)
}

// adjoint: by p it is center(p, dy)*center(p, d) but for a constant in each row, which the softmax
// behind p takes away.
func (s softmaxSlope) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	p, d := in[0], in[1]
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = Mul(apply(center{}, p, dy), apply(center{}, p, d))
	}
	if need[1] {
		out[1] = apply(s, p, dy)
	}
	return out
}

// center is d - p'd, row by row, for weights p that add up to 1: what d differs by from its mean.
type center struct{}

func (center) String() string { return "center" }
func (center) infer(in [][]int) ([]int, error) {
	return binary{}.infer(in)
}
func (c center) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	p, d := in[0], in[1]
	out := []*Node{nil, nil}
	if need[0] { // -d*sum(dy) but for a constant in each row, as above
		out[0] = Neg(Mul(apply(c, p, d), rowSum(dy)))
	}
	if need[1] {
		out[1] = apply(centerT{}, p, dy)
	}
	return out
}

// rowSum adds up the last axis, which keeps size 1.
func rowSum(x *Node) *Node {
	last := len(dims(x)) - 1
	return keepDims(Sum(x, last), dims(x), []int{last})
}

// centerT is d - p*sum(d), row by row, for the same weights: the transpose of center.
type centerT struct{}

func (centerT) String() string { return "centerT" }
func (centerT) infer(in [][]int) ([]int, error) {
	return binary{}.infer(in)
}
func (centerT) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	p, d := in[0], in[1]
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = Neg(Mul(dy, rowSum(d)))
	}
	if need[1] {
		out[1] = apply(center{}, p, dy)
	}
	return out
}

// logSoftmax is the logarithm of softmax along the last axis. That of a probability near 1 is taken
// from the others.
type logSoftmax struct{}

func (logSoftmax) String() string { return "logsoftmax" }
func (logSoftmax) infer(in [][]int) ([]int, error) {
	return softmax{}.infer(in)
}
func (logSoftmax) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{apply(centerT{}, apply(softmax{}, in[0]), dy)}
}

// logSumExp is log(sum exp(x)) along the last axis, which vanishes: -Inf for a row of -Inf, +Inf
// for one with +Inf.
type logSumExp struct{}

func (logSumExp) String() string { return "logsumexp" }
func (logSumExp) infer(in [][]int) ([]int, error) {
	if len(in[0]) == 0 {
		return nil, fmt.Errorf("log-sum-exp of a scalar")
	}
	return slices.Clone(in[0][:len(in[0])-1]), nil
}
func (logSumExp) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{Mul(apply(softmax{slope: true}, in[0]), keepDims(dy, dims(in[0]), []int{len(dims(in[0])) - 1}))}
}

// crossEntropy is logsumexp(x) - x[y] along the last axis, which vanishes, for class indices y. It
// is the sum of two numbers that are not negative, max(x) - x[y] and log(sum exp(x - max(x))), the
// latter from the other elements than the largest: so neither a shift of all x nor a confident
// right answer costs digits. A class at -Inf has probability 0; where it is the label the loss is
// +Inf.
type crossEntropy struct{}

func (crossEntropy) String() string { return "crossentropy" }
func (crossEntropy) infer(in [][]int) ([]int, error) {
	x := in[0]
	if len(x) == 0 || !sameShape(in[1], x[:len(x)-1]) {
		return nil, fmt.Errorf("outputs %v and labels %v", x, in[1])
	}
	return slices.Clone(in[1]), nil
}
func (crossEntropy) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil} // the labels are not differentiated
	if need[0] {
		x := dims(in[0])
		out[0] = Mul(apply(crossEntropySlope{}, in...), keepDims(dy, x, []int{len(x) - 1}))
	}
	return out
}

// crossEntropySlope is the derivative of crossEntropy: softmax(x), less 1 at the label, where that
// is the others' sum with a minus.
type crossEntropySlope struct{}

func (crossEntropySlope) String() string { return "crossentropyslope" }
func (crossEntropySlope) infer(in [][]int) ([]int, error) {
	_, err := crossEntropy{}.infer(in)
	return in[0], err
}
func (crossEntropySlope) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = apply(softmaxSlope{}, apply(softmax{slope: true}, in[0]), dy)
	}
	return out
}

// lastAxis calls f with the given axis moved to the end.
func lastAxis(op string, x *Node, axis int, f func(*Node) *Node) (y *Node, perm []int) {
	a := checkAxes(op, x, []int{axis})[0]
	n := len(dims(x))
	if a == n-1 {
		return f(x), nil
	}
	for i := range n {
		if i != a {
			perm = append(perm, i)
		}
	}
	perm = append(perm, a)
	return f(Transpose(x, perm...)), perm
}

// alongAxis applies an operation on the last axis along another.
func alongAxis(op string, x *Node, axis int, o operator) *Node {
	y, perm := lastAxis(op, x, axis, func(x *Node) *Node { return apply(o, x) })
	if perm == nil {
		return y
	}
	inverse := make([]int, len(perm))
	for i, p := range perm {
		inverse[p] = i
	}
	return Transpose(y, inverse...)
}

// Softmax returns exp(x)/sum(exp(x)) along an axis (negative: from the end), without overflow.
// Elements at -Inf, as of a mask, are 0; those at +Inf share the whole. Where all are -Inf there is
// no softmax, and the result is NaN.
func Softmax(x *Node, axis int) *Node { return alongAxis("Softmax", x, axis, softmax{}) }

// LogSoftmax returns log(softmax(x)) along an axis (negative: from the end). It keeps its digits
// where a probability is near 1 or too small for a number, which the logarithm of [Softmax] does
// not, and x less [LogSumExp] only for small ones. Elements at -Inf give -Inf.
func LogSoftmax(x *Node, axis int) *Node { return alongAxis("LogSoftmax", x, axis, logSoftmax{}) }

// LogSumExp returns log(sum(exp(x))) along an axis, which vanishes from the shape, without
// overflow: -Inf where all elements are, with slopes of 0, and +Inf where one is, whose slope is 1;
// several share it.
func LogSumExp(x *Node, axis int) *Node {
	y, _ := lastAxis("LogSumExp", x, axis, func(x *Node) *Node { return apply(logSumExp{}, x) })
	return y
}
