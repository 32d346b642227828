package unlearn

import (
	"context"
	"errors"

	"gonum.org/v1/gonum/floats"
)

// kernel solves A d = r from d = 0 until its own estimate of ||r - A d|| is at most target or limit
// products are used. It overwrites d and may overwrite r. An *IndefiniteError or *NotConvergedError
// from it leaves the best d found.
type kernel func(ctx context.Context, d, r []float64, a *counted, target, limit float64) (iterations int, err error)

// refine runs a kernel on the true residual r = b - A x until that residual is at most tol ||b||.
// Recurrences drift from the residual they stand for; starting again from the true one repairs
// that, and stops being worth its products when a round no longer halves it: then rounding error is
// the limit.
func refine(ctx context.Context, solver string, x []float64, op Operator, b []float64, tol, maxProducts float64,
	run kernel) (Stats, error) {
	return inUnits(ctx, solver, tol, x, op, b, func(x []float64, op Operator, b []float64, u units) (Stats, error) {
		st := unsolved(solver)
		a := &counted{a: op, units: u}
		s := refinement{x: x, b: b, a: a, tol: tol, maxProducts: maxProducts, run: run, stats: &st}
		err := s.solve(ctx)
		st.Products = a.products
		return st, err
	})
}

type refinement struct {
	x, b             []float64
	a                *counted
	tol, maxProducts float64
	run              kernel
	stats            *Stats
}

func (s *refinement) solve(ctx context.Context) error {
	bnorm := norm(s.b)
	w := work(3, len(s.x))
	r, d, trial := w[0], w[1], w[2]
	best, err := s.startResidual(ctx, r, bnorm)
	if err != nil {
		return err
	}
	s.stats.Residual = best / bnorm
	for best > s.tol*bnorm {
		left := s.maxProducts - s.a.products - 1
		if left < 1 {
			return s.failure(&NotConvergedError{Remedy: "allow more products, or add a ridge: the matrix is ill-conditioned"})
		}
		n, kernelErr := s.run(ctx, d, r, s.a, s.tol*bnorm, left)
		s.stats.Iterations += n
		if kernelErr != nil && !numerical(kernelErr) {
			return kernelErr
		}
		floats.AddTo(trial, s.x, d)
		rnorm, err := s.a.residualTo(ctx, r, trial, s.b)
		if err != nil {
			return err
		}
		previous := best
		if rnorm < best {
			copy(s.x, trial)
			best, s.stats.Residual = rnorm, rnorm/bnorm
		}
		if best <= s.tol*bnorm {
			break
		}
		if kernelErr != nil {
			return s.failure(kernelErr)
		}
		if !(rnorm <= previous/2) && s.a.products < s.maxProducts-1 {
			return s.failure(&NotConvergedError{Remedy: roundingRemedy})
		}
	}
	return nil
}

// startResidual writes b - A x to r; a zero start needs no product.
func (s *refinement) startResidual(ctx context.Context, r []float64, bnorm float64) (float64, error) {
	if isZero(s.x) {
		copy(r, s.b)
		return bnorm, ctx.Err()
	}
	rnorm, err := s.a.residualTo(ctx, r, s.x, s.b)
	if err != nil {
		return rnorm, err
	}
	if !(rnorm <= bnorm) { // a start worse than none
		clear(s.x)
		copy(r, s.b)
		return bnorm, nil
	}
	return rnorm, nil
}

// failure completes a numerical error with the figures that only the whole solve knows.
func (s *refinement) failure(err error) error {
	switch e := err.(type) {
	case *NotConvergedError:
		e.Solver, e.Quantity, e.Iterations, e.Products = s.stats.Solver, "relative residual", s.stats.Iterations, s.a.products
		e.Reached, e.Tolerance = s.stats.Residual, s.tol
	case *IndefiniteError:
		e.Solver, e.Iterations, e.Residual = s.stats.Solver, s.stats.Iterations, s.stats.Residual
	case *DivergedError:
		e.Solver, e.Iterations, e.Best = s.stats.Solver, s.stats.Iterations, s.stats.Residual
	}
	return err
}

// numerical tells the failures of an iteration from those of the operator or the context.
func numerical(err error) bool {
	_, diverged := errors.AsType[*DivergedError](err)
	_, indefinite := errors.AsType[*IndefiniteError](err)
	_, short := errors.AsType[*NotConvergedError](err)
	return diverged || indefinite || short
}
