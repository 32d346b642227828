package graph

import (
	"fmt"
	"math"
)

// standardize is (x - mean)/sqrt(variance + epsilon) along the last axis, or with inverse set only
// 1/sqrt(variance + epsilon), for which that axis has size 1.
type standardize struct {
	epsilon float64
	inverse bool
}

func (o standardize) String() string {
	return fmt.Sprintf("standardize[%x %v]", math.Float64bits(o.epsilon), o.inverse)
}
func (o standardize) infer(in [][]int) ([]int, error) {
	n := len(in[0])
	if n == 0 {
		return nil, fmt.Errorf("a scalar has no axis")
	}
	if o.inverse {
		return append(append([]int(nil), in[0][:n-1]...), 1), nil
	}
	return in[0], nil
}

// adjoint: with y the standardized row of length d and r the inverse, dy/dx = r(I - 11'/d - yy'/d)
// and dr/dx = -r^2 y/d.
func (o standardize) adjoint(in []*Node, y, dy *Node, _ []bool) []*Node {
	x := in[0]
	shape := dims(x)
	last := []int{len(shape) - 1}
	whole := func(a *Node) *Node { return BroadcastTo(a, shape...) }
	other := apply(standardize{epsilon: o.epsilon, inverse: !o.inverse}, x)
	if o.inverse {
		d := float64(shape[last[0]])
		return []*Node{Mul(other, whole(Scale(Mul(Mul(dy, y), y), -1/d)))}
	}
	mean := func(a *Node) *Node { return whole(keepDims(Mean(a, -1), shape, last)) }
	return []*Node{Mul(Sub(Sub(dy, mean(dy)), Mul(y, mean(Mul(y, dy)))), whole(other))}
}

// Standardize returns (x - mean)/sqrt(var + epsilon) over the last axis of x (..., d): [LayerNorm]
// without gain and bias.
func Standardize(x *Node, epsilon float64) *Node {
	checkEpsilon("Standardize", epsilon)
	return apply(standardize{epsilon: epsilon}, x)
}

// LayerNorm returns gain*(x - mean)/sqrt(var + epsilon) + bias over the last axis of x (..., d),
// for gain and bias (d) (Ba, Kiros, Hinton 2016, eq. 4). Neither a large mean nor the squares of
// large or small differences cost digits.
func LayerNorm(x, gain, bias *Node, epsilon float64) *Node {
	if len(dims(x)) == 0 {
		fail("LayerNorm", "a scalar has no axis")
	}
	checkChannels("LayerNorm", dims(x), gain, bias)
	checkEpsilon("LayerNorm", epsilon)
	return Add(Mul(apply(standardize{epsilon: epsilon}, x), gain), bias)
}
