package unlearn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Where trials have a budget, the curvature is that of so many samples of either kind, and all
// steps are found in one Krylov space of so many products.
const (
	spaceSample   = 2000
	spaceProducts = 10
)

// spaceStepProducts are after how many products the steps are tried. Fewer regularize, as a ridge
// does, along the directions in which the curvature is small.
var spaceStepProducts = []int{3, 5, spaceProducts}

// spaceStep is theta' = theta - (H + ridge I)^-1 G in the Krylov space of G after so many products.
type spaceStep struct {
	ridge    float64
	products int
}

// spaceOf returns the Krylov space of g for the curvature on corrected data, which is estimated on
// a part of them as by [SecondOrder] with Sample.
func (a *autoRun) spaceOf(ctx context.Context, p *Problem, d *Applied, g []float64, products int) (*Krylov, error) {
	some, err := d.Subsample(a.Sample, a.Seed)
	if err != nil {
		return nil, err
	}
	h, err := some.Hessian(ctx, p, a.theta, curvatureOf(p.Objective))
	if err != nil {
		return nil, err
	}
	return NewKrylov(ctx, h, g, products)
}

// search scores the steps of one Krylov space, and two along G, on the samples held out. They share
// one difference and the products of the space.
func (h *rehearsal) search(ctx context.Context) error {
	d, err := h.r.apply(h.p.Train)
	if err != nil {
		return err
	}
	g, err := h.difference(ctx, d)
	if err != nil {
		return err
	}
	space, err := h.a.spaceOf(ctx, h.p.on(d.Data), d, g, spaceProducts)
	if err != nil {
		return err
	}
	largest, err := space.Largest()
	if err == nil && !positive(largest) {
		err = flatError(largest)
	}
	if err != nil {
		return err
	}
	h.a.bend = largest
	if err := h.searchAlong(ctx, g, largest); err != nil {
		return err
	}
	h.space = space
	if err := h.searchRidges(ctx, largest); err != nil {
		return err
	}
	return h.passOverRising(ctx)
}

// passOverRising passes over the best step as long as it seems to make the gradient residual larger,
// so that it would be refused. The gradient at theta' is that at theta, which is known, and a change
// that is estimated from a part of the data: the noise of the part is nearly the same at both, so
// that most of it cancels.
func (h *rehearsal) passOverRising(ctx context.Context) error {
	a := h.a
	some, err := a.applied.Subsample(a.Sample, a.Seed+1) // another one than that of the curvature
	if err != nil {
		return err
	}
	g, at := make([]float64, len(a.theta)), make([]float64, len(a.theta))
	if err := some.Gradient(ctx, a.p, at, a.theta); err != nil {
		return err
	}
	floats.Sub(at, a.start)
	for {
		best := a.smallest()
		step, ok := h.steps[best]
		if !ok {
			return nil
		}
		theta := slices.Clone(a.theta)
		floats.Sub(theta, h.space.Solve(step.ridge, step.products).X)
		if err := some.Gradient(ctx, a.p, g, theta); err != nil {
			return err
		}
		before, after := a.update.Before, floats.Distance(g, at, 2)
		if !a.worse(before, after) || !a.worse(a.trained, after) {
			return nil
		}
		a.update.Tried[best].Err = fmt.Errorf("it would make the gradient residual larger: %.6g before, and about %.6g after it", before, after)
	}
}

// difference is G without the part of the samples held out, if the request touches them.
func (h *rehearsal) difference(ctx context.Context, d *Applied) ([]float64, error) {
	g := slices.Clone(h.a.g)
	if len(d.Rows) == len(h.a.applied.Rows) {
		return g, nil
	}
	part := make([]float64, len(g))
	for _, held := range []heldPart{{h.held, -1}, {h.before, 1}} {
		if err := h.a.p.Objective.Gradient(ctx, part, h.a.theta, held.d); err != nil {
			return nil, err
		}
		floats.AddScaled(g, held.scale, part)
	}
	return g, nil
}

// searchAlong scores first-order steps.
func (h *rehearsal) searchAlong(ctx context.Context, g []float64, largest float64) error {
	for _, c := range h.a.firstOrder(largest) {
		step := c.Method.(FirstOrder)
		theta := slices.Clone(h.a.theta)
		floats.AddScaled(theta, -step.Tau, g)
		if err := h.enter(ctx, c, theta, nil); err != nil {
			return err
		}
	}
	return nil
}

// searchRidges scores the steps with every ridge, until more products change nothing.
func (h *rehearsal) searchRidges(ctx context.Context, largest float64) error {
	for _, ridge := range h.a.ridges(largest) {
		for _, products := range spaceStepProducts {
			s := h.space.Solve(ridge, products)
			c := Candidate{Name: fmt.Sprintf("second order, ridge %.3g, %d products", ridge, s.Products)}
			if s.Err != nil && !passedOver(s.Err) {
				return s.Err
			}
			var theta []float64
			if s.Err == nil {
				theta = slices.Clone(h.a.theta)
				floats.Sub(theta, s.X)
			}
			h.steps[len(h.methods)] = spaceStep{ridge, products}
			if err := h.enter(ctx, c, theta, s.Err); err != nil {
				return err
			}
			if s.Err == nil && s.Residual <= autoSolve {
				break
			}
		}
	}
	return nil
}

// take carries a step in a Krylov space out on all the data.
func (a *autoRun) take(ctx context.Context, s spaceStep) (*Update, error) {
	space, err := a.spaceOf(ctx, a.p, a.applied, a.g, s.products)
	if err != nil {
		return a.refuse(err)
	}
	solved := space.Solve(s.ridge, 0)
	if solved.Err != nil {
		if !passedOver(solved.Err) {
			return a.refuse(solved.Err)
		}
		return a.refuse(&RefusedError{Err: solved.Err, Next: a.next(), Reason: fmt.Sprintf("the step failed: %v", solved.Err)})
	}
	theta := slices.Clone(a.theta)
	floats.Sub(theta, solved.X)
	a.update.Ridge = s.ridge
	after, err := a.checkResidual(ctx, theta)
	if err != nil {
		return a.refuse(err)
	}
	if a.worse(a.update.Before, after) && a.worse(a.trained, after) {
		return a.refuse(&RefusedError{Next: a.next(),
			Reason: fmt.Sprintf("the step would make the gradient residual larger, %.6g before and %.6g after", a.update.Before, after)})
	}
	a.note("the step is in a Krylov space of %d products with the curvature of %d samples of either kind, at the most", space.Products(), a.Sample)
	return a.vouch(ctx, theta, after)
}

// spent is what the work so far would be in gradients over the training data.
func (a *autoRun) spent() float64 {
	c := a.meter.Cost()
	return (c.Gradients + 2*c.HVPs) / float64(a.old.Train.Len())
}

// over reports whether the budget of trials is spent.
func (a *autoRun) over() bool { return a.Passes > 0 && a.spent() >= a.Passes }

// quick chooses among the steps of one Krylov space. ok is false where none of them was carried out
// and there is budget left for others.
func (a *autoRun) quick(ctx context.Context, reh *rehearsal) (u *Update, ok bool, err error) {
	if err := reh.search(ctx); err != nil {
		u, err := a.refuse(err)
		return u, true, err
	}
	best := a.smallest()
	if best >= 0 {
		u, err = a.carryOutBest(ctx, reh, best)
		if _, refused := errors.AsType[*RefusedError](err); !refused {
			return u, true, err
		}
	}
	if best < 0 || !a.over() {
		return u, false, err
	}
	u, err = a.orGentlest(ctx, reh, u, err)
	return u, true, err
}
