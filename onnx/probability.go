package onnx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/graph"
)

// Probabilities returns the probability of each class, for the outputs of one sample before the
// loss, as the last nodes of the file compute it: by the softmax; by the logistic function, of one
// output for class 1; of a classifier for each class by the logistic functions, divided by their
// sum where the file divides.
func (m *Model) Probabilities(outputs []float64) []float64 {
	p := make([]float64, len(outputs))
	apart, sum := m.head.loss == logisticLoss || m.head.loss == oneAgainstAll, 0.0
	for k, z := range outputs {
		p[k] = math.Exp(z - slices.Max(outputs))
		if apart || len(p) == 1 {
			p[k] = 1 / (1 + math.Exp(-z))
		}
		sum += p[k]
	}
	switch {
	case len(p) == 1:
		return []float64{1 - p[0], p[0]}
	case apart && !m.head.normalizes() || sum == 0:
		return p
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// normalizes reports whether the file divides probabilities by their sum.
func (h *head) normalizes() bool {
	return slices.ContainsFunc(h.behind, func(n *node) bool { return n.key() == "Div" || n.key() == "ai.onnx.ml.Normalizer" })
}

// squashing are the operators by which scores become probabilities.
var squashing = []string{"Softmax", "Sigmoid", "Exp", "Reciprocal", "ai.onnx.ml.Normalizer", "ai.onnx.ml.LinearClassifier"}

// checkScores refuses an output that holds probabilities and no scores, where the nodes behind it
// do not say what the scores are, as of several classifiers whose answers are joined: a loss of
// probabilities taken for scores is not the loss of the file.
func (m *Model) checkScores() error {
	squashed := slices.ContainsFunc(m.nodes, func(n *node) bool { return slices.Contains(squashing, n.key()) })
	if m.head.loss == squaredLoss || slices.ContainsFunc(m.head.behind, isLink) || !squashed || m.fixed > 0 {
		return nil
	}
	out := m.tried()
	inside := len(out) > 0 && !slices.ContainsFunc(out, func(x float64) bool { return !(x >= 0 && x <= 1+1e-6) })
	if !inside || !slices.ContainsFunc(out, func(x float64) bool { return x != out[0] }) {
		return nil
	}
	return fmt.Errorf("the output %q holds probabilities, and the scores that they are made of were not found: several classifiers whose answers are joined, "+
		"as of OneVsRestClassifier or CalibratedClassifierCV, are not supported; export one classifier, or name the scores by Options.Output", m.head.name)
}

// tried are the outputs for samples of random numbers of several sizes; nil where they cannot be
// had, as for samples that are whole numbers.
func (m *Model) tried() []float64 {
	for _, free := range freeSizes {
		if out := m.triedAt(free); out != nil {
			return out
		}
	}
	return nil
}

func (m *Model) triedAt(free int) (xs []float64) {
	_ = graph.Build(func() { // an error of other sizes than the file's, or of other numbers
		g := gorgonia.NewGraph()
		like := graph.Input(g, tensor.Float64, "like", 1)
		var p []*graph.Node
		for _, q := range m.params {
			p = append(p, graph.Fixed(like, q.value.floats, q.value.shape...))
		}
		x := graph.Fixed(like, randomRows(24, m.sample(free)), append([]int{24}, m.sample(free)...)...)
		_, _, _ = m.build(p, x, nil, func(v value) {
			program, err := graph.Compile(m.head.take(v))
			if err != nil {
				return
			}
			f, err := graph.NewFrame[float64](program)
			if err == nil && f.Run(nil) == nil {
				xs = slices.Clone(f.Output(0))
			}
		})
	})
	return xs
}

// randomRows are n samples of normal numbers with the standard deviations 1, 10 and 100.
func randomRows(n int, sample []int) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]float64, n*size(sample))
	for i := range out {
		out[i] = r.NormFloat64() * math.Pow(10, float64(i/size(sample)%3))
	}
	return out
}
