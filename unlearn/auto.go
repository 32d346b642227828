package unlearn

import (
	"context"
	"errors"
	"fmt"
)

// Auto chooses a method and its settings.
type Auto struct {
	MaxLoss    float64     // how far the accuracy on kept samples may fall, as a share; 0 = 0.01
	Holdout    float64     // share of the kept samples on which settings are chosen; 0 = 0.1
	Seed       uint64      // of the samples held out
	Candidates []Candidate // what to choose among; nil = what suits the problem
	// Continue is a short training from the old parameters on the corrected data, one pass of the
	// trainer that made the model, say; as a candidate. nil = none.
	Continue Trainer
}

// Candidate is a method with settings that [Auto] may take.
type Candidate struct {
	Name   string // in words: "second order, ridge 0.1"
	Method Method
}

// Tried is what [Auto] found of a candidate.
type Tried struct {
	Name      string
	Criterion float64 // NaN when it failed; the smallest is best, and 0 is no update
	Fall      float64 // of the accuracy on the samples held out, as a share; NaN in a regression
	Cost      Cost
	Chosen    bool
	Err       error // why it failed
}

// RefusedError reports an update that [Auto] did not accept. Found by errors.As.
type RefusedError struct {
	Reason string // in words
	Next   string // the next best way
}

func (e *RefusedError) Error() string { return fmt.Sprintf("unlearn: refused: %s; %s", e.Reason, e.Next) }

// Name returns "auto".
func (Auto) Name() string { return "auto" }

// Unlearn implements [Method].
func (m Auto) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	return nil, errors.ErrUnsupported
}
