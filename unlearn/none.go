package unlearn

import "context"

// None is the baseline that leaves the model as it is.
type None struct{}

// Name returns "none".
func (None) Name() string { return "none" }

// Unlearn implements [Method].
func (m None) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	t, err := begin(ctx, m.Name(), p, theta, r)
	if err != nil {
		return nil, err
	}
	return t.keep()
}
