package onnx

import "slices"

// Penalty returns what a regularizer of 1 for each parameter is multiplied by, in the order of
// [Model.Theta]: 0 for the intercepts of a file of scikit-learn, which trains without a regularizer
// of them, and for running statistics, 1 for the others; nil where all are 1.
func (m *Model) Penalty() []float64 {
	var out []float64
	for _, p := range m.params {
		factor := 1.0
		if p.fixed || m.file.producer == "skl2onnx" && m.isIntercept(p.data.name) {
			factor = 0
		}
		out = append(out, slices.Repeat([]float64{factor}, p.value.size())...)
	}
	if !slices.Contains(out, 0) {
		return nil
	}
	return out
}

// isIntercept reports whether every node that reads a parameter adds it.
func (m *Model) isIntercept(name string) bool {
	return !slices.ContainsFunc(m.nodes, func(n *node) bool {
		i := slices.Index(n.in, name)
		switch n.key() {
		case "Add":
			return false
		case "Gemm", "ai.onnx.ml.LinearClassifier", "ai.onnx.ml.LinearRegressor":
			return i >= 0 && i != 2
		}
		return i >= 0
	})
}
