package graph

import (
	"fmt"
	"slices"
)

// sum adds up axes, which vanish from the shape; its adjoint is a broadcast.
type sum struct{ axes []int }

func (s sum) String() string { return fmt.Sprintf("sum%v", s.axes) }
func (s sum) infer(in [][]int) ([]int, error) {
	var out []int
	for i, d := range in[0] {
		if !slices.Contains(s.axes, i) {
			out = append(out, d)
		}
	}
	return out, nil
}
func (s sum) adjoint(in []*Node, _, dy *Node, _ []bool) []*Node {
	return []*Node{BroadcastTo(keepDims(dy, dims(in[0]), s.axes), dims(in[0])...)}
}

// keepDims gives the result of a reduction over axes of shape its dimensions back, with size 1.
func keepDims(y *Node, shape, axes []int) *Node {
	kept := slices.Clone(shape)
	for _, a := range axes {
		kept[a] = 1
	}
	return Reshape(y, kept...)
}

func checkAxes(op string, x *Node, axes []int) []int {
	n := len(dims(x))
	if len(axes) == 0 {
		for i := range n {
			axes = append(axes, i)
		}
	}
	axes = slices.Clone(axes)
	for i, a := range axes {
		if a < 0 {
			axes[i] = a + n
		}
		if axes[i] < 0 || axes[i] >= n {
			fail(op, "axis %d of shape %v", a, dims(x))
		}
	}
	slices.Sort(axes)
	if len(slices.Compact(slices.Clone(axes))) != len(axes) {
		fail(op, "axes %v name one twice", axes)
	}
	return axes
}

// Sum adds x up over the given axes (all if none is named), which vanish from its shape. A negative
// axis counts from the end.
func Sum(x *Node, axes ...int) *Node {
	if len(dims(x)) == 0 && len(axes) == 0 {
		return x
	}
	for _, run := range neighbors(checkAxes("Sum", x, axes)) {
		x = apply(sum{axes: run}, x)
	}
	return x
}

// mean is the mean along neighboring axes, which vanish from the shape. It is finite wherever the
// elements are.
type mean struct{ axes []int }

func (m mean) String() string                  { return fmt.Sprintf("mean%v", m.axes) }
func (m mean) infer(in [][]int) ([]int, error) { return sum(m).infer(in) }
func (m mean) adjoint(in []*Node, y, dy *Node, need []bool) []*Node {
	return sum(m).adjoint(in, y, Scale(dy, 1/float64(m.count(dims(in[0])))), need)
}

func (m mean) count(shape []int) int {
	n := 1
	for _, a := range m.axes {
		n *= shape[a]
	}
	return n
}

// Mean is Sum divided by the number of elements that were added, without overflow on the way.
func Mean(x *Node, axes ...int) *Node {
	if len(dims(x)) == 0 && len(axes) == 0 {
		return x
	}
	for _, run := range neighbors(checkAxes("Mean", x, axes)) {
		x = apply(mean{axes: run}, x)
	}
	return x
}

// maxAlong is the largest element along neighboring axes, which vanish from the shape.
type maxAlong struct{ axes []int }

func (m maxAlong) String() string                  { return fmt.Sprintf("max%v", m.axes) }
func (m maxAlong) infer(in [][]int) ([]int, error) { return sum(m).infer(in) }
func (m maxAlong) adjoint(in []*Node, y, dy *Node, _ []bool) []*Node {
	x, shape := in[0], dims(in[0])
	whole := func(r *Node) *Node { return BroadcastTo(keepDims(r, shape, m.axes), shape...) }
	hit := apply(binary{kind: kEq}, x, whole(y))
	return []*Node{Mul(Div(hit, whole(apply(sum(m), hit))), whole(dy))}
}

// Max returns the largest element along the given axes (all if none is named), and NaN where there
// is one. Its derivative is that of the largest element; several that are equal share it equally.
func Max(x *Node, axes ...int) *Node {
	if len(dims(x)) == 0 && len(axes) == 0 {
		return x
	}
	axes = checkAxes("Max", x, axes)
	if len(neighbors(axes)) > 1 { // at the end, so that all are compared with each other at once
		var perm []int
		for a := range dims(x) {
			if !slices.Contains(axes, a) {
				perm = append(perm, a)
			}
		}
		kept := len(perm)
		x = Transpose(x, append(perm, axes...)...)
		for i := range axes {
			axes[i] = kept + i
		}
	}
	return apply(maxAlong{axes: axes}, x)
}

// neighbors splits sorted axes into runs of adjacent ones, last run first.
func neighbors(axes []int) [][]int {
	var runs [][]int
	for _, a := range axes {
		if k := len(runs) - 1; k >= 0 && runs[k][len(runs[k])-1] == a-1 {
			runs[k] = append(runs[k], a)
		} else {
			runs = append(runs, []int{a})
		}
	}
	slices.Reverse(runs)
	return runs
}
