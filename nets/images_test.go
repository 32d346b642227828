package nets_test

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/graph/graphtest"
	"lethe/nets"
	"lethe/unlearn"
)

// someImages are n random images with labels.
func someImages(seed uint64, n, height, width, channels, classes int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(seed, 5))
	x := &datasets.Images{N: n, Height: height, Width: width, Channels: channels, Pixels: make([]byte, n*height*width*channels), Mean: 128, Scale: 64}
	for i := range x.Pixels {
		x.Pixels[i] = byte(r.IntN(256))
	}
	y := make([]float64, n)
	for i := range y {
		y[i] = float64(r.IntN(classes))
	}
	return &datasets.Dataset{Name: "images", X: x, Y: y, Classes: classes}
}

func TestVGGHasTheAuthorsParameters(t *testing.T) {
	trained, statistics := 0, 0
	for _, p := range (nets.VGG{}).Params() {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		if p.Fixed {
			statistics += n
		} else {
			trained += n
		}
	}
	assert.Equal(t, 1798282, trained)
	assert.Equal(t, 2*(6*128+512), statistics)
}

func smallVGG() nets.VGG {
	return nets.VGG{Height: 4, Width: 6, Channels: 2, Blocks: []int{3}, Dense: 5, Classes: 3}
}

func TestDerivativesOfConvolutionalNetworks(t *testing.T) {
	for name, net := range map[string]nets.Network{
		"vgg": smallVGG(),
		"strides": nets.Sequential(nets.Conv{In: 2, Out: 3, Size: 3, Stride: 2, Padding: 1}, nets.BatchNorm{Channels: 3}, nets.Activation(graph.Tanh),
			nets.Conv{In: 3, Out: 2, Size: 2, Dilation: 1, Padding: 1}, nets.AvgPool{Size: 2, Stride: 1}, nets.Flatten{}, nets.Dense{In: 2 * 2 * 3, Out: 3}),
		"dilation and overlapping maxima": nets.Sequential(nets.Conv{In: 2, Out: 3, Size: 2, Dilation: 2}, nets.Activation(graph.Tanh),
			nets.MaxPool{Size: 3, Stride: 1, Padding: 1}, nets.Conv{In: 3, Out: 4, Size: 2}, nets.BatchNorm{Channels: 4}, nets.Flatten{}, nets.Dense{In: 1 * 3 * 4, Out: 3}),
	} {
		t.Run(name, func(t *testing.T) {
			assert.NoError(t, graphtest.Check(net, graph.SoftmaxCrossEntropy, graphtest.Random(1, 4, 3, 4, 6, 2)))
		})
	}
}

// The training pass' gradient against differences of its loss, through statistics of the batch and
// dropout.
func TestTrainingGradientThroughBatchStatistics(t *testing.T) {
	net := nets.Sequential(nets.Conv{In: 2, Out: 3, Size: 3, Same: true}, nets.Activation(graph.Tanh), nets.BatchNorm{Channels: 3},
		nets.Dropout{Rate: 0.3}, nets.Flatten{}, nets.Dense{In: 4 * 4 * 3, Out: 3})
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	d := someImages(1, 5, 4, 4, 2, 3) // filled up to 8
	theta := m.Init(1)
	g, v := make([]float64, m.Dim()), direction(m.Dim())
	_, err = m.TrainingGradient(t.Context(), g, theta, d, 7)
	require.NoError(t, err)
	at := func(h float64) float64 {
		loss, err := m.TrainingGradient(t.Context(), make([]float64, m.Dim()), shifted(theta, v, h), d, 7)
		require.NoError(t, err)
		return loss
	}
	const h = 1e-4
	along, k := 0.0, 0
	for _, p := range m.Params() { // running statistics are not differentiated by
		n := 1
		for _, s := range p.Shape {
			n *= s
		}
		for i := k; i < k+n; i++ {
			if p.Fixed {
				assert.Zero(t, g[i])
			}
			along += g[i] * v[i]
		}
		k += n
	}
	assert.InDelta(t, (at(-2*h)-8*at(-h)+8*at(h)-at(2*h))/(12*h), along, 1e-8)
}

// Statistics of a batch normalization behind a fixed map are the mean and variance of what it is
// given, whatever the batches.
func TestEstimateStatistics(t *testing.T) {
	net := nets.Sequential(nets.BatchNorm{Channels: 2}, nets.Flatten{}, nets.Dense{In: 3 * 2 * 2, Out: 2})
	for _, n := range []int{1, 5, 129, 300} {
		m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy)
		require.NoError(t, err)
		require.True(t, m.Statistics())
		d := someImages(3, n, 3, 2, 2, 2)
		theta := m.Init(1)
		got, err := m.EstimateStatistics(t.Context(), theta, d)
		require.NoError(t, err)
		x := d.X.(*datasets.Images)
		for c := range 2 {
			sum, squares, count := 0.0, 0.0, 0.0
			for i := c; i < len(x.Pixels); i += 2 {
				v := (float64(x.Pixels[i]) - x.Mean) / x.Scale
				sum, squares, count = sum+v, squares+v*v, count+1
			}
			mean := sum / count
			assert.InDelta(t, mean, got[4+c], 1e-13)
			assert.InDelta(t, squares/count-mean*mean, got[6+c], 1e-12)
		}
		assert.Equal(t, theta[:4], got[:4])
		assert.Equal(t, theta[8:], got[8:])
	}
}

// On one batch the evaluation pass with the statistics of that batch is the training pass without
// dropout.
func TestEvaluationPassWithOwnStatistics(t *testing.T) {
	m, err := nets.NewModel(smallVGG(), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	d := someImages(4, 20, 4, 6, 2, 3)
	theta, err := m.EstimateStatistics(t.Context(), m.Init(2), d)
	require.NoError(t, err)
	loss, err := m.Loss(t.Context(), theta, d)
	require.NoError(t, err)
	g := make([]float64, m.Dim())
	training, err := m.TrainingGradient(t.Context(), g, theta, d, 1)
	require.NoError(t, err)
	assert.InDelta(t, training, loss, 1e-10)
	unsettled, err := m.Loss(t.Context(), m.Init(2), d)
	require.NoError(t, err)
	assert.Greater(t, math.Abs(unsettled-loss), 0.1, "statistics matter")
}

func TestStatisticsTravelWithTheModel(t *testing.T) {
	m, err := nets.NewModel(smallVGG(), nets.SoftmaxCrossEntropy, nets.Float32())
	require.NoError(t, err)
	d := someImages(5, 40, 4, 6, 2, 3)
	theta, err := m.EstimateStatistics(t.Context(), m.Init(3), d)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.Save(path, theta, nil))
	read, _, err := m.Load(path)
	require.NoError(t, err)
	assert.Equal(t, theta, read)
	part, err := m.Select(theta, "dense*/*", "norm3/gain")
	require.NoError(t, err)
	assert.False(t, part.Statistics())
	_, err = part.EstimateStatistics(t.Context(), part.Init(1), d)
	assert.ErrorContains(t, err, "Model.Whole")
	chosen, err := part.Chosen(theta)
	require.NoError(t, err)
	want, err := m.Loss(t.Context(), theta, d)
	require.NoError(t, err)
	got, err := part.Loss(t.Context(), chosen, d)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// No sample is left to normalize itself: each matters, whatever the size of the batch.
func TestBatchesAreDividedEvenly(t *testing.T) {
	net := nets.Sequential(nets.Flatten{}, nets.Dense{In: 4, Out: 3}, nets.BatchNorm{Channels: 3}, nets.Dense{In: 3, Out: 2})
	m, err := nets.NewModel(net, nets.SoftmaxCrossEntropy, nets.Chunk(32))
	require.NoError(t, err)
	d := someImages(7, 33, 2, 2, 1, 2)
	g := make([]float64, m.Dim())
	loss, err := m.TrainingGradient(t.Context(), g, m.Init(1), d, 1)
	require.NoError(t, err)
	x := *d.X.(*datasets.Images)
	x.Pixels = append([]byte(nil), x.Pixels...)
	for i := 32 * 4; i < 33*4; i++ {
		x.Pixels[i] = 255 - x.Pixels[i]
	}
	other, err := m.TrainingGradient(t.Context(), g, m.Init(1), d.With(&x, d.Y), 1)
	require.NoError(t, err)
	require.Greater(t, math.Abs(loss-other), 1e-6)
}

func TestNoRegularizerPullsAtStatistics(t *testing.T) {
	m, err := nets.NewModel(smallVGG(), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	p := &unlearn.Problem{Objective: m, Train: someImages(6, 10, 4, 6, 2, 3), L2: 1}
	for _, o := range []unlearn.Objective{m, unlearn.NewMeter(m)} {
		p.Objective = o
		_, err = p.Loss(t.Context(), m.Init(1))
		require.ErrorContains(t, err, "norm1/mean")
	}
	p.Penalty, err = m.Penalty()
	require.NoError(t, err)
	_, err = p.Loss(t.Context(), m.Init(1))
	assert.NoError(t, err)
}

func TestNoNoiseOnStatistics(t *testing.T) {
	m, err := nets.NewModel(smallVGG(), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	_, err = unlearn.DPSGD{Rate: 1, Noise: 1, Start: m.Init(1)}.Train(t.Context(), &unlearn.Problem{Objective: m, Train: someImages(6, 10, 4, 6, 2, 3)})
	require.ErrorContains(t, err, "running statistics")
}

func TestStatisticsErrors(t *testing.T) {
	plain, err := nets.NewModel(nets.Sequential(nets.Dense{In: 2, Out: 2}), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	assert.False(t, plain.Stochastic(), "no layer has a training pass")
	_, err = plain.EstimateStatistics(t.Context(), plain.Init(1), someImages(1, 2, 1, 1, 2, 2))
	assert.ErrorContains(t, err, "no running statistics")
	m, err := nets.NewModel(smallVGG(), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	_, err = m.EstimateStatistics(t.Context(), m.Init(1), someImages(1, 0, 4, 6, 2, 3))
	assert.ErrorContains(t, err, "no samples")
}
