package nets_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// TestTargets compares the losses on targets with formulas in the outputs, and the gradient towards
// one-hot distributions with that of the labels. The gradient towards the model's own outputs is 0.
func TestTargets(t *testing.T) {
	ctx := context.Background()
	d := dense(4, 30, 6, 3)
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	n, k, theta := d.Len(), 3, m.Init(1)
	z := make([]float64, n*k)
	require.NoError(t, m.Predict(ctx, z, theta, d))
	with := func(loss unlearn.TargetLoss, targets []float64) (unlearn.Objective, *datasets.Dataset) {
		o, err := unlearn.WithTargets(unlearn.NewMeter(m), loss)
		require.NoError(t, err)
		data, err := unlearn.TargetData(d, targets)
		require.NoError(t, err)
		return o, data
	}

	onehot, wantLoss := make([]float64, n*k), 0.0
	for i, y := range d.Y {
		onehot[i*k+int(y)] = 1
	}
	soft, data := with(unlearn.SoftTargets, onehot)
	got, want := make([]float64, m.Dim()), make([]float64, m.Dim())
	require.NoError(t, soft.Gradient(ctx, got, theta, data))
	require.NoError(t, m.Gradient(ctx, want, theta, d))
	near(t, want, got, 1e-13, "gradient towards one-hot distributions")

	shifted := make([]float64, n*k) // by another number for each sample, and by 0.1, 0.2, 0.3 in the outputs
	for i := range z {
		shifted[i] = z[i] + float64(i/k) + 0.1*float64(1+i%k)
	}
	squared, data := with(unlearn.SquaredTargets, shifted)
	loss, err := squared.Loss(ctx, theta, data)
	require.NoError(t, err)
	wantLoss = float64(n) / 2 * (0.01 + 0 + 0.01)
	assert.InDelta(t, wantLoss, loss, 1e-10, "a shift of all outputs of a sample costs nothing")

	squared, data = with(unlearn.SquaredTargets, z)
	require.NoError(t, squared.Gradient(ctx, got, theta, data))
	for _, g := range got {
		assert.Less(t, math.Abs(g), 1e-13, "gradient towards the model's own outputs")
	}
}

// TestTargetsThatCannotBe are refused.
func TestTargetsThatCannotBe(t *testing.T) {
	d := dense(4, 30, 6, 3)
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{5}, Out: 3}, nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	_, err = unlearn.WithTargets(m, "cubic")
	assert.ErrorContains(t, err, `give "squared" or "soft"`)
	_, err = unlearn.TargetData(d, make([]float64, 31))
	assert.ErrorContains(t, err, "31 targets for 30 samples")
	type plain struct{ unlearn.Objective }
	_, err = unlearn.WithTargets(plain{m}, unlearn.SoftTargets)
	assert.ErrorContains(t, err, "WithTargets")
}
