package graph

import (
	"math"
	"slices"

	"gorgonia.org/gorgonia"
)

type gValue = gorgonia.Value

// meet is the layout of an element-wise operation on inputs of one shape.
func (w *independence) meet(in []*Node, ls []layout) layout {
	ls = slices.Clone(ls)
	for i, c := range in { // a constant can be taken apart as the other operand is
		if _, ok := w.numbers[c]; ok {
			ls[i] = w.constant(c, ls[1-i])
		}
	}
	l := make(layout, len(ls[0]))
	for i := range l {
		l[i] = w.meetAxis(ls[0][i], ls[1][i])
	}
	return l
}

// meetAxis lets two axes of one size meet element by element.
func (w *independence) meetAxis(p, q []factor) []factor {
	p, q = slices.Clone(p), slices.Clone(q)
	var out []factor
	for len(p) > 0 && len(q) > 0 {
		if p[0].size == q[0].size {
			out = append(out, factor{p[0].size, w.meetKind(p[0].kind, q[0].kind)})
			p, q = p[1:], q[1:]
			continue
		}
		var ok bool
		if p, ok = cut(p, q[0].size); ok {
			continue
		}
		if q, ok = cut(q, p[0].size); ok {
			continue
		}
		if p, ok = join(p); ok {
			continue
		}
		if q, ok = join(q); !ok {
			w.mixed("rows that belong to different samples meet")
		}
	}
	return out
}

// meetKind: where a factor of samples meets something that has a value for each row of the batch,
// whatever its samples, a sample's result depends on its place in the batch.
func (w *independence) meetKind(p, q factorKind) factorKind {
	switch {
	case p == q:
		return p
	case p == uniform:
		return q
	case q == uniform:
		return p
	}
	w.mixed("row i of the batch meets row i of a parameter or a constant, so that a sample's place in the batch counts; " +
		"what belongs to a sample has to be a feature of it")
	return other
}

// cut splits the first factor so that it begins with one of the given size.
func cut(axis []factor, size pair) ([]factor, bool) {
	f := axis[0]
	if f.kind == sample || !size.divides(f.size) || f.size == size {
		return axis, false
	}
	rest := f.size.over(size)
	if size[0] == 1 || size[1] == 1 || rest[0] == 1 || rest[1] == 1 {
		return axis, false
	}
	return append([]factor{{size, f.kind}, {rest, f.kind}}, axis[1:]...), true
}

// join makes one factor of the first two.
func join(axis []factor) ([]factor, bool) {
	if len(axis) < 2 || axis[0].kind == sample || axis[1].kind == sample {
		return axis, false
	}
	return append([]factor{{axis[0].size.times(axis[1].size), kindOf(axis[:2])}}, axis[2:]...), true
}

func (w *independence) broadcast(l layout) layout {
	shape := w.shape()
	out := plain(shape, uniform)
	lead := len(shape) - len(l)
	for i, axis := range l {
		if elementsOf(axis) == shape[lead+i] {
			out[lead+i] = axis
		} else if len(axis) > 0 { // an axis that is repeated in one of the graphs only
			w.differ()
		}
	}
	return out
}

// reshape deals the factors of all axes out to other axes.
func (w *independence) reshape(in *Node, l layout) layout {
	shape := w.shape()
	if c, ok := w.numbers[in]; ok {
		c.shape = shape
		w.numbers[w.node] = c
		return w.constant(w.node, plain(shape, other))
	}
	left := slices.Concat(l...)
	out := make(layout, len(shape))
	for i, size := range shape {
		for have := (pair{1, 1}); have != size; {
			if len(left) == 0 || !have.divides(size) {
				w.mixed("the axis that counts the samples is cut or joined in another order")
			}
			need, ok := size.over(have), false
			if f := left[0]; f.size.divides(need) {
				out[i], have, left = append(out[i], f), have.times(f.size), left[1:]
				continue
			}
			if left, ok = cut(left, need); ok {
				continue
			}
			if left, ok = join(left); !ok {
				w.mixed("the axis that counts the samples is cut or joined in another order")
			}
		}
	}
	return out
}

// block says in which steps an axis with samples behind other factors can be cut: the size of what
// the samples and the factors behind them take.
func (w *independence) block(axis []factor) (before, from []factor, unit pair) {
	k := samplesAt(axis)
	if k < 0 {
		return axis, nil, pair{1, 1}
	}
	return axis[:k], axis[k:], elementsOf(axis[k:])
}

// steps is how many units two numbers of elements are, the same in both graphs.
func (w *independence) steps(elements, unit pair) int {
	if !unit.divides(elements) || !elements.over(unit).same() {
		w.mixed("it takes the rows of some samples and leaves those of others")
	}
	return elements[0] / unit[0]
}

func (w *independence) slice(o, twin slice, l layout) layout {
	if o.axis != twin.axis {
		w.differ()
	}
	out := slices.Clone(l)
	axis := l[o.axis]
	if samplesAt(axis) < 0 && kindOf(axis) == uniform {
		out[o.axis] = axisOf(w.shape()[o.axis], uniform)
		return out
	}
	before, from, unit := w.block(axis)
	lo, hi := w.steps(pair{o.lo, twin.lo}, unit), w.steps(pair{o.hi, twin.hi}, unit)
	out[o.axis] = append(axisOf(pair{hi - lo, hi - lo}, kindOf(before)), from...)
	return out
}

func (w *independence) pad(o, twin pad, l layout) layout {
	if o.axis != twin.axis {
		w.differ()
	}
	out := slices.Clone(l)
	before, from, unit := w.block(l[o.axis])
	front, behind := w.steps(pair{o.before, twin.before}, unit), w.steps(pair{o.after, twin.after}, unit)
	size := elementsOf(before)
	out[o.axis] = append(axisOf(pair{size[0] + front + behind, size[1] + front + behind}, other), from...)
	return out
}

func (w *independence) concat(axis int, ls []layout) layout {
	out := slices.Clone(ls[0])
	for i := range out {
		if i == axis {
			continue
		}
		for _, l := range ls[1:] {
			out[i] = w.meetAxis(out[i], l[i])
		}
	}
	var from []factor // the samples and what is behind them, if they are on this axis
	for _, l := range ls {
		if _, f, _ := w.block(l[axis]); f != nil && from == nil {
			from = f
		}
	}
	unit := elementsOf(from)
	for _, l := range ls {
		before, own, _ := w.block(l[axis])
		if from != nil && own == nil { // what is equal along the axis may stand between samples
			w.steps(elementsOf(before), unit)
			if kindOf(before) != uniform {
				w.mixed("it joins rows of samples with rows of something else")
			}
			continue
		}
		from = w.meetAxis(from, own)
	}
	size := w.shape()[axis].over(unit)
	out[axis] = append(axisOf(size, other), from...)
	return out
}

// numbers are those of a constant in both graphs.
type numbers struct {
	values [2]gValue
	shape  []pair
}

// constant is the layout of a constant, its axes cut into the factors of another layout where these
// fit.
func (w *independence) constant(n *Node, like layout) layout {
	c := w.numbers[n]
	l := plain(c.shape, other)
	for i := range l {
		if i < len(like) && elementsOf(like[i]) == c.shape[i] {
			l[i] = slices.Clone(like[i])
		}
	}
	flat := make([]factor, 0, len(l))
	for _, axis := range l {
		flat = append(flat, axis...)
	}
	var reduced [2][]float64
	a, b := floatsOf(c.values[0]), floatsOf(c.values[1])
	inner := pair{1, 1}
	for i := len(flat) - 1; i >= 0; i-- {
		flat[i].kind = other
		if equalAlong(a, flat[i].size[0], inner[0]) && equalAlong(b, flat[i].size[1], inner[1]) {
			flat[i].kind = uniform
		}
		inner = inner.times(flat[i].size)
	}
	reduced[0], reduced[1] = firstAlong(a, flat, 0), firstAlong(b, flat, 1)
	if len(reduced[0]) == len(reduced[1]) && !slices.EqualFunc(reduced[0], reduced[1], sameNumber) {
		w.mixed("the numbers of this constant depend on how many samples the batch has")
	}
	at := 0
	for i := range l {
		copy(l[i], flat[at:at+len(l[i])])
		at += len(l[i])
	}
	return l
}

func sameNumber(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// equalAlong says whether the values of (outer, n, inner) are equal along n.
func equalAlong(x []float64, n, inner int) bool {
	for lo := 0; lo < len(x); lo += n * inner {
		for k := inner; k < n*inner; k++ {
			if !sameNumber(x[lo+k], x[lo+k-inner]) {
				return false
			}
		}
	}
	return true
}

// firstAlong keeps the first element along each uniform factor.
func firstAlong(x []float64, flat []factor, which int) []float64 {
	inner := 1
	for i := len(flat) - 1; i >= 0; i-- {
		n := flat[i].size[which]
		if flat[i].kind != uniform {
			inner *= n
			continue
		}
		var out []float64
		for lo := 0; lo < len(x); lo += n * inner {
			out = append(out, x[lo:lo+inner]...)
		}
		x = out
	}
	return x
}

func floatsOf(v gValue) []float64 {
	switch x := v.Data().(type) {
	case []float64:
		return x
	case []float32:
		out := make([]float64, len(x))
		Convert(out, x)
		return out
	case float64:
		return []float64{x}
	case float32:
		return []float64{float64(x)}
	}
	return nil
}
