package graph

import "math"

// LayerNorm returns gain*(x - mean)/sqrt(var + epsilon) + bias over the last axis of x (..., d), for gain and bias (d)
// (Ba, Kiros, Hinton 2016, eq. 4).
func LayerNorm(x, gain, bias *Node, epsilon float64) *Node {
	shape := dims(x)
	if len(shape) == 0 {
		fail("LayerNorm", "a scalar has no axis")
	}
	last := []int{len(shape) - 1}
	checkChannels("LayerNorm", shape, gain, bias)
	checkEpsilon("LayerNorm", epsilon)
	centred := Sub(x, keepDims(Mean(x, -1), shape, last))
	variance := keepDims(Mean(Square(centred), -1), shape, last)
	return Add(Mul(Mul(centred, PowC(Shift(variance, epsilon), -0.5)), gain), bias)
}

// checkChannels refuses what is not one number for each channel of x, its last axis: broadcasting would take it otherwise.
func checkChannels(op string, x []int, each ...*Node) {
	for _, n := range each {
		if !sameShape(dims(n), x[len(x)-1:]) {
			fail(op, "%s for x of shape %v: want shape %v", describe(n), x, x[len(x)-1:])
		}
	}
}

func checkEpsilon(op string, epsilon float64) {
	if !(epsilon >= 0) || math.IsInf(epsilon, 1) {
		fail(op, "epsilon %v has to be a number of at least 0", epsilon)
	}
}

// SoftmaxCrossEntropy returns the loss of each sample, logsumexp(out) - out[y] in nats, for outputs (n, classes) and class
// indices y (n): (n).
func SoftmaxCrossEntropy(out, y *Node) *Node {
	d := dims(out)
	if len(d) != 2 || !sameShape(dims(y), d[:1]) {
		fail("SoftmaxCrossEntropy", "outputs %v and labels %v: want [n classes] and [n]", d, dims(y))
	}
	return Sub(LogSumExp(out, 1), Sum(Mul(out, OneHot(y, d[1])), 1))
}

// Logistic returns the loss of each sample, softplus(out) - y*out in nats, for outputs (n, 1) and labels y (n) that are
// 0 or 1: (n). With s = 2y-1 that is log(1+exp(-s*out)).
func Logistic(out, y *Node) *Node {
	d := dims(out)
	if len(d) != 2 || d[1] != 1 || !sameShape(dims(y), d[:1]) {
		fail("Logistic", "outputs %v and labels %v: want [n 1] and [n]", d, dims(y))
	}
	z := Reshape(out, d[0])
	return Sub(Softplus(z), Mul(y, z))
}

// SquaredError returns the loss of each sample, half the squared distance between outputs (n, k) and targets (n) or (n, k): (n).
func SquaredError(out, y *Node) *Node {
	d := dims(out)
	if len(d) != 2 {
		fail("SquaredError", "outputs %v: want [n k]", d)
	}
	if sameShape(dims(y), d[:1]) && d[1] == 1 {
		y = Reshape(y, d...)
	}
	if !sameShape(dims(y), d) {
		fail("SquaredError", "outputs %v and targets %v", d, dims(y))
	}
	return Scale(Sum(Square(Sub(out, y)), 1), 0.5)
}
