package onnx

import (
	"math"
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"ReduceSum": reduce(graph.Sum, 0), "ReduceMean": reduce(graph.Mean, math.NaN()), "ReduceL2": reduce(graph.Norm, 0),
		"ReduceMax": reduce(graph.Max, math.Inf(-1)), "ReduceMin": reduce(smallest, math.Inf(1)), "ReduceL1": reduce(absolute, 0),
		"ReduceSumSquare": reduce(squares, 0), "ReduceLogSumExp": reduce(logSumExp, math.Inf(-1)), "ReduceProd": reduceProd,
		"ReduceLogSum": reduce(func(x *graph.Node, axes ...int) *graph.Node { return graph.Log(graph.Sum(x, axes...)) }, math.Inf(-1)),
		"ArgMax":       extremum(1), "ArgMin": extremum(-1),
	})
}

func smallest(x *graph.Node, axes ...int) *graph.Node {
	return graph.Neg(graph.Max(graph.Neg(x), axes...))
}
func absolute(x *graph.Node, axes ...int) *graph.Node { return graph.Sum(graph.Abs(x), axes...) }
func squares(x *graph.Node, axes ...int) *graph.Node  { return graph.Sum(graph.Square(x), axes...) }

func logSumExp(x *graph.Node, axes ...int) *graph.Node {
	slices.Sort(axes)
	for _, a := range slices.Backward(axes) {
		x = graph.LogSumExp(x, a)
	}
	return x
}

// reduce is the operator of a function that takes axes together. empty is its value of no element.
func reduce(f func(x *graph.Node, axes ...int) *graph.Node, empty float64) operator {
	return func(c *call) []value {
		v := c.arg(0)
		axes, noop := c.reduced(v)
		if noop {
			return []value{c.unreduced(v, f)}
		}
		kept := c.kept(v.shape, axes)
		if v.size() == 0 || len(v.shape) == 0 {
			return []value{c.nothing(v, f, kept, empty)}
		}
		out := c.along(v, axes, kept, f)
		out.kind = v.kind
		return []value{out}
	}
}

// unreduced takes each element by itself: its square, say, of a sum of squares.
func (c *call) unreduced(v value, f func(x *graph.Node, axes ...int) *graph.Node) value {
	if v.size() == 0 {
		return v
	}
	out := c.each(v, func(x *graph.Node) *graph.Node {
		shape := shapeOf(x)
		return f(graph.Reshape(x, append(shape, 1)...), len(shape))
	})
	out.kind = v.kind
	return out
}

// nothing is what becomes of no elements, or of a single number.
func (c *call) nothing(v value, f func(x *graph.Node, axes ...int) *graph.Node, kept []int, empty float64) value {
	if v.size() > 0 {
		return result(graph.Reshape(f(graph.Reshape(c.nodeOf(v), 1), 0)))
	}
	out := value{kind: v.kind, shape: kept}
	for range size(kept) {
		out.floats = append(out.floats, empty)
	}
	if v.kind != floats {
		c.fail("it takes no integers together")
	}
	return out
}

// reduced are the axes that a node takes together, and whether it leaves its input as it is.
func (c *call) reduced(v value) (axes []int, noop bool) {
	for _, a := range c.axes(1) {
		axes = append(axes, c.axis(a, len(v.shape)))
	}
	if len(axes) > 0 {
		slices.Sort(axes)
		return slices.Compact(axes), false
	}
	for i := range v.shape {
		axes = append(axes, i)
	}
	return axes, c.int("noop_with_empty_axes", 0) != 0
}

// kept is the shape that is left.
func (c *call) kept(shape, axes []int) []int {
	var out []int
	for i, d := range shape {
		switch {
		case !slices.Contains(axes, i):
			out = append(out, d)
		case c.int("keepdims", 1) != 0:
			out = append(out, 1)
		}
	}
	return out
}

// along takes axes together, in whatever order they lie in memory.
func (c *call) along(v value, axes, kept []int, f func(x *graph.Node, axes ...int) *graph.Node) value {
	if v.perm == nil {
		return result(graph.Reshape(f(c.nodeOf(v), axes...), kept...))
	}
	inMemory, shape := make([]int, len(axes)), shapeOf(v.raw)
	for i, a := range axes {
		inMemory[i] = v.perm[a]
	}
	slices.Sort(inMemory)
	n := f(v.raw, inMemory...)
	if c.int("keepdims", 1) != 0 {
		for _, a := range inMemory {
			shape[a] = 1
		}
		return permuted(graph.Reshape(n, shape...), v.perm...)
	}
	// The axes that are left keep their order among each other.
	var left []int
	for i, p := range v.perm {
		if !slices.Contains(axes, i) {
			left = append(left, p)
		}
	}
	if len(left) == 0 {
		return result(n)
	}
	sorted := slices.Sorted(slices.Values(left))
	perm := make([]int, len(left))
	for i, p := range left {
		perm[i] = slices.Index(sorted, p)
	}
	if slices.IsSorted(perm) {
		return result(n)
	}
	return permuted(n, perm...)
}

// multiplied multiplies along axes, which vanish.
func multiplied(x *graph.Node, axes ...int) *graph.Node {
	slices.Sort(axes)
	for _, a := range slices.Backward(axes) {
		shape := shapeOf(x)
		y := graph.Slice(x, a, 0, 1)
		for i := 1; i < shape[a]; i++ {
			y = graph.Mul(y, graph.Slice(x, a, i, i+1))
		}
		x = graph.Reshape(y, slices.Delete(shape, a, a+1)...)
	}
	return x
}

// reduceProd multiplies elements; known ones, such as sizes, exactly.
func reduceProd(c *call) []value {
	v := c.arg(0)
	if !v.known() {
		return reduce(multiplied, 1)(c)
	}
	axes, noop := c.reduced(v)
	if noop {
		return []value{v}
	}
	kept := slices.Clone(v.shape)
	for _, a := range axes {
		kept[a] = 1
	}
	out := value{kind: v.kind, shape: c.kept(v.shape, axes)}
	if v.kind == floats {
		out.floats = slices.Repeat([]float64{1}, size(kept))
		strides(v.shape, kept, func(to, from int) { out.floats[to] *= v.floats[from] })
	} else {
		out.ints = slices.Repeat([]int64{1}, size(kept))
		strides(v.shape, kept, func(to, from int) { out.ints[to] *= v.ints[from] })
	}
	return []value{out}
}

// strides calls f for each element of a shape with its place and that of what it belongs to in a
// shape in which some axes have one element.
func strides(shape, kept []int, f func(to, from int)) {
	at := make([]int, len(shape))
	for from := range size(shape) {
		to := 0
		for i, d := range kept {
			to = to * d
			if d > 1 {
				to += at[i]
			}
		}
		f(to, from)
		next(at, shape)
	}
}

// extremum finds the place of the largest of known numbers along an axis, or with sign -1 that of
// the smallest.
func extremum(sign float64) operator {
	return func(c *call) []value {
		v := c.known(0)
		axis := c.axis(c.int("axis", 0), len(v.shape))
		xs, last := v.doubles(), c.int("select_last_index", 0) != 0
		kept := slices.Clone(v.shape)
		kept[axis] = 1
		best, place := make([]float64, size(kept)), make([]int64, size(kept))
		inner := size(v.shape[axis+1:])
		strides(v.shape, kept, func(to, from int) {
			x, at := sign*xs[from], int64(from/inner%v.shape[axis])
			if at == 0 || x > best[to] || last && x == best[to] {
				best[to], place[to] = x, at
			}
		})
		return []value{{kind: ints, shape: c.kept(v.shape, []int{axis}), ints: place}}
	}
}
