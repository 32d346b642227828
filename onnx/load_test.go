package onnx

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
)

// predicted are the outputs of a file's network for samples of a shape.
func predicted(t *testing.T, m *Model, data []float64, shape ...int) []float64 {
	n := len(data)
	for _, d := range shape {
		n /= d
	}
	model, err := nets.NewModel(m.Network(), m.Loss())
	require.NoError(t, err)
	d := &datasets.Dataset{X: &datasets.Tensor{N: n, Sample: shape, Data: data}, Y: make([]float64, n)}
	k, err := model.Outputs(d)
	require.NoError(t, err)
	out := make([]float64, n*k)
	require.NoError(t, model.Predict(context.Background(), out, m.Theta(), d))
	return out
}

// Images may have their channels where the file has them or behind, and be rows.
func TestShapesOfSamples(t *testing.T) {
	w := linear()
	w.inputs[0] = valueInfo("x", typeFloat, -1, 2, 1, 3)
	w.nodes = nil
	w.float("V", []int64{6, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	w.node("Flatten", []string{"x"}, []string{"f"})
	w.node("MatMul", []string{"f", "V"}, []string{"p"})
	m, err := Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	first := []float64{1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60}  // two samples of two channels of 1 x 3
	behind := []float64{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60} // the same with channels behind
	want := []float64{562, 628, 1129, 1264}
	want[0], want[1] = 1*1+2*3+3*5+10*7+20*9+30*11, 1*2+2*4+3*6+10*8+20*10+30*12
	want[2], want[3] = 4*1+5*3+6*5+40*7+50*9+60*11, 4*2+5*4+6*6+40*8+50*10+60*12
	assert.Equal(t, want, predicted(t, m, first, 2, 1, 3))
	assert.Equal(t, want, predicted(t, m, behind, 1, 3, 2))
	assert.Equal(t, want, predicted(t, m, first, 6))
	model, err := nets.NewModel(m.Network(), m.Loss())
	require.NoError(t, err)
	d := &datasets.Dataset{X: &datasets.Tensor{N: 2, Sample: []int{5}, Data: make([]float64, 10)}, Y: make([]float64, 2)}
	require.ErrorContains(t, model.Check(d), "samples of shape [5] do not fit the input x float [batch 2 1 3]")
}

// Several inputs take the columns in their order.
func TestColumnsOfSeveralInputs(t *testing.T) {
	w := linear()
	w.inputs = nil
	w.input("a", typeFloat, -1, 1)
	w.input("b1", typeInt64, -1, 1)
	w.nodes = nil
	w.node("Cast", []string{"b1"}, []string{"c"}, join(text(1, "to"), number(3, 1), number(20, 2)))
	w.node("Concat", []string{"a", "c"}, []string{"x"}, join(text(1, "axis"), number(3, 1), number(20, 2)))
	w.node("MatMul", []string{"x", "W"}, []string{"p"})
	m, err := Load(writeModel(t, w.bytes()), Options{})
	require.NoError(t, err)
	assert.Equal(t, []float64{1 + 8, 2 + 10, 3 + 12, 4, 5, 6}, predicted(t, m, []float64{1, 2, 0, 1}, 2))
	assert.Len(t, m.Inputs(), 2)
	assert.Equal(t, []string{"batch", "3"}, m.Outputs()[0].Dims)
}

// Options name another output and another loss; words that are none are refused.
func TestOptions(t *testing.T) {
	path := writeModel(t, linear().bytes())
	m, err := Load(path, Options{Output: "p", Loss: "squared"})
	require.NoError(t, err)
	assert.Equal(t, head{name: "p", loss: squaredLoss}, m.head)
	m, err = Load(path, Options{Output: "z"})
	require.NoError(t, err)
	assert.Equal(t, softmaxLoss, m.head.loss)
	assert.Contains(t, m.Notes()[0], `"z"; the loss is softmax`)
	for _, c := range []struct {
		o    Options
		want string
	}{{Options{Output: "q"}, "which no node of the graph makes"}, {Options{Loss: "hinge"}, "has to be softmax, logistic or squared"}, {Options{MaxBytes: -1}, "at least 0"}} {
		_, err := Load(path, c.o)
		assert.ErrorContains(t, err, c.want)
	}
}

// Classes have the names that scikit-learn's exporter wrote.
func TestClasses(t *testing.T) {
	m, err := Load(reference(t, "models", "skl_logreg_wine.onnx"), Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"0", "1", "2"}, m.Classes())
	m, err = Load(reference(t, "models", "skl_mlp_digits.onnx"), Options{})
	require.NoError(t, err)
	assert.Len(t, m.Classes(), 10)
}

// The running statistics of a file are estimated as the moments of what its normalization is given.
func TestStatisticsOfAFile(t *testing.T) {
	path := reference(t, "models", "torch_cnn_torchscript_bn.onnx")
	m, err := Load(path, Options{})
	require.NoError(t, err)
	model, err := nets.NewModel(m.Network(), m.Loss())
	require.NoError(t, err)
	require.True(t, model.Statistics())
	r := rand.New(rand.NewPCG(1, 2))
	n := 50
	x := make([]float64, n*64)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	d := &datasets.Dataset{X: &datasets.Tensor{N: n, Sample: []int{8, 8, 1}, Data: x}, Y: make([]float64, n)}
	theta, err := model.EstimateStatistics(context.Background(), m.Theta(), d)
	require.NoError(t, err)
	found := map[string][]float64{}
	for _, p := range m.params {
		found[p.data.name], theta = theta[:p.value.size()], theta[p.value.size():]
	}
	before, err := Load(path, Options{Output: "/conv1/Conv_output_0", Loss: "squared"})
	require.NoError(t, err)
	d.Y, d.Targets = make([]float64, n*384), 384
	inner, err := nets.NewModel(before.Network(), before.Loss())
	require.NoError(t, err)
	out := make([]float64, n*384)
	require.NoError(t, inner.Predict(context.Background(), out, before.Theta(), d))
	for c := range 6 {
		mean, square := 0.0, 0.0
		for i := range n {
			for _, v := range out[i*384+c*64 : i*384+(c+1)*64] {
				mean += v / float64(n*64)
				square += v * v / float64(n*64)
			}
		}
		assert.InDelta(t, mean, found["bn1.running_mean"][c], 1e-10)
		assert.InDelta(t, square-mean*mean, found["bn1.running_var"][c], 1e-10)
	}
}

// A file for batches of a fixed size works for any number of samples.
func TestFixedBatch(t *testing.T) {
	for _, size := range []int64{1, 4} {
		w := linear()
		w.inputs[0] = valueInfo("x", typeFloat, size, 3, 4)
		w.nodes = nil
		w.float("V", []int64{12, 2}, make([]float32, 24)...)
		w.float("U", []int64{2, 2}, 1, 2, 3, 4)
		w.ints("apart", size, 3, 2, 2)
		w.ints("rows", size*3*2, 2)
		w.ints("flat", size, 12)
		w.node("Reshape", []string{"x", "apart"}, []string{"a"})
		w.node("Transpose", []string{"a"}, []string{"b1"}, join(text(1, "perm"), number(8, 0), number(8, 2), number(8, 1), number(8, 3), number(20, 7)))
		w.node("Reshape", []string{"b1", "rows"}, []string{"c"})
		w.node("MatMul", []string{"c", "U"}, []string{"d"})
		w.node("Reshape", []string{"d", "flat"}, []string{"p"})
		w.outputs[0] = valueInfo("p", typeFloat, size, 12)
		m, err := Load(writeModel(t, w.bytes()), Options{})
		require.NoError(t, err)
		x := make([]float64, 7*12)
		for i := range x {
			x[i] = float64(i*i%17) - 5
		}
		got := predicted(t, m, x, 3, 4)
		at := 0
		for i := range 7 {
			for k := range 2 {
				for j := range 3 {
					p, q := x[i*12+j*4+2*k], x[i*12+j*4+2*k+1]
					require.Equal(t, []float64{p + 3*q, 2*p + 4*q}, got[at:at+2])
					at += 2
				}
			}
		}
		assert.Contains(t, m.Notes()[1], "exported for batches of")
	}
}

// What lies permuted in memory is flattened in the file's order, whether a product, or a function
// of its elements and then a product, comes next.
func TestFlattenedImages(t *testing.T) {
	for _, between := range []string{"Identity", "Relu", "Neg"} {
		w := linear()
		w.inputs[0] = valueInfo("x", typeFloat, -1, 2, 3)
		w.nodes = nil
		w.float("V", []int64{6, 1}, 1, 10, 100, 1000, 10000, 100000)
		w.node("Transpose", []string{"x"}, []string{"t"}, join(text(1, "perm"), number(8, 0), number(8, 2), number(8, 1), number(20, 7)))
		w.node("Flatten", []string{"t"}, []string{"f"})
		w.node(between, []string{"f"}, []string{"g"})
		w.node("MatMul", []string{"g", "V"}, []string{"p"})
		m, err := Load(writeModel(t, w.bytes()), Options{})
		require.NoError(t, err)
		want := map[string]float64{"Identity": 1 - 40 + 200 + 5000 + 30000 + 600000, "Relu": 1 + 200 + 5000 + 30000 + 600000,
			"Neg": -(1 - 40 + 200 + 5000 + 30000 + 600000)}[between]
		got := predicted(t, m, []float64{1, 2, 3, -4, 5, 6, 1, 2, 3, -4, 5, 6}, 2, 3)
		assert.Equal(t, []float64{want, want}, got, between)
	}
}
