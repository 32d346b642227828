package unlearn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// stopped is a network whose training by gradient descent was stopped early, a request to correct
// some of its labels, and the same training on the corrected labels from the same start.
func stopped(t *testing.T) (p *unlearn.Problem, theta, want []float64, r unlearn.Request) {
	named, err := datasets.Load(t.Context(), "digits", "")
	require.NoError(t, err)
	d := named.Train.Slice(0, 150)
	x, ok := d.X.(*datasets.Images)
	require.True(t, ok)
	m, err := nets.NewModel(nets.Sequential(nets.Flatten{}, nets.MLP{In: x.Height * x.Width * x.Channels, Hidden: []int{6}, Out: 10}), nets.SoftmaxCrossEntropy)
	require.NoError(t, err)
	p = &unlearn.Problem{Objective: m, Train: d}
	var rows []int
	var labels []float64
	for i := range 8 {
		rows, labels = append(rows, i), append(labels, float64((int(d.Y[i])+1)%10))
	}
	r = unlearn.CorrectLabels(rows, labels)
	applied, err := r.Apply(d)
	require.NoError(t, err)
	gd := unlearn.SGD{Rate: 0.05, Batch: d.Len(), Epochs: 60}
	theta, err = gd.Train(t.Context(), p, m.Init(1))
	require.NoError(t, err)
	want, err = gd.Train(t.Context(), p.With(applied.Data), m.Init(1))
	require.NoError(t, err)
	return p, theta, want, r
}

// TestUnrolledNetwork: where training stopped early the response of the training itself is nearer
// to the replayed training than no update, and than a Newton step, which goes to an optimum that
// training had not come to.
func TestUnrolledNetwork(t *testing.T) {
	p, theta, want, r := stopped(t)
	u, err := unlearn.UnrolledResponse{Time: 60 * 0.05, Curvature: unlearn.GaussNewton, Force: true}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	newton, err := unlearn.SecondOrder{Curvature: unlearn.GaussNewton, Ridge: 0.1, Solver: unlearn.CG{Tolerance: 1e-3, MaxProducts: 300}, Force: true}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	none, got, step := floats.Distance(theta, want, 2), floats.Distance(u.Theta, want, 2), floats.Distance(newton.Theta, want, 2)
	t.Logf("no update %.4f, unrolled %.4f, Newton %.4f", none, got, step)
	assert.Less(t, got, 0.6*none)
	assert.Less(t, got, 0.6*step)
}

// TestMatchedNetwork: with the outputs of the retrained network as targets, matching comes near its
// predictions on samples that it did not match.
func TestMatchedNetwork(t *testing.T) {
	p, theta, want, r := stopped(t)
	named, err := datasets.Load(t.Context(), "digits", "")
	require.NoError(t, err)
	outputs := func(theta []float64) []float64 {
		z := make([]float64, 200*10)
		require.NoError(t, p.Objective.(unlearn.Predictor).Predict(t.Context(), z, theta, named.Test.Slice(0, 200)))
		for lo := 0; lo < len(z); lo += 10 {
			floats.AddConst(-floats.Sum(z[lo:lo+10])/10, z[lo:lo+10])
		}
		return z
	}
	m := unlearn.MatchedPrediction{Targets: unlearn.OutputsOf(p, want), Rate: 3e-3, Passes: 40, Others: 10}
	u, err := m.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	retrained := outputs(want)
	none, oracle := floats.Distance(outputs(theta), retrained, 2), floats.Distance(outputs(u.Theta), retrained, 2)
	m.Targets, m.Method = nil, unlearn.UnrolledResponse{Time: 60 * 0.05, Curvature: unlearn.GaussNewton, Force: true}
	u, err = m.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	predicted := floats.Distance(outputs(u.Theta), retrained, 2)
	t.Logf("no update %.3f, matched to the retrained network %.3f, to the unrolled response %.3f", none, oracle, predicted)
	assert.Less(t, oracle, 0.25*none)
	assert.Less(t, predicted, 0.6*none)
}

// TestPolished goes on from the update and costs both.
func TestPolished(t *testing.T) {
	p, theta, want, r := stopped(t)
	step := unlearn.UnrolledResponse{Time: 60 * 0.05, Curvature: unlearn.GaussNewton, Force: true}
	first, err := step.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	trainer := unlearn.SGD{Rate: 0.05, Batch: p.Train.Len()}
	expected, err := trainer.Train(t.Context(), p.With(first.Data), first.Theta)
	require.NoError(t, err)
	u, err := unlearn.Polished{Method: step, Trainer: trainer}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	assert.Equal(t, expected, u.Theta)
	assert.GreaterOrEqual(t, u.Cost.Gradients, first.Cost.Gradients+float64(p.Train.Len()))
	assert.Less(t, floats.Distance(u.Theta, want, 2), floats.Distance(theta, want, 2))
	_, err = unlearn.Polished{Method: step}.Unlearn(t.Context(), p, theta, r)
	assert.ErrorContains(t, err, "needs a Method and a Trainer")
}
