package graph

import (
	"fmt"
	"slices"
)

// layout finds the layout of the node being looked at from those of its inputs.
func (w *independence) layout() layout {
	o, twin := operatorOf(w.node), operatorOf(w.twin)
	in := inputsOf(w.node)
	if fmt.Sprintf("%T", o) != fmt.Sprintf("%T", twin) || len(in) != len(inputsOf(w.twin)) {
		w.differ()
	}
	ls := make([]layout, len(in))
	for i, c := range in {
		ls[i] = w.layouts[c]
	}
	switch o := o.(type) {
	case nil, sparseInput:
		return w.input()
	case fill:
		w.constants(o.c, twin.(fill).c)
		return plain(w.shape(), uniform)
	case constant:
		w.numbers[w.node] = numbers{values: [2]gValue{o.v, twin.(constant).v}, shape: w.shape()}
		return w.constant(w.node, plain(w.shape(), other))
	case broadcast:
		return w.broadcast(ls[0])
	case reshape:
		return w.reshape(in[0], ls[0])
	case slice:
		return w.slice(o, twin.(slice), ls[0])
	case pad:
		return w.pad(o, twin.(pad), ls[0])
	case dropoutMask:
		t := twin.(dropoutMask)
		if o.rate != t.rate || o.stream != t.stream {
			w.differ()
		}
		return append(layout{w.rowsOf(ls[0])}, plain(w.shape()[1:], other)...)
	}
	if o.String() != twin.String() {
		w.attributes(o, twin)
	}
	return w.ordinary(o, in, ls)
}

// ordinary is the layout of an operation whose attributes do not depend on the batch.
func (w *independence) ordinary(o operator, in []*Node, ls []layout) layout {
	switch o := o.(type) {
	case unary:
		return ls[0]
	case binary:
		return w.meet(in, ls)
	case sum:
		return w.reduce(ls[0], o.axes)
	case mean:
		return w.reduce(ls[0], o.axes)
	case norm:
		return w.reduce(ls[0], o.axes)
	case maxAlong:
		return w.reduce(ls[0], o.axes)
	case softmax, logSoftmax, softmaxSlope, center, centerT, standardize:
		return w.lines(in, ls)
	case logSumExp:
		return w.reduce(ls[0], []int{len(ls[0]) - 1})
	case crossEntropy:
		return w.labelled(ls)
	case crossEntropySlope:
		return append(w.labelled(ls), axisOf(w.shape()[len(ls[1])], other))
	case transpose:
		l := make(layout, len(o.perm))
		for i, p := range o.perm {
			l[i] = ls[0][p]
		}
		return l
	case concat:
		return w.concat(o.axis, ls)
	case matmul:
		return w.matmul(o, ls)
	case gather:
		w.along(ls[0][0])
		return append(slices.Clone(ls[1]), ls[0][1:]...)
	case scatter:
		k := len(ls[1])
		for i := range k {
			w.along(ls[0][i])
			w.along(ls[1][i])
		}
		return append(layout{axisOf(w.shape()[0], other)}, ls[0][k:]...)
	case oneHot:
		return append(slices.Clone(ls[0]), axisOf(w.shape()[len(ls[0])], other))
	case sparseMul:
		w.along(ls[1][0])
		return layout{ls[0][0], ls[1][1]}
	case sparseMulT:
		w.along(ls[0][0])
		w.along(ls[1][0])
		return layout{ls[0][1], ls[1][1]}
	case sparseDense:
		return ls[0]
	case sparseNorms:
		return layout{ls[0][0]}
	case conv:
		return w.images(ls[:1], ls[1], o.each)
	case convInput:
		return w.images(ls[:1], ls[1], o.conv.each)
	case avgPool, avgSpread, poolIndex:
		return w.images(ls, nil, false)
	case poolGather, poolScatter:
		return w.images(ls, nil, false)
	case moments:
		return w.moments()
	}
	w.mixed("of this operation it is not known whether it keeps samples apart; build it from other functions of package graph")
	return nil
}

// input is a parameter, or an input of the batch.
func (w *independence) input() layout {
	shape := w.shape()
	l := plain(shape, other)
	if w.batch[w.node] {
		l[0] = axisOf(w.n, sample)
		shape = shape[1:]
	}
	for _, p := range shape {
		if !p.same() {
			w.mixed("its shape depends on the number of samples")
		}
	}
	return l
}

func (w *independence) constants(a, b float64) {
	if a != b && (a == a || b == b) {
		w.mixed("the number is %v in a batch of %d samples and %v in one of %d, as of a mean over the batch; a loss is a sum over samples",
			a, w.n[0], b, w.n[1])
	}
}

// attributes is the error of operations with different attributes, which names the number where
// there is one.
func (w *independence) attributes(o, twin operator) {
	if u, ok := o.(unary); ok && u.kind == twin.(unary).kind {
		w.constants(u.c, twin.(unary).c)
	}
	w.differ()
}

// along makes sure that an operation that takes the elements of an axis together finds no samples
// there, and as many elements in every batch.
func (w *independence) along(axis []factor) {
	if samplesAt(axis) >= 0 {
		w.mixed("it takes the rows of different samples together")
	}
	for _, f := range axis {
		if !f.size.same() {
			w.mixed("it takes %d elements together in a batch of %d samples and %d in one of %d", elementsOf(axis)[0], w.n[0], elementsOf(axis)[1], w.n[1])
		}
	}
}

func (w *independence) reduce(l layout, axes []int) layout {
	var out layout
	for i, axis := range l {
		if slices.Contains(axes, i) {
			w.along(axis)
		} else {
			out = append(out, axis)
		}
	}
	return out
}

// lines: the elements along the last axis together, of one input or of two of one shape.
func (w *independence) lines(in []*Node, ls []layout) layout {
	l, last := ls[0], len(ls[0])-1
	for _, each := range ls {
		w.along(each[last])
	}
	if len(ls) > 1 {
		l = w.meet(in, ls)
	}
	return append(slices.Clone(l[:last]), axisOf(w.shape()[last], other))
}

// labelled: lines of outputs, each with a label.
func (w *independence) labelled(ls []layout) layout {
	last := len(ls[0]) - 1
	w.along(ls[0][last])
	out := make(layout, last)
	for i := range out {
		out[i] = w.meetAxis(ls[0][i], ls[1][i])
	}
	return out
}

// rowsOf is the first axis of an input of which each row is taken as a whole.
func (w *independence) rowsOf(l layout) []factor {
	for _, axis := range l[1:] {
		w.along(axis)
	}
	return l[0]
}

// images: each image by itself, through shared filters.
func (w *independence) images(ls []layout, filters layout, each bool) layout {
	rows := w.rowsOf(ls[0])
	for _, l := range ls[1:] {
		rows = w.meetAxis(rows, w.rowsOf(l))
	}
	if each {
		rows, filters = w.meetAxis(rows, filters[0]), filters[1:]
	}
	for _, axis := range filters {
		w.along(axis)
	}
	return append(layout{rows}, plain(w.shape()[1:], other)...)
}

func (w *independence) matmul(o matmul, ls []layout) layout {
	lead := len(ls[0]) - 2
	row, inner := ls[0][lead], ls[0][lead+1]
	if o.ta {
		row, inner = inner, row
	}
	inner2, column := ls[1][lead], ls[1][lead+1]
	if o.tb {
		inner2, column = column, inner2
	}
	w.along(inner)
	w.along(inner2)
	var l layout
	for i := range lead {
		l = append(l, w.meetAxis(ls[0][i], ls[1][i]))
	}
	return append(l, row, column)
}

func (w *independence) moments() layout {
	if !w.statistics {
		w.mixed("it takes statistics over the samples of a batch, which only ForwardTraining may do: in the evaluation pass give " +
			"the batch normalization its running statistics")
	}
	return plain(w.shape(), other)
}
