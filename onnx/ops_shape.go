package onnx

import (
	"slices"

	"lethe/graph"
)

func init() {
	register("", map[string]operator{
		"Identity": identity, "Reshape": reshape, "Flatten": flatten, "Transpose": transposition, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
		"Concat": concat, "Expand": expand, "Tile": tile,
		"Shape": shapeOp, "Size": sizeOp,
	})
	register("ai.onnx.ml", map[string]operator{"FeatureVectorizer": concat})
}

func identity(c *call) []value { return []value{c.arg(0)} }

func shapeOp(c *call) []value {
	s := c.arg(0).shape
	lo, hi := c.bound(c.int("start", 0), len(s)), len(s)
	if _, ok := c.attr("end", attrInt); ok {
		hi = c.bound(c.int("end", 0), len(s))
	}
	var out []int64
	for i := lo; i < hi; i++ {
		out = append(out, int64(s[i]))
	}
	return []value{numbers(out...)}
}

// bound is a place in a list of n, counted from the end if it is negative, cut to those there are.
func (c *call) bound(i int64, n int) int {
	if i < 0 {
		i += int64(n)
	}
	return int(min(max(i, 0), int64(n)))
}

func sizeOp(c *call) []value {
	return []value{{kind: ints, ints: []int64{int64(c.arg(0).size())}}}
}

// shaped is a value in another shape of as many elements.
func (c *call) shaped(v value, shape ...int) value {
	if size(shape) != v.size() {
		c.fail("a value of shape %v cannot take the shape %v, which has another number of elements", v.shape, shape)
	}
	if v.known() {
		return v.as(shape...)
	}
	out := value{kind: v.kind, shape: slices.Clone(shape), raw: graph.Reshape(v.node(), shape...)}
	if len(shape) == 2 && len(v.shape) > 2 && v.perm != nil && v.perm[0] == 0 && shape[0] == v.shape[0] {
		out.rows = &v
	}
	return out
}

func reshape(c *call) []value {
	v := c.arg(0)
	if c.arg(1).kind != ints || len(c.arg(1).shape) > 1 {
		c.fail("its shape has to be a list of integers")
	}
	target := slices.Clone(c.knownInts(1))
	if c.int("allowzero", 0) == 0 {
		for i, d := range target {
			if d == 0 && i < len(v.shape) {
				target[i] = int64(v.shape[i])
			}
		}
	}
	shape, ok := c.freed(v)
	if !ok {
		shape = c.inferred(v, target)
	}
	if c.recording && !v.known() {
		c.made[c.node] = made{v.shape, shape}
	}
	return []value{c.shaped(v, shape...)}
}

// inferred fills the axis -1 in from the number of elements.
func (c *call) inferred(v value, target []int64) []int {
	out, open, total := make([]int, len(target)), -1, 1
	for i, d := range target {
		switch {
		case d == -1 && open < 0:
			open = i
		case d < 0:
			c.fail("the shape %v is none: at most one axis may be -1", target)
		case d > maxElements:
			c.fail("the shape %v is larger than any memory holds", target)
		default:
			out[i] = int(d)
			total *= out[i]
			if total > 1<<40 {
				c.fail("the shape %v is larger than any memory holds", target)
			}
		}
	}
	if open >= 0 {
		if total == 0 || v.size()%total != 0 {
			c.fail("a value of shape %v cannot take the shape %v", v.shape, target)
		}
		out[open] = v.size() / total
	}
	return out
}

func flatten(c *call) []value {
	v := c.arg(0)
	at := int(c.int("axis", 1))
	if at < 0 {
		at += len(v.shape)
	}
	if at < 0 || at > len(v.shape) {
		c.fail("axis %d of a value of shape %v", c.int("axis", 1), v.shape)
	}
	return []value{c.shaped(v, size(v.shape[:at]), size(v.shape[at:]))}
}

func transposition(c *call) []value {
	v := c.arg(0)
	order := c.intsOf("perm")
	if order == nil {
		for i := len(v.shape) - 1; i >= 0; i-- {
			order = append(order, int64(i))
		}
	}
	perm, seen := make([]int, len(order)), map[int]bool{}
	for i, p := range order {
		perm[i] = c.axis(p, len(v.shape))
		seen[perm[i]] = true
	}
	if len(seen) != len(v.shape) || len(perm) != len(v.shape) {
		c.fail("%v is no order of the axes of a value of shape %v", order, v.shape)
	}
	return []value{c.reordered(v, perm)}
}

// reordered is the value whose axis i is axis perm[i] of v. Nothing moves in memory.
func (c *call) reordered(v value, perm []int) value {
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = v.shape[p]
	}
	if v.known() {
		return v.pick(shape, func(out, in []int) {
			for i, p := range perm {
				in[p] = out[i]
			}
		})
	}
	both := slices.Clone(perm)
	if v.perm != nil {
		for i, p := range perm {
			both[i] = v.perm[p]
		}
	}
	if slices.IsSorted(both) {
		both = nil
	}
	return value{kind: v.kind, shape: shape, raw: v.raw, perm: both}
}

// axes are those of an attribute, as up to operator set 12, or of input i; nil if there are none.
func (c *call) axes(i int) []int64 {
	if c.has(i) {
		return c.knownInts(i)
	}
	return c.intsOf("axes")
}

func squeeze(c *call) []value {
	v := c.arg(0)
	axes := c.axes(1)
	drop := map[int]bool{}
	for _, a := range axes {
		i := c.axis(a, len(v.shape))
		if v.shape[i] != 1 {
			c.fail("axis %d of a value of shape %v has not one element", a, v.shape)
		}
		drop[i] = true
	}
	var shape []int
	for i, d := range v.shape {
		if !drop[i] && (axes != nil || d != 1) {
			shape = append(shape, d)
		}
	}
	return []value{c.shaped(v, shape...)}
}

func unsqueeze(c *call) []value {
	v := c.arg(0)
	axes := c.axes(1)
	rank := len(v.shape) + len(axes)
	one := map[int]bool{}
	for _, a := range axes {
		one[c.axis(a, rank)] = true
	}
	if len(one) != len(axes) || rank > maxRank {
		c.fail("it inserts axes %v, of which two are the same or too many are there", axes)
	}
	var shape []int
	rest := v.shape
	for i := range rank {
		if one[i] {
			shape = append(shape, 1)
			continue
		}
		shape, rest = append(shape, rest[0]), rest[1:]
	}
	return []value{c.shaped(v, shape...)}
}

func concat(c *call) []value {
	first := c.arg(0)
	along := int64(-1)
	if c.node.op == "Concat" {
		if _, ok := c.attr("axis", attrInt); !ok {
			c.fail("it has no axis")
		}
		along = c.int("axis", 0)
	}
	if len(first.shape) == 0 {
		c.fail("it joins single numbers")
	}
	axis := c.axis(along, len(first.shape))
	known := true
	var parts []value
	for i := range c.in {
		v := c.arg(i)
		if len(v.shape) != len(first.shape) || v.kind == texts != (first.kind == texts) {
			c.fail("it joins values of shapes %v and %v", first.shape, v.shape)
		}
		if v.shape[axis] > 0 {
			parts, known = append(parts, v), known && v.known()
		}
	}
	c.levelled(parts, axis)
	if len(parts) == 0 {
		return []value{first}
	}
	if known {
		return []value{c.joined(parts, axis)}
	}
	return []value{c.concat(parts, axis)}
}

// levelled repeats a part that a file for batches of one has once, where others have the samples.
func (c *call) levelled(parts []value, axis int) {
	if c.fixed != 1 || axis == 0 {
		return
	}
	for i, v := range parts {
		if v.shape[0] == 1 && c.rows > 1 && slices.ContainsFunc(parts, func(p value) bool { return p.shape[0] == c.rows }) {
			shape := slices.Clone(v.shape)
			shape[0] = c.rows
			parts[i] = value{kind: v.kind, shape: shape, raw: graph.BroadcastTo(c.nodeOf(v), shape...)}
		}
	}
}

// joined joins known values along an axis.
func (c *call) joined(parts []value, axis int) value {
	shape := slices.Clone(parts[0].shape)
	shape[axis] = 0
	kind := parts[0].kind
	for _, v := range parts {
		for i, d := range v.shape {
			if i != axis && d != shape[i] {
				c.fail("it joins values of shapes %v and %v along axis %d", parts[0].shape, v.shape, axis)
			}
		}
		shape[axis] += v.shape[axis]
		if v.kind == floats {
			kind = floats
		}
	}
	c.room(shape)
	out := value{kind: kind, shape: shape}
	inner := size(shape[axis+1:])
	for outer := range size(shape[:axis]) {
		for _, v := range parts {
			n := v.shape[axis] * inner
			lo, hi := outer*n, (outer+1)*n
			switch kind {
			case texts:
				out.texts = append(out.texts, v.texts[lo:hi]...)
			case floats:
				out.floats = append(out.floats, v.doubles()[lo:hi]...)
			default:
				out.ints = append(out.ints, v.ints[lo:hi]...)
			}
		}
	}
	return out
}

// concat joins values of which some are nodes. Where all that are lie in memory in one order, they
// are joined in that.
func (c *call) concat(parts []value, axis int) value {
	perm := parts[0].perm
	same := perm != nil
	for _, v := range parts {
		same = same && slices.Equal(v.perm, perm)
	}
	var nodes []*graph.Node
	for _, v := range parts {
		if same {
			nodes = append(nodes, v.raw)
		} else {
			nodes = append(nodes, c.nodeOf(v))
		}
	}
	var out value
	if same {
		out = permuted(graph.Concat(perm[axis], nodes...), perm...)
	} else {
		out = result(graph.Concat(axis, nodes...))
	}
	out.kind = parts[0].kind
	return out
}

func expand(c *call) []value {
	v := c.arg(0)
	target := c.knownInts(1)
	want := make([]int, len(target))
	for i, d := range target {
		want[i] = c.whole("a size", d, 0)
	}
	for i, k := 0, len(v.shape)-len(want); i < len(want) && k >= 0; i++ {
		if want[i] == c.fixed && v.shape[k+i] == c.rows && !v.known() {
			want[i] = c.rows
		}
	}
	v = c.single(v, want)
	shape := c.broadcast(v.shape, want)
	c.checkSize(value{shape: shape})
	if v.known() {
		return []value{c.spread(v, shape)}
	}
	out := result(graph.BroadcastTo(v.node(), shape...))
	out.kind = v.kind
	return []value{out}
}

func tile(c *call) []value {
	v := c.arg(0)
	times := c.knownInts(1)
	if len(times) != len(v.shape) {
		c.fail("it repeats %d axes of a value of shape %v", len(times), v.shape)
	}
	shape := slices.Clone(v.shape)
	for i, n := range times {
		shape[i] *= c.whole("a number of repeats", n, 0)
	}
	c.checkSize(value{shape: shape})
	if v.known() {
		c.room(shape)
		return []value{v.pick(shape, func(out, in []int) {
			for i, d := range v.shape {
				in[i] = out[i] % d
			}
		})}
	}
	n := v.node()
	for i, k := range times {
		if k > 1 {
			n = graph.Concat(i, slices.Repeat([]*graph.Node{n}, int(k))...)
		}
	}
	out := result(n)
	out.kind = v.kind
	return []value{out}
}
