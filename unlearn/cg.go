package unlearn

import (
	"cmp"
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
)

// CG solves A x = b for a symmetric positive definite A by the method of conjugate gradients
// (Hestenes and Stiefel 1952; Saad, Iterative Methods for Sparse Linear Systems, algorithm 9.1 with
// a preconditioner). One product an iteration, and one more for the true residual. The zero value
// is ready.
//
// A direction d with d'Ad < 0 ends the solve with [IndefiniteError]. One with d'Ad = 0 to working
// precision shows that A is singular and b not in its range, since d'b = r'r > 0 for the residual r
// of before: it ends the solve with [NotConvergedError] whose Singular is set. With Precondition
// only d'Ad <= 0 is looked for.
type CG struct {
	Tolerance float64 // on ||b - A x|| / ||b||; 0 = 1e-10
	// MaxProducts limits the products with A; 0 = ten times the dimension, between 200 and 20,000.
	MaxProducts int
	// Precondition writes M^-1 r to dst for a fixed symmetric positive definite M near A; nil = the
	// identity.
	Precondition func(dst, r []float64)
}

// Name returns "cg".
func (CG) Name() string { return "cg" }

// Solve implements [Solver].
func (s CG) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	if err := checkKrylov("CG", s.Tolerance, s.MaxProducts); err != nil {
		return unsolved(s.Name()), err
	}
	p := a.Dim()
	k := newCGKernel(p, s.Precondition)
	return refine(ctx, s.Name(), dst, a, b, cmp.Or(s.Tolerance, 1e-10), productLimit(s.MaxProducts, p), k.run)
}

// checkKrylov checks the settings that the Krylov methods share.
func checkKrylov(of string, tolerance float64, maxProducts int) error {
	return checkSettings(of, relativeTolerance("Tolerance", tolerance, "the default 1e-10"),
		count("MaxProducts", maxProducts, "ten times the dimension"))
}

// productLimit is the default limit of the Krylov methods: exact arithmetic needs p products,
// rounding several times that.
func productLimit(set, p int) float64 {
	if set > 0 {
		return float64(set)
	}
	return float64(min(max(10*p, 200), 20000))
}

// cgKernel holds the vectors of conjugate gradients between runs.
type cgKernel struct {
	z, direction, product []float64
	precondition          func(dst, r []float64)
	preconditioner        string  // what errors call it
	scale                 float64 // of what it returns, a power of two: conjugate gradients ask for a preconditioner up to a factor
}

func newCGKernel(p int, precondition func(dst, r []float64)) *cgKernel {
	n := 2
	if precondition != nil {
		n = 3
	}
	w := work(n, p)
	k := &cgKernel{direction: w[0], product: w[1], precondition: precondition, preconditioner: "CG.Precondition", scale: 1}
	if precondition != nil {
		k.z = w[2]
	}
	return k
}

// run is a [kernel]. On *IndefiniteError k.direction holds the direction of non-positive curvature.
// A step along a direction without curvature is taken only if it ends the run.
func (k *cgKernel) run(ctx context.Context, d, r []float64, a *counted, target, limit float64) (int, error) {
	clear(d)
	z := k.preconditioned(r)
	if k.precondition != nil {
		k.normalize(r)
	}
	copy(k.direction, z)
	rz := floats.Dot(r, z)
	switch {
	case k.precondition == nil && rz == 0: // r has no digits left that could be squared
		return 0, nil
	case !(rz > 0) || !finite(rz):
		return 0, &IndefiniteError{Of: k.preconditioner, Curvature: rz / floats.Dot(r, r), Remedy: "leave it out, or make it one that is"}
	}
	size := 0.0 // of A, at least
	for n := 1; ; n++ {
		if err := a.MulVecTo(ctx, k.product, k.direction); err != nil {
			return n - 1, err
		}
		curvature := floats.Dot(k.direction, k.product)
		if !finite(curvature) {
			return n, &DivergedError{Residual: math.NaN(), Curvature: math.NaN(), Overflow: true, Remedy: overflowRemedy}
		}
		alpha := rz / curvature
		if k.nullDirection(&size) {
			if curvature > 0 { // a small eigenvalue, if the step solves the system
				floats.AddScaled(r, -alpha, k.product)
				if norm(r) <= target {
					floats.AddScaled(d, alpha, k.direction)
					return n, nil
				}
			}
			return n, &NotConvergedError{Singular: true, Remedy: inconsistentRemedy}
		}
		if curvature <= 0 {
			return n, notDefinite(curvature/floats.Dot(k.direction, k.direction), size, false)
		}
		floats.AddScaled(d, alpha, k.direction)
		floats.AddScaled(r, -alpha, k.product)
		if norm(r) <= target || float64(n) >= limit {
			return n, nil
		}
		z = k.preconditioned(r)
		next := floats.Dot(r, z)
		if !(next > 0) { // r is at rounding level, or the preconditioner lost definiteness
			return n, nil
		}
		scaledAdd(k.direction, next/rz, z)
		rz = next
	}
}

// nullDirection reports whether A is 0 to working precision along the direction, in the metric of
// no preconditioner. size is a lower bound of A's norm from the directions before, and is kept up
// to date. A direction along which a definite matrix has next to no curvature is one: ||A d||^2 <=
// ||A|| d'Ad.
func (k *cgKernel) nullDirection(size *float64) bool {
	if k.precondition != nil {
		return false
	}
	length, image := norm(k.direction), norm(k.product)
	*size = max(*size, image/length)
	return image <= math.Sqrt(noCurvature)*(*size)*length && math.Abs(floats.Dot(k.direction, k.product)) <= noCurvature*(*size)*length*length
}

func (k *cgKernel) preconditioned(r []float64) []float64 {
	if k.precondition == nil {
		return r
	}
	k.precondition(k.z, r)
	if k.scale != 1 {
		floats.Scale(k.scale, k.z)
	}
	return k.z
}

// normalize chooses the scale where z = M^-1 r is of another size than r.
func (k *cgKernel) normalize(r []float64) {
	if isZero(k.z) || notFinite(k.z) >= 0 {
		return
	}
	e := exponent(k.z) - exponent(r)
	if e < -comfortable || e > comfortable {
		e = max(e, -1000) // 2^-e has to be a number
		k.scale *= math.Ldexp(1, -e)
		floats.Scale(math.Ldexp(1, -e), k.z)
	}
}
