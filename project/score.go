package project

import (
	"context"
	"fmt"
	"math"

	"lethe/datasets"
	"lethe/project/evidence"
	"lethe/unlearn"
)

// Scores is how well a model answers.
type Scores struct {
	Samples  int      `json:"samples"`
	Accuracy *float64 `json:"accuracy,omitempty"`         // share of right answers; nil in a regression
	MacroF1  *float64 `json:"macro_f1,omitempty"`         // mean of the classes' F1
	RMSE     *float64 `json:"root_mean_square,omitempty"` // of the errors of a regression
	Loss     float64  `json:"mean_loss"`                  // of a sample, without the regularizer
	answers  []float64
}

// score measures parameters on data.
func (m *Model) score(ctx context.Context, theta []float64, d *datasets.Dataset) (*Scores, error) {
	s := &Scores{Samples: d.Len()}
	if d.Len() == 0 {
		return nil, fmt.Errorf("%s has no samples", d.Name)
	}
	loss, err := m.Objective.Loss(ctx, theta, d)
	if err != nil {
		return nil, err
	}
	s.Loss = loss / d.TotalWeight()
	if s.answers, err = m.answers(ctx, theta, d); err != nil {
		return nil, err
	}
	if d.Classes == 0 {
		s.RMSE = rootMeanSquare(s.answers, d.Y)
		return s, nil
	}
	accuracy, err := datasets.Accuracy(s.answers, d)
	if err != nil {
		return nil, err
	}
	f1, err := unlearn.MacroF1(s.answers, d.Y, d.Classes) // no data here have weights
	if err != nil {
		return nil, err
	}
	s.Accuracy, s.MacroF1 = &accuracy, &f1
	return s, nil
}

// answers returns the class or the number that the model gives each sample.
func (m *Model) answers(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	if d.Classes > 0 {
		return m.Objective.Classes(ctx, theta, d)
	}
	out := make([]float64, d.Len()*d.Width())
	return out, m.Objective.Predict(ctx, out, theta, d)
}

func rootMeanSquare(answers, labels []float64) *float64 {
	sum := 0.0
	for i, y := range labels {
		sum += (answers[i] - y) * (answers[i] - y)
	}
	out := math.Sqrt(sum / float64(len(labels)))
	return &out
}

// agreement is the share of equal answers.
func agreement(a, b []float64) float64 {
	equal := 0
	for i := range a {
		if a[i] == b[i] {
			equal++
		}
	}
	return float64(equal) / float64(max(len(a), 1))
}

// String says the scores in words.
func (s *Scores) String() string {
	if s.Accuracy != nil {
		return fmt.Sprintf("accuracy %.2f %%, mean loss %.4g, %s", 100**s.Accuracy, s.Loss, evidence.Count(s.Samples, "sample", "samples"))
	}
	return fmt.Sprintf("root mean square error %.4g, mean loss %.4g, %s", *s.RMSE, s.Loss, evidence.Count(s.Samples, "sample", "samples"))
}
