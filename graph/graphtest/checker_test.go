package graphtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/graph"
)

type line struct{}

func (line) Params() []graph.Param { return []graph.Param{graph.Weight("W", 3, 1)} }
func (line) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	return graph.Tanh(graph.MatMul(x, p[0]))
}

// A derivative that is off by a millionth part more than allowed is found, and its place is named.
func TestDifferencesFindAWrongDerivative(t *testing.T) {
	c, err := newChecker(line{}, graph.SquaredError, Random(1, 4, 0, 3))
	require.NoError(t, err)
	for _, wrong := range []float64{0, 1e-5} {
		err := c.differences("product", hvpTolerance, 0,
			func(theta, _ vector) (vector, error) { return c.run(c.grad, theta, nil) },
			func(theta, v vector) (vector, error) {
				h, err := c.run(c.hess, theta, v)
				h[0][1] += wrong * h.largest()
				return h, err
			})
		if wrong == 0 {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, "element 1 of W")
	}
}
