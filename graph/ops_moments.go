package graph

import "fmt"

// moments is mean and variance of each channel over a batch, in which sample i counts weight[i]
// times: (2, channels).
type moments struct{}

func (moments) String() string { return "moments" }
func (moments) infer(in [][]int) ([]int, error) {
	x := in[0]
	if len(x) < 2 || !sameShape(in[1], x[:1]) {
		return nil, fmt.Errorf("samples of shape %v with weights of shape %v: want (n, ..., channels) and (n)", x, in[1])
	}
	return []int{2, x[len(x)-1]}, nil
}

// adjoint: with m the sum of weights over all positions, d mean/d x = weight/m, and d variance/d x
// = 2 weight (x - mean)/m, since the weighted differences from the mean add up to zero.
func (moments) adjoint(in []*Node, y, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil} // the weights are not differentiated
	if !need[0] {
		return out
	}
	shape := dims(in[0])
	c := shape[len(shape)-1]
	row := func(x *Node, i int) *Node { return Reshape(Slice(x, 0, i, i+1), c) }
	weight := shape[:1:1]
	for range shape[1:] {
		weight = append(weight, 1)
	}
	positions := size(shape) / (shape[0] * c)
	share := Div(in[1], Scale(Sum(in[1]), float64(positions)))
	slope := Add(row(dy, 0), Mul(Sub(in[0], row(y, 0)), Scale(row(dy, 1), 2)))
	out[0] = Mul(slope, Reshape(share, weight...))
	return out
}

// Moments returns the mean and the variance, sum of squared differences from the mean over their
// number, of each channel of x (n, ..., channels), over all samples and positions; sample i counts
// weight[i] times, for weights (n). At least one of these has to be positive and none may be
// negative. Nothing is differentiated by them.
func Moments(x, weight *Node) (mean, variance *Node) {
	y := apply(moments{}, x, weight)
	c := dims(y)[1]
	return Reshape(Slice(y, 0, 0, 1), c), Reshape(Slice(y, 0, 1, 2), c)
}

// BatchNorm returns gain*(x - mean)/sqrt(variance + epsilon) + bias for x (..., channels) and the
// others (channels) (Ioffe and Szegedy 2015, algorithm 1). Mean and variance are the batch's own
// while training, see [Moments], and constants in the evaluation pass.
func BatchNorm(x, gain, bias, mean, variance *Node, epsilon float64) *Node {
	shape := dims(x)
	if len(shape) == 0 {
		fail("BatchNorm", "a scalar has no channels")
	}
	checkChannels("BatchNorm", shape, gain, bias, mean, variance)
	checkEpsilon("BatchNorm", epsilon)
	scale := Mul(gain, PowC(Shift(variance, epsilon), -0.5))
	// The mean is taken off first: x*scale - mean*scale would cancel where the mean is large.
	return Add(Mul(Sub(x, mean), scale), bias)
}
