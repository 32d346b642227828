package unlearn

import (
	"context"

	"lethe/datasets"
)

// SampleLosser is an Objective that takes the loss of each sample apart.
type SampleLosser interface {
	// SampleLosses writes l(z_i, theta), times the sample's weight, to dst (n).
	SampleLosses(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error
}

// sampleLosses returns the loss of each sample without its weight (n), one by one where o is no
// [SampleLosser].
func sampleLosses(ctx context.Context, o Objective, theta []float64, d *datasets.Dataset) ([]float64, error) {
	plain := *d
	plain.Weights = nil
	out := make([]float64, d.Len())
	if s, ok := called[SampleLosser](o); ok {
		return out, s.SampleLosses(ctx, out, theta, &plain)
	}
	for i := range out {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if out[i], err = o.Loss(ctx, theta, plain.Slice(i, i+1)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
