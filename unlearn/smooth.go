package unlearn

import (
	"errors"
	"fmt"
)

// SmoothMethod is a Method whose new parameters are a smooth function of the old ones, for the same
// problem and request, up to the tolerance of its solver. The proof of [Certified] needs it: it
// changes variables from the tilt to the parameters. A method that rounds, retrains with a line
// search, or chooses between results is none.
type SmoothMethod interface {
	// Smooth returns nil, or which setting makes the result jump or rest on estimates.
	Smooth() error
}

var errExactGradients = errors.New("unlearn: a certificate is about exact gradients: leave SecondOrder.Sample at 0, and Gradient at another than Difference")

// Smooth implements [SmoothMethod].
func (None) Smooth() error { return nil }

// Smooth implements [SmoothMethod]: the order of the samples depends on Seed alone.
func (FineTune) Smooth() error { return nil }

// Smooth implements [SmoothMethod]: a step whose length is given.
func (m FirstOrder) Smooth() error {
	if m.Search != nil || m.Full || m.Sample > 0 {
		return errors.New("unlearn: a certificate is about a first-order step whose length is given and exact gradients: leave FirstOrder.Search, Full and Sample unset")
	}
	return nil
}

// Smooth implements [SmoothMethod].
func (m SecondOrder) Smooth() error {
	if m.Sample > 0 || m.Gradient == Difference {
		return errExactGradients
	}
	return nil
}

// Smooth implements [SmoothMethod].
func (m Iterative) Smooth() error {
	if m.Accept != nil {
		return errors.New("unlearn: Iterative.Accept chooses between parameters, so no certificate can be had: leave it unset")
	}
	smooth, ok := m.Method.(SmoothMethod)
	if !ok {
		return fmt.Errorf("unlearn: %s in Iterative does not say that its result depends smoothly on the parameters (see SmoothMethod)", m.Name())
	}
	return smooth.Smooth()
}
