package onnx

import (
	"slices"

	"lethe/graph"
)

func init() { register("", map[string]operator{"Pad": pad}) }

// pad puts positions in front of axes and behind them; where their number is negative it takes some
// away.
func pad(c *call) []value {
	v := c.arg(0)
	rank := len(v.shape)
	mode := c.text("mode", "constant")
	axes := c.padAxes(rank)
	pads := c.padCounts()
	if len(pads) != 2*len(axes) {
		c.fail("%d numbers of padding for %d axes: want two for each", len(pads), len(axes))
	}
	var with *graph.Node
	if c.has(2) && mode == "constant" {
		with = c.scalarOf(2)
	}
	x := v.raw
	if x == nil {
		x = c.nodeOf(v)
	}
	for i, a := range axes {
		before, after := pads[i], pads[len(axes)+i]
		if limit := int64(1 << 30); max(before, after) > limit || min(before, after) < -limit {
			c.fail("paddings %d and %d of axis %d are too large", before, after, a)
		}
		if v.perm != nil {
			a = v.perm[a]
		}
		x = c.padAxis(x, a, int(before), int(after), mode, with)
	}
	out := result(x)
	if v.perm != nil {
		out = permuted(x, v.perm...)
	}
	out.kind = v.kind
	return []value{out}
}

// padAxes are the axes that are padded: all unless the node names some.
func (c *call) padAxes(rank int) []int {
	if !c.has(3) {
		return spatial(0, rank)
	}
	var axes []int
	for _, a := range c.knownInts(3) {
		axes = append(axes, c.axis(a, rank))
	}
	if s := slices.Sorted(slices.Values(axes)); len(slices.Compact(s)) != len(axes) {
		c.fail("axes %v name one twice", axes)
	}
	return axes
}

// padCounts are the numbers of positions: an attribute before operator set 11.
func (c *call) padCounts() []int64 {
	if !c.since(11) {
		return c.intsOf("pads", c.intsOf("paddings")...)
	}
	return c.knownInts(1)
}

// scalarOf is input i, which has to be one number, as a scalar.
func (c *call) scalarOf(i int) *graph.Node {
	n := c.tensor(i)
	if size(shapeOf(n)) != 1 {
		c.fail("input %d has shape %v, and has to be one number", i+1, shapeOf(n))
	}
	return graph.Reshape(n)
}

// padAxis pads one axis.
func (c *call) padAxis(x *graph.Node, axis, before, after int, mode string, with *graph.Node) *graph.Node {
	n := shapeOf(x)[axis]
	if before+n+after < 1 {
		c.fail("paddings %d and %d of axis %d with %d positions leave none", before, after, axis, n)
	}
	var from func(p int) int // the position that is shown at p
	switch mode {
	case "constant":
		return padConstant(x, axis, before, after, with)
	case "edge":
		from = func(p int) int { return min(max(p, 0), n-1) }
	case "wrap":
		from = func(p int) int { return ((p % n) + n) % n }
	case "reflect":
		from = func(p int) int { return reflected(p, n) }
	default:
		c.fail("mode %q has to be constant, reflect, edge or wrap", mode)
	}
	at := make([]int, before+n+after)
	for i := range at {
		at[i] = from(i - before)
	}
	return positions(x, axis, at)
}

// reflected is the position of 0 to n-1 that is seen at p where both ends are mirrors.
func reflected(p, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	p = ((p % period) + period) % period
	return min(p, period-p)
}

// positions are those of an axis at the given places, in runs of neighbors.
func positions(x *graph.Node, axis int, at []int) *graph.Node {
	var parts []*graph.Node
	for lo := 0; lo < len(at); {
		hi := lo + 1
		for hi < len(at) && at[hi] == at[hi-1]+1 {
			hi++
		}
		parts = append(parts, graph.Slice(x, axis, at[lo], at[lo]+hi-lo))
		lo = hi
	}
	return graph.Concat(axis, parts...)
}

// padConstant pads with one number, 0 where it is nil.
func padConstant(x *graph.Node, axis, before, after int, with *graph.Node) *graph.Node {
	n := shapeOf(x)[axis]
	lo, hi := max(-before, 0), n-max(-after, 0)
	if lo < hi { // else nothing of x is left
		x = graph.Slice(x, axis, lo, hi)
	}
	if with == nil && lo < hi {
		return graph.Pad(x, axis, max(before, 0), max(after, 0))
	}
	if with == nil {
		with = graph.Fixed(x, []float64{0})
	}
	var parts []*graph.Node
	border := func(count int) {
		if d := shapeOf(x); count > 0 {
			d[axis] = count
			parts = append(parts, graph.BroadcastTo(with, d...))
		}
	}
	if lo >= hi {
		border(before + n + after)
		return graph.Concat(axis, parts...)
	}
	border(before)
	parts = append(parts, x)
	border(after)
	return graph.Concat(axis, parts...)
}
