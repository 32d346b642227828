package onnx

import (
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"BatchNormalization":    batchNormalization,
		"LayerNormalization":    layerNormalization,
		"InstanceNormalization": instanceNormalization,
		"GroupNormalization":    groupNormalization,
		"RMSNormalization":      rmsNormalization,
		"LpNormalization":       lpNormalization,
	})
}

// usualEpsilon is what the normalizations add to a variance where the file says nothing.
const usualEpsilon = 1e-5

func batchNormalization(c *call) []value {
	x := c.arg(0)
	k := len(x.shape) - 2
	if k < 0 {
		c.fail("input 1 has shape %v, and has to be (n, channels, ...)", x.shape)
	}
	for i := 1; i < 5; i++ {
		if s := c.arg(i).shape; !slices.Equal(s, x.shape[1:2]) {
			c.fail("input %d has shape %v for images of shape %v: want one number for each channel", i+1, s, x.shape)
		}
	}
	n, epsilon := c.inOrder(x, channelsLast(k)...), c.float("epsilon", usualEpsilon)
	if c.int("training_mode", 0) != 0 {
		return batchTraining(c, n, k, epsilon)
	}
	y := c.normalize(n, c.in[1], c.in[2], c.in[3], c.in[4], epsilon)
	return []value{permuted(y, channelsSecond(k)...)}
}

// batchTraining normalizes images x (n, ..., channels) by their own mean and variance, and moves
// the running ones towards these. In a network no sample may depend on the others so.
func batchTraining(c *call, x *graph.Node, k int, epsilon float64) []value {
	if c.rows > 0 {
		c.fail("training_mode is 1, which normalizes samples by the batch that they are in: export the model in evaluation mode")
	}
	axes := spatial(0, k+1)
	mean := graph.Mean(x, axes...)
	variance := graph.Mean(graph.Square(graph.Sub(x, mean)), axes...)
	y := graph.BatchNorm(x, c.tensor(1), c.tensor(2), mean, variance, epsilon)
	keep := c.float("momentum", 0.9)
	moved := func(i int, now *graph.Node) value {
		return result(graph.Add(graph.Scale(c.tensor(i), keep), graph.Scale(now, 1-keep)))
	}
	return []value{permuted(y, channelsSecond(k)...), moved(3, mean), moved(4, variance)}
}

// layerNormalization standardizes along all axes from one on.
func layerNormalization(c *call) []value {
	x := c.tensor(0)
	shape := shapeOf(x)
	axis := c.axis(c.int("axis", -1), len(shape))
	epsilon := c.float("epsilon", usualEpsilon)
	lines := append(shape[:axis:axis], size(shape[axis:]))
	flat := graph.Reshape(x, lines...)
	y := graph.Reshape(graph.Standardize(flat, epsilon), shape...)
	y = graph.Mul(y, c.fitting(1, shape))
	if c.has(2) {
		y = graph.Add(y, c.fitting(2, shape))
	}
	out := results(y)
	if len(c.node.out) > 1 {
		kept := append(shape[:axis:axis], onesOf(len(shape)-axis)...)
		mean := graph.Reshape(graph.Mean(flat, axis), append(lines[:axis:axis], 1)...)
		variance := graph.Mean(graph.Square(graph.Sub(flat, mean)), axis)
		deviation := graph.PowC(graph.Shift(variance, epsilon), -0.5)
		out = append(out, result(graph.Reshape(mean, kept...)), result(graph.Reshape(deviation, kept...)))
	}
	return out
}

// fitting is input i, which has to broadcast to a shape.
func (c *call) fitting(i int, shape []int) *graph.Node {
	v := c.arg(i)
	if !c.within(v, value{shape: shape}) {
		c.fail("input %d has shape %v, which does not broadcast to %v", i+1, v.shape, shape)
	}
	return c.nodeOf(v)
}

// perChannel is input i, one number for each of the channels of a value of rank axes, as a node
// that broadcasts to it.
func (c *call) perChannel(i, channels, rank int) *graph.Node {
	n := c.tensor(i)
	if !slices.Equal(shapeOf(n), []int{channels}) {
		c.fail("input %d has shape %v: want one number for each of %d channels", i+1, shapeOf(n), channels)
	}
	return graph.Reshape(n, append([]int{channels}, onesOf(rank-2)...)...)
}

func instanceNormalization(c *call) []value {
	x := c.tensor(0)
	shape := shapeOf(x)
	if len(shape) < 3 {
		c.fail("input 1 has shape %v, and has to be (n, channels, ...)", shape)
	}
	lines := graph.Reshape(x, shape[0], shape[1], size(shape[2:]))
	y := graph.Reshape(graph.Standardize(lines, c.float("epsilon", usualEpsilon)), shape...)
	return results(graph.Add(graph.Mul(y, c.perChannel(1, shape[1], len(shape))), c.perChannel(2, shape[1], len(shape))))
}

// groupNormalization has a gain and a bias for each group up to operator set 20, and for each
// channel from 21 on.
func groupNormalization(c *call) []value {
	x := c.tensor(0)
	shape := shapeOf(x)
	groups := c.whole("num_groups", c.int("num_groups", 0), 1)
	if len(shape) < 2 || shape[1]%groups != 0 {
		c.fail("%d groups of the channels of %v", groups, shape)
	}
	lines := graph.Reshape(x, shape[0], groups, size(shape[1:])/groups)
	y := graph.Standardize(lines, c.float("epsilon", usualEpsilon))
	if !c.since(21) {
		y = graph.Add(graph.Mul(y, c.perChannel(1, groups, 3)), c.perChannel(2, groups, 3))
		return results(graph.Reshape(y, shape...))
	}
	y = graph.Reshape(y, shape...)
	return results(graph.Add(graph.Mul(y, c.perChannel(1, shape[1], len(shape))), c.perChannel(2, shape[1], len(shape))))
}

// rmsNormalization divides by the root of the mean square along all axes from one on.
func rmsNormalization(c *call) []value {
	x := c.tensor(0)
	shape := shapeOf(x)
	axis := c.axis(c.int("axis", -1), len(shape))
	square := graph.Mean(graph.Square(x), spatial(axis, len(shape)-axis)...)
	scale := graph.PowC(graph.Shift(square, c.float("epsilon", usualEpsilon)), -0.5)
	scale = graph.Reshape(scale, append(shape[:axis:axis], onesOf(len(shape)-axis)...)...)
	return results(graph.Mul(graph.Mul(x, scale), c.fitting(1, shape)))
}

// lpNormalization divides by the sum of amounts or the root of the sum of squares along an axis.
// What is 0 throughout stays 0.
func lpNormalization(c *call) []value {
	x := c.tensor(0)
	shape := shapeOf(x)
	axis := c.axis(c.int("axis", -1), len(shape))
	var norm *graph.Node
	switch p := c.int("p", 2); p {
	case 1:
		norm = graph.Sum(graph.Abs(x), axis)
	case 2:
		norm = graph.Norm(x, axis)
	default:
		c.fail("p is %d, and has to be 1 or 2", p)
	}
	shape[axis] = 1
	norm = graph.Reshape(norm, shape...)
	return results(graph.Div(x, graph.Add(norm, graph.Not(norm)))) // by 1 where the norm is 0
}
