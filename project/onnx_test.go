package project

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// A pipeline of scikit-learn, whose scaler stands before the classifier, is convex: auto takes Newton
// steps to the optimum, where the loss does not fall along any parameter. A certificate it has not,
// since the norms of its features are not those of the data.
func TestPipelineWithAScaler(t *testing.T) {
	dir := os.Getenv("LETHE_ONNX")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "onnx")
	}
	path := filepath.Join(dir, "models", "skl_logreg_breast.onnx")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no reference model at %s: set LETHE_ONNX to the folder that has them", path)
	}
	m := &Model{Training: Training{L2: 1, Precision: "float64"}}
	require.NoError(t, m.readONNX(path))
	require.NoError(t, m.convex())
	require.ErrorContains(t, m.certifiable(), "there is no certificate")
	d := &datasets.Dataset{Classes: 2}
	x := &datasets.Dense{N: 60, Cols: 30}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		for range 30 {
			x.Data = append(x.Data, r.NormFloat64()*10)
		}
		d.Y = append(d.Y, float64(i%2))
	}
	d.X = x
	p, err := m.problem(d)
	require.NoError(t, err)
	u, err := unlearn.Auto{MaxLoss: 1}.Unlearn(t.Context(), p, m.Theta, unlearn.RemoveSamples(3, 5, 9))
	require.NoError(t, err)
	assert.Contains(t, strings.Join(u.Notes, " "), "the problem is convex")
	assert.Less(t, u.After, 1e-3*u.Before)
	at := p.With(u.Data)
	for j := range u.Theta {
		const step = 1e-4
		loss := func(d float64) float64 {
			theta := slices.Clone(u.Theta)
			theta[j] += d
			v, err := at.Loss(t.Context(), theta)
			require.NoError(t, err)
			return v
		}
		assert.InDelta(t, 0, (loss(step)-loss(-step))/(2*step), 1e-3*u.Before, "parameter %d", j)
	}
}
