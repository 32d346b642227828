package unlearn

import (
	"errors"
	"fmt"

	"lethe/datasets"
)

// Convex is an Objective that says it is convex in theta: a convex loss of outputs X theta that are
// linear in theta. Certificates need it, since only there the gradient residual says how far theta
// is from the one optimum.
type Convex interface {
	Predictor
	// Convexity returns how curved a sample's loss is in its outputs: gamma, the largest eigenvalue
	// of that Hessian, and gamma2 (gamma''), the constant by which it changes at most with the
	// outputs. docs/paper.md#bounds: logistic 1/4 and 1/(6 sqrt 3), softmax 1/2 and sqrt 2/(3 sqrt
	// 3), squared 1 and 0. An objective that is not convex returns an error with the reason.
	Convexity() (gamma, gamma2 float64, err error)
}

// NotConvexError reports an objective that certificates do not hold for. Found by errors.As.
type NotConvexError struct {
	Objective string // its type
	Reason    error  // in words
}

func (e *NotConvexError) Error() string {
	return fmt.Sprintf("unlearn: no certificate for %s: %v; a certificate rests on the gradient residual, which only in a convex problem "+
		"says how far the parameters are from those of retraining", e.Objective, e.Reason)
}

func (e *NotConvexError) Unwrap() error { return e.Reason }

// smoothness is what a convex objective says of itself.
type smoothness struct {
	Predictor
	gamma, gamma2 float64
}

// smoothnessOf asks the objective, looking through wrappers.
func smoothnessOf(o Objective) (smoothness, error) {
	name := fmt.Sprintf("%T", innermost(o))
	c, ok := offered[Convex](o)
	if !ok {
		return smoothness{}, &NotConvexError{name, errors.New("it does not say that it is convex (see the interface Convex)")}
	}
	gamma, gamma2, err := c.Convexity()
	if err != nil {
		return smoothness{}, &NotConvexError{name, err}
	}
	return smoothness{c, gamma, gamma2}, nil
}

// RowNormError reports a sample whose features have a norm above 1, for which the closed-form
// bounds do not hold. Found by errors.As.
type RowNormError struct {
	Data string
	Row  int // as [datasets.Dataset.Row] counts it
	Norm float64
}

func (e *RowNormError) Error() string {
	return fmt.Sprintf("unlearn: row %d of %s has norm %.6g, and the bounds of a certificate hold for rows of norm at most 1: "+
		"train on Problem.Normalize, and normalize what the model is to answer for", e.Row, e.Data, e.Norm)
}

// rowRounding is what dividing a row by its norm can leave above 1.
const rowRounding = 1e-9

// checkRowNorms says which row is too long.
func checkRowNorms(d *datasets.Dataset) error {
	norms, err := datasets.RowNorms(d)
	if err != nil {
		return err
	}
	for i, v := range norms {
		if !(v <= 1+rowRounding) {
			return &RowNormError{nameOf(d), d.Row(i), v}
		}
	}
	return nil
}

// Normalize returns the problem on training rows divided by their L2 norms, as the bounds of a
// certificate ask for. Data that the model is to answer for have to be normalized alike
// ([datasets.NormalizeRows]).
func (p *Problem) Normalize() (*Problem, error) {
	p, err := p.sound()
	if err != nil {
		return nil, err
	}
	d, err := datasets.NormalizeRows(p.Train)
	if err != nil {
		return nil, err
	}
	return p.With(d), nil
}
