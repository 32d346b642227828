package onnx

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// checkStaying refuses a file that holds a copy of a parameter, or of minus it, in numbers that are
// not learned: the copy would still be the old model. It notes the other numbers that stay as they
// are and may have been learned.
func (m *Model) checkStaying(l *links) error {
	staying, err := m.staying(l)
	if err != nil {
		return err
	}
	for _, s := range staying {
		for _, p := range m.params {
			if !p.fixed && sameUpToSign(p.whole().floats, s.floats) {
				return fmt.Errorf("%s holds the same numbers as the parameter %q, and the output %q does not depend on it: it would stay as it is, and "+
					"with it the old model; export the file with one of the two", s.what, p.data.name, m.head.name)
			}
		}
		m.notes = append(m.notes, strings.ToUpper(s.note[:1])+s.note[1:])
	}
	return nil
}

// staysPut are numbers of a file that are not learned.
type staysPut struct {
	what, note string
	floats     []float64
}

// staying are the initializers and constants of several floating-point numbers that the output
// before the loss does not depend on, and the constants that it depends on.
func (m *Model) staying(l *links) (out []staysPut, err error) {
	known := map[string]bool{}
	for _, n := range m.nodes {
		for _, name := range n.in {
			known[name] = true
		}
	}
	readers := map[string][]*node{}
	for _, n := range m.file.nodes {
		for _, name := range n.in {
			readers[name] = append(readers[name], n)
		}
	}
	add := func(t *tensorData, what, why string) error {
		v, err := t.value(m.file.data)
		if err == nil {
			out = append(out, staysPut{what, what + why + ": it stays as it is, with what it was learned from.", v.floats})
		}
		return err
	}
	for _, t := range m.file.inits {
		if known[t.name] || !isArray(t) || l.labels(readers[t.name]) {
			continue
		}
		why := fmt.Sprintf(" is read behind or beside the output %q, which does not depend on it", m.head.name)
		if len(readers[t.name]) == 0 {
			why = " is read by no node"
		}
		if err = add(t, fmt.Sprintf("initializer %q", t.name), why); err != nil {
			return nil, err
		}
	}
	for _, n := range m.file.nodes {
		if t := n.attrs["value"].tensor; n.key() == "Constant" && t != nil && t.external == nil && isArray(t) && !l.labels(readers[n.out[0]]) {
			if err = add(t, fmt.Sprintf("the constant %q", n.out[0]), " is written as a node, and only initializers are learned"); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// isArray reports whether a tensor has several floating-point numbers.
func isArray(t *tensorData) bool {
	n := int64(1)
	for _, d := range t.dims {
		n *= d
	}
	return elements[t.typ].kind == floats && n > 1
}

// labels reports whether nodes take a class's label from a table, and nothing else is done with it.
func (l *links) labels(readers []*node) bool {
	return len(readers) > 0 && !slices.ContainsFunc(readers, func(n *node) bool {
		return n.op != "ArrayFeatureExtractor" && n.op != "Gather" || !l.chosen(at(n.in, 1))
	})
}

// sameUpToSign reports whether two arrays hold the same numbers, or one minus those of the other.
// Arrays of one number, or of equal ones, say nothing.
func sameUpToSign(a, b []float64) bool {
	if len(a) != len(b) || len(a) < 2 || !slices.ContainsFunc(a, func(x float64) bool { return math.Abs(x) != math.Abs(a[0]) }) {
		return false
	}
	same, minus := true, true
	for i := range a {
		same, minus = same && a[i] == b[i], minus && a[i] == -b[i]
	}
	return same || minus
}

// noteNumbers notes the single numbers of the network, which are taken for constants, and the
// statistics of a scaler.
func (m *Model) noteNumbers() {
	var names []string
	for _, t := range m.file.inits {
		if c, ok := m.constants[t.name]; ok && c.kind == floats && len(c.shape) == 0 && c.floats[0] != 0 && math.Abs(c.floats[0]) != 1 {
			names = append(names, fmt.Sprintf("%q", t.name))
		}
	}
	if len(names) > 0 {
		m.notes = append(m.notes, fmt.Sprintf("Single numbers without an axis are taken for constants and stay as they are: %s.", strings.Join(names, ", ")))
	}
	if slices.ContainsFunc(m.nodes, func(n *node) bool { return n.key() == "ai.onnx.ml.Scaler" }) {
		m.notes = append(m.notes, "The file scales the features by numbers that were computed from the old data: these stay as they are.")
	}
}
