package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// relearned is how near to the original accuracy a model has to come, relative to it.
const relearned = 0.05

// Learner is a model that learns the forgotten samples again.
type Learner interface {
	// Accuracy returns the accuracy on the forgotten samples, between 0 and 1.
	Accuracy(ctx context.Context) (float64, error)
	// Step trains for one step on them. All learners of an audit train alike.
	Step(ctx context.Context) error
}

// RelearnTime returns after how many steps a learner comes within 5 % of the original accuracy on
// the forgotten samples, 0 if it is there at once. A learner that is not there after most steps is
// an error.
func RelearnTime(ctx context.Context, l Learner, original float64, most int) (int, error) {
	if !(original > 0 && original <= 1) || most < 1 {
		return 0, fmt.Errorf("audit: relearning to an accuracy of %g in at most %d steps; give an accuracy above 0 and at least 1 step", original, most)
	}
	for steps := 0; ; steps++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		a, err := l.Accuracy(ctx)
		switch {
		case err != nil:
			return 0, err
		case !(a >= 0 && a <= 1):
			return 0, fmt.Errorf("audit: an accuracy of %v after %d steps", a, steps)
		case a >= (1-relearned)*original:
			return steps, nil
		case steps == most:
			return 0, fmt.Errorf("audit: after %d steps the accuracy is %.3g and has not come within 5 %% of %.3g; allow more steps or a larger rate", most, a, original)
		}
		if err := l.Step(ctx); err != nil {
			return 0, err
		}
	}
}

// Relearning holds the steps that models need to learn the forgotten samples again, see
// [RelearnTime]. A model that kept something learns them faster than a retrained one.
type Relearning struct {
	Original  int   // of the model before the update
	Updated   []int // of at least 1 model
	Retrained []int // of at least 3; the last is held out
	Fresh     int   // of a model that was not trained at all
}

// Audit returns the anamnesis index, the updated models' steps relative to the retrained ones'
// (Chundawat et al. 2023, arXiv 2201.05629; 1 is best), beside the band of the retrained models. It
// is void where the anchors are not in their order: the original model has to need fewer steps than
// the retrained ones, and these no more than a fresh one by 5 %.
func (r Relearning) Audit() (*Finding, error) {
	if len(r.Updated) < 1 || len(r.Retrained) < 3 {
		return nil, fmt.Errorf("audit: relearning of %d updated and %d retrained models; give at least 1 and 3", len(r.Updated), len(r.Retrained))
	}
	mean := func(x []int) (sum float64) {
		for _, v := range x {
			sum += float64(v) / float64(len(x))
		}
		return sum
	}
	references := r.Retrained[:len(r.Retrained)-1]
	unit := mean(references)
	if unit == 0 {
		return nil, errors.New("audit: the retrained models know the forgotten samples without relearning them; relearning says nothing about such samples")
	}
	in := func(x []int) (out []float64) {
		for _, v := range x {
			out = append(out, float64(v)/unit)
		}
		return out
	}
	f, err := bandFinding("anamnesis index", "removed samples", 0, in(r.Updated), in(r.Retrained), float64(r.Original)/unit, 1/unit)
	if err != nil {
		return nil, err
	}
	f.Note = fmt.Sprintf("Steps: %d of the original model, %.4g of retrained ones, %d of a fresh one.", r.Original, unit, r.Fresh)
	switch {
	case float64(r.Original) >= unit:
		f.Void = "the original model learns the samples no faster than retrained ones, so that faster relearning shows nothing"
	case unit > (1+relearned)*math.Max(float64(r.Fresh), 0):
		f.Void = "retrained models learn the samples more slowly than a fresh model"
	}
	return f, nil
}
