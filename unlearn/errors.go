package unlearn

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// DivergedError reports an iteration whose iterates grew without bound or stopped being numbers.
// Found by errors.As.
type DivergedError struct {
	Solver     string
	Quantity   string // what was measured; empty = "relative residual", ||b - A x|| / ||b||
	Iterations int
	Residual   float64 // Quantity when the iteration was given up; may be Inf or NaN
	Best       float64 // the smallest value of Quantity seen; of a solver, that of the vector handed back
	Scale      float64 // the scale in use; 0 where there is none
	Curvature  float64 // r'Ar / r'r along the growing residual r: a lower bound of the largest eigenvalue; NaN when unknown
	Overflow   bool    // a product with the matrix was not finite
	Remedy     string  // what to change, in words
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("unlearn: %s diverged after %d iterations: %s %.3g (best %.3g)%s; %s",
		e.Solver, e.Iterations, cmp.Or(e.Quantity, "relative residual"), e.Residual, e.Best, scaleNote(e.Scale), e.Remedy)
}

func scaleNote(scale float64) string {
	if scale == 0 {
		return ""
	}
	return fmt.Sprintf(", scale %.4g", scale)
}

// NotConvergedError reports a solve or a training that ended above its tolerance. The vector handed
// back beside it is the best one found. Found by errors.As.
type NotConvergedError struct {
	Solver     string
	Quantity   string // what was measured: "relative residual" or "gradient norm"
	Iterations int
	Products   float64
	Reached    float64 // the value of Quantity at the vector handed back
	Tolerance  float64 // the value asked for
	Singular   bool    // the matrix is singular to working precision; by CG, MINRES and LiSSA, b is not in its range, so that no vector solves the system
	Remedy     string
}

func (e *NotConvergedError) Error() string {
	return fmt.Sprintf("unlearn: %s reached %s %.3g, not %.3g, in %d iterations (%.6g products); %s",
		e.Solver, e.Quantity, e.Reached, e.Tolerance, e.Iterations, e.Products, e.Remedy)
}

// IndefiniteError reports that a matrix which had to be positive definite is not. Found by
// errors.As.
type IndefiniteError struct {
	Solver     string
	Of         string // what is not positive definite; empty = "the matrix"
	Iterations int
	// Curvature is a Rayleigh quotient v'Av / v'v that came out zero or negative, so an upper bound
	// of the smallest eigenvalue: a ridge has to exceed -Curvature at the very least. Exact gives
	// the eigenvalue itself, Lanczos an estimate.
	Curvature float64
	Residual  float64 // ||b - A x|| / ||b|| of the vector handed back
	Singular  bool    // Curvature is 0 to working precision: the matrix is singular, as far as float64 can tell, and not indefinite
	Remedy    string

	ridge bool // Remedy is indefiniteRemedy of Curvature
}

func (e *IndefiniteError) Error() string {
	return fmt.Sprintf("unlearn: %s met curvature %.4g after %d iterations: %s is not positive definite; %s",
		e.Solver, e.Curvature, e.Iterations, cmp.Or(e.Of, "the matrix"), e.Remedy)
}

// Remedies that several solvers share.
const (
	roundingRemedy = "rounding error sets this limit: accept a larger tolerance, add a ridge, or compute the products in float64"
	singularRemedy = "the matrix is singular to working precision: add a ridge; without one CG and MINRES solve the system if b is in the matrix' range"
	// inconsistentRemedy is that of a solver that knows b not to be in the range. MINRES then stops
	// as well, at a least-squares solution.
	inconsistentRemedy = "the matrix is singular to working precision and b is not in its range, so that no vector solves the system: add a ridge " +
		"(MINRES ends with this error too, but hands back a least-squares solution)"
	overflowRemedy = "the product with A is not finite: look for overflow in the model at these parameters"
)

// attributed puts a solver, and the relative residual of the vector it hands back, in the place of
// Lanczos' method in an error of it.
func attributed(err error, solver string, residual float64) error {
	if e, ok := errors.AsType[*DivergedError](err); ok && e.Solver == lanczosName {
		*e = DivergedError{Solver: solver, Iterations: e.Iterations, Residual: math.NaN(), Best: residual, Curvature: math.NaN(),
			Overflow: e.Overflow, Remedy: e.Remedy}
	}
	return err
}

// noCurvature is the share of a matrix' norm below which a curvature is 0 to working precision.
const noCurvature = 1e-14

// notDefinite is the error of a curvature, of a direction or the smallest of all, that a positive
// definite matrix does not have. size is a lower bound of the matrix' norm; the size of a curvature
// that is next to nothing beside it is rounding, and no ridge to ask for. null says that its
// direction is then a null vector: an indefinite matrix has others along which the curvature
// vanishes.
func notDefinite(curvature, size float64, null bool) *IndefiniteError {
	e := &IndefiniteError{Curvature: curvature, Residual: math.NaN()}
	e.askRidge()
	if math.Abs(curvature) > noCurvature*size {
		return e
	}
	if e.ridge, e.Remedy = false, indefiniteRemedy(0); null {
		e.Singular, e.Remedy = true, singularRemedy
	}
	return e
}

// askRidge makes a ridge above -Curvature the remedy.
func (e *IndefiniteError) askRidge() { e.ridge, e.Remedy = true, indefiniteRemedy(e.Curvature) }

func indefiniteRemedy(curvature float64) string {
	above := "a ridge"
	if curvature < 0 {
		above = fmt.Sprintf("a ridge above %.4g", -curvature)
	}
	return "add " + above + " (minus the smallest eigenvalue, see Lanczos), use Curvature: GaussNewton, or solve with MINRES"
}
