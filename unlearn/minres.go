package unlearn

import (
	"cmp"
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
)

// MINRES solves A x = b for a symmetric A, indefinite or not, by minimizing ||b - A x|| over
// growing Krylov spaces (Paige and Saunders 1975, "Solution of sparse indefinite systems of linear
// equations"). One product an iteration and one more for the true residual. The zero value is
// ready.
//
// When A is singular to working precision and b is not in its range, the solve ends with
// [NotConvergedError] whose Singular is set, and dst holds a least-squares solution.
type MINRES struct {
	Tolerance   float64 // on ||b - A x|| / ||b||; 0 = 1e-10
	MaxProducts int     // 0 = ten times the dimension, between 200 and 20,000
}

// Name returns "minres".
func (MINRES) Name() string { return "minres" }

// Solve implements [Solver].
func (s MINRES) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	if err := checkKrylov("MINRES", s.Tolerance, s.MaxProducts); err != nil {
		return unsolved(s.Name()), err
	}
	p := a.Dim()
	k := newMINRESKernel(p)
	return refine(ctx, s.Name(), dst, a, b, cmp.Or(s.Tolerance, 1e-10), productLimit(s.MaxProducts, p), k.run)
}

// r is taken for a null vector of A when ||A r|| / (||A|| ||r||) is below singularRatio. Rounding
// can keep it from getting there: then it turns from somewhere below suspectRatio and rises, and
// the recurrence goes astray. What tells this from a small eigenvalue that was found is ||r||,
// which does not fall meanwhile.
const (
	singularRatio = 1e-11
	suspectRatio  = 1e-6
	turned        = 1e3      // rise of the ratio from its smallest value
	standing      = 1 - 1e-6 // share of ||r|| that is left: 1 - 2e-9 was measured on singular matrices, 1 - 1e-3 on others
)

// minresKernel holds the vectors and scalars of one run; the names follow Paige and Saunders'
// minres.m.
type minresKernel struct {
	v, y, r1, r2, w, w1, w2 []float64

	beta, oldBeta            float64 // Lanczos off-diagonal, now and one step ago
	deltaBar, epsilon        float64 // what the next rotation finds of the tridiagonal matrix
	cs, sn                   float64 // the last rotation
	phiBar                   float64 // ||r||
	squares                  float64 // sum of squares of the tridiagonal entries: its root bounds ||A||
	alpha, delta, oldEpsilon float64

	kept                []float64 // the solution where the ratio above was smallest, once it is suspect
	keptRatio, keptNorm float64   // that ratio, and ||r|| there
}

func newMINRESKernel(p int) *minresKernel {
	w := work(8, p)
	return &minresKernel{v: w[0], y: w[1], r1: w[2], r2: w[3], w: w[4], w1: w[5], w2: w[6], kept: w[7]}
}

// run is a [kernel].
func (k *minresKernel) run(ctx context.Context, d, r []float64, a *counted, target, limit float64) (int, error) {
	k.start(d, r)
	for n := 1; ; n++ {
		if err := k.lanczos(ctx, a, n); err != nil {
			return n - 1, err
		}
		if !finite(k.alpha) || !finite(k.beta) {
			return n, &DivergedError{Residual: math.NaN(), Curvature: math.NaN(), Overflow: true, Remedy: overflowRemedy}
		}
		gammaBar := k.sn*k.deltaBar - k.cs*k.alpha
		k.delta = k.cs*k.deltaBar + k.sn*k.alpha
		k.oldEpsilon, k.epsilon = k.epsilon, k.sn*k.beta
		k.deltaBar = -k.cs * k.beta
		size := math.Sqrt(k.squares)
		// math.Hypot(gammaBar, deltaBar) is ||A r|| / ||r|| for the residual before this step.
		if k.singular(d, math.Hypot(gammaBar, k.deltaBar), size) {
			return n, &NotConvergedError{Singular: true, Remedy: "the matrix is singular and b not in its range: add a ridge"}
		}
		k.step(d, gammaBar)
		if k.phiBar <= target || float64(n) >= limit || k.beta <= 1e-15*size {
			return n, nil
		}
	}
}

func (k *minresKernel) start(d, r []float64) {
	clear(d)
	clear(k.w)
	clear(k.w2)
	copy(k.r1, r)
	copy(k.r2, r)
	k.phiBar = norm(r)
	k.beta, k.oldBeta = k.phiBar, 0
	k.deltaBar, k.epsilon, k.squares = 0, 0, 0
	k.cs, k.sn = -1, 0
	k.keptRatio, k.keptNorm = 2*suspectRatio, math.Inf(1)
}

// singular reports whether r has become a null vector of A, and leaves the solution of that moment
// in d.
func (k *minresKernel) singular(d []float64, ratio, size float64) bool {
	if ratio <= singularRatio*size {
		return true
	}
	ratio /= size
	if ratio < k.keptRatio/2 {
		k.keptRatio, k.keptNorm = ratio, k.phiBar
		copy(k.kept, d)
	}
	if k.keptRatio < suspectRatio && ratio > turned*k.keptRatio && k.phiBar > standing*k.keptNorm {
		copy(d, k.kept)
		return true
	}
	return false
}

// lanczos makes the next basis vector v and the coefficients alpha and beta.
func (k *minresKernel) lanczos(ctx context.Context, a *counted, n int) error {
	floats.ScaleTo(k.v, 1/k.beta, k.r2)
	if err := a.MulVecTo(ctx, k.y, k.v); err != nil {
		return err
	}
	if n > 1 {
		floats.AddScaled(k.y, -k.beta/k.oldBeta, k.r1)
	}
	k.alpha = floats.Dot(k.v, k.y)
	floats.AddScaled(k.y, -k.alpha/k.beta, k.r2)
	k.r1, k.r2, k.y = k.r2, k.y, k.r1
	k.oldBeta, k.beta = k.beta, norm(k.r2)
	k.squares += k.alpha*k.alpha + k.beta*k.beta
	if n > 1 {
		k.squares += k.oldBeta * k.oldBeta
	}
	return nil
}

// step applies the next plane rotation and moves d along w.
func (k *minresKernel) step(d []float64, gammaBar float64) {
	gamma := math.Hypot(gammaBar, k.beta)
	k.cs, k.sn = gammaBar/gamma, k.beta/gamma
	phi := k.cs * k.phiBar
	k.phiBar *= k.sn
	k.w1, k.w2, k.w = k.w2, k.w, k.w1
	for i, v := range k.v {
		k.w[i] = (v - k.oldEpsilon*k.w1[i] - k.delta*k.w2[i]) / gamma
	}
	floats.AddScaled(d, phi, k.w)
}
