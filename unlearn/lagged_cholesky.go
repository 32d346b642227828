package unlearn

import (
	"cmp"
	"context"
)

// LaggedCholesky, a lagged preconditioner, solves a stream of systems whose matrices change little
// from one to the next, as the Hessians of successive requests do: by conjugate gradients that the
// Cholesky factor of an earlier matrix preconditions, which take a few products. The matrix at hand
// is factored at the first solve, and again after one that took more than Refactor products. For
// small models, like [Exact]. The zero value is ready; it is a pointer since it keeps the factor,
// and not safe for concurrent use.
type LaggedCholesky struct {
	Tolerance float64 // on ||b - A x|| / ||b||; 0 = 1e-8
	Refactor  float64 // products of a solve after which the factor is renewed; 0 = 8
	MaxDim    int     // as in [Exact]

	factor *Factored
	stale  bool
}

// Name returns "stored".
func (*LaggedCholesky) Name() string { return "stored" }

// Solve implements [Solver].
func (s *LaggedCholesky) Solve(ctx context.Context, dst []float64, a Operator, b []float64) (Stats, error) {
	err := checkSettings("LaggedCholesky", relativeTolerance("Tolerance", s.Tolerance, "the default 1e-8"),
		positiveOr("Refactor", s.Refactor, "the default 8"), count("MaxDim", s.MaxDim, "the default 5,000"))
	if err != nil {
		return unsolved(s.Name()), err
	}
	if err := checkSystem(s.Name(), dst, a, b); err != nil {
		return unsolved(s.Name()), err
	}
	if isZero(b) {
		clear(dst)
		st := unsolved(s.Name())
		st.Residual = 0
		return st, ctx.Err()
	}
	made := 0.0
	if s.factor == nil || s.stale || s.factor.Dim() != a.Dim() {
		f, err := Exact{MaxDim: s.MaxDim}.Factor(ctx, a)
		if err != nil {
			st := unsolved(s.Name())
			err = unfactored(ctx, &st, dst, a, b, err)
			return st, err
		}
		s.factor, s.stale, made = f, false, float64(a.Dim())
	}
	s.factor.Tolerance = cmp.Or(s.Tolerance, 1e-8)
	st, err := s.factor.solve(ctx, s.Name(), dst, a, b)
	s.stale = st.Products > cmp.Or(s.Refactor, 8)
	st.Products += made
	return st, err
}
