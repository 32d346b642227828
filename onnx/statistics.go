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

// statistic notes that two values are a running mean and variance, if each is a parameter itself.
func (c *call) statistic(mean, variance value) bool {
	var pair origins
	for _, v := range []value{mean, variance} {
		if v.raw == nil || len(v.from) != 1 || v.raw != c.params[v.from[0]] {
			return false
		}
		pair = append(pair, v.from[0])
	}
	c.statistics = append(c.statistics, pair)
	return true
}
