package unlearn

import (
	"fmt"
	"slices"
)

// Step is one step of a method on the way to its new parameters, as [Certified] needs it for its
// bounds. Vectors have length p and are the update's own.
type Step struct {
	From, To []float64 // the parameters before and after it
	Gradient []float64 // what it followed
	// Follows says what Gradient is: Difference for G, the difference that the request makes at
	// From, or FullGradient for grad L(From; D').
	Follows StepGradient
	// Residual is ||H (To - From) + Gradient||, with H the Hessian of L(.; D') at From: what a
	// Newton step leaves of its linear system. 0 = not known, so that it is measured where it is
	// needed.
	Residual float64
	// Before and After are grad L(.; D') at From and at To, over all samples. nil = not known.
	Before, After []float64
}

// SteppedMethod is a method whose update can carry the steps that led to it. They take the memory
// of some five parameter vectors each, so a method keeps them only when it is asked to.
type SteppedMethod interface {
	Method
	// WithSteps returns the same method, which fills in [Update].Steps. The bits of the parameters
	// and the work stay the same.
	WithSteps() Method
}

// WithSteps implements [SteppedMethod].
func (m SecondOrder) WithSteps() Method {
	m.keep = true
	return m
}

// checkSteps says which step has no sound vectors.
func (u *Update) checkSteps(dim int) error {
	for i, s := range u.Steps {
		wrong := func(what string) error {
			return fmt.Errorf("unlearn: step %d of the update by %s: %s", i+1, u.Method, what)
		}
		for _, v := range []struct {
			field    string
			x        []float64
			optional bool
		}{{"From", s.From, false}, {"To", s.To, false}, {"Gradient", s.Gradient, false}, {"Before", s.Before, true}, {"After", s.After, true}} {
			if len(v.x) != dim && !(v.optional && v.x == nil) {
				return wrong(fmt.Sprintf("%s has length %d for %d parameters", v.field, len(v.x), dim))
			}
		}
		if s.Follows != Difference && s.Follows != FullGradient {
			return wrong(fmt.Sprintf("Follows is %d; give Difference or FullGradient", s.Follows))
		}
		if s.Residual != 0 && !positive(s.Residual) {
			return wrong(fmt.Sprintf("Residual is %v; give a positive number, or 0 where it is not known", s.Residual))
		}
	}
	return nil
}

// lastStep returns the step that ended at the update's parameters; nil if there is none. Whoever
// changes the parameters of another method's update gets no bound by that method's steps.
func (u *Update) lastStep() *Step {
	if len(u.Steps) == 0 {
		return nil
	}
	if s := &u.Steps[len(u.Steps)-1]; slices.Equal(s.To, u.Theta) {
		return s
	}
	return nil
}

// gradientAt returns grad L(.; D') at the parameters where the first step began or the last one
// ended; nil if the steps do not have it.
func (u *Update) gradientAt(theta []float64) []float64 {
	for _, s := range u.Steps {
		if s.Before != nil && slices.Equal(s.From, theta) {
			return s.Before
		}
		if s.After != nil && slices.Equal(s.To, theta) {
			return s.After
		}
	}
	return nil
}
