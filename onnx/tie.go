package onnx

import (
	"math"
	"slices"

	"lethe/graph"
)

// tie says that an initializer holds one parameter twice, with both signs: the first half along an
// axis is minus the second, as in scikit-learn's classifiers of two classes. The second half, which
// belongs to class 1, is the parameter.
type tie struct {
	axis  int
	whole value // as it stands in the file
}

// whole is the initializer as it stands in the file.
func (p *parameter) whole() value {
	if p.tie == nil {
		return p.value
	}
	return p.tie.whole
}

// initializer is the node of the whole initializer, of that of the parameter.
func (p *parameter) initializer(n *graph.Node) *graph.Node {
	if p.tie == nil {
		return n
	}
	return graph.Concat(p.tie.axis, graph.Neg(n), n)
}

// written are the numbers of the whole initializer, for those of the parameter. A pair whose number
// did not change stays as it is, though rounding may have made the two a little different.
func (p *parameter) written(xs []float64) []float64 {
	if p.tie == nil {
		return xs
	}
	out := slices.Clone(p.tie.whole.floats)
	first, second := bothHalves(p.tie.whole.shape, p.tie.axis)
	for i, x := range xs {
		if math.Float64bits(x) != math.Float64bits(p.value.floats[i]) {
			out[first[i]], out[second[i]] = -x, x
		}
	}
	return out
}

// tied is the parameter of which an initializer holds two copies along an axis.
func (p *parameter) tied(axis int) *parameter {
	v := value{kind: floats, shape: slices.Clone(p.value.shape)}
	v.shape[axis] /= 2
	_, second := bothHalves(p.value.shape, axis)
	for _, i := range second {
		v.floats = append(v.floats, p.value.floats[i])
	}
	return &parameter{data: p.data, value: v, fixed: p.fixed, number: p.number, tie: &tie{axis, p.value}}
}

// bothHalves are the places, in a row-major array, of its first and of its second half along an
// axis.
func bothHalves(shape []int, axis int) (first, second []int) {
	inner := size(shape[axis:]) / 2
	for from := 0; from < size(shape); from += 2 * inner {
		for i := range inner {
			first, second = append(first, from+i), append(second, from+inner+i)
		}
	}
	return first, second
}

// spacing is the relative distance of neighbouring numbers of a type.
func spacing(t elementType) float64 {
	switch t {
	case typeFloat:
		return 0x1p-23
	case typeFloat16:
		return 0x1p-10
	case typeBfloat16:
		return 0x1p-7
	}
	return 0x1p-52
}

// opposite reports whether the first half of an array along an axis is minus the second, up to the
// rounding of both.
func opposite(v value, axis int, t elementType) bool {
	first, second := bothHalves(v.shape, axis)
	for i, k := range first {
		a, b := v.floats[k], v.floats[second[i]]
		if !(math.Abs(a+b) <= spacing(t)*max(math.Abs(a), math.Abs(b))) {
			return false
		}
	}
	return true
}

// tying looks for what the scores of two classes are made of.
type tying struct {
	*Model
	*links
	axes map[int]int // of parameters by number, the axis of the two classes
}

// follow reports whether the first of two scores is minus the second, by the nodes that make them
// and the numbers of the initializers that these read.
func (t *tying) follow(name string) bool {
	n := t.maker[name]
	if n == nil {
		return false
	}
	switch n.key() {
	case "Identity", "Cast":
		return t.follow(at(n.in, 0))
	case "ai.onnx.ml.LinearClassifier":
		return name == n.out[2] && t.holds(at(n.in, 1), 0, true) && (at(n.in, 2) == "" || t.holds(at(n.in, 2), 0, true))
	case "MatMul":
		return t.holds(at(n.in, 1), 1, false)
	case "Gemm":
		axis := 1
		if n.attrs["transB"].i != 0 {
			axis = 0
		}
		return t.holds(at(n.in, 1), axis, false) && (at(n.in, 2) == "" || t.holds(n.in[2], -1, false))
	case "Add":
		a, b := at(n.in, 0), at(n.in, 1)
		return t.holds(b, -1, false) && t.follow(a) || t.holds(a, -1, false) && t.follow(b)
	}
	return false
}

// holds reports whether an initializer holds one parameter twice along an axis, of -1 the last. The
// axis has two places, unless the array is flat: a LinearClassifier's rows one behind the other.
func (t *tying) holds(name string, axis int, flat bool) bool {
	i := slices.IndexFunc(t.params, func(p *parameter) bool { return p.data.name == name })
	if i < 0 {
		return false
	}
	v := t.params[i].value
	if axis < 0 {
		axis = len(v.shape) - 1
	}
	if axis >= len(v.shape) || v.shape[axis]%2 != 0 || !flat && v.shape[axis] != 2 || !opposite(v, axis, t.params[i].data.typ) {
		return false
	}
	if before, again := t.axes[i]; again && before != axis {
		return false
	}
	t.axes[i] = axis
	return true
}

// two settles what two scores are. If the first is always minus the second, both have one
// parameter, unless a softmax is taken of them. If it is not, each of two scores with a sigmoid, of
// which the larger is the class, has its own loss; without such a choice they stand for two labels.
func (m *Model) two(l *links, asked bool) error {
	logistic, chooses := m.head.loss == logisticLoss, m.head.chooses()
	guessed := m.head.loss == softmaxLoss && chooses && !asked && !slices.ContainsFunc(m.head.behind, isLink)
	t := &tying{Model: m, links: l, axes: map[int]int{}}
	switch {
	case (logistic && (chooses || asked) || guessed) && t.follow(m.head.name):
		for i, axis := range t.axes {
			m.params[i] = m.params[i].tied(axis)
		}
		m.head.loss, m.head.second = logisticLoss, true
		_, _, err := m.trial()
		return err
	case logistic && chooses:
		m.head.loss = oneAgainstAll
	}
	return nil
}
