package onnx

import (
	"math"
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{"Slice": slice, "Split": split, "Gather": gather})
}

// maxRuns is the number of pieces up to which chosen rows are cut out and joined; more are looked
// up.
const maxRuns = 64

// taken takes elements of one axis, in the given order.
func (c *call) taken(v value, axis int, which []int) value {
	shape := slices.Clone(v.shape)
	shape[axis] = len(which)
	if v.known() || len(which) == 0 {
		if !v.known() {
			v = value{kind: v.kind, shape: v.shape}
		}
		c.room(shape)
		return v.pick(shape, func(out, in []int) {
			copy(in, out)
			in[axis] = which[out[axis]]
		})
	}
	at := axis
	if v.perm != nil {
		at = v.perm[axis]
	}
	return value{kind: v.kind, shape: shape, raw: cut(v.raw, at, which), perm: v.perm}
}

// cut takes elements of one axis of a node.
func cut(n *graph.Node, axis int, which []int) *graph.Node {
	runs := runsOf(which)
	if len(runs) > maxRuns {
		return lookUp(n, axis, which)
	}
	parts := make([]*graph.Node, len(runs))
	for i, r := range runs {
		parts[i] = graph.Slice(n, axis, r[0], r[1])
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return graph.Concat(axis, parts...)
}

// runsOf are the ranges, from and to before, that a list counts through.
func runsOf(which []int) (runs [][2]int) {
	for _, i := range which {
		if k := len(runs) - 1; k >= 0 && runs[k][1] == i {
			runs[k][1]++
		} else {
			runs = append(runs, [2]int{i, i + 1})
		}
	}
	return runs
}

// lookUp is cut by a table, whose rows are the elements of the axis.
func lookUp(n *graph.Node, axis int, which []int) *graph.Node {
	front := []int{axis}
	for i := range shapeOf(n) {
		if i != axis {
			front = append(front, i)
		}
	}
	index := make([]float64, len(which))
	for i, k := range which {
		index[i] = float64(k)
	}
	back := make([]int, len(front))
	for i, p := range front {
		back[p] = i
	}
	return transpose(graph.Gather(transpose(n, front), graph.Fixed(n, index, len(index))), back)
}

// slice takes every step-th element from a start to before an end, of each of some axes.
func slice(c *call) []value {
	v := c.arg(0)
	starts, ends := c.knownInts(1), c.knownInts(2)
	axes, steps := make([]int64, len(starts)), slices.Repeat([]int64{1}, len(starts))
	for i := range axes {
		axes[i] = int64(i)
	}
	if c.has(3) {
		axes = c.knownInts(3)
	}
	if c.has(4) {
		steps = c.knownInts(4)
	}
	if len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		c.fail("it has %d starts, %d ends, %d axes and %d steps", len(starts), len(ends), len(axes), len(steps))
	}
	for i := range starts {
		axis := c.axis(axes[i], len(v.shape))
		v = c.taken(v, axis, c.steps(starts[i], ends[i], steps[i], v.shape[axis]))
	}
	return []value{v}
}

func (c *call) steps(start, end, step int64, n int) (which []int) {
	if step == 0 || step == math.MinInt64 {
		c.fail("a step is %d", step)
	}
	lo, hi := int64(0), int64(n)
	if step < 0 {
		lo, hi = -1, int64(n)-1
	}
	clamp := func(i int64) int64 {
		if i < 0 {
			i += int64(n)
		}
		return min(max(i, lo), hi)
	}
	start, end = clamp(start), clamp(end)
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		which = append(which, int(i))
		if step > int64(n) || -step > int64(n) {
			break
		}
	}
	return which
}

func split(c *call) []value {
	v := c.arg(0)
	axis := c.axis(c.int("axis", 0), len(v.shape))
	var out []value
	at := 0
	for _, n := range c.parts(v.shape[axis]) {
		which := make([]int, n)
		for i := range which {
			which[i] = at + i
		}
		at += n
		out = append(out, c.taken(v, axis, which))
	}
	return out
}

// parts are the sizes of the pieces of an axis of n elements.
func (c *call) parts(n int) (sizes []int) {
	given := c.intsOf("split")
	if c.has(1) {
		given = c.knownInts(1)
	}
	total := 0
	for _, k := range given {
		sizes = append(sizes, c.whole("a part", k, 0))
		total += sizes[len(sizes)-1]
	}
	if given != nil {
		if total != n {
			c.fail("its parts %v are not the %d elements of the axis", given, n)
		}
		return sizes
	}
	k := c.whole("the number of outputs", c.int("num_outputs", int64(len(c.node.out))), 1)
	each := (n + k - 1) / k
	for range k {
		sizes = append(sizes, min(each, n))
		n -= sizes[len(sizes)-1]
	}
	return sizes
}

func gather(c *call) []value {
	v, index := c.arg(0), c.arg(1)
	if len(v.shape) == 0 {
		c.fail("it looks up in a single number")
	}
	axis := c.axis(c.int("axis", 0), len(v.shape))
	if index.known() {
		which := c.indices(c.knownInts(1), v.shape[axis])
		return []value{c.shaped(c.taken(v, axis, which), slices.Concat(v.shape[:axis], index.shape, v.shape[axis+1:])...)}
	}
	if index.kind != ints {
		c.fail("it looks up %v", index.kind)
	}
	table := c.nodeOf(v)
	if axis == 0 {
		out := result(graph.Gather(table, index.node()))
		out.kind = v.kind
		return []value{out}
	}
	front := []int{axis}
	for i := range v.shape {
		if i != axis {
			front = append(front, i)
		}
	}
	n := graph.Gather(transpose(table, front), index.node())
	// The axes of the index stand in front, and belong in the place of the axis.
	var perm []int
	k := len(index.shape)
	for i := range axis {
		perm = append(perm, k+i)
	}
	for i := range k {
		perm = append(perm, i)
	}
	for i := axis; i < len(v.shape)-1; i++ {
		perm = append(perm, k+i)
	}
	out := permuted(n, perm...)
	out.kind = v.kind
	return []value{out}
}

// indices counts negative ones from the end.
func (c *call) indices(xs []int64, n int) []int {
	out := make([]int, len(xs))
	for i, x := range xs {
		if x < 0 {
			x += int64(n)
		}
		if x < 0 || x >= int64(n) {
			c.fail("index %d of an axis of %d elements", xs[i], n)
		}
		out[i] = int(x)
	}
	return out
}
