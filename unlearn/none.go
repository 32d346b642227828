package unlearn

import "context"

// None is the baseline that leaves the model as it is.
type None struct {
	// Sample > 0 estimates the residual on that many unaffected samples, drawn by Seed: see [Subsample].
	Sample int
	Seed   uint64
}

// Name returns "none".
func (None) Name() string { return "none" }

// Unlearn implements [Method].
func (m None) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	t, err := beginSampled(ctx, m.Name(), p, theta, r, sampling{m.Sample, m.Seed})
	if err != nil {
		return nil, err
	}
	return t.keep()
}
