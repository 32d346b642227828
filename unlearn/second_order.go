package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// SecondOrder takes a Newton step along the difference that the request makes (Warnecke et al.
// 2023, the second-order update; docs/paper.md#updates):
//
//	theta' = theta - Step (H + Ridge I)^-1 G,  G = sum grad l(z~, theta) - sum grad l(z, theta),
//
// with H the Hessian of L at theta on the corrected data, regularizer included. On a quadratic loss
// this is the retrained optimum, if theta was the optimum and Step is 1. From the second step on H
// is taken at the parameters reached. Gradient says which steps have another gradient in place of
// G.
//
// A failed solve is refused with the solver's error ([IndefiniteError], [NotConvergedError],
// [DivergedError]), and an update that raises the gradient residual on the corrected data with
// [WorseError], unless it stays below what training had left on the old data. The zero value is
// ready.
type SecondOrder struct {
	// Solver solves for the step. nil = CG to a relative residual of 1e-3: what the quadratic model
	// leaves of the residual is larger for all but the smallest requests, so that a nearer solution
	// costs two to three times the products and brings hardly anything. Set CG{Tolerance: 1e-8} for
	// the exact step.
	Solver    Solver
	Ridge     float64   // added to the Hessian; where H may be indefinite, more than minus its smallest eigenvalue
	Curvature Curvature // FullHessian, or GaussNewton where the Hessian is indefinite
	Step      float64   // length of a step; 0 = 1, Newton's own
	Steps     int       // Newton steps at the most; 0 = 1
	Until     float64   // no further step once the residual on the corrected data is at most this
	// Gradient is what the steps follow. FullGradient is for a stream of requests, and for
	// [Iterative], where each chunk then is a step of Newton's method on the data as corrected so
	// far.
	Gradient StepGradient
	// Batches > 1 hands the solver the Hessian as a mean over that many mini-batches drawn by Seed,
	// for LiSSA.
	Batches int
	Seed    uint64
	// Sample > 0 estimates H, the residuals before and after, and full gradients from that many
	// affected samples, or all, and that many others ([Subsample]), each on a draw of its own by
	// Seed for each step; that of the first H is [Applied.Subsample](Sample, Seed). G is never
	// estimated. So nothing passes over all samples. Each solution is also held against a second
	// matrix: see [Stats].Independent. Notes gives the sizes.
	Sample int
	// FullSample > 0 is how many samples of either kind full gradients have instead where Sample is
	// set; all, if there are no more.
	FullSample int
	// Force keeps an update that made things worse, and one whose solve failed (the best vector
	// found is used); Notes says so.
	Force bool

	chunked chunked
	keep    bool // the steps, for the update to carry
}

// StepGradient says what the steps of [SecondOrder] follow: G is the difference that the request
// makes, and the full gradient that of L(.; D').
type StepGradient int

const (
	// DifferenceThenFull is G in the first step and the full gradient at the parameters reached in
	// later ones, which go on to the optimum on the corrected data.
	DifferenceThenFull StepGradient = iota
	// FullGradient is the full gradient from the first step on, so that each request also mends
	// what training and the requests before it left.
	FullGradient
	// Difference is G in every step, taken at the parameters reached: the first step repeated,
	// which goes on as long as the samples as they were and as they are now differ in their
	// gradients. It tends to no optimum.
	Difference
)

// full reports whether the first step follows the full gradient.
func (g StepGradient) full() bool { return g == FullGradient }

// forcing is the relative residual of a step by default, the forcing term of an inexact Newton
// method (Dembo, Eisenstat and Steihaug 1982): with it a step takes ||grad L|| to at most about
// forcing ||g|| plus the error of the quadratic model, which is what limits it.
const forcing = 1e-3

// Name returns "second-order".
func (SecondOrder) Name() string { return "second-order" }

// Forces implements [ForcingMethod].
func (m SecondOrder) Forces() bool { return m.Force }

// Sampling implements [SampledMethod].
func (m SecondOrder) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. Each step costs one linearization and the solver's products over the
// corrected data; the first also the gradients of the affected samples, before and after, and each
// later one a gradient, or again those of the affected samples. With Sample the corrected data are
// those of a subsample, and a solve costs one more linearization and product.
func (m SecondOrder) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.Sampling())
	if err != nil {
		return nil, err
	}
	t.update.Ridge = m.Ridge
	if t.unchanged() {
		return t.keep()
	}
	g, err := t.follows(ctx, m.Gradient.full(), m.Force)
	if err != nil {
		return t.refuse(err)
	}
	next, after, err := m.steps(ctx, t, g)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Force, m.remedy(p))
}

// remedy says what else to try, and nothing that is set already or makes no difference.
func (m SecondOrder) remedy(p *Problem) remedy {
	var ways []string
	if !m.Gradient.full() {
		ways = append(ways, "set Gradient: FullGradient, so that the step follows the whole gradient on the corrected data")
	}
	if m.Ridge > 0 {
		ways = append(ways, "raise Ridge")
	} else {
		ways = append(ways, "set a Ridge")
	}
	if m.bends(p) {
		ways = append(ways, "use Curvature: GaussNewton")
	}
	return remedy{append(ways, m.chunked.ways()...), setForce}
}

// bends reports whether Gauss-Newton is another matrix than that of the steps, and can be had.
func (m SecondOrder) bends(p *Problem) bool {
	_, convex := smoothnessOf(p.Objective)
	_, can := offered[GaussNewtonLinearizer](p.Objective)
	return m.Curvature == FullHessian && can && convex != nil
}

// attribute lets an error of the solver say what of these settings helps.
func (m SecondOrder) attribute(p *Problem, err error) {
	e, ok := errors.AsType[*IndefiniteError](err)
	if !ok || e.Curvature >= 0 || e.Singular {
		return
	}
	e.Remedy = fmt.Sprintf("set a Ridge above %.4g", -e.Curvature)
	if m.Ridge > 0 {
		e.Remedy = fmt.Sprintf("raise Ridge by more than %.4g", -e.Curvature)
	}
	e.Remedy += " (minus the smallest eigenvalue, see Lanczos), "
	if m.bends(p) {
		e.Remedy += "use Curvature: GaussNewton, "
	}
	e.Remedy += "or solve with MINRES"
}

// steps returns the parameters after all Newton steps, and their residual. A later step that would
// make things worse is left out.
func (m SecondOrder) steps(ctx context.Context, t *attempt, g []float64) (theta []float64, residual float64, err error) {
	theta, residual = t.theta, t.update.Before
	start := m.begin(t)
	for step := range max(m.Steps, 1) {
		if step > 0 || m.Gradient.full() {
			if err := m.later(ctx, t, g, theta, step); err != nil {
				return nil, 0, err
			}
		}
		next, err := m.step(ctx, t, theta, g, step)
		if err != nil {
			return nil, 0, err
		}
		after, err := t.residualAfter(ctx, next, step+1 >= m.Steps || m.Gradient == Difference || t.check != nil)
		if err != nil {
			return nil, 0, err
		}
		if m.chunked.is && m.Gradient.full() && m.Step == 0 && !m.Force {
			if next, after, err = m.shorten(ctx, t, theta, next, residual, after); err != nil {
				return nil, 0, err
			}
		}
		bound := residual
		if step == 0 || m.Gradient == Difference {
			bound = max(residual, t.trained)
		}
		if step > 0 && t.worse(bound, after) && !m.Force {
			t.leftOut(fmt.Errorf("step %d would have raised the residual from %.6g to %.6g", step+1, residual, after))
			break
		}
		if m.keep {
			start = m.take(t, Step{From: theta, To: next, Gradient: g, Before: start}, step)
		}
		theta, residual = next, after
		if residual <= m.Until || step == 0 && t.worse(bound, after) && !m.Force {
			break
		}
	}
	return theta, residual, nil
}

// begin returns a copy of grad L(theta; D') before the first step, if steps are kept and it is no
// estimate.
func (m SecondOrder) begin(t *attempt) []float64 {
	if !m.keep || t.check != nil {
		return nil
	}
	return slices.Clone(t.grad)
}

// take keeps a step, and returns the gradient where it ended; nil if it is estimated.
func (m SecondOrder) take(t *attempt, s Step, step int) (after []float64) {
	s.From, s.To, s.Gradient = slices.Clone(s.From), slices.Clone(s.To), slices.Clone(s.Gradient)
	s.Follows = Difference
	if m.Gradient.full() || step > 0 && m.Gradient != Difference {
		s.Follows = FullGradient
	}
	s.Residual = m.systemResidual(t, s.Gradient)
	if t.check == nil {
		s.After = slices.Clone(t.grad)
	}
	t.update.Steps = append(t.update.Steps, s)
	return s.After
}

// mostHalvings is how often a step in a chunk is halved.
const mostHalvings = 20

// shorten halves a step from theta to next that would make the residual larger until it makes it
// smaller, by a share of what the slope promises, and returns where it ends.
func (m SecondOrder) shorten(ctx context.Context, t *attempt, theta, next []float64, before, after float64) ([]float64, float64, error) {
	if after <= before {
		return next, after, nil
	}
	halved, scale := 0, 1.0
	for ; !(after <= (1-sufficient*scale)*before) && halved < mostHalvings; halved++ {
		if halved > 2 && !t.worse(before, after) { // rounding decides which of the two is larger
			break
		}
		scale /= 2
		for j, v := range theta {
			next[j] = v + (next[j]-v)/2
		}
		var err error
		if after, err = t.checkResidual(ctx, next); err != nil {
			return nil, 0, err
		}
	}
	t.note("the step was halved %d times, since it would have made the residual larger", halved)
	return next, after, nil
}

func (m SecondOrder) check() error {
	err := checkSettings("SecondOrder", notNegative("Ridge", m.Ridge), count("Steps", m.Steps, "1"), count("Batches", m.Batches, "the whole at once"),
		notNegative("Until", m.Until), positiveOr("Step", m.Step, "1"), count("Sample", m.Sample, "all samples"),
		count("FullSample", m.FullSample, "as many as Sample"), m.Curvature.setting())
	if err != nil {
		return err
	}
	if m.Gradient < DifferenceThenFull || m.Gradient > Difference {
		return fmt.Errorf("unlearn: unknown SecondOrder.Gradient %d", m.Gradient)
	}
	return nil
}

// later writes what a step that does not follow G itself follows to g.
func (m SecondOrder) later(ctx context.Context, t *attempt, g, theta []float64, step int) error {
	if m.Gradient == Difference && step > 0 {
		return t.p.Difference(ctx, g, theta, t.applied)
	}
	return t.fullGradient(ctx, m.FullSample, g, theta, step)
}

// residualAfter books the residual on the trust check only if no further step needs the gradient.
func (t *attempt) residualAfter(ctx context.Context, theta []float64, only bool) (float64, error) {
	if only {
		return t.checkResidual(ctx, theta)
	}
	return t.residual(ctx, theta)
}

// step returns theta - Step (H + ridge I)^-1 g.
func (m SecondOrder) step(ctx context.Context, t *attempt, theta, g []float64, step int) ([]float64, error) {
	h, err := m.hessian(ctx, t, theta, step)
	if err != nil {
		return nil, err
	}
	solver := m.Solver
	if solver == nil {
		solver = CG{Tolerance: forcing}
	}
	delta := make([]float64, len(theta))
	stats, err := solver.Solve(ctx, delta, Ridge(h, m.Ridge), g)
	stats.Independent = math.NaN()
	t.update.Solves = append(t.update.Solves, stats)
	t.update.Ridge = max(t.update.Ridge, m.Ridge+stats.Ridge) // LiSSA may have added one of its own
	if err != nil {
		m.attribute(t.p, err)
		if !m.Force || !numerical(err) {
			return nil, fmt.Errorf("unlearn: %s: %w", m.Name(), t.p.overflowed(ctx, theta, t.p.Train, err))
		}
		t.forced(err)
	}
	if t.check != nil {
		residual, err := m.independent(ctx, t, theta, delta, g, m.Ridge+stats.Ridge, step)
		if err != nil {
			return nil, err
		}
		t.update.Solves[len(t.update.Solves)-1].Independent = residual
	}
	next := slices.Clone(theta)
	floats.AddScaled(next, -cmp.Or(m.Step, 1), delta)
	return next, nil
}

// systemResidual returns ||H Delta + g|| of the step that was solved last; 0, not known, where the
// solver's matrix was another than H, or the step another than its solution.
func (m SecondOrder) systemResidual(t *attempt, g []float64) float64 {
	last := t.update.Solves[len(t.update.Solves)-1]
	if m.Ridge != 0 || last.Ridge != 0 || m.Batches > 1 || m.Curvature != FullHessian || m.Sample > 0 || cmp.Or(m.Step, 1) != 1 {
		return 0
	}
	if e := last.Residual * norm(g); positive(e) {
		return e
	}
	return 0
}

// hessian returns the matrix of a step without the ridge.
func (m SecondOrder) hessian(ctx context.Context, t *attempt, theta []float64, step int) (Operator, error) {
	if t.check == nil {
		if m.Batches > 1 {
			return t.p.HessianBatches(ctx, theta, m.Curvature, m.Batches, m.Seed)
		}
		return t.p.Hessian(ctx, theta, m.Curvature)
	}
	s, err := t.draw(curvatureSample, step)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		t.note("curvature is estimated from %s; the solution is held against as many others", s)
	}
	if m.Batches > 1 {
		return s.HessianBatches(ctx, t.p, theta, m.Curvature, m.Batches, m.Seed)
	}
	return s.Hessian(ctx, t.p, theta, m.Curvature)
}

// independent returns ||g - (H + ridge I) delta|| / ||g|| with H from a subsample that the solver
// has not seen.
func (m SecondOrder) independent(ctx context.Context, t *attempt, theta, delta, g []float64, ridge float64, step int) (float64, error) {
	s, err := t.draw(independentSample, step)
	if err != nil {
		return math.NaN(), err
	}
	h, err := s.Hessian(ctx, t.p, theta, m.Curvature)
	if err != nil {
		return math.NaN(), err
	}
	a := counted{a: Ridge(h, ridge)}
	residual, err := a.residualTo(ctx, make([]float64, len(g)), delta, g)
	if size := norm(g); size > 0 {
		residual /= size
	}
	return residual, err
}
