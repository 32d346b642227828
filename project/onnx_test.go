package project

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

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

// fields calls f with each field of a message and its number, and joins what f makes of them.
func fields(t *testing.T, message []byte, f func(num protowire.Number, value []byte) []byte) (out []byte) {
	t.Helper()
	for len(message) > 0 {
		num, typ, tag := protowire.ConsumeTag(message)
		require.Positive(t, tag)
		size := protowire.ConsumeFieldValue(num, typ, message[tag:])
		require.Positive(t, size)
		if field := message[:tag+size]; typ == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message[tag:])
			out = protowire.AppendBytes(protowire.AppendTag(out, num, typ), f(num, value))
		} else {
			out = append(out, field...)
		}
		message = message[tag+size:]
	}
	return out
}

// behindAScaler puts a Scaler between the input of an ONNX file and whatever reads it.
func behindAScaler(t *testing.T, file []byte, input string, offset, scale []float32) []byte {
	t.Helper()
	text := func(b []byte, num protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), s)
	}
	scaler := text(text(nil, 1, input), 2, "scaled")
	scaler = text(text(scaler, 4, "Scaler"), 7, "ai.onnx.ml")
	for name, xs := range map[string][]float32{"offset": offset, "scale": scale} {
		attribute := protowire.AppendVarint(protowire.AppendTag(text(nil, 1, name), 20, protowire.VarintType), 6) // FLOATS
		for _, x := range xs {
			attribute = protowire.AppendFixed32(protowire.AppendTag(attribute, 7, protowire.Fixed32Type), math.Float32bits(x))
		}
		scaler = protowire.AppendBytes(protowire.AppendTag(scaler, 5, protowire.BytesType), attribute)
	}
	return fields(t, file, func(num protowire.Number, value []byte) []byte {
		if num != 7 {
			return value
		}
		rest := fields(t, value, func(num protowire.Number, value []byte) []byte {
			if num != 1 {
				return value
			}
			return fields(t, value, func(num protowire.Number, value []byte) []byte {
				if num == 1 && string(value) == input {
					return []byte("scaled")
				}
				return value
			})
		})
		return append(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), scaler), rest...)
	})
}

// A classifier behind a scaler, as in a pipeline of scikit-learn, is convex, and becomes what
// scikit-learn makes of the scaled data without three rows. It has no certificate: the norms of its
// features are not those of the data.
func TestPipelineWithAScaler(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "two-classes.onnx"))
	require.NoError(t, err)
	offset, scale := []float32{1, -20, 300}, []float32{0.5, 0.125, 4}
	path := filepath.Join(t.TempDir(), onnxName)
	require.NoError(t, os.WriteFile(path, behindAScaler(t, file, "X", offset, scale), 0o600))
	m := &Model{Training: Training{L2: 0.5, Precision: "float64"}}
	require.NoError(t, m.readONNX(path))
	require.NoError(t, m.convex())
	require.ErrorContains(t, m.certifiable(), "there is no certificate for this model")
	require.ErrorContains(t, m.certifiable(), "stands between the features and the output")
	d := twoClasses()
	for i, v := range d.X.(*datasets.Dense).Data {
		d.X.(*datasets.Dense).Data[i] = v/float64(scale[i%3]) + float64(offset[i%3])
	}
	p, err := m.problem(d)
	require.NoError(t, err)
	u, err := unlearn.Auto{}.Unlearn(t.Context(), p, m.Theta, unlearn.RemoveSamples(3, 5, 9))
	require.NoError(t, err)
	assert.Contains(t, strings.Join(u.Notes, " "), "the problem is convex")
	assert.InDeltaSlice(t, []float64{1.1907648745990427, -2.867717738430129, -0.4428532406826098, -0.018404475744816722}, u.Theta, 1e-5)
}
