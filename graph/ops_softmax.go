package graph

import (
	"fmt"
	"slices"
)

// softmax is exp(x)/sum exp(x) along the last axis, shifted by the largest element so that nothing overflows.
type softmax struct{}

func (softmax) String() string { return "softmax" }
func (softmax) infer(in [][]int) ([]int, error) {
	if len(in[0]) == 0 {
		return nil, fmt.Errorf("softmax of a scalar")
	}
	return in[0], nil
}

// adjoint: dx = y*dy - y*sum(y*dy).
func (softmax) adjoint(_ []*Node, y, dy *Node, _ []bool) []*Node {
	t := Mul(y, dy)
	s := keepDims(Sum(t, -1), dims(y), []int{len(dims(y)) - 1})
	return []*Node{Sub(t, Mul(y, s))}
}

// logSumExp is log(sum exp(x)) along the last axis, which vanishes.
type logSumExp struct{}

func (logSumExp) String() string { return "logsumexp" }
func (logSumExp) infer(in [][]int) ([]int, error) {
	if len(in[0]) == 0 {
		return nil, fmt.Errorf("log-sum-exp of a scalar")
	}
	return slices.Clone(in[0][:len(in[0])-1]), nil
}
func (logSumExp) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{Mul(apply(softmax{}, in[0]), keepDims(dy, dims(in[0]), []int{len(dims(in[0])) - 1}))}
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

// Softmax returns exp(x)/sum(exp(x)) along an axis (negative: from the end), without overflow.
func Softmax(x *Node, axis int) *Node {
	y, perm := lastAxis("Softmax", x, axis, func(x *Node) *Node { return apply(softmax{}, x) })
	if perm == nil {
		return y
	}
	inverse := make([]int, len(perm))
	for i, p := range perm {
		inverse[p] = i
	}
	return Transpose(y, inverse...)
}

// LogSumExp returns log(sum(exp(x))) along an axis, which vanishes from the shape, without overflow.
func LogSumExp(x *Node, axis int) *Node {
	y, _ := lastAxis("LogSumExp", x, axis, func(x *Node) *Node { return apply(logSumExp{}, x) })
	return y
}
