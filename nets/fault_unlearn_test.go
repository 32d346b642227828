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
	"lethe/unlearn"
)

var _ unlearn.Faulter = (*nets.Model)(nil)

// Trainers and updates that meet a loss that is no number name the sample that makes it so, counted
// as in the user's data.
func TestTrainersNameTheSample(t *testing.T) {
	d := dense(1, 60, 6, 2)
	x := *d.X.(*datasets.Dense)
	x.Data = append([]float64{}, x.Data...)
	m, err := nets.NewModel(nets.MLP{In: 6, Hidden: []int{3}, Out: 1, Activation: graph.ReLU}, nets.Squared)
	require.NoError(t, err)
	theta := shifted(m.Init(1), direction(m.Dim()), 10)
	for j := range 6 { // the first hidden unit is infinite in whatever order its terms are added
		x.Data[23*6+j] = math.Copysign(1e308, theta[3*j])
	}
	data := d.With(&x, d.Y).Slice(20, 60)
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

// A sample whose loss and gradient are finite, since its units are far in their flat ends, is named
// where products of its Hessian overflow.
func TestNewtonNamesTheSampleOfAnOverflowInCurvature(t *testing.T) {
	d := dense(1, 60, 4, 2)
	for _, row := range []int{20, 23, 59} {
		for _, sign := range []float64{1, -1} {
			x := *d.X.(*datasets.Dense)
			x.Data = append([]float64{}, x.Data...)
			copy(x.Data[4*row:], []float64{1.5e308, sign * 1.5e308, 1.5e308, sign * 1.5e308})
			data := d.With(&x, d.Y).Slice(20, 60)
			m, err := nets.NewModel(nets.MLP{In: 4, Hidden: []int{1}, Out: 1}, nets.Logistic)
			require.NoError(t, err)
			theta := []float64{3, sign * 3, 3, sign * 3, 0, 1, 0}
			g := make([]float64, m.Dim())
			l, err := m.LossGradient(ctx, g, theta, data)
			require.NoError(t, err)
			require.True(t, graph.Finite(append(g, l)))
			assert.ErrorContains(t, m.Fault(ctx, theta, data), fmt.Sprintf("product of row %d of test", row))
			p := &unlearn.Problem{Objective: m, Train: data, L2: 20}
			product, err := m.Linearize(ctx, theta, data)
			require.NoError(t, err)
			require.NoError(t, product(g, theta))
			require.False(t, graph.Finite(g))
			_, err = unlearn.Newton{}.Train(ctx, p, theta)
			assert.ErrorContains(t, err, fmt.Sprintf("row %d of test", row))
		}
	}
}
