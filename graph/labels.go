package graph

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"weak"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
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

// LabelsOf returns what the labels y have to be for a loss that [SoftmaxCrossEntropy], [Logistic],
// [SquaredError] or [OneHot] is a part of. A loss that gives none of these y itself, reshaped,
// permuted or sliced at the most, has AnyLabels.
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

// Tables returns for each number of a sample, a row of the batch x, how many rows the table has in
// which results look it up by [Gather] or that [OneHot] makes of it, the smallest if there are
// several; 0 if it is not looked up.
func Tables(x *Node, results ...*Node) ([]int, error) {
	places := make([]int, size(dims(x)[1:]))
	for _, n := range topological(results) {
		rows, index := 0, (*Node)(nil)
		switch o := operatorOf(n).(type) {
		case gather:
			rows, index = dims(inputsOf(n)[0])[0], inputsOf(n)[1]
		case oneHot:
			rows, index = o.classes, inputsOf(n)[0]
		}
		if index == nil || !viewOf(index, x) {
			continue
		}
		looked, err := placesOf(index, x)
		if err != nil {
			return nil, err
		}
		for _, k := range looked {
			if places[k] == 0 || rows < places[k] {
				places[k] = rows
			}
		}
	}
	return places, nil
}

// placesOf says which numbers of a sample stand in a view of x: what is there when each number of x
// is its own place.
func placesOf(view, x *Node) ([]int, error) {
	p, err := Compile(view)
	if err != nil {
		return nil, err
	}
	numbers := make([]float64, size(dims(x)))
	for i := range numbers {
		numbers[i] = float64(i % (len(numbers) / dims(x)[0]))
	}
	var v gorgonia.Value = tensor.New(tensor.WithShape(dims(x)...), tensor.WithBacking(numbers))
	if x.Dtype() == tensor.Float32 {
		single := make([]float32, len(numbers))
		Convert(single, numbers)
		v = tensor.New(tensor.WithShape(dims(x)...), tensor.WithBacking(single))
	}
	out, err := p.Run(map[*Node]gorgonia.Value{x: v})
	if err != nil {
		return nil, err
	}
	var places []int
	for _, k := range floatsOf(out[0]) {
		places = append(places, int(k))
	}
	slices.Sort(places)
	return slices.Compact(places), nil
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

// eachLabel calls f, a loss of outputs (m, k) and labels (m), for labels y of any shape (n, ...)
// and outputs with an axis of k more, and adds up the losses of a sample: (n).
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
