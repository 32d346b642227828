package graph

// LayerNorm returns gain*(x - mean)/sqrt(var + epsilon) + bias over the last axis of x (..., d), for gain and bias (d)
// (Ba, Kiros, Hinton 2016, eq. 4).
func LayerNorm(x, gain, bias *Node, epsilon float64) *Node {
	shape := dims(x)
	if len(shape) == 0 {
		fail("LayerNorm", "a scalar has no axis")
	}
	last := []int{len(shape) - 1}
	centred := Sub(x, keepDims(Mean(x, -1), shape, last))
	variance := keepDims(Mean(Square(centred), -1), shape, last)
	return Add(Mul(Mul(centred, PowC(Shift(variance, epsilon), -0.5)), gain), bias)
}

// SoftmaxCrossEntropy returns the loss of each sample, logsumexp(out) - out[y] in nats, for outputs (n, classes) and class
// indices y (n): (n). With several labels a sample, (n, t), and outputs (n, t, classes) it is the sum over them.
func SoftmaxCrossEntropy(out, y *Node) *Node {
	classes := 1
	if d := dims(out); len(d) > 0 {
		classes = d[len(d)-1]
	}
	take(y, Labels{Kind: Classification, Classes: classes})
	return eachLabel("SoftmaxCrossEntropy", out, y, classes, "[n classes] and [n], or [n t classes] and [n t]", func(out, y *Node) *Node {
		return Sub(LogSumExp(out, 1), Sum(Mul(out, OneHot(y, classes)), 1))
	})
}

// Logistic returns the loss of each sample, softplus(out) - y*out in nats, for outputs (n, 1) and labels y (n) that are
// 0 or 1: (n). With s = 2y-1 that is log(1+exp(-s*out)). A label between is the probability of 1. With several labels a sample,
// (n, k), and as many outputs it is the sum over them.
func Logistic(out, y *Node) *Node {
	take(y, Labels{Kind: Probability, Classes: 2})
	return eachLabel("Logistic", out, y, 1, "[n 1] and [n], or [n k] for both", func(out, y *Node) *Node {
		z := Reshape(out, dims(out)[0])
		return Sub(Softplus(z), Mul(y, z))
	})
}

// SquaredError returns the loss of each sample, half the squared distance between its outputs (n, k) and targets (n) or (n, k), or
// of other shapes (n, ...) with as many elements as each other: (n).
func SquaredError(out, y *Node) *Node {
	d, l := dims(out), dims(y)
	if len(d) < 2 || len(l) < 1 || d[0] != l[0] || size(d) != size(l) {
		fail("SquaredError", "outputs %v and targets %v: want [n k] for both, or [n 1] and [n]", d, l)
	}
	take(y, Labels{Kind: Quantity})
	n, k := d[0], size(d)/d[0]
	return Scale(Sum(Square(Sub(Reshape(out, n, k), Reshape(y, n, k))), 1), 0.5)
}
