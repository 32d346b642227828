package onnx

import (
	"fmt"
	"slices"
)

// findClasses finds the names of the classes: in a ZipMap, a LinearClassifier, or what an
// ArrayFeatureExtractor takes the class from.
func (m *Model) findClasses() []string {
	for _, n := range m.file.nodes {
		for _, name := range []string{"classlabels_strings", "classlabels_int64s", "classlabels_ints"} {
			a := n.attrs[name]
			switch {
			case len(a.texts) > 0:
				return a.texts
			case len(a.ints) > 0:
				return written(a.ints)
			}
		}
	}
	for _, n := range m.file.nodes {
		if n.key() != "ai.onnx.ml.ArrayFeatureExtractor" {
			continue
		}
		t := m.file.initializer(at(n.in, 0))
		if t == nil {
			continue
		}
		v, err := t.value(m.file.data)
		switch {
		case err != nil:
		case v.kind == texts:
			return v.texts
		case v.kind == ints:
			return written(v.ints)
		}
	}
	return nil
}

func written(xs []int64) []string {
	var out []string
	for _, x := range xs {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

// note collects what a user should know.
func (m *Model) note() {
	say := func(format string, args ...any) { m.notes = append(m.notes, fmt.Sprintf(format, args...)) }
	has := func(keys ...string) bool {
		return slices.ContainsFunc(m.nodes, func(n *node) bool { return slices.Contains(keys, n.key()) })
	}
	say("The output before the loss is %q; the loss is %s.", m.head.name, m.head.loss)
	if len(m.head.behind) > 0 && !slices.ContainsFunc(m.head.behind, isLink) {
		say("Neither a softmax nor a sigmoid was found behind %q. If it holds probabilities, name the scores that they are made of by Options.Output.", m.head.name)
	}
	if m.head.guesses() {
		say("The file makes no probabilities of the scores %q, so the loss is a guess: a support vector machine, a ridge classifier and a perceptron "+
			"are trained with others.", m.head.name)
	}
	for _, p := range m.params {
		if p.tie != nil {
			say("Initializer %q holds a parameter twice, with both signs, for two classes: it is learned once, and both are written.", p.data.name)
		}
	}
	if m.file.producer == "skl2onnx" && m.Penalty() != nil {
		say("scikit-learn trains without a regularizer of the intercepts, so L2 holds for the coefficients alone.")
	}
	if has("Conv") && !has("BatchNormalization") {
		say("The file has no batch normalization. If the network was trained with it, the exporter has folded it into the convolutions, " +
			"and there are no running statistics to estimate again.")
	}
	if m.fixed > 0 {
		say("The file was exported for batches of %d; the network takes any number of samples.", m.fixed)
	}
	for _, t := range m.file.inits {
		if _, constant := m.constants[t.name]; constant && elements[t.typ].kind == floats && len(t.dims) > 0 {
			say("Initializer %q stays as it is: the network needs its numbers when it is built, or they cannot be learned.", t.name)
		}
	}
	m.noteNumbers()
}
