package graphtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/graph"
	"lethe/graph/graphtest"
)

// Losses that depend on the other samples, or on how many there are, are found, in a batch of one
// sample too.
func TestCheckFindsDependentSamples(t *testing.T) {
	n := func(x *graph.Node) int { return x.Shape()[0] }
	for name, loss := range map[string]func(out, y *graph.Node) *graph.Node{
		"normalized": func(out, y *graph.Node) *graph.Node {
			w := graph.Reshape(graph.Gather(graph.Fixed(y, []float64{1, 2, 4}, 3, 1), y), n(y))
			return graph.Mul(graph.SoftmaxCrossEntropy(out, y), graph.Div(w, graph.Sum(w)))
		},
		"a mean repeated": func(out, y *graph.Node) *graph.Node {
			return graph.BroadcastTo(graph.Mean(graph.SoftmaxCrossEntropy(out, y)), n(y))
		},
		"divided by the number of samples": func(out, y *graph.Node) *graph.Node {
			return graph.Scale(graph.SoftmaxCrossEntropy(out, y), 1/float64(n(y)))
		},
	} {
		for _, samples := range []int{1, 3, 4, 5} {
			err := graphtest.Check(mlp(graph.Tanh), loss, graphtest.Random(1, samples, 3, 4))
			assert.ErrorContains(t, err, "Independent", "%s, %d samples", name, samples)
		}
	}
}
