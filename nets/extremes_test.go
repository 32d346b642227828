package nets_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
)

// scaledNorm is the norm of x and x divided by it, by way of the largest element.
func scaledNorm(x []float64) (float64, []float64) {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	unit := make([]float64, len(x))
	if largest == 0 {
		return 0, unit
	}
	for i, v := range x {
		unit[i] = v / largest
	}
	n := norm(unit)
	for i := range unit {
		unit[i] /= n
	}
	return largest * n, unit
}

// Gradients whose squares overflow or underflow have their norms, and are clipped rightly: a
// squared error at w = 0 has the gradient -y x.
func TestNormsAndClippingAtTheEndsOfTheRange(t *testing.T) {
	for _, c := range []struct {
		opt    nets.Option
		sizes  []float64 // of features
		target float64
		tol    float64
	}{
		{nets.Float64(), []float64{1e200, 1e-200, 1, 1e150, 1e-160, 0, 1e300}, 1, 1e-14},
		{nets.Float64(), []float64{1e100, 1e-100, 1}, 1e-120, 1e-14},
		{nets.Float32(), []float64{1e25, 1e-25, 1, 1e37, 1e-30, 0}, 1, 1e-6},
		{nets.Float32(), []float64{1e15, 1e-15, 1}, 1e-18, 1e-6},
	} {
		base := dense(3, len(c.sizes)*3, 6, 0)
		x := base.X.(*datasets.Dense)
		for i := range base.Y {
			base.Y[i] = c.target * (1 + float64(i%3))
			for j := range 6 {
				x.Data[i*6+j] *= c.sizes[i%len(c.sizes)]
			}
		}
		csr, full := sparse(base)
		for _, d := range []*datasets.Dataset{base, csr, full} {
			m, err := nets.NewModel(nets.Linear{In: 6, Out: 1, Bias: true}, nets.Squared, c.opt)
			require.NoError(t, err)
			n, p := d.Len(), m.Dim()
			theta, rows, norms := make([]float64, p), make([]float64, n*p), make([]float64, n)
			require.NoError(t, m.PerSampleNorms(ctx, norms, theta, d))
			require.NoError(t, m.PerSampleGradients(ctx, rows, theta, d))
			for _, limit := range []float64{1, 1e-3, 1e-200, 1e200} {
				want := make([]float64, p)
				for i := range n {
					length, unit := scaledNorm(rows[i*p : (i+1)*p])
					assert.InEpsilon(t, 1+length, 1+norms[i], c.tol)
					if length > 0 {
						assert.InEpsilon(t, length, norms[i], c.tol, "norm of row %d, size %v", i, c.sizes[i%len(c.sizes)])
					}
					want = shifted(want, unit, min(length, limit))
				}
				got := make([]float64, p)
				require.NoError(t, m.ClippedSum(ctx, got, theta, limit, d))
				long, a := scaledNorm(want)
				reached, b := scaledNorm(got)
				near(t, a, b, 20*c.tol, fmt.Sprint("direction at limit ", limit))
				assert.InEpsilon(t, long, reached, 20*c.tol, "length at limit %v", limit)
			}
		}
	}
}

// The same through several positions and the products of two layers.
func TestNormsOfLayersAtTheEndsOfTheRange(t *testing.T) {
	d := dense(3, 12, 6, 3)
	w := make([]float64, 12)
	for i := range w {
		w[i] = []float64{1e-250, 1e250, 1}[i%3]
	}
	heavy := weighted(d, w)
	net := made{[]nets.Param{nets.Weight("W", 2, 40), nets.Weight("V", 40, 3)}, func(p []*graph.Node, x *graph.Node) *graph.Node {
		h := graph.Tanh(graph.MatMul(graph.Reshape(x, x.Shape()[0], 3, 2), p[0]))
		return graph.MatMul(graph.Sum(h, 1), p[1])
	}}
	m := model(t, entry{net: net, loss: nets.SoftmaxCrossEntropy, data: d})
	plain, norms := make([]float64, 12), make([]float64, 12)
	require.NoError(t, m.PerSampleNorms(ctx, plain, m.Init(1), d))
	require.NoError(t, m.PerSampleNorms(ctx, norms, m.Init(1), heavy))
	for i := range norms {
		assert.InEpsilon(t, plain[i]*w[i], norms[i], 1e-12)
	}
}

func TestClippingNamesTheSample(t *testing.T) {
	d := dense(3, 40, 6, 0)
	x := d.X.(*datasets.Dense)
	for j := range 6 {
		x.Data[17*6+j] = 1e200
	}
	d.Y[17] = 1e200
	m, err := nets.NewModel(nets.Linear{In: 6, Out: 1}, nets.Squared)
	require.NoError(t, err)
	theta, g := make([]float64, 6), make([]float64, 6)
	assert.ErrorContains(t, m.ClippedSum(ctx, g, theta, 1, d), "the gradient of row 17 of test has norm +Inf")
	assert.ErrorContains(t, m.ClippedSum(ctx, g, theta, 1, d.Slice(10, 20)), "the gradient of row 17 of test has norm +Inf")
	assert.ErrorContains(t, m.ClippedSum(ctx, g, []float64{math.NaN(), 0, 0, 0, 0, 0}, 1, d), "parameter W, number 0, is NaN")
	for _, limit := range []float64{0, -1, math.NaN()} {
		assert.ErrorContains(t, m.ClippedSum(ctx, g, theta, limit, d), "must be positive")
	}
	small := d.Slice(0, 10)
	require.NoError(t, m.ClippedSum(ctx, g, theta, math.Inf(1), small))
	whole := make([]float64, 6)
	require.NoError(t, m.Gradient(ctx, whole, theta, small))
	near(t, whole, g, 1e-14, "no limit")

	d.Y[17] = 1
	rows := make([]float32, 40*6)
	assert.ErrorContains(t, m.PerSampleGradients32(ctx, rows, theta, d), "the gradient of row 17 of test has numbers that are not finite in single precision")
}
