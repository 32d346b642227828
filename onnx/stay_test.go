package onnx

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A copy of a parameter, or of minus it, that is not learned is refused: it would be the old model.
func TestCopyOfAParameter(t *testing.T) {
	for name, numbers := range map[string][]float32{"same": {1, 2, 3, 4, 5, 6}, "minus": {-1, -2, -3, -4, -5, -6}} {
		t.Run(name, func(t *testing.T) {
			w := linear()
			w.float("V", []int64{2, 3}, numbers...)
			_, err := Load(writeModel(t, w.bytes()), Options{})
			require.ErrorContains(t, err, `initializer "V" holds the same numbers as the parameter "W"`)
			w.node("MatMul", []string{"x", "V"}, []string{"other"})
			w.outputs = append(w.outputs, valueInfo("other", typeFloat, -1, 3))
			_, err = Load(writeModel(t, w.bytes()), Options{})
			require.ErrorContains(t, err, `initializer "V" holds the same numbers as the parameter "W"`)
		})
	}
	w := linear()
	tensor := join(dims("", typeFloat, []int64{2, 3}), sub(9, raw(1, 2, 3, 4, 5, 6)))
	w.node("Constant", nil, []string{"V"}, join(text(1, "value"), sub(5, tensor), number(20, 4)))
	w.node("MatMul", []string{"x", "V"}, []string{"other"})
	_, err := Load(writeModel(t, w.bytes()), Options{})
	require.ErrorContains(t, err, `the constant "V" holds the same numbers as the parameter "W"`)
}

// What stays as it is, and may have been learned, is noted: a second head, numbers that no node
// reads, constants that are nodes.
func TestWhatStaysIsNoted(t *testing.T) {
	w := linear()
	w.float("V", []int64{2, 2}, 9, 8, 7, 6)
	w.float("U", []int64{3}, 1, 5, 2)
	tensor := join(dims("", typeFloat, []int64{3}), sub(9, raw(7, 8, 9)))
	w.node("Constant", nil, []string{"C"}, join(text(1, "value"), sub(5, tensor), number(20, 4)))
	w.nodes[0], w.nodes[1], w.nodes[2] = w.nodes[2], w.nodes[0], w.nodes[1]
	w.node("MatMul", []string{"x", "V"}, []string{"other"})
	w.outputs = append(w.outputs, valueInfo("other", typeFloat, -1, 2))
	m, err := Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	assert.Subset(t, m.Notes(), []string{
		`Initializer "V" is read behind or beside the output "z", which does not depend on it: it stays as it is, with what it was learned from.`,
		`Initializer "U" is read by no node: it stays as it is, with what it was learned from.`,
		`The constant "C" is written as a node, and only initializers are learned: it stays as it is, with what it was learned from.`})
	m, err = Load(writeModel(t, linear().bytes()), Options{})
	require.NoError(t, err)
	assert.Len(t, m.Notes(), 1)
}

// Probabilities of joined classifiers are not taken for scores.
func TestJoinedClassifiers(t *testing.T) {
	w := linear()
	w.nodes = nil
	w.node("Gemm", []string{"x", "W", "b"}, []string{"z"})
	w.node("Sigmoid", []string{"z"}, []string{"s"})
	w.node("Mul", []string{"s", "s"}, []string{"p"})
	path := writeModel(t, w.bytes())
	_, err := Load(path, Options{})
	require.ErrorContains(t, err, `the output "p" holds probabilities`)
	m, err := Load(path, Options{Output: "z"})
	require.NoError(t, err)
	assert.Equal(t, softmaxLoss, m.head.loss)
}
