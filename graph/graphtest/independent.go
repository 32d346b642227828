package graphtest

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
)

// independence verifies on the graphs of batches of several sizes, that of the batch among them,
// that samples are kept apart.
func (c *checker) independence() error {
	sizes := []int{3, 5}
	for _, p := range c.params {
		for slices.Contains(p.Shape, sizes[0]) || slices.Contains(p.Shape, sizes[1]) {
			sizes = []int{sizes[0] + 8, sizes[1] + 8}
		}
	}
	if n := c.batch.rows(); n > 1 && !slices.Contains(sizes, n) {
		sizes = append(sizes, n)
	}
	var first graph.Samples
	for i, n := range sizes {
		s, err := c.forward(n)
		if err != nil {
			return fmt.Errorf("building the network for %d samples in place of %d: %w", n, c.batch.rows(), err)
		}
		if i == 0 {
			first = s
		} else if err := graph.Independent(s, first); err != nil {
			return err
		}
	}
	return nil
}

// forward builds the network and its loss for n samples.
func (c *checker) forward(n int) (s graph.Samples, err error) {
	g := gorgonia.NewGraph()
	err = graph.Build(func() {
		var p []*graph.Node
		for _, q := range c.params {
			p = append(p, graph.Input(g, tensor.Float64, q.Name, q.Shape...))
		}
		var x *graph.Node
		if b := c.batch.Sparse; b != nil {
			x = graph.SparseInput(g, tensor.Float64, "x", n, b.Cols)
		} else {
			x = graph.Input(g, tensor.Float64, "x", append([]int{n}, c.batch.Shape[1:]...)...)
		}
		labels := []int{n}
		if c.batch.targets() > 1 {
			labels = append(labels, c.batch.targets())
		}
		y := graph.Input(g, tensor.Float64, "y", labels...)
		out := c.network.Forward(withFixed(c.network.Params(), p), x)
		rowsOf("Forward", "outputs", out, g, n, 1<<30)
		losses := c.lossOf(out, y)
		rowsOf("Loss", "losses", losses, g, n, 1)
		s = graph.Samples{Batch: []*graph.Node{x, y}, Results: []*graph.Node{losses, out}}
	})
	return s, err
}
