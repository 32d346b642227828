package onnx

import "lethe/graph"

// normalize is a batch normalization of x (n, ..., channels) with inputs gain, bias, mean and
// variance, each (channels), of the node. Mean and variance that are initializers of their own are
// running statistics: the training pass has those of the batch in their place.
func (c *call) normalize(x *graph.Node, gain, bias, mean, variance value, epsilon float64) *graph.Node {
	g, b, m, v := c.nodeOf(gain), c.nodeOf(bias), c.nodeOf(mean), c.nodeOf(variance)
	if c.statistic(mean, variance) && c.training != nil {
		return c.training.BatchNorm(x, g, b, m, v, epsilon)
	}
	return graph.BatchNorm(x, g, b, m, v, epsilon)
}

// statistic notes that values are running statistics, if each is a parameter itself.
func (c *call) statistic(vs ...value) bool {
	for _, v := range vs {
		if v.raw == nil || len(v.from) != 1 || v.raw != c.params[v.from[0]] {
			return false
		}
	}
	for _, v := range vs {
		c.statistics[v.from[0]]++
	}
	return true
}
