package graph

import "math"

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
// indices y (n): (n). Neither a shift of a sample's outputs nor a confident right answer costs digits of the loss, its gradient softmax(out) -
// onehot(y) or its Hessian. A class that is masked by an output of -Inf has probability, gradient and curvature 0. Where it is the label the
// loss is +Inf, and the derivatives are the limits of those of an ever smaller output: -1 by it in the gradient, 0 in the Hessian.
func SoftmaxCrossEntropy(out, y *Node) *Node {
	d := dims(out)
	if len(d) != 2 || !sameShape(dims(y), d[:1]) {
		fail("SoftmaxCrossEntropy", "outputs %v and labels %v: want [n classes] and [n]", d, dims(y))
	}
	checkIndexable("SoftmaxCrossEntropy", y, d[1])
	return apply(crossEntropy{}, out, y)
}

// Logistic returns the loss of each sample, softplus(out) - y*out in nats, for outputs (n, 1) and labels y (n) from 0 to 1: (n). For labels 0
// and 1, with s = 2y-1, that is log(1+exp(-s*out)). Loss and derivatives keep their digits however confident the output, right or wrong.
func Logistic(out, y *Node) *Node {
	d := dims(out)
	if len(d) != 2 || d[1] != 1 || !sameShape(dims(y), d[:1]) {
		fail("Logistic", "outputs %v and labels %v: want [n 1] and [n]", d, dims(y))
	}
	return apply(binary{kind: kLogistic}, Reshape(out, d[0]), y)
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
	return Sum(apply(unary{kind: kScaledSquare, c: 0.5}, Sub(out, y)), 1)
}
