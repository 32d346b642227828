package project

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/unlearn"
)

// twoClasses are the data that scikit-learn 1.9.1 trained testdata/two-classes.onnx on, by
// LogisticRegression(C=2), without the rows given.
func twoClasses(without ...int) *datasets.Dataset {
	x, y := []float64{}, []float64{}
	for i := range 40 {
		if slices.Contains(without, i) {
			continue
		}
		row := make([]float64, 3)
		for j := range row {
			row[j] = math.Round(1000*math.Sin(float64(i*(j+1)+j))) / 1000
		}
		label := 0.0
		if row[0]-2*row[1]+0.5*row[2]+math.Cos(float64(7*i)) > 0 {
			label = 1
		}
		x, y = append(x, row...), append(y, label)
	}
	return &datasets.Dataset{X: &datasets.Dense{N: len(y), Cols: 3, Data: x}, Y: y, Classes: 2}
}

// A classifier of two classes, whose file holds each coefficient with both signs, is convex, and
// becomes what scikit-learn makes of the data without three rows.
func TestTwoClassesOfScikitLearn(t *testing.T) {
	m := &Model{Training: Training{L2: 0.5, Precision: "float64"}}
	require.NoError(t, m.readONNX(filepath.Join("testdata", "two-classes.onnx")))
	require.NoError(t, m.convex())
	p, err := m.problem(twoClasses())
	require.NoError(t, err)
	trained := make([]float64, 4)
	require.NoError(t, p.Gradient(t.Context(), trained, m.Theta))
	for _, g := range trained {
		assert.InDelta(t, 0, g, 1e-5, "the file is the optimum of this problem")
	}
	u, err := unlearn.Auto{}.Unlearn(t.Context(), p, m.Theta, unlearn.RemoveSamples(3, 5, 9))
	require.NoError(t, err)
	want := []float64{1.1907648745990427, -2.867717738430129, -0.4428532406826098, -0.018404475744816722}
	assert.InDeltaSlice(t, want, u.Theta, 1e-5)

	to := filepath.Join(t.TempDir(), onnxName)
	require.NoError(t, m.ONNX.Save(to, u.Theta))
	again := &Model{Training: m.Training}
	require.NoError(t, again.readONNX(to))
	assert.InDeltaSlice(t, want, again.Theta, 1e-5)
	logits := make([]float64, 40)
	require.NoError(t, again.Objective.Predict(t.Context(), logits, again.Theta, twoClasses()))
	assert.InDelta(t, 0.78444223, again.probability(logits[3:4], 0), 1e-5)
	assert.InDelta(t, 0.21555777, again.probability(logits[3:4], 1), 1e-5)
}
