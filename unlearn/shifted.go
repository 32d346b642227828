package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// ShiftedSolution is the solution of (A + Ridge I) x = b in a Krylov space.
type ShiftedSolution struct {
	Ridge    float64
	Products int       // dimension of the space
	X        []float64 // the solution (p); nil where Err is not
	// Residual is ||b - (A + Ridge I) X|| / ||b||. It is known from the recurrence, which full
	// reorthogonalization keeps true.
	Residual float64
	// Smallest is the smallest eigenvalue of A in the space, an upper estimate of A's own; NaN for
	// b = 0, which spans none.
	Smallest float64
	// Err is an *[IndefiniteError] where A + Ridge I is not positive definite in the space, and an
	// error where X does not fit float64.
	Err error
}

// ShiftedSolve solves (A + r I) x = b for every r of ridges from one Krylov space of b: that many
// products in all, fewer where the space is invariant before. The solutions are the iterates of
// conjugate gradients after as many products. See [NewKrylov].
func ShiftedSolve(ctx context.Context, a Operator, b []float64, ridges []float64, products int) ([]ShiftedSolution, error) {
	if i := slices.IndexFunc(ridges, func(r float64) bool { return !finite(r) }); i >= 0 {
		return nil, fmt.Errorf("unlearn: shifted solve: ridge %d is %v", i, ridges[i])
	}
	k, err := NewKrylov(ctx, a, b, products)
	if err != nil {
		return nil, attributed(err, "shifted solve", math.NaN())
	}
	out := make([]ShiftedSolution, len(ridges))
	for i, r := range ridges {
		out[i] = k.Solve(r, 0)
	}
	return out, nil
}

// Krylov is the space spanned by b, A b, A^2 b, ... for a symmetric A, with an orthonormal basis Q
// and T = Q'AQ, tridiagonal.
type Krylov struct {
	dim   int
	bnorm float64 // in units
	units units
	size  int // of the space
	*lanczosRun
}

// NewKrylov spans the space with that many products, by Lanczos' method from b with full
// reorthogonalization (Parlett, The Symmetric Eigenvalue Problem, chapter 13). An invariant space
// ends it early, a product that is not finite with [DivergedError]. Memory: products vectors of
// length p.
func NewKrylov(ctx context.Context, a Operator, b []float64, products int) (*Krylov, error) {
	if err := checkSystem("shifted solve", b, a, b); err != nil {
		return nil, err
	}
	if products < 1 {
		return nil, fmt.Errorf("unlearn: shifted solve: a space of %d products; ask for 1 or more", products)
	}
	k := &Krylov{dim: len(b)}
	if isZero(b) {
		return k, ctx.Err()
	}
	k.lanczosRun = newLanczosRun(len(b), min(products, len(b)))
	u, err := inOperatorUnits(a, func(a Operator) error { return k.span(ctx, &counted{a: a}, b) })
	k.units.operator = u.operator
	return k, err
}

// span finds the basis and T.
func (k *Krylov) span(ctx context.Context, a *counted, b []float64) error {
	k.size = 0
	k.units.right = 0
	if e := exponent(b); e < -comfortable || e > comfortable {
		k.units.right = e
	}
	shiftTo(k.basis[0], -k.units.right, b)
	k.bnorm = norm(k.basis[0])
	floats.Scale(1/k.bnorm, k.basis[0])
	size := 0.0
	for j := range k.basis {
		if err := k.product(ctx, a, j); err != nil {
			return err
		}
		k.size++
		if size = max(size, math.Abs(k.alpha[j]), k.beta[j]); k.beta[j] <= brokenDown*size {
			k.beta[j] = 0
			break
		}
		if j+1 < len(k.basis) {
			floats.ScaleTo(k.basis[j+1], 1/k.beta[j], k.next)
		}
	}
	return nil
}

// Products returns the dimension of the space, and what it took.
func (k *Krylov) Products() int { return k.size }

// Largest returns the largest eigenvalue of A in the space, a lower estimate of A's own: a scale
// for ridges. NaN for b = 0, which spans none.
func (k *Krylov) Largest() (float64, error) {
	if k.bnorm == 0 {
		return math.NaN(), nil
	}
	_, largest, err := k.extremes(k.size)
	return k.units.real(largest), err
}

// Solve solves (A + ridge I) x = b in the space of the first products, at most all; 0 = all:
//
//	x = Q (T + ridge I)^-1 ||b|| e_1,  ||b - (A + ridge I) x|| = beta |y_last|,  y = (T + ridge I)^-1 ||b|| e_1
//
// (Saad, Iterative Methods for Sparse Linear Systems, sections 6.6 and 6.7).
func (k *Krylov) Solve(ridge float64, products int) ShiftedSolution {
	if !finite(ridge) {
		return ShiftedSolution{Ridge: ridge, Smallest: math.NaN(), Residual: math.NaN(), Err: fmt.Errorf("unlearn: shifted solve: the ridge is %v", ridge)}
	}
	n := k.size
	if products > 0 {
		n = min(n, products)
	}
	s := ShiftedSolution{Ridge: ridge, Products: n, Smallest: math.NaN()}
	if k.bnorm == 0 {
		s.X = make([]float64, k.dim)
		return s
	}
	var largest float64
	if s.Smallest, largest, s.Err = k.extremes(n); s.Err != nil {
		return s
	}
	if ridge = k.units.own(ridge); !finite(ridge) {
		s.Residual, s.Smallest = math.NaN(), k.units.real(s.Smallest)
		s.Err = fmt.Errorf("unlearn: shifted solve: the ridge %v is too large beside eigenvalues up to %.3g: solve with the ridge alone", s.Ridge,
			k.units.real(largest))
		return s
	}
	c := s.Smallest + ridge
	s.Smallest = k.units.real(s.Smallest)
	if !(c > 1e-15*max(math.Abs(largest+ridge), math.Abs(c))) {
		s.Residual = math.NaN()
		e := notDefinite(k.units.real(c), k.units.real(max(math.Abs(largest+ridge), math.Abs(c))), false)
		e.Solver, e.Iterations = "shifted solve", n
		s.Err = e
		return s
	}
	y := k.tridiagonal(ridge, n)
	s.Residual = k.beta[n-1] * math.Abs(y[n-1])
	s.X = make([]float64, k.dim)
	for j, v := range y {
		floats.AddScaled(s.X, k.bnorm*v, k.basis[j])
	}
	if shift := k.units.right - k.units.operator; shift != 0 {
		size := exponent(s.X) + shift
		if shiftTo(s.X, shift, s.X); size > 1024 || size < -1021 {
			s.X, s.Err = nil, fmt.Errorf("unlearn: shifted solve: the solution at ridge %v, about 1e%+.0f, is out of the range of float64: scale the system",
				s.Ridge, math.Log10(2)*float64(size))
		}
	}
	return s
}

// tridiagonal solves (T + ridge I) y = e_1 with the leading n rows of T, positive definite, by
// elimination.
func (k *Krylov) tridiagonal(ridge float64, n int) []float64 {
	pivots, y := make([]float64, n), make([]float64, n)
	pivots[0], y[0] = k.alpha[0]+ridge, 1
	for j := 1; j < n; j++ {
		factor := k.beta[j-1] / pivots[j-1]
		pivots[j] = k.alpha[j] + ridge - factor*k.beta[j-1]
		y[j] = -factor * y[j-1]
	}
	y[n-1] /= pivots[n-1]
	for j := n - 2; j >= 0; j-- {
		y[j] = (y[j] - k.beta[j]*y[j+1]) / pivots[j]
	}
	return y
}

// extremes returns the smallest and the largest eigenvalue of the leading n rows of T.
func (k *Krylov) extremes(n int) (smallest, largest float64, err error) {
	var e mat.EigenSym
	if !e.Factorize(k.tridiagonalMatrix(n), false) {
		return math.NaN(), math.NaN(), errors.New("unlearn: the eigenvalues of Lanczos' tridiagonal matrix did not converge")
	}
	values := e.Values(nil)
	return values[0], values[n-1], nil
}
