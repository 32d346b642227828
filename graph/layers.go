package graph

import (
	"math"
	"slices"
)

// checkChannels refuses what is not one number for each channel of x, its last axis: broadcasting
// would take it otherwise.
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

// SoftmaxCrossEntropy returns the loss of each sample, logsumexp(out) - out[y] in nats, for outputs
// (n, classes) and class indices y (n): (n). With several labels a sample, (n, t), and outputs (n,
// t, classes) it is the sum over them. Neither a shift of a sample's outputs nor a confident right
// answer costs digits of the loss, its gradient softmax(out) - onehot(y) or its Hessian. A class
// that is masked by an output of -Inf has probability, gradient and curvature 0. Where it is the
// label the loss is +Inf, and the derivatives are the limits of those of an ever smaller output: -1
// by it in the gradient, 0 in the Hessian.
func SoftmaxCrossEntropy(out, y *Node) *Node {
	classes := 1
	if d := dims(out); len(d) > 0 {
		classes = d[len(d)-1]
	}
	checkIndexable("SoftmaxCrossEntropy", y, classes)
	take(y, Labels{Kind: Classification, Classes: classes})
	return eachLabel("SoftmaxCrossEntropy", out, y, classes, "[n classes] and [n], or [n t classes] and [n t]", func(out, y *Node) *Node {
		return apply(crossEntropy{}, out, y)
	})
}

// SoftCrossEntropy returns the loss of each sample, -sum_k q_k log softmax(out)_k in nats, for
// outputs (n, k) and target distributions q (n, k) over the classes, whose rows add up to 1: (n).
// It is the Kullback-Leibler divergence of softmax(out) from q plus the entropy of q, so both have
// the same derivatives.
func SoftCrossEntropy(out, q *Node) *Node {
	d, l := dims(out), dims(q)
	if len(d) != 2 || !slices.Equal(d, l) {
		fail("SoftCrossEntropy", "outputs %v and target distributions %v: want [n classes] for both", d, l)
	}
	take(q, Labels{Kind: Quantity})
	return Neg(Sum(Mul(q, LogSoftmax(out, 1)), 1))
}

// Logistic returns the loss of each sample, softplus(out) - y*out in nats, for outputs (n, 1) and
// labels y (n) from 0 to 1: (n). For labels 0 and 1, with s = 2y-1, that is log(1+exp(-s*out)); a
// label between is the probability of 1. With several labels a sample, (n, k), and as many outputs
// it is the sum over them. Loss and derivatives keep their digits however confident the output,
// right or wrong.
func Logistic(out, y *Node) *Node {
	take(y, Labels{Kind: Probability, Classes: 2})
	return eachLabel("Logistic", out, y, 1, "[n 1] and [n], or [n k] for both", func(out, y *Node) *Node {
		return apply(binary{kind: kLogistic}, Reshape(out, dims(out)[0]), y)
	})
}

// SquaredError returns the loss of each sample, half the squared distance between its outputs (n,
// k) and targets (n) or (n, k), or of other shapes (n, ...) with as many elements as each other:
// (n).
func SquaredError(out, y *Node) *Node {
	d, l := dims(out), dims(y)
	if len(d) < 2 || len(l) < 1 || d[0] != l[0] || size(d) != size(l) {
		fail("SquaredError", "outputs %v and targets %v: want [n k] for both, or [n 1] and [n]", d, l)
	}
	take(y, Labels{Kind: Quantity})
	n, k := d[0], size(d)/d[0]
	return Sum(apply(unary{kind: kScaledSquare, c: 0.5}, Sub(Reshape(out, n, k), Reshape(y, n, k))), 1)
}
