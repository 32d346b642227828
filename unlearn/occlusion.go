package unlearn

import (
	"context"
	"fmt"

	"lethe/datasets"
)

// Occlusion is the baseline that leaves the model as it is and hides removed features from it:
// Update.Transform makes their columns zero in whatever data the model is to answer for. Other
// requests it cannot serve; Transform is nil then. Transform panics for data that lack one of those
// columns: they are not data for the model.
type Occlusion struct{}

// Name returns "occlusion".
func (Occlusion) Name() string { return "occlusion" }

// Unlearn implements [Method].
func (m Occlusion) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	t, err := begin(ctx, m.Name(), p, theta, r)
	if err != nil {
		return nil, err
	}
	columns := t.applied.Columns
	if len(columns) == 0 {
		t.note("no feature is removed, so there is nothing to hide")
		return t.keep()
	}
	t.update.Transform = func(d *datasets.Dataset) *datasets.Dataset {
		hidden, err := datasets.ZeroColumns(d, columns)
		if err != nil {
			panic(fmt.Sprintf("unlearn: occlusion: the data lack columns of the training data: %v", err))
		}
		return hidden
	}
	return t.keep()
}
