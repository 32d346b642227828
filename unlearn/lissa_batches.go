package unlearn

import (
	"context"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// batchOrder draws batches with replacement, so that each step is unbiased whatever came before.
func (s *lissaRun) batchOrder() *rand.Rand { return rand.New(rand.NewPCG(s.Seed, 0xba7c4)) }

// plain runs the recursion on batches without corrections.
func (s *lissaRun) plain(ctx context.Context, a BatchOperator) error {
	rng := s.batchOrder()
	for s.a.products < s.limit {
		for range a.Batches() {
			if err := s.a.batchTo(ctx, s.product, s.u, a, rng.IntN(a.Batches())); err != nil {
				return err
			}
			s.stats.Iterations++
			floats.Sub(s.product, s.b)
			floats.AddScaled(s.u, -1/s.scale, s.product)
		}
		rnorm, err := s.measure(ctx)
		if err != nil || s.done() {
			return err
		}
		if !(rnorm <= divergenceFactor*max(s.bestNorm, s.bnorm)) {
			return s.diverged(rnorm, s.curvature(ctx))
		}
	}
	return s.stopped("batches leave noise: leave Plain unset, raise Scale, or take larger batches")
}

// passLimit is how often in a row a pass may make things worse before the solve is given up.
const passLimit = 20

// corrected runs passes over the batches, each for the correction d that the true residual r asks
// for: A d = r from d = 0. The noise (A_b - A) d is in proportion to the correction and vanishes
// with it. A pass that raised the true residual is undone, and the next takes smaller steps where
// the scale is ours to choose, fewer steps where it is not.
func (s *lissaRun) corrected(ctx context.Context, a BatchOperator) error {
	rng := s.batchOrder()
	steps, failed := a.Batches(), 0
	for s.a.products < s.limit {
		if err := s.pass(ctx, a, rng, steps); err != nil {
			return err
		}
		before := s.bestNorm
		floats.AddTo(s.u, s.best, s.d)
		rnorm, err := s.measure(ctx)
		if err != nil || s.done() {
			return err
		}
		if rnorm <= before {
			failed = 0
			if rnorm > before/2 && steps < 16*a.Batches() { // slow: spend less on taking the true residual
				steps *= 2
			}
			continue
		}
		if failed++; failed > passLimit {
			return s.diverged(rnorm, s.curvature(ctx))
		}
		if s.Scale == 0 {
			s.scale *= 2
			s.say("doubled to %.5g after a pass made things worse", s.units.real(s.scale))
		}
		steps = max(steps/2, 1)
		if _, err := s.a.residualTo(ctx, s.r, s.best, s.b); err != nil {
			return err
		}
	}
	return s.stopped(s.outlook())
}

// pass writes the correction that steps of the recursion make of the residual r to d.
func (s *lissaRun) pass(ctx context.Context, a BatchOperator, rng *rand.Rand, steps int) error {
	clear(s.d)
	for range steps {
		if err := s.a.batchTo(ctx, s.product, s.d, a, rng.IntN(a.Batches())); err != nil {
			return err
		}
		s.stats.Iterations++
		floats.Sub(s.product, s.r)
		floats.AddScaled(s.d, -1/s.scale, s.product)
	}
	return nil
}
