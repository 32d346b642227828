package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// fill is a constant of one value.
type fill struct {
	c     float64
	shape []int
}

func (f fill) String() string                                { return fmt.Sprintf("fill[%g %v]", f.c, f.shape) }
func (f fill) infer([][]int) ([]int, error)                  { return f.shape, nil }
func (f fill) adjoint([]*Node, *Node, *Node, []bool) []*Node { return nil }
func newFill(g *gorgonia.ExprGraph, dt tensor.Dtype, c float64, shape []int) *Node {
	return applyIn(g, dt, fill{c: c, shape: slices.Clone(shape)})
}
func onesLike(x *Node) *Node  { return newFill(x.Graph(), x.Dtype(), 1, dims(x)) }
func zerosLike(x *Node) *Node { return newFill(x.Graph(), x.Dtype(), 0, dims(x)) }

func isOnes(x *Node) bool {
	f, ok := operatorOf(x).(fill)
	return ok && f.c == 1
}

// broadcast repeats its input to a larger shape by NumPy's rules; its adjoint is sumTo.
type broadcast struct{ shape []int }

func (b broadcast) String() string { return fmt.Sprintf("broadcast%v", b.shape) }
func (b broadcast) infer(in [][]int) ([]int, error) {
	s, err := broadcastShape(in[0], b.shape)
	if err != nil {
		return nil, err
	}
	if !sameShape(s, b.shape) {
		return nil, fmt.Errorf("shape %v does not broadcast to %v", in[0], b.shape)
	}
	return b.shape, nil
}
func (b broadcast) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{sumTo(dy, dims(in[0]))}
}

func broadcastShape(a, b []int) ([]int, error) {
	n := max(len(a), len(b))
	out := make([]int, n)
	for i := range out {
		p, q := 1, 1
		if j := i - n + len(a); j >= 0 {
			p = a[j]
		}
		if j := i - n + len(b); j >= 0 {
			q = b[j]
		}
		if p != q && p != 1 && q != 1 {
			return nil, fmt.Errorf("shapes %v and %v do not broadcast", a, b)
		}
		out[i] = max(p, q)
	}
	return out, nil
}

// BroadcastTo repeats x along dimensions of size 1 (and new leading ones) to the given shape.
func BroadcastTo(x *Node, shape ...int) *Node {
	if sameShape(dims(x), shape) {
		return x
	}
	if f, ok := operatorOf(x).(fill); ok {
		if s, err := broadcastShape(f.shape, shape); err == nil && sameShape(s, shape) {
			return newFill(x.Graph(), x.Dtype(), f.c, shape)
		}
	}
	return apply(broadcast{shape: slices.Clone(shape)}, x)
}

// sumTo sums x over the dimensions that broadcasting from shape to x's shape repeats.
func sumTo(x *Node, shape []int) *Node {
	from := dims(x)
	if sameShape(from, shape) {
		return x
	}
	lead := len(from) - len(shape)
	var axes []int
	for i := range from {
		if i < lead || shape[i-lead] == 1 && from[i] != 1 {
			axes = append(axes, i)
		}
	}
	return Reshape(Sum(x, axes...), shape...)
}

// reshape gives the same numbers another shape.
type reshape struct{ shape []int }

func (r reshape) String() string { return fmt.Sprintf("reshape%v", r.shape) }
func (r reshape) infer(in [][]int) ([]int, error) {
	if err := checkShape(r.shape); err != nil {
		return nil, err
	}
	if size(in[0]) != size(r.shape) {
		return nil, fmt.Errorf("%v has %d elements, %v has %d", in[0], size(in[0]), r.shape, size(r.shape))
	}
	return r.shape, nil
}
func (r reshape) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{Reshape(dy, dims(in[0])...)}
}

// Reshape returns x's elements, in row-major order, in the given shape. No shape makes a scalar.
func Reshape(x *Node, shape ...int) *Node {
	if _, ok := operatorOf(x).(reshape); ok {
		x = inputsOf(x)[0]
	}
	if sameShape(dims(x), shape) {
		return x
	}
	if f, ok := operatorOf(x).(fill); ok && checkShape(shape) == nil && size(f.shape) == size(shape) {
		return newFill(x.Graph(), x.Dtype(), f.c, shape)
	}
	return apply(reshape{shape: slices.Clone(shape)}, x)
}

// transpose permutes dimensions: dimension i of the result is dimension perm[i] of the input.
type transpose struct{ perm []int }

func (t transpose) String() string { return fmt.Sprintf("transpose%v", t.perm) }
func (t transpose) infer(in [][]int) ([]int, error) {
	if len(in[0]) != len(t.perm) {
		return nil, fmt.Errorf("permutation %v of the %d dimensions %v", t.perm, len(in[0]), in[0])
	}
	out, seen := make([]int, len(t.perm)), make([]bool, len(t.perm))
	for i, p := range t.perm {
		if p < 0 || p >= len(t.perm) || seen[p] {
			return nil, fmt.Errorf("%v is not a permutation", t.perm)
		}
		seen[p], out[i] = true, in[0][p]
	}
	return out, nil
}
func (t transpose) adjoint(_ []*Node, _, dy *Node, _ []bool) []*Node {
	inverse := make([]int, len(t.perm))
	for i, p := range t.perm {
		inverse[p] = i
	}
	return []*Node{Transpose(dy, inverse...)}
}

// Transpose permutes x's dimensions: dimension i of the result is dimension perm[i] of x. Without
// perm the order is reversed.
func Transpose(x *Node, perm ...int) *Node {
	n := len(dims(x))
	if len(perm) == 0 {
		for i := n - 1; i >= 0; i-- {
			perm = append(perm, i)
		}
	}
	if o, ok := operatorOf(x).(transpose); ok && len(perm) == n {
		both := make([]int, n)
		for i, p := range perm {
			if p < 0 || p >= n {
				fail("Transpose", "%v is not a permutation", perm)
			}
			both[i] = o.perm[p]
		}
		x, perm = inputsOf(x)[0], both
	}
	identity := len(perm) == n
	for i, p := range perm {
		identity = identity && i == p
	}
	if identity {
		return x
	}
	return apply(transpose{perm: slices.Clone(perm)}, x)
}

// slice takes rows lo to hi-1 of one axis; its adjoint is pad.
type slice struct{ axis, lo, hi int }

func (s slice) String() string { return fmt.Sprintf("slice[%d %d:%d]", s.axis, s.lo, s.hi) }
func (s slice) infer(in [][]int) ([]int, error) {
	if s.axis < 0 || s.axis >= len(in[0]) || s.lo < 0 || s.hi <= s.lo || s.hi > in[0][s.axis] {
		return nil, fmt.Errorf("elements %d to %d along axis %d of shape %v: want an axis that is there and 0 <= lo < hi <= its size", s.lo, s.hi-1, s.axis, in[0])
	}
	out := slices.Clone(in[0])
	out[s.axis] = s.hi - s.lo
	return out, nil
}
func (s slice) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	n := dims(in[0])[s.axis]
	return []*Node{Pad(dy, s.axis, s.lo, n-s.hi)}
}

// Slice returns rows lo to hi-1 of the given axis of x.
func Slice(x *Node, axis, lo, hi int) *Node {
	if d := dims(x); axis >= 0 && axis < len(d) && lo == 0 && hi == d[axis] {
		return x
	}
	return apply(slice{axis: axis, lo: lo, hi: hi}, x)
}

// pad puts zeros before and after along one axis; its adjoint is slice.
type pad struct{ axis, before, after int }

func (p pad) String() string { return fmt.Sprintf("pad[%d %d %d]", p.axis, p.before, p.after) }
func (p pad) infer(in [][]int) ([]int, error) {
	if p.axis < 0 || p.axis >= len(in[0]) || p.before < 0 || p.after < 0 || p.before > maxElements || p.after > maxElements {
		return nil, fmt.Errorf("%d and %d zeros along axis %d of shape %v: want an axis that is there and at least 0 of each", p.before, p.after, p.axis, in[0])
	}
	out := slices.Clone(in[0])
	out[p.axis] += p.before + p.after
	return out, nil
}
func (p pad) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{Slice(dy, p.axis, p.before, p.before+dims(in[0])[p.axis])}
}

// Pad puts zeros before and after x along the given axis.
func Pad(x *Node, axis, before, after int) *Node {
	if before == 0 && after == 0 && axis >= 0 && axis < len(dims(x)) {
		return x
	}
	return apply(pad{axis: axis, before: before, after: after}, x)
}

// concat joins its inputs along one axis; its adjoint are slices.
type concat struct{ axis int }

func (c concat) String() string { return fmt.Sprintf("concat[%d]", c.axis) }
func (c concat) infer(in [][]int) ([]int, error) {
	out := slices.Clone(in[0])
	if c.axis < 0 || c.axis >= len(out) {
		return nil, fmt.Errorf("axis %d of %v", c.axis, out)
	}
	for _, s := range in[1:] {
		if len(s) != len(out) {
			return nil, fmt.Errorf("shapes %v and %v along axis %d", in[0], s, c.axis)
		}
		for i := range s {
			if i != c.axis && s[i] != out[i] {
				return nil, fmt.Errorf("shapes %v and %v along axis %d", in[0], s, c.axis)
			}
		}
		out[c.axis] += s[c.axis]
	}
	return out, nil
}
func (c concat) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := make([]*Node, len(in))
	at := 0
	for i, n := range in {
		w := dims(n)[c.axis]
		if need[i] {
			out[i] = Slice(dy, c.axis, at, at+w)
		}
		at += w
	}
	return out
}

// Concat joins nodes along an existing axis.
func Concat(axis int, xs ...*Node) *Node {
	switch len(xs) {
	case 0:
		fail("Concat", "nothing to join")
	case 1:
		if d := dims(xs[0]); axis < 0 || axis >= len(d) {
			fail("Concat", "axis %d of %v", axis, d)
		}
		return xs[0]
	}
	return apply(concat{axis: axis}, xs...)
}
