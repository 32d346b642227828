package unlearn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

const (
	scaleMargin  = 1.01 // above the optimal scale, which is also the edge of divergence on a large condition number
	scaleBatches = 4    // batches whose largest eigenvalue is looked up
	batchSteps   = 16   // Lanczos steps on each
	// negligible is the size, relative to the largest, of a negative eigenvalue that rounding in
	// float32 can make. Along it the recursion grows by as little a step.
	negligible = 1e-6
)

// choose sets the scale and the ridge that the caller left open.
func (s *lissaRun) choose(ctx context.Context, a Operator) error {
	batches, ok := a.(BatchOperator)
	byBatch := ok && batches.Batches() > 1
	if s.ChooseRidge || s.Scale == 0 && !byBatch {
		if err := s.fromSpectrum(ctx); err != nil {
			return err
		}
	}
	if s.Scale == 0 && byBatch {
		return s.fromBatches(ctx, batches)
	}
	return nil
}

// fromSpectrum sets the ridge from the smallest eigenvalue, and the scale to (largest +
// smallest)/2: the step 2/(largest + smallest) makes the recursion contract the most, by
// (k-1)/(k+1) with k the condition number.
func (s *lissaRun) fromSpectrum(ctx context.Context) error {
	before := s.a.products
	spectrum, err := Lanczos(ctx, s.a, SpectrumOptions{Seed: s.Seed})
	if err != nil {
		return err
	}
	largest, smallest := spectrum.Largest+spectrum.LargestBound, spectrum.Smallest
	cost := s.a.products - before
	if smallest < -negligible*math.Abs(largest) {
		if !s.ChooseRidge {
			e := &IndefiniteError{Solver: s.Name(), Curvature: smallest}
			e.askRidge()
			return e
		}
		ridge := 2*-smallest + spectrum.SmallestBound
		s.stats.Ridge = ridge
		s.say("ridge %.5g: twice the size of the smallest eigenvalue %.5g that Lanczos found in %.0f products, and its error bound",
			s.units.real(ridge), s.units.real(smallest), cost)
		largest, smallest = largest+ridge, smallest+ridge
	} else if s.ChooseRidge {
		s.say("no ridge: the smallest eigenvalue that Lanczos found in %.0f products is %.5g", cost, s.units.real(smallest))
	}
	if !(largest > 0) {
		return &IndefiniteError{Solver: s.Name(), Curvature: largest, Remedy: "the matrix is zero: add a ridge"}
	}
	if s.Scale == 0 {
		s.scale = scaleMargin * (largest + max(smallest, 0)) / 2
		s.say("scale %.5g: 1.01 times half the sum of the extreme eigenvalues %.5g and %.5g that Lanczos found in %.0f products",
			s.units.real(s.scale), s.units.real(largest), s.units.real(smallest), cost)
	}
	return nil
}

// fromBatches sets the scale to the largest eigenvalue of a few batches: no batch like them makes
// the recursion grow, and half of it would still do, which leaves room for the batches that were
// not looked at.
func (s *lissaRun) fromBatches(ctx context.Context, a BatchOperator) error {
	rng := rand.New(rand.NewPCG(s.Seed, 0x5ca1e))
	looked := min(scaleBatches, a.Batches())
	largest := 0.0
	for _, b := range rng.Perm(a.Batches())[:looked] {
		one := oneBatch{s.a, a, b}
		spectrum, err := Lanczos(ctx, one, SpectrumOptions{Steps: batchSteps, Seed: s.Seed})
		if err != nil {
			return err
		}
		largest = max(largest, spectrum.Largest+spectrum.LargestBound)
	}
	s.scale = largest + s.stats.Ridge
	if !(s.scale > 0) {
		return &IndefiniteError{Solver: s.Name(), Curvature: largest,
			Remedy: "no batch has positive curvature: add a ridge, or use Curvature: GaussNewton"}
	}
	s.say("scale %.5g: the largest eigenvalue of %d of the %d batches", s.units.real(s.scale), looked, a.Batches())
	return nil
}

func (s *lissaRun) say(format string, args ...any) {
	if s.stats.Chosen != "" {
		s.stats.Chosen += "; "
	}
	s.stats.Chosen += fmt.Sprintf(format, args...)
}

// oneBatch is a single batch's matrix.
type oneBatch struct {
	counter *counted
	a       BatchOperator
	batch   int
}

func (o oneBatch) Dim() int { return o.a.Dim() }

func (o oneBatch) MulVecTo(ctx context.Context, dst, x []float64) error {
	return o.counter.batchTo(ctx, dst, x, o.a, o.batch)
}
