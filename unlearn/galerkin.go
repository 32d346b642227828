package unlearn

import (
	"cmp"
	"context"

	"gonum.org/v1/gonum/floats"
)

// Galerkin solves A x = b for a symmetric positive definite A in the Krylov space of so many
// products, by [NewKrylov]: the iterate that conjugate gradients reach after as many, the nearest
// of the space to the solution in the norm sqrt(e'Ae). Its residual may be larger than that of
// zeros when the space is small; [CG] then hands back the zeros, since it keeps what has the
// smallest residual. Take Galerkin where the number of products is what limits the step, as in
// networks; and to carry out what [ShiftedSolve] found.
//
// A matrix that is not positive definite in the space ends with [IndefiniteError], a product that
// is not finite with [DivergedError], and dst as it was. Memory: Products vectors of length p.
type Galerkin struct {
	Products  int     // of the space; 0 = 25. One more is taken for the true residual
	Tolerance float64 // on ||b - A x|| / ||b||; 0 = 1e-10
}

// Name returns "galerkin".
func (Galerkin) Name() string { return "galerkin" }

// Solve implements [Solver].
func (s Galerkin) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	err := checkSettings("Galerkin", relativeTolerance("Tolerance", s.Tolerance, "the default 1e-10"), count("Products", s.Products, "the default 25"))
	if err != nil {
		return unsolved(s.Name()), err
	}
	s.Tolerance = cmp.Or(s.Tolerance, 1e-10)
	return inUnits(ctx, s.Name(), s.Tolerance, dst, a, b, func(x []float64, a Operator, b []float64, _ units) (Stats, error) {
		st := unsolved(s.Name())
		c := &counted{a: a}
		err := s.solve(ctx, x, c, b, &st)
		st.Products = c.products
		return st, err
	})
}

func (s Galerkin) solve(ctx context.Context, dst []float64, a *counted, b []float64, st *Stats) error {
	bnorm, tolerance := norm(b), s.Tolerance
	r := make([]float64, len(b))
	copy(r, b)
	if !isZero(dst) {
		rnorm, err := a.residualTo(ctx, r, dst, b)
		if err != nil {
			return err
		}
		if !(rnorm <= bnorm) { // a start worse than none
			clear(dst)
			copy(r, b)
		}
	}
	st.Residual = norm(r) / bnorm
	if st.Residual <= tolerance {
		return ctx.Err()
	}
	space, err := NewKrylov(ctx, a, r, cmp.Or(s.Products, 25))
	if err != nil {
		return attributed(err, s.Name(), st.Residual)
	}
	found := space.Solve(0, 0)
	st.Iterations = found.Products
	if found.Err != nil {
		if e, ok := found.Err.(*IndefiniteError); ok {
			e.Solver, e.Residual = s.Name(), st.Residual
		}
		return found.Err
	}
	floats.Add(dst, found.X)
	left, err := a.residualTo(ctx, r, dst, b)
	if err != nil {
		return err
	}
	if st.Residual = left / bnorm; st.Residual <= tolerance {
		return nil
	}
	return &NotConvergedError{Solver: s.Name(), Quantity: "relative residual", Iterations: st.Iterations, Products: a.products,
		Reached: st.Residual, Tolerance: tolerance, Remedy: "allow more Products, add a ridge, or accept a larger tolerance"}
}
