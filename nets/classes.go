package nets

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/graph"
)

// Classes returns the predicted class of each label of each sample (n*Width): the largest output,
// the first of several that are equal; or, of a single output, whether it is positive, and above
// 1/2 under [Squared] with its targets 0 and 1. An output that is not a number is an error that
// names the sample, and so is a model of quantities.
func (m *Model) Classes(ctx context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	if err := m.check(theta); err != nil {
		return nil, err
	}
	f, err := m.engine.about(d)
	if err != nil || d.Len() == 0 {
		return nil, err
	}
	k, border := f.perLabel(d), 0.0
	switch {
	case k == 0:
		return nil, fmt.Errorf("nets: the model has %s: it has no class for each label; take Predict", f.outputs(d))
	case f.labels.Kind == graph.Quantity && d.Classes == 0:
		return nil, fmt.Errorf("nets: the model's loss takes quantities, and %s has no classes: take Predict, or set Classes", title(d))
	case f.labels.Kind == graph.Quantity:
		border = 0.5
	case f.labels.Kind == graph.Classification && k != f.labels.Classes && !(k == 1 && f.labels.Classes == 2):
		return nil, fmt.Errorf("nets: the model has %s and %d classes, so that an output does not stand for a class: take Predict", f.outputs(d), f.labels.Classes)
	}
	out := make([]float64, d.Len()*f.width)
	if err := m.Predict(ctx, out, theta, d); err != nil {
		return nil, err
	}
	cls := make([]float64, d.Len()*d.Width())
	for i := range cls {
		row := out[i*k : (i+1)*k]
		for j, z := range row {
			if math.IsNaN(z) {
				return nil, m.notANumber(theta, "output", d.Where(i/d.Width()), i%d.Width()*k+j)
			}
		}
		cls[i] = classOf(row, border)
	}
	return cls, nil
}

// classOf is the largest output, the first of several that are equal, or whether the only one is
// above the border.
func classOf(row []float64, border float64) float64 {
	if len(row) == 1 {
		if row[0] > border {
			return 1
		}
		return 0
	}
	return float64(floats.MaxIdx(row))
}

func (m *Model) notANumber(theta []float64, what, where string, k int) error {
	if err := m.finite(theta); err != nil {
		return err
	}
	return fmt.Errorf("nets: %s %d of %s is NaN at these parameters, so that it has no class: its numbers overflow on the way; look at the sample and at the "+
		"size of the parameters", what, k, where)
}

// Accuracy is [datasets.Accuracy] of the classes that the model predicts.
func (m *Model) Accuracy(ctx context.Context, theta []float64, d *datasets.Dataset) (float64, error) {
	if err := m.engine.meet(d); err != nil {
		return 0, err
	}
	if err := m.checkClasses(d); err != nil {
		return 0, err
	}
	cls, err := m.Classes(ctx, theta, d)
	if err != nil {
		return 0, err
	}
	share, err := datasets.Accuracy(cls, d)
	if err != nil {
		return 0, fmt.Errorf("nets: %w", err)
	}
	return share, nil
}

// checkClasses refuses labels that no prediction can equal.
func (m *Model) checkClasses(d *datasets.Dataset) error {
	f, err := m.engine.about(d)
	if err != nil {
		return err
	}
	classes := float64(max(2, f.perLabel(d)))
	for i, y := range d.Y {
		if y != math.Trunc(y) || y < 0 || y >= classes {
			return fmt.Errorf("nets: %s has the label %v, which is no class of the model: accuracy is the share of the classes 0 to %v that are right",
				d.Where(i/d.Width()), y, classes-1)
		}
	}
	return nil
}
