package unlearn

import "context"

// None is the baseline that leaves the model as it is.
type None struct {
	// Sample > 0 estimates the residual on that many samples of either kind, drawn by Seed: see
	// [Subsample].
	Sample int
	Seed   uint64
}

// Name returns "none".
func (None) Name() string { return "none" }

// Sampling implements [SampledMethod].
func (m None) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method].
func (m None) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.Sampling())
	if err != nil {
		return nil, err
	}
	return t.keep()
}
