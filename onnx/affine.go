package onnx

import (
	"fmt"
	"slices"
)

// Affine returns nil where the graph shows that the outputs before the loss are x W + b, of features
// x that the file takes as they are and parameters W and b; and otherwise an error that says what
// stands against it. A convex loss of such outputs is convex in the parameters.
func (n network) Affine() error { return n.m.affine }

// AffineInParameters returns nil where the graph shows that the outputs before the loss are
// f(x) W + b, with any f that has no parameters, such as a Scaler, and otherwise an error that says
// what stands against it. A convex loss of such outputs is convex in the parameters; but the norms of
// x, which certificates rest on, are not those of f(x).
func (n network) AffineInParameters() error { return n.m.linear }

// notAffine says why the scores are not an affine function of the parameters and of what isFeatures
// takes for features.
func (m *Model) notAffine(l *links, isFeatures func(l *links, name string) bool) error {
	if m.trains || len(m.inputs) != 1 || len(m.inputs[0].sizes) != 2 {
		return fmt.Errorf("the graph has dropout, running statistics, several inputs, or samples that are no rows of numbers, so it is not taken for linear in its parameters")
	}
	name := m.head.name
	for {
		n := l.maker[name]
		if n == nil {
			return fmt.Errorf("the output %q is not a product of the features and a parameter", m.head.name)
		}
		switch {
		case n.key() == "Identity" || l.keepsFloats(n):
			name = at(n.in, 0)
			continue
		case n.key() == "Add" && m.isParameter(at(n.in, 1)):
			name = n.in[0]
			continue
		case n.key() == "Add" && m.isParameter(at(n.in, 0)):
			name = at(n.in, 1)
			continue
		case m.isProduct(n, name) && m.isParameter(at(n.in, 1)) && isFeatures(l, at(n.in, 0)):
			return nil
		}
		return fmt.Errorf("%v stands between the features and the output %q, so the graph is not taken for linear in its parameters", n, m.head.name)
	}
}

// isProduct reports whether a node multiplies its first input by its second, and adds at most its
// third.
func (m *Model) isProduct(n *node, name string) bool {
	switch n.key() {
	case "MatMul":
		return true
	case "Gemm":
		return n.attrs["transA"].i == 0 && (at(n.in, 2) == "" || m.isLeaf(n.in[2]))
	case "ai.onnx.ml.LinearClassifier":
		return name == n.out[2]
	case "ai.onnx.ml.LinearRegressor":
		how := n.attrs["post_transform"].s
		return how == "" || how == "NONE"
	}
	return false
}

func (m *Model) isParameter(name string) bool {
	return slices.ContainsFunc(m.params, func(p *parameter) bool { return p.data.name == name })
}

// isLeaf reports whether a name is a parameter or a constant of the file.
func (m *Model) isLeaf(name string) bool { return m.file.initializer(name) != nil }

// isFeatures reports whether a name is the file's input, with no change.
func (m *Model) isFeatures(l *links, name string) bool {
	for l.maker[name] != nil && (l.maker[name].key() == "Identity" || l.keepsFloats(l.maker[name])) {
		name = at(l.maker[name].in, 0)
	}
	return name == m.inputs[0].Name
}

// isFixedMap reports whether what stands at a name is computed without parameters.
func (m *Model) isFixedMap(l *links, name string) bool {
	seen := map[string]bool{}
	for open := []string{name}; len(open) > 0; {
		name, open = open[len(open)-1], open[:len(open)-1]
		if m.isParameter(name) {
			return false
		}
		if n := l.maker[name]; n != nil && !seen[name] {
			open = append(open, n.in...)
		}
		seen[name] = true
	}
	return true
}

// keepsFloats reports whether a node is a cast to floating-point numbers.
func (l *links) keepsFloats(n *node) bool {
	return n.key() == "Cast" && elements[elementType(n.attrs["to"].i)].kind == floats
}
