package graph

import "fmt"

// Samples is a graph built for a batch: the inputs whose first axis counts its samples, and what is
// computed for each of them, with one row a sample.
type Samples struct {
	Batch   []*Node
	Results []*Node
	// Statistics allows what [Moments] finds to be read by every sample, as in the training pass of
	// a batch normalization.
	Statistics bool
}

// Independent verifies that row i of each result depends on row i of the batch alone, and in the
// same way whatever the number of samples. It compares two graphs that the same code built for
// batches of different sizes, of at least 2 samples each, and follows the axis of the samples from
// the inputs to the results: through reshapes, permutations, stacks of matrices and sequences with
// time in front. The error, an [*Error], names the operation that mixes samples or depends on their
// number, or of which it cannot be shown that it does neither.
//
// The axes of a tensor are products of factors, row-major. A factor counts the samples, or the
// values are equal along it, or it is something else. An operation may work along the first kind
// only where it treats each element by itself, and may let two factors meet only if they agree, or
// if the values are equal along one of them.
func Independent(a, b Samples) error {
	return Build(func() {
		if len(a.Batch) != len(b.Batch) || len(a.Results) != len(b.Results) || len(a.Batch) == 0 {
			fail("Independent", "%d inputs and %d results, and %d and %d: both graphs need the same, and at least one input",
				len(a.Batch), len(a.Results), len(b.Batch), len(b.Results))
		}
		w := &independence{n: pair{dims(a.Batch[0])[0], dims(b.Batch[0])[0]}, statistics: a.Statistics,
			layouts: map[*Node]layout{}, batch: map[*Node]bool{}, numbers: map[*Node]numbers{}}
		if w.n[0] < 2 || w.n[1] < 2 || w.n[0] == w.n[1] {
			fail("Independent", "batches of %d and %d samples: want two different sizes of at least 2", w.n[0], w.n[1])
		}
		for i, x := range a.Batch {
			if dims(x)[0] != w.n[0] || dims(b.Batch[i])[0] != w.n[1] {
				fail("Independent", "%s and %s have no row for each of %d and %d samples", describe(x), describe(b.Batch[i]), w.n[0], w.n[1])
			}
			w.batch[x] = true
		}
		w.follow(rewritten(a.Results), rewritten(b.Results))
	})
}

func rewritten(ns []*Node) []*Node {
	out := make([]*Node, len(ns))
	for i, n := range ns {
		out[i] = rewrite(n)
	}
	return out
}

// pair is a size in both graphs.
type pair [2]int

func (p pair) over(q pair) pair    { return pair{p[0] / q[0], p[1] / q[1]} }
func (p pair) times(q pair) pair   { return pair{p[0] * q[0], p[1] * q[1]} }
func (p pair) divides(q pair) bool { return q[0]%p[0] == 0 && q[1]%p[1] == 0 }
func (p pair) same() bool          { return p[0] == p[1] }

// factor is a part of an axis, of at least 2 elements.
type factor struct {
	size pair
	kind factorKind
}

type factorKind uint8

const (
	other   factorKind = iota
	uniform            // the values are equal along it
	sample             // counts the samples
)

// layout is the factors of each axis; none for an axis of size 1.
type layout [][]factor

func axisOf(size pair, kind factorKind) []factor {
	if size == (pair{1, 1}) {
		return nil
	}
	return []factor{{size, kind}}
}

// samplesAt returns where the factor of the samples stands in an axis, -1 if it is not there.
func samplesAt(axis []factor) int {
	for i, f := range axis {
		if f.kind == sample {
			return i
		}
	}
	return -1
}

func elementsOf(axis []factor) pair {
	p := pair{1, 1}
	for _, f := range axis {
		p = p.times(f.size)
	}
	return p
}

// kindOf is uniform if all factors are.
func kindOf(axis []factor) factorKind {
	for _, f := range axis {
		if f.kind != uniform {
			return other
		}
	}
	return uniform
}

// independence is the pass over both graphs. Layouts are those of the first graph's nodes.
type independence struct {
	n          pair
	statistics bool
	layouts    map[*Node]layout
	batch      map[*Node]bool
	numbers    map[*Node]numbers // of constants
	node       *Node             // being looked at
	twin       *Node             // its like in the second graph
}

const keepApart = "the loss and the outputs of a sample must depend on that sample only"

// mixed ends the pass with an error at the node being looked at.
func (w *independence) mixed(format string, args ...any) {
	panic(&Error{Op: "Independent", Node: describe(w.node), Message: fmt.Sprintf(format, args...) + ": " + keepApart})
}

func (w *independence) follow(a, b []*Node) {
	first, second := topological(a), topological(b)
	for i, n := range first {
		w.node = n
		if i >= len(second) {
			w.differ()
		}
		w.twin = second[i]
		l := w.layout()
		if count := w.check(l); count > 1 {
			w.mixed("it makes a table of one sample against the others")
		}
		w.layouts[n] = l
	}
	if len(first) != len(second) {
		w.differ()
	}
	for _, n := range a {
		w.node = n
		l := w.layouts[n]
		if len(l) == 0 || elementsOf(l[0]) != w.n || len(l[0]) != 1 || l[0][0].kind == other || w.check(l[1:]) > 0 {
			w.mixed("row i of it does not belong to sample i: keep the samples along the first axis")
		}
	}
}

// differ is the error of graphs that are built of different operations.
func (w *independence) differ() {
	w.mixed("the network or its loss is built of other operations for a batch of %d samples than for one of %d", w.n[0], w.n[1])
}

// check makes sure that a layout fits the shapes, and counts its axes of samples.
func (w *independence) check(l layout) (samples int) {
	for _, axis := range l {
		for _, f := range axis {
			if f.kind == sample {
				samples++
			}
		}
	}
	return samples
}

// shape returns the sizes of the axes of a node and of its twin.
func (w *independence) shape() []pair {
	a, b := dims(w.node), dims(w.twin)
	if len(a) != len(b) {
		w.differ()
	}
	out := make([]pair, len(a))
	for i := range a {
		out[i] = pair{a[i], b[i]}
	}
	return out
}

// plain is a layout of one factor of the given kind for each axis.
func plain(shape []pair, kind factorKind) layout {
	l := make(layout, len(shape))
	for i, p := range shape {
		l[i] = axisOf(p, kind)
	}
	return l
}
