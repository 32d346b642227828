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
