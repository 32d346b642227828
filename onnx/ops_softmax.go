package onnx

import "lethe/graph"

func init() {
	register("", map[string]operator{"Softmax": softmax(graph.Softmax), "LogSoftmax": softmax(graph.LogSoftmax)})
}

// softmax works along an axis, the last if none is named; up to operator set 12 along all axes from
// one on, the second if none is named.
func softmax(f func(x *graph.Node, axis int) *graph.Node) operator {
	return func(c *call) []value {
		v := c.arg(0)
		x := c.nodeOf(v)
		if c.since(13) {
			return results(f(x, c.axis(c.int("axis", -1), len(v.shape))))
		}
		axis := c.axis(c.int("axis", 1), len(v.shape))
		rows := graph.Reshape(x, size(v.shape[:axis]), size(v.shape[axis:]))
		return results(graph.Reshape(f(rows, 1), v.shape...))
	}
}
