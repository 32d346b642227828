package graph

import (
	"fmt"
	"maps"
	"sync"
	"weak"
)

// Labels is what a loss takes as labels.
type Labels struct {
	Kind    LabelKind
	Classes int // of Classification
}

// LabelKind tells losses apart by what their labels mean.
type LabelKind uint8

const (
	AnyLabels      LabelKind = iota // nothing is known
	Classification                  // whole numbers from 0 to Classes-1, an output for each class
	Probability                     // from 0 to 1: whether a sample is of class 1 of two, or how probably it is; one output
	Quantity                        // any finite number
)

// taken holds the labels that losses of this package were given, as long as their nodes are alive.
var taken = struct {
	sync.Mutex
	by    map[weak.Pointer[Node]]Labels
	sweep int
}{by: map[weak.Pointer[Node]]Labels{}, sweep: 1024}

// take notes what the labels y of a loss mean, for [LabelsOf].
func take(y *Node, l Labels) {
	taken.Lock()
	defer taken.Unlock()
	taken.by[weak.Make(y)] = l
	if len(taken.by) > taken.sweep {
		maps.DeleteFunc(taken.by, func(k weak.Pointer[Node], _ Labels) bool { return k.Value() == nil })
		taken.sweep = 2*len(taken.by) + 1024
	}
}

// LabelsOf returns what the labels y have to be for a loss that [SoftmaxCrossEntropy], [Logistic], [SquaredError] or [OneHot]
// is a part of. A loss that gives none of these y itself, reshaped, permuted or sliced at the most, has AnyLabels.
func LabelsOf(loss, y *Node) Labels {
	found := Labels{}
	for _, n := range topological([]*Node{loss}) {
		in := inputsOf(n)
		if o, ok := operatorOf(n).(oneHot); ok && viewOf(in[0], y) {
			found = Labels{Kind: Classification, Classes: o.classes}
		}
		for _, c := range in {
			taken.Lock()
			l, ok := taken.by[weak.Make(c)]
			taken.Unlock()
			if ok && found.Kind != Classification && viewOf(c, y) {
				found = l
			}
		}
	}
	return found
}

// TableOf returns the number of rows of the smallest table in which results look the numbers x up by [Gather], 0 if they do not.
func TableOf(x *Node, results ...*Node) int {
	least := 0
	for _, n := range topological(results) {
		if _, ok := operatorOf(n).(gather); ok {
			if in := inputsOf(n); viewOf(in[1], x) && (least == 0 || dims(in[0])[0] < least) {
				least = dims(in[0])[0]
			}
		}
	}
	return least
}

// viewOf says whether the elements of n are elements of y.
func viewOf(n, y *Node) bool {
	for n != y {
		switch operatorOf(n).(type) {
		case reshape, transpose, slice:
		default:
			if m := replacement(n); m != nil && m != n {
				n = m
				continue
			}
			return false
		}
		n = inputsOf(n)[0]
	}
	return true
}

// eachLabel calls f, a loss of outputs (m, k) and labels (m), for labels y of any shape (n, ...) and outputs with an axis of k more,
// and adds up the losses of a sample: (n).
func eachLabel(op string, out, y *Node, k int, want string, f func(out, y *Node) *Node) *Node {
	d, l := dims(out), dims(y)
	if len(d) < 2 || len(l) < 1 || d[0] != l[0] || size(d) != size(l)*k {
		fail(op, "outputs %v and labels %v: want %s", d, l, want)
	}
	if len(d) == 2 && len(l) == 1 {
		return f(out, y)
	}
	n, m := l[0], size(l)
	return Sum(Reshape(f(Reshape(out, m, k), Reshape(y, m)), n, m/n), 1)
}

func (k LabelKind) String() string {
	switch k {
	case AnyLabels:
		return "any labels"
	case Classification:
		return "classes"
	case Probability:
		return "a class of two"
	case Quantity:
		return "quantities"
	}
	return fmt.Sprintf("LabelKind(%d)", k)
}
