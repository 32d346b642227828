package unlearn

import (
	"errors"
	"fmt"
)

// SmoothMethod is a Method whose new parameters are a smooth function of the old ones, for the same
// problem and request, up to the tolerance of its solver. A method that rounds, retrains with a
// line search, or chooses between results is none.
//
// This is necessary for the proof of [Certified], and not sufficient. With u(b) = grad L(theta';
// D') the gradient that the method leaves, b included, the proof changes variables from b to b -
// u(b), whose Jacobian matrix is I - du/db. It takes the determinant for 1, and u for a constant. A
// method whose u is small and varies fast with b is smooth, and tells released from retrained
// parameters all the same. So Certified takes this package's own methods, whose du/db it neglects,
// and any other only where the caller vouches for it ([Certified.AssumeSteady]).
type SmoothMethod interface {
	// Smooth returns nil, or which setting makes the result jump or rest on estimates.
	Smooth() error
}

var errExactGradients = errors.New("unlearn: a certificate is about exact gradients: leave SecondOrder.Sample at 0, and Gradient at another than Difference")

// steadyByDesign reports whether a method is this package's own, its solver included. A type that
// embeds one is not: it can do anything else.
func steadyByDesign(m Method) bool {
	switch m := m.(type) {
	case None, *None, FineTune, *FineTune, FirstOrder, *FirstOrder:
		return true
	case SecondOrder:
		return ownSolver(m.Solver)
	case *SecondOrder:
		return ownSolver(m.Solver)
	case Iterative:
		return steadyByDesign(m.Method)
	case *Iterative:
		return steadyByDesign(m.Method)
	}
	return false
}

func ownSolver(s Solver) bool {
	switch s.(type) {
	case nil, CG, *CG, MINRES, *MINRES, LiSSA, *LiSSA, Exact, *Exact, *Factored, Galerkin, *Galerkin, *LaggedCholesky:
		return true
	}
	return false
}

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
