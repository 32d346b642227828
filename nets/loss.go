package nets

import "lethe/graph"

// Loss gives one value a sample from the outputs (n, k) and labels (n); the model adds them up.
type Loss func(out, y *graph.Node) *graph.Node

// Logistic is the binary log-loss softplus(z) - y*z of one output z and a label y in {0, 1}.
func Logistic(out, y *graph.Node) *graph.Node { return graph.Logistic(out, y) }

// OneAgainstAll is the sum over the classes k of the logistic loss of output k and the label 1 for
// class k, 0 for the others: a classifier for each class against all others.
func OneAgainstAll(out, y *graph.Node) *graph.Node {
	return graph.Logistic(out, graph.OneHot(y, out.Shape()[1]))
}

// SoftmaxCrossEntropy is the multi-class log-loss logsumexp(z) - z[y].
func SoftmaxCrossEntropy(out, y *graph.Node) *graph.Node { return graph.SoftmaxCrossEntropy(out, y) }

// Squared is half the squared distance between outputs and targets.
func Squared(out, y *graph.Node) *graph.Node { return graph.SquaredError(out, y) }

// SoftCrossEntropy is -sum_k q_k log softmax(z)_k for a target distribution q over the k outputs.
// For one output z and a target q in [0, 1] it is the logistic loss softplus(z) - q*z.
func SoftCrossEntropy(out, q *graph.Node) *graph.Node {
	if s := out.Shape(); s[len(s)-1] == 1 {
		return graph.Logistic(out, q)
	}
	return graph.SoftCrossEntropy(out, q)
}

// SquaredCentered is half the squared distance between outputs and target outputs, where the mean
// over the outputs is subtracted from both: a softmax sees differences of outputs only. One output
// is compared as it is.
func SquaredCentered(out, targets *graph.Node) *graph.Node {
	s := out.Shape()
	if len(s) != 2 || s[1] == 1 {
		return graph.SquaredError(out, targets)
	}
	return graph.SquaredError(centered(out), centered(targets))
}

func centered(x *graph.Node) *graph.Node {
	n, k := x.Shape()[0], x.Shape()[1]
	return graph.Sub(x, graph.BroadcastTo(graph.Reshape(graph.Mean(x, 1), n, 1), n, k))
}
