package bench

import (
	"lethe/graph"
	"lethe/graph/graphtest"
	"lethe/nets"
)

// DerivativeCheck checks the derivatives of a stock network at reduced width.
type DerivativeCheck struct {
	Name string
	Run  func() error
}

// DerivativeChecks returns a check for each stock network and loss. A new network is a line here.
func DerivativeChecks() []DerivativeCheck {
	check := func(name string, n nets.Network, loss nets.Loss, batch graphtest.Batch) DerivativeCheck {
		return DerivativeCheck{name, func() error { return graphtest.Check(n, loss, batch) }}
	}
	return []DerivativeCheck{
		check("linear, logistic loss", nets.Linear{In: 5, Out: 1}, nets.Logistic, graphtest.Random(1, 6, 2, 5)),
		check("linear with bias, softmax cross-entropy", nets.Linear{In: 5, Out: 3, Bias: true}, nets.SoftmaxCrossEntropy, graphtest.Random(2, 6, 3, 5)),
		check("linear, squared loss", nets.Linear{In: 5, Out: 1}, nets.Squared, graphtest.Random(3, 6, 0, 5)),
		check("MLP with tanh, logistic loss", nets.MLP{In: 4, Hidden: []int{5, 3}, Out: 1}, nets.Logistic, graphtest.Random(4, 6, 2, 4)),
		check("MLP with tanh, softmax cross-entropy", nets.MLP{In: 4, Hidden: []int{5, 3}, Out: 3}, nets.SoftmaxCrossEntropy, graphtest.Random(5, 6, 3, 4)),
		check("MLP with ReLU, softmax cross-entropy", nets.MLP{In: 4, Hidden: []int{5, 3}, Out: 3, Activation: graph.ReLU}, nets.SoftmaxCrossEntropy, graphtest.Random(6, 6, 3, 4)),
		check("LSTM of two layers, softmax cross-entropy", nets.LSTM{Vocabulary: 4, Embedding: 3, Units: 4, Layers: 2}, nets.SoftmaxCrossEntropy, tokenBatch(6, 5, 4)),
		check("VGG of one block, softmax cross-entropy", nets.VGG{Height: 4, Width: 4, Channels: 2, Blocks: []int{3}, Dense: 4, Classes: 3}, nets.SoftmaxCrossEntropy,
			graphtest.Random(7, 6, 3, 4, 4, 2)),
	}
}

// tokenBatch is a batch of n sequences of token ids, each labelled with a token.
func tokenBatch(n, length, vocabulary int) graphtest.Batch {
	b := graphtest.Batch{Shape: []int{n, length}}
	for i := range n {
		for t := range length {
			b.X = append(b.X, float64((i*i+3*t)%vocabulary))
		}
		b.Y = append(b.Y, float64(i%vocabulary))
	}
	return b
}
