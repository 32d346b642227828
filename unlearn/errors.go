package unlearn

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// ErrDiverged reports an iteration whose iterates grew without bound or stopped being numbers. Found by errors.As.
type ErrDiverged struct {
	Solver     string
	Quantity   string // what was measured; empty = "relative residual", ||b - A x|| / ||b||
	Iterations int
	Residual   float64 // Quantity when the iteration was given up; may be Inf or NaN
	Best       float64 // the smallest value of Quantity seen; of a solver, that of the vector handed back
	Scale      float64 // the scale in use; 0 where there is none
	Curvature  float64 // r'Ar / r'r along the growing residual r: a lower bound of the largest eigenvalue; NaN when unknown
	Remedy     string  // what to change, in words
}

func (e *ErrDiverged) Error() string {
	return fmt.Sprintf("unlearn: %s diverged after %d iterations: %s %.3g (best %.3g)%s; %s",
		e.Solver, e.Iterations, cmp.Or(e.Quantity, "relative residual"), e.Residual, e.Best, scaleNote(e.Scale), e.Remedy)
}

func scaleNote(scale float64) string {
	if scale == 0 {
		return ""
	}
	return fmt.Sprintf(", scale %.4g", scale)
}

// ErrNotConverged reports a solve or a training that ended above its tolerance. The vector handed back beside it is the
// best one found. Found by errors.As.
type ErrNotConverged struct {
	Solver     string
	Quantity   string // what was measured: "relative residual" or "gradient norm"
	Iterations int
	Products   float64
	Reached    float64 // the value of Quantity at the vector handed back
	Tolerance  float64 // the value asked for
	Singular   bool    // the matrix is singular to working precision and b is not in its range (MINRES)
	Remedy     string
}

func (e *ErrNotConverged) Error() string {
	return fmt.Sprintf("unlearn: %s reached %s %.3g, not %.3g, in %d iterations (%.6g products); %s",
		e.Solver, e.Quantity, e.Reached, e.Tolerance, e.Iterations, e.Products, e.Remedy)
}

// ErrIndefinite reports that a matrix which had to be positive definite is not. Found by errors.As.
type ErrIndefinite struct {
	Solver     string
	Of         string // what is not positive definite; empty = "the matrix"
	Iterations int
	// Curvature is a Rayleigh quotient v'Av / v'v that came out zero or negative, so an upper bound of the smallest
	// eigenvalue: a ridge has to exceed -Curvature at the very least. Exact gives the eigenvalue itself, Lanczos an estimate.
	Curvature float64
	Residual  float64 // ||b - A x|| / ||b|| of the vector handed back
	Remedy    string
}

func (e *ErrIndefinite) Error() string {
	return fmt.Sprintf("unlearn: %s met curvature %.4g after %d iterations: %s is not positive definite; %s",
		e.Solver, e.Curvature, e.Iterations, cmp.Or(e.Of, "the matrix"), e.Remedy)
}

// Remedies that several solvers share.
const (
	roundingRemedy = "rounding error sets this limit: accept a larger tolerance, add a ridge, or compute the products in float64"
	overflowRemedy = "the product with A is not finite: look for overflow in the model at these parameters"
)

// attributed puts a solver, and the relative residual of the vector it hands back, in the place of Lanczos' method in an error of it.
func attributed(err error, solver string, residual float64) error {
	if e, ok := errors.AsType[*ErrDiverged](err); ok && e.Solver == lanczosName {
		*e = ErrDiverged{Solver: solver, Iterations: e.Iterations, Residual: math.NaN(), Best: residual, Curvature: math.NaN(), Remedy: e.Remedy}
	}
	return err
}

// attributedFactor names the solver that asked for a factor.
func attributedFactor(err error, solver string) error {
	if e, ok := errors.AsType[*ErrIndefinite](err); ok {
		e.Solver = solver
	}
	return named(solver, err)
}

func indefiniteRemedy(curvature float64) string {
	if curvature >= 0 {
		return "the matrix is singular to working precision: add a small ridge, or solve with MINRES"
	}
	return fmt.Sprintf("add a ridge above %.4g (minus the smallest eigenvalue, see Lanczos), use Curvature: GaussNewton, or solve with MINRES",
		-curvature)
}
