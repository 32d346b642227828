package onnx

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scikit-learn has no regularizer of intercepts; of other producers nothing is known.
func TestPenalty(t *testing.T) {
	w := linear()
	m, err := Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	assert.Nil(t, m.Penalty())
	w.rest = text(2, "skl2onnx")
	m, err = Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 1, 1, 1, 1, 1, 0, 0, 0}, m.Penalty())
	w.nodes = w.nodes[:1] // an intercept that is a factor elsewhere is none
	w.node("Mul", []string{"z", "b"}, []string{"y"})
	w.node("Softmax", []string{"y"}, []string{"p"})
	m, err = Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	assert.Nil(t, m.Penalty())
	for _, c := range []struct {
		name             string
		free, intercepts int
	}{{"skl_logreg_breast.onnx", 30, 1}, {"skl_logreg_breast_plain.onnx", 30, 1}, {"skl_mlp_breast.onnx", 30*12 + 12*6 + 6, 12 + 6 + 1}} {
		m, err := Load(reference(t, "models", c.name), Options{})
		require.NoError(t, err)
		sum := 0.0
		for _, x := range m.Penalty() {
			sum += x
		}
		assert.Equal(t, float64(c.free), sum)
		assert.Len(t, m.Penalty(), c.free+c.intercepts)
	}
}
