package project

import (
	"context"

	"lethe/project/evidence"
)

// Evaluation is how well a model answers.
type Evaluation struct {
	Scores
	Notes []string `json:"notes,omitempty"`
}

// Evaluate measures a model on data.
func Evaluate(ctx context.Context, o EvaluateOptions) (*Evaluation, error) {
	if o.Model == "" {
		return nil, usage("name the model's folder with --model")
	}
	m, err := Open(o.Model)
	if err != nil {
		return nil, err
	}
	p := heard(o.Progress)
	loaded, err := m.load(ctx, source{path: o.Data, labels: o.Labels, unknown: o.Unknown}, p)
	if err != nil {
		return nil, err
	}
	if loaded.Data, err = m.Changes.unseen(loaded.Data); err != nil {
		return nil, err
	}
	scores, err := m.score(ctx, m.Theta, loaded.Data)
	if err != nil {
		return nil, err
	}
	out := &Evaluation{Scores: *scores}
	if n := len(loaded.Dropped); n > 0 {
		out.Notes = append(out.Notes, evidence.Count(n, "row has", "rows have")+" a category that the training data did not have: left out")
	}
	return out, nil
}
