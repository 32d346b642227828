package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// gather takes rows of a table by index; its adjoint is scatter, which adds rows up by index.
type gather struct{}

func (gather) String() string { return "gather" }
func (gather) infer(in [][]int) ([]int, error) {
	if len(in[0]) == 0 {
		return nil, fmt.Errorf("a scalar has no rows")
	}
	return append(slices.Clone(in[1]), in[0][1:]...), nil
}
func (gather) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil} // the indices are not differentiated
	if need[0] {
		out[0] = apply(scatter{rows: dims(in[0])[0]}, dy, in[1])
	}
	return out
}

type scatter struct{ rows int }

func (s scatter) String() string { return fmt.Sprintf("scatter[%d]", s.rows) }
func (s scatter) infer(in [][]int) ([]int, error) {
	k := len(in[1])
	if len(in[0]) < k || !sameShape(in[0][:k], in[1]) {
		return nil, fmt.Errorf("rows of shape %v for indices of shape %v", in[0], in[1])
	}
	return append([]int{s.rows}, in[0][k:]...), nil
}
func (s scatter) adjoint(in []*Node, _, dy *Node, need []bool) []*Node {
	out := []*Node{nil, nil}
	if need[0] {
		out[0] = apply(gather{}, dy, in[1])
	}
	return out
}

// Gather returns the rows of table (rows, ...) at the given indices: shape of index followed by the
// shape of a row. The indices are whole numbers from 0 to rows-1 in the graph's own precision
// (exact to 2^24 in float32); a program reports one outside. Nothing is differentiated by them.
func Gather(table, index *Node) *Node {
	if d := dims(table); len(d) > 0 {
		checkIndexable("Gather", index, d[0])
	}
	return apply(gather{}, table, index)
}

// ScatterAdd returns a table of the given number of rows in which row r is the sum of the rows of x
// whose index is r; the adjoint of [Gather].
func ScatterAdd(x, index *Node, rows int) *Node {
	if rows < 1 {
		fail("ScatterAdd", "%d rows", rows)
	}
	checkIndexable("ScatterAdd", index, rows)
	return apply(scatter{rows: rows}, x, index)
}

// checkIndexable refuses more rows than single precision can tell apart: beyond 2^24 an index would
// be rounded to its neighbor.
func checkIndexable(op string, index *Node, rows int) {
	if checkNode(index); index.Dtype() == tensor.Float32 && rows > 1<<24 {
		fail(op, "%d rows: indices in float32 are exact to 2^24 only; compute in float64", rows)
	}
}

// oneHot writes each class index as a row of zeros with a one.
type oneHot struct{ classes int }

func (o oneHot) String() string { return fmt.Sprintf("onehot[%d]", o.classes) }
func (o oneHot) infer(in [][]int) ([]int, error) {
	return append(slices.Clone(in[0]), o.classes), nil
}
func (o oneHot) adjoint([]*Node, *Node, *Node, []bool) []*Node { return []*Node{nil} }

// OneHot returns class indices of any shape as rows of the given length with a single one.
func OneHot(index *Node, classes int) *Node {
	if classes < 1 {
		fail("OneHot", "%d classes", classes)
	}
	checkIndexable("OneHot", index, classes)
	return apply(oneHot{classes: classes}, index)
}
