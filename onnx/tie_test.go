package onnx

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// classifier is the file of a LinearClassifier of two features.
func classifier(classes int, transform string, coefficients, intercepts []float32) *draft {
	w := &draft{opset: 17, rest: sub(8, text(1, "ai.onnx.ml"), number(2, 3))}
	w.input("x", typeFloat, -1, 2)
	var labels []byte
	for k := range classes {
		labels = join(labels, number(8, int64(k)))
	}
	n := join(text(1, "x"), text(2, "label"), text(2, "p"), text(3, "classifier"), text(4, "LinearClassifier"), text(7, "ai.onnx.ml"),
		sub(5, text(1, "classlabels_ints"), labels, number(20, 7)),
		sub(5, text(1, "coefficients"), sub(7, raw(coefficients...)), number(20, 6)),
		sub(5, text(1, "post_transform"), text(4, transform), number(20, 3)))
	if intercepts != nil {
		n = join(n, sub(5, text(1, "intercepts"), sub(7, raw(intercepts...)), number(20, 6)))
	}
	w.nodes = append(w.nodes, n)
	w.outputs = append(w.outputs, valueInfo("label", typeInt64, -1), valueInfo("p", typeFloat, -1, int64(classes)))
	return w
}

// plain is what scikit-learn's exporter writes without a LinearClassifier: sigmoids of two scores,
// divided by their sum.
func plain(scores func(w *draft)) *draft {
	w := &draft{opset: 17}
	w.input("x", typeFloat, -1, 2)
	scores(w)
	w.ints("axis", 1)
	w.node("Sigmoid", []string{"z"}, []string{"s"})
	w.node("ReduceSum", []string{"s", "axis"}, []string{"sum"})
	w.node("Div", []string{"s", "sum"}, []string{"p"})
	w.outputs = append(w.outputs, valueInfo("p", typeFloat, -1, 2))
	return w
}

// answers are the file's own values of an output, computed from its bytes.
func answers(t *testing.T, path, output string, x []float64, columns int) []float64 {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	f, err := decode(data)
	require.NoError(t, err)
	require.NoError(t, f.prepare())
	l, err := link(f)
	require.NoError(t, err)
	b := &builder{file: f, values: map[string]value{f.inputs[0].Name: {kind: floats, shape: []int{len(x) / columns, columns}, floats: x}}}
	for _, p := range f.inits {
		b.values[p.name], err = p.value(f.data)
		require.NoError(t, err)
	}
	nodes, err := l.order(output)
	require.NoError(t, err)
	require.NoError(t, graph.Build(func() { b.run(nodes) }))
	return b.values[output].floats
}

var points = []float64{1, 2, -1, 0.5, 0.25, -0.5, 0.1, -0.3}

// What onnxruntime 1.32 answers to points, for a file with opposite rows, one with a single row and
// one whose two rows are not opposite.
func TestProbabilitiesOfOtherLibrary(t *testing.T) {
	two := []float64{0.7772999, 0.22270015, 0.6791787, 0.32082132, 0.294215, 0.70578504, 0.3543437, 0.6456563}
	for name, c := range map[string]struct {
		w    *draft
		want []float64
		loss lossKind
		dim  int
	}{
		"two":    {classifier(2, "LOGISTIC", []float32{-0.5, 1, 0.5, -1}, []float32{-0.25, 0.25}), two, logisticLoss, 3},
		"one":    {classifier(2, "LOGISTIC", []float32{0.5, -1}, []float32{0.25}), two, logisticLoss, 3},
		"untied": {classifier(2, "LOGISTIC", []float32{-0.5, 1, 0.25, -1}, []float32{-0.25, 0.5}), []float64{0.7772999, 0.22270015, 0.6791787, 0.4378235, 0.294215, 0.743168, 0.3543437, 0.69529665}, oneAgainstAll, 6},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeModel(t, c.w.bytes())
			m, err := Load(path, Options{})
			require.NoError(t, err)
			assert.Equal(t, c.loss, m.head.loss)
			assert.Len(t, m.Theta(), c.dim)
			assert.NoError(t, m.Network().(nets.Affine).Affine())
			z := predicted(t, m, points, 2)
			k := len(z) / 4
			for i := range 4 {
				assert.InDeltaSlice(t, c.want[2*i:2*i+2], m.Probabilities(z[i*k:(i+1)*k]), 1e-6)
			}
		})
	}
}

// A file that holds the coefficients of two classes twice, with both signs, has them once as
// parameters, and both are written.
func TestOppositeRows(t *testing.T) {
	w, b := []float32{0.5, -1}, float32(0.25)
	forms := map[string]*draft{
		"classifier":           classifier(2, "LOGISTIC", []float32{-w[0], -w[1], w[0], w[1]}, []float32{-b, b}),
		"without an intercept": classifier(2, "LOGISTIC", []float32{-w[0], -w[1], w[0], w[1]}, nil),
		"intercepts of zero":   classifier(2, "LOGISTIC", []float32{-w[0], -w[1], w[0], w[1]}, []float32{0, 0}),
		"product and sum": plain(func(d *draft) {
			d.float("W", []int64{2, 2}, -w[0], w[0], -w[1], w[1])
			d.float("b", []int64{1, 2}, -b, b)
			d.node("MatMul", []string{"x", "W"}, []string{"xW"})
			d.node("Add", []string{"b", "xW"}, []string{"z"})
		}),
		"Gemm": plain(func(d *draft) {
			d.float("W", []int64{2, 2}, -w[0], w[0], -w[1], w[1])
			d.float("b", []int64{2}, -b, b)
			d.node("Gemm", []string{"x", "W", "b"}, []string{"z"})
		}),
		"Gemm transposed": plain(func(d *draft) {
			d.float("W", []int64{2, 2}, -w[0], -w[1], w[0], w[1])
			d.float("b", []int64{2}, -b, b)
			d.node("Gemm", []string{"x", "W", "b"}, []string{"z"}, join(text(1, "transB"), number(3, 1), number(20, 2)))
		}),
		"behind a hidden layer": plain(func(d *draft) {
			d.float("V", []int64{2, 2}, 1, 2, -3, 0.5)
			d.float("W", []int64{2, 2}, -w[0], w[0], -w[1], w[1])
			d.node("MatMul", []string{"x", "V"}, []string{"h"})
			d.node("Tanh", []string{"h"}, []string{"a"})
			d.node("MatMul", []string{"a", "W"}, []string{"z"})
		}),
	}
	for name, d := range forms {
		t.Run(name, func(t *testing.T) { requireTied(t, writeModel(t, d.bytes()), "p", points, 2) })
	}
	for _, name := range []string{"skl_logreg_breast.onnx", "skl_logreg_breast_plain.onnx"} {
		t.Run(name, func(t *testing.T) {
			path := reference(t, "models", name)
			a := openArchive(t, strings.TrimSuffix(path, ".onnx")+".npz")
			requireTied(t, path, "probabilities", a.floats("x"), 30)
		})
	}
}

func requireTied(t *testing.T, path, output string, x []float64, columns int) {
	m, err := Load(path, Options{})
	require.NoError(t, err)
	require.True(t, m.head.second)
	assert.Equal(t, logisticLoss, m.head.loss)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	to := filepath.Join(t.TempDir(), "new.onnx")
	require.NoError(t, m.Save(to, m.Theta()))
	after, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, before, after)

	theta := m.Theta()
	for i := range theta {
		theta[i] = float64(float32(0.9*theta[i] + 0.01*float64(1+i%3)))
	}
	require.NoError(t, m.Save(to, theta))
	after, err = os.ReadFile(to)
	require.NoError(t, err)
	for _, p := range m.params { // no number of the old model is left
		for _, s := range p.data.places {
			for i := s.at; i < s.at+s.len; i += 4 {
				require.NotEqual(t, before[i:i+4], after[i:i+4], "%s, byte %d", p.data.name, i-s.at)
			}
		}
	}
	again, err := Load(to, Options{})
	require.NoError(t, err)
	require.Equal(t, theta, again.Theta())
	z := predicted(t, again, x, columns)
	p := answers(t, to, output, x, columns)
	require.Len(t, p, 2*len(z))
	for i, score := range z {
		require.InDelta(t, 1, p[2*i]+p[2*i+1], 1e-12)
		require.InDelta(t, 1/(1+math.Exp(-score)), p[2*i+1], 1e-12)
		require.InDeltaSlice(t, p[2*i:2*i+2], m.Probabilities(z[i:i+1]), 1e-12)
	}
}

// A pair that rounding made a little different is a pair; where its number does not change it keeps
// its bytes.
func TestRoundedPair(t *testing.T) {
	d := classifier(2, "LOGISTIC", []float32{-0.5, math.Nextafter32(1, 2), 0.5, -1}, []float32{-0.25, 0.25})
	path := writeModel(t, d.bytes())
	m, err := Load(path, Options{})
	require.NoError(t, err)
	require.Equal(t, []float64{0.5, -1, 0.25}, m.Theta())
	to := filepath.Join(t.TempDir(), "new.onnx")
	require.NoError(t, m.Save(to, m.Theta()))
	before, _ := os.ReadFile(path)
	after, _ := os.ReadFile(to)
	assert.Equal(t, before, after)
	require.NoError(t, m.Save(to, []float64{0.5, 3, 0.25}))
	again, err := Load(to, Options{})
	require.NoError(t, err)
	assert.Equal(t, []float64{-0.5, -3, 0.5, 3}, again.params[0].whole().floats)
	d = classifier(2, "LOGISTIC", []float32{-0.5, 1.0001, 0.5, -1}, []float32{-0.25, 0.25})
	m, err = Load(writeModel(t, d.bytes()), Options{})
	require.NoError(t, err)
	assert.Len(t, m.Theta(), 6)
	assert.Equal(t, oneAgainstAll, m.head.loss)
}

// Two sigmoids of which none is chosen are two labels, and both have parameters.
func TestTwoLabels(t *testing.T) {
	w := &draft{opset: 17}
	w.input("x", typeFloat, -1, 2)
	w.float("W", []int64{2, 2}, 1, 2, 3, 4)
	w.node("MatMul", []string{"x", "W"}, []string{"z"})
	w.node("Sigmoid", []string{"z"}, []string{"p"})
	w.outputs = append(w.outputs, valueInfo("p", typeFloat, -1, 2))
	m, err := Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	model, err := nets.NewModel(m.Network(), m.Loss())
	require.NoError(t, err)
	d := &datasets.Dataset{X: &datasets.Dense{N: 1, Cols: 2, Data: []float64{1, 2}}, Y: []float64{1, 0}, Targets: 2}
	g := make([]float64, 4)
	require.NoError(t, model.Gradient(context.Background(), g, m.Theta(), d))
	s := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	assert.InDeltaSlice(t, []float64{s(7) - 1, s(10), 2 * (s(7) - 1), 2 * s(10)}, g, 1e-12)
}

// A classifier for each class has the sum of their losses, and the probabilities of the file.
func TestClassifierForEachClass(t *testing.T) {
	d := classifier(3, "LOGISTIC", []float32{1, 2, -1, 0.5, 0.25, -2}, []float32{0.5, -0.5, 0})
	path := writeModel(t, d.bytes())
	m, err := Load(path, Options{})
	require.NoError(t, err)
	require.Equal(t, oneAgainstAll, m.head.loss)
	z := predicted(t, m, points, 2)
	y := []float64{2, 0, 1, 1}
	want := 0.0
	for i, label := range y {
		for k := range 3 {
			want += math.Log1p(math.Exp(z[3*i+k]))
			if int(label) == k {
				want -= z[3*i+k]
			}
		}
	}
	model, err := nets.NewModel(m.Network(), m.Loss())
	require.NoError(t, err)
	data := &datasets.Dataset{X: &datasets.Dense{N: 4, Cols: 2, Data: points}, Y: y, Classes: 3}
	loss, err := model.Loss(context.Background(), m.Theta(), data)
	require.NoError(t, err)
	assert.InDelta(t, want, loss, 1e-12)
	curvature, slope, err := model.LossSmoothness()
	require.NoError(t, err)
	assert.Equal(t, []any{0.25, math.Inf(1)}, []any{curvature, slope})
	p := answers(t, path, "p", points, 2)
	for i := range 4 {
		assert.InDeltaSlice(t, p[3*i:3*i+3], m.Probabilities(z[3*i:3*i+3]), 1e-12)
	}
}

// Features that are computed without parameters leave the loss convex in these, though no certificate
// may rest on their norms; a parameter in front of the product does not.
func TestAffineInParameters(t *testing.T) {
	fixed := linear()
	fixed.nodes = nil
	fixed.node("Relu", []string{"x"}, []string{"r"})
	fixed.node("Gemm", []string{"r", "W", "b"}, []string{"z"})
	fixed.node("Softmax", []string{"z"}, []string{"p"})
	layers := linear()
	layers.nodes = nil
	layers.node("MatMul", []string{"x", "V"}, []string{"h"})
	layers.node("Gemm", []string{"h", "W", "b"}, []string{"z"})
	layers.node("Softmax", []string{"z"}, []string{"p"})
	layers.float("V", []int64{2, 2}, 1, 2, 3, 4)
	for name, c := range map[string]struct {
		w      *draft
		convex bool
	}{"product": {linear(), true}, "fixed map": {fixed, true}, "two layers": {layers, false}} {
		m, err := Load(writeModel(t, c.w.bytes()), Options{})
		require.NoError(t, err, name)
		model, err := nets.NewModel(m.Network(), m.Loss())
		require.NoError(t, err, name)
		assert.Equal(t, c.convex, model.ConvexInParameters() == nil, name)
		_, _, err = model.LossSmoothness()
		assert.Equal(t, name == "product", err == nil, name)
		single, err := nets.NewModel(m.Network(), m.Loss(), nets.Float32())
		require.NoError(t, err, name)
		assert.Error(t, single.ConvexInParameters(), name)
	}
}

// Outputs that the graph shows to be x W + b are affine in the parameters; no other graph says so.
func TestAffine(t *testing.T) {
	relu := linear()
	relu.nodes = nil
	relu.node("Relu", []string{"x"}, []string{"r"})
	relu.node("Gemm", []string{"r", "W", "b"}, []string{"z"})
	relu.node("Softmax", []string{"z"}, []string{"p"})
	twice := linear()
	twice.nodes = nil
	twice.node("Gemm", []string{"x", "W", "b"}, []string{"h"})
	twice.node("Mul", []string{"h", "b"}, []string{"z"})
	twice.node("Softmax", []string{"z"}, []string{"p"})
	for name, c := range map[string]struct {
		w    *draft
		want string
	}{"Gemm": {linear(), ""}, "opposite": {classifier(2, "LOGISTIC", []float32{-0.5, 1, 0.5, -1}, []float32{-0.25, 0.25}), ""},
		"Relu": {relu, "stands between the features and the output"}, "twice": {twice, "stands between the features and the output"}} {
		t.Run(name, func(t *testing.T) {
			m, err := Load(writeModel(t, c.w.bytes()), Options{})
			require.NoError(t, err)
			model, err := nets.NewModel(m.Network(), m.Loss())
			require.NoError(t, err)
			if _, _, err = model.LossSmoothness(); c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			at := func(scale float64) []float64 {
				d := &datasets.Dataset{X: &datasets.Dense{N: 4, Cols: 2, Data: points}, Y: make([]float64, 4)}
				k, err := model.Outputs(d)
				require.NoError(t, err)
				theta := m.Theta()
				for i := range theta {
					theta[i] *= scale
				}
				out := make([]float64, 4*k)
				require.NoError(t, model.Predict(context.Background(), out, theta, d))
				return out
			}
			zero, one, three := at(0), at(1), at(3)
			for i := range zero {
				assert.InDelta(t, 3*one[i]-2*zero[i], three[i], 1e-12, fmt.Sprint(i))
			}
		})
	}
}
