package unlearn

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// aboveHalf is least squares on the targets 0 and 1: class 1 is what lies above 1/2.
type aboveHalf struct{ full }

func (o aboveHalf) Classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	out := make([]float64, d.Len())
	if err := o.Predict(ctx, out, theta, d); err != nil {
		return nil, err
	}
	for i, z := range out {
		out[i] = 0
		if z > 0.5 {
			out[i] = 1
		}
	}
	return out, nil
}

// A model that says which classes its outputs mean is believed, by MeasureUtility and in votes.
func TestClassesAreThoseThatTheModelSays(t *testing.T) {
	d := &datasets.Dataset{X: &datasets.Dense{N: 9, Cols: 1, Data: []float64{1, 1, 1, 1, 1, 0.2, 0.2, 0.2, 0.2}}, Y: []float64{1, 1, 1, 1, 1, 0, 0, 0, 0}, Classes: 2}
	p := &Problem{Objective: aboveHalf{full{leastSquares(1)}}, Train: d}
	theta := []float64{1}
	v, err := MeasureUtility(t.Context(), p, theta, 0, d)
	require.NoError(t, err)
	require.Equal(t, 1.0, v.Accuracy, "by the sign of the output all are class 1")
	s := &Sharded{m: SISA{}, p: p, shards: []shard{{theta: theta}, {theta: theta}}}
	require.Equal(t, d.Y, must(s.Predict(t.Context(), d)))
	s.m.MeanOutputs = true
	_, err = s.Predict(t.Context(), d)
	require.ErrorContains(t, err, "leave MeanOutputs unset")
}
