package onnx

import "lethe/graph"

func init() {
	register("", map[string]operator{
		"Sin": each(graph.Sin), "Cos": each(graph.Cos), "Tan": each(tangent), "Sign": each(graph.Sign),
		"Floor": each(graph.Floor), "Ceil": each(graph.Ceil), "Round": each(graph.Round),
		"Trilu": trilu,
	})
}

func tangent(x *graph.Node) *graph.Node { return graph.Div(graph.Sin(x), graph.Cos(x)) }

// trilu keeps the upper or the lower triangle of matrices, and makes the rest 0.
func trilu(c *call) []value {
	v := c.arg(0)
	if v.size() == 0 {
		return []value{v}
	}
	x := c.nodeOf(v)
	shape := shapeOf(x)
	if len(shape) < 2 {
		c.fail("input 1 has shape %v, and has to be matrices", shape)
	}
	shift := int64(0)
	if c.has(1) {
		shift = int64(c.number(1, 0))
	}
	rows, cols := shape[len(shape)-2], shape[len(shape)-1]
	upper := c.int("upper", 1) != 0
	mask := make([]float64, rows*cols)
	for i := range rows {
		for j := range cols {
			if d := int64(j-i) - shift; upper && d >= 0 || !upper && d <= 0 {
				mask[i*cols+j] = 1
			}
		}
	}
	out := result(graph.Where(graph.Fixed(x, mask, rows, cols), x, graph.Fixed(x, []float64{0})))
	out.kind = v.kind
	return []value{out}
}
