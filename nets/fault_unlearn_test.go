package nets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

var _ unlearn.Faulter = (*nets.Model)(nil)

// Trainers and updates that meet a loss that is no number name the sample that makes it so, counted as in the user's data.
func TestTrainersNameTheSample(t *testing.T) {
	d := dense(1, 60, 6, 2)
	x := *d.X.(*datasets.Dense)
	x.Data = append([]float64{}, x.Data...)
	for j := range 6 {
		x.Data[23*6+j] = 1e308
	}
	data := d.With(&x, d.Y).Slice(20, 60)
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{3}, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	theta := shifted(m.Init(1), direction(m.Dim()), 10)
	p := &unlearn.Problem{Objective: m, Train: data, L2: 1}
	for name, trainer := range map[string]unlearn.Trainer{"newton": unlearn.Newton{}, "lbfgs": unlearn.LBFGS{}, "sgd": unlearn.SGD{Rate: 0.1}, "adam": unlearn.Adam{}} {
		_, err := trainer.Train(ctx, p, theta)
		assert.ErrorContains(t, err, "row 23 of test", name)
	}
	for _, method := range []unlearn.Method{unlearn.FirstOrder{Tau: 1e-4}, unlearn.SecondOrder{}} {
		_, err := method.Unlearn(ctx, p, theta, unlearn.RemoveSamples(3))
		assert.ErrorContains(t, err, "row 23 of test", method.Name())
	}
}
