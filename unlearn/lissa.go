package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// LiSSA solves A x = b for a symmetric positive definite A by the recursion
//
//	u <- u + (1/Scale) (b - A u)
//
// (Agarwal, Bullins and Hazan 2017; docs/paper.md#lissa), which converges for Scale above half the
// largest eigenvalue, in a number of products proportional to the condition number; CG needs its
// root only. The authors' recursion with "damping" d and result u_J/scale is this one on A +
// d*scale*I. The zero value is ready.
//
// On a [BatchOperator] each step uses one batch, drawn by Seed. The true residual is taken once a
// pass over the batches; the next pass solves for the correction that this residual asks for, which
// takes the batches' noise out in proportion (the control variate of Johnson and Zhang 2013), and a
// pass that made things worse is undone. See Plain.
//
// A growing residual ends the solve with [DivergedError] or, where the curvature along it is
// negative, with [IndefiniteError].
type LiSSA struct {
	Tolerance   float64 // on ||b - A x|| / ||b||; 0 = 1e-3
	MaxProducts int     // products with the whole of A, those of the choice of scale included; 0 = 100,000
	// Scale is the reciprocal of the step; 0 = chosen from the spectrum: half the sum of the
	// largest and the smallest eigenvalue, or of batches the largest eigenvalue of some of them.
	// [Stats] says what was chosen.
	Scale float64
	// ChooseRidge adds a ridge to A if Lanczos' method finds a negative eigenvalue, twice its size.
	// [Stats] says how much. A ridge that is known goes into A: see [Ridge].
	ChooseRidge bool
	Seed        uint64 // of Lanczos' starts and of the order of batches
	// Plain runs the recursion on batches as published: one long run from b's own side, without
	// corrections, which ends at the batches' noise level. The best of its iterates, one a pass, is
	// handed back.
	Plain bool
	// Trace is called with the products so far and the true relative residual wherever it is known.
	Trace func(products, residual float64)
}

// Name returns "lissa".
func (LiSSA) Name() string { return "lissa" }

// Solve implements [Solver].
func (s LiSSA) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	err := checkSettings("LiSSA", relativeTolerance("Tolerance", s.Tolerance, "the default 1e-3"),
		count("MaxProducts", s.MaxProducts, "the default 100,000"), positiveOr("Scale", s.Scale, "one that is chosen from the spectrum"))
	if err != nil {
		return unsolved(s.Name()), err
	}
	s.Tolerance, s.MaxProducts = cmp.Or(s.Tolerance, 1e-3), cmp.Or(s.MaxProducts, 100_000)
	return inUnits(ctx, s.Name(), s.Tolerance, dst, a, b, func(x []float64, a Operator, b []float64, u units) (Stats, error) {
		st, s := unsolved(s.Name()), s
		s.Scale = u.own(s.Scale)
		w := work(4, len(x))
		run := &lissaRun{LiSSA: s, b: b, best: x, u: w[0], r: w[1], product: w[2], d: w[3], bnorm: norm(b), scale: s.Scale,
			limit: float64(s.MaxProducts), units: u, stats: &st}
		err := run.solve(ctx, a)
		st.Products = math.Round(1e6*run.a.products) / 1e6 // shares of batches add up inexactly
		st.Scale = run.scale
		return st, err
	})
}

// lissaRun is one solve.
type lissaRun struct {
	LiSSA
	a     *counted
	b     []float64
	bnorm float64
	limit float64 // on the products
	scale float64
	units units // what is said in words is said in the caller's
	stats *Stats

	best          []float64 // the best iterate, the caller's dst
	bestNorm      float64   // its true residual norm
	u, r          []float64 // the iterate and its true residual
	product, d    []float64 // a product; the correction of a pass over batches
	products      float64   // at the milestone from which the rate is taken
	milestoneNorm float64
}

func (s *lissaRun) solve(ctx context.Context, a Operator) error {
	s.a = &counted{a: a}
	if err := s.choose(ctx, a); err != nil {
		if numerical(err) {
			s.stats.Residual = s.a.startResidual(ctx, s.best, s.b)
		}
		if e, ok := errors.AsType[*IndefiniteError](err); ok {
			e.Residual = s.stats.Residual
		}
		return attributed(err, s.Name(), s.stats.Residual)
	}
	a = Ridge(a, s.stats.Ridge)
	s.a.a = a
	if err := s.startAt(ctx); err != nil || s.done() {
		return err
	}
	batches, ok := a.(BatchOperator)
	switch {
	case !ok || batches.Batches() < 2:
		return s.whole(ctx)
	case s.Plain:
		return s.plain(ctx, batches)
	default:
		return s.corrected(ctx, batches)
	}
}

// startAt takes the residual of the caller's start; a start worse than none gives way to zeros.
func (s *lissaRun) startAt(ctx context.Context) error {
	s.bestNorm = s.bnorm
	copy(s.r, s.b)
	if !isZero(s.best) {
		rnorm, err := s.a.residualTo(ctx, s.r, s.best, s.b)
		if err != nil {
			return err
		}
		if rnorm <= s.bnorm {
			s.bestNorm = rnorm
		} else {
			clear(s.best)
			copy(s.r, s.b)
		}
	}
	copy(s.u, s.best)
	s.products, s.milestoneNorm = s.a.products, s.bestNorm
	s.trace(s.bestNorm)
	return ctx.Err()
}

// trace reports the true residual and keeps the figures of the best.
func (s *lissaRun) trace(rnorm float64) {
	s.stats.Residual = s.bestNorm / s.bnorm
	if s.Trace != nil {
		s.Trace(s.a.products, rnorm/s.bnorm)
	}
}

func (s *lissaRun) done() bool { return s.bestNorm <= s.Tolerance*s.bnorm }

// measure takes the true residual of u, and makes u the best if it is.
func (s *lissaRun) measure(ctx context.Context) (float64, error) {
	rnorm, err := s.a.residualTo(ctx, s.r, s.u, s.b)
	if err != nil {
		return rnorm, err
	}
	if rnorm < s.bestNorm {
		s.bestNorm = rnorm
		copy(s.best, s.u)
	}
	s.trace(rnorm)
	if s.a.products >= 2*s.products {
		s.products, s.milestoneNorm = s.a.products, s.bestNorm
	}
	return rnorm, nil
}

// divergenceFactor is how far above the best residual an iterate may be. On the whole matrix the
// residual never rises while the recursion converges: ||I - A/scale|| < 1.
const divergenceFactor = 10

// patience is for how many iterations the residual may stand still, which only rounding error makes
// it do.
const patience = 200

// whole runs the recursion on the whole matrix; the product of each step is also that of its true
// residual.
func (s *lissaRun) whole(ctx context.Context) error {
	lastBest, raised, rnorm := 0, 0, s.bestNorm
	for s.a.products < s.limit {
		floats.AddScaled(s.u, 1/s.scale, s.r)
		s.stats.Iterations++
		before := s.bestNorm
		var err error
		if rnorm, err = s.measure(ctx); err != nil || s.done() {
			return err
		}
		if s.bestNorm < before {
			lastBest = s.stats.Iterations
		}
		if !(rnorm <= divergenceFactor*s.bestNorm) {
			curvature := s.curvature(ctx)
			if raised++; s.Scale == 0 && raised <= 5 && curvature > s.scale && finite(curvature) {
				if err := s.raise(ctx, 0.55*curvature); err != nil {
					return err
				}
				continue
			}
			return s.diverged(rnorm, curvature)
		}
		if s.stats.Iterations-lastBest >= patience {
			break
		}
	}
	if s.stats.Iterations > lastBest { // not falling at the end: growing, or at rounding level?
		switch c := s.curvature(ctx); {
		case math.Abs(c) <= noCurvature*s.scale: // all that is left is a null vector
			err := s.stopped(inconsistentRemedy)
			err.Singular = true
			return err
		case c < 0 || c > 2*s.scale:
			return s.diverged(rnorm, c)
		}
		return s.stopped(roundingRemedy)
	}
	return s.stopped(s.outlook())
}

// raise goes back to the best iterate with a larger scale: Lanczos' method had missed the largest
// eigenvalue.
func (s *lissaRun) raise(ctx context.Context, scale float64) error {
	s.scale = scale
	s.stats.Chosen += fmt.Sprintf("; raised to %.5g after the residual grew", s.units.real(scale))
	copy(s.u, s.best)
	_, err := s.a.residualTo(ctx, s.r, s.u, s.b)
	return err
}

// curvature is r'Ar / r'r along the residual r, NaN where it cannot be had.
func (s *lissaRun) curvature(ctx context.Context) float64 {
	size := norm(s.r)
	if !finite(size) || size == 0 {
		return math.NaN()
	}
	floats.Scale(1/size, s.r)
	if err := s.a.MulVecTo(ctx, s.product, s.r); err != nil {
		return math.NaN()
	}
	return floats.Dot(s.r, s.product)
}

func (s *lissaRun) diverged(rnorm, curvature float64) error {
	if curvature < 0 {
		e := notDefinite(curvature, s.scale, false)
		e.Solver, e.Iterations, e.Residual = s.Name(), s.stats.Iterations, s.stats.Residual
		return e
	}
	remedy := "leave Scale at 0, so that it is chosen from the spectrum, or raise it until the residual falls"
	if finite(curvature) && curvature > 2*s.scale {
		remedy = fmt.Sprintf("the largest eigenvalue is at least %.4g: set Scale above half of it, or leave it at 0 to have it chosen",
			s.units.real(curvature))
	}
	return &DivergedError{Solver: s.Name(), Iterations: s.stats.Iterations, Residual: rnorm / s.bnorm, Best: s.stats.Residual,
		Scale: s.scale, Curvature: curvature, Remedy: remedy}
}

func (s *lissaRun) stopped(remedy string) *NotConvergedError {
	return &NotConvergedError{Solver: s.Name(), Quantity: "relative residual", Iterations: s.stats.Iterations,
		Products: s.a.products, Reached: s.stats.Residual, Tolerance: s.Tolerance, Remedy: remedy}
}

// outlook extrapolates the rate of the last half of the run.
func (s *lissaRun) outlook() string {
	rate := math.Log(s.milestoneNorm/s.bestNorm) / (s.a.products - s.products)
	need := math.Log(s.stats.Residual/s.Tolerance) / rate
	if !(rate > 0) || !finite(need) {
		return "it no longer comes nearer: use CG, add a ridge, or accept a larger tolerance"
	}
	return fmt.Sprintf("at the last rate %.2g more products are needed: allow them, add a ridge, or use CG, which needs far fewer or says that the matrix is singular",
		need)
}
