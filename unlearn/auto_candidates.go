package unlearn

import (
	"context"
	"fmt"
	"slices"
)

// ridgeShares are the ridges that are tried, as shares of the largest eigenvalue.
var ridgeShares = []float64{1e-4, 1e-3, 1e-2, 1e-1}

// usual are the candidates where the caller names none.
func (a *autoRun) usual(ctx context.Context, reh *rehearsal) (cs []Candidate, err error) {
	largest, err := reh.largest(ctx, reh.p, a.theta, a.g)
	if err != nil {
		return nil, err
	}
	a.bend = largest
	for _, ridge := range a.ridges(largest) {
		cs = append(cs, Candidate{fmt.Sprintf("second order, ridge %.3g", ridge), a.settled(a.secondOrder(reh.p.Objective, ridge))})
	}
	along := a.firstOrder(largest)
	for i, c := range along {
		along[i].Method = a.settled(c.Method)
	}
	if a.Passes > 0 { // the cheapest first: the larger the ridge, the fewer the products
		slices.Reverse(cs)
		cs = append(along, cs...)
	} else {
		cs = append(cs, along...)
	}
	if a.Continue != nil {
		cs = append(cs, Candidate{"training on", a.settled(Retrain{Trainer: a.Continue, Force: true})})
	}
	if a.LastLayers == nil {
		return cs, nil
	}
	last, err := a.lastLayers(ctx, reh)
	return append(cs, last...), err
}

// firstOrder are the steps along G that are tried beside a largest eigenvalue.
func (a *autoRun) firstOrder(largest float64) (cs []Candidate) {
	for _, share := range []float64{1, 0.1} {
		tau := share / largest
		cs = append(cs, Candidate{fmt.Sprintf("first order, tau %.3g", tau), FirstOrder{Tau: tau, Force: holdsStatistics(a.p.Objective)}})
	}
	return cs
}

// ridges are those that are tried beside a largest eigenvalue. Where there is a regularizer, which
// is a ridge already, 0 is tried too.
func (a *autoRun) ridges(largest float64) (ridges []float64) {
	if a.p.L2 > 0 {
		ridges = append(ridges, 0)
	}
	for _, share := range ridgeShares {
		ridges = append(ridges, share*largest)
	}
	return ridges
}

// secondOrder is a step with Gauss-Newton, where the objective has it.
func (a *autoRun) secondOrder(o Objective, ridge float64) SecondOrder {
	return SecondOrder{Curvature: curvatureOf(o), Ridge: ridge, Solver: CG{Tolerance: autoSolve, MaxProducts: a.mostProducts()}, Sample: a.Sample, Seed: a.Seed,
		Force: holdsStatistics(o)}
}

// mostProducts is how many products a step may take: of a budget a quarter at the most.
func (a *autoRun) mostProducts() int {
	if a.Passes == 0 {
		return autoProducts
	}
	n := a.old.Train.Len()
	return int(min(max(a.Passes/8*float64(n)/float64(min(n, 2*a.Sample)), fewestProducts), autoProducts))
}

const fewestProducts = 5

// curvatureOf is GaussNewton where the objective has it.
func curvatureOf(o Objective) Curvature {
	if _, ok := offered[GaussNewtonLinearizer](o); ok {
		return GaussNewton
	}
	return FullHessian
}

// settled estimates the statistics again, where there are any.
func (a *autoRun) settled(m Method) Method {
	if !holdsStatistics(a.p.Objective) {
		return m
	}
	return ReestimateStatistics{Method: m, Seed: a.Seed, Force: true}
}

// chunked are second-order steps in chunks: that which is the best candidate so far; and where none
// of them serves in one step, since the request is too large for it, each of them.
func (a *autoRun) chunked(reh *rehearsal) (cs []Candidate) {
	best, serves := a.smallest(), false
	for i, t := range a.update.Tried {
		c, ok := inChunks(reh.methods[i])
		if ok && i == best {
			return []Candidate{c}
		}
		if ok {
			cs, serves = append(cs, c), serves || t.Err == nil && t.Criterion < 0
		}
	}
	if serves {
		return nil
	}
	return cs
}

// inChunks is a second-order step in chunks; others are not divided.
func inChunks(c Candidate) (Candidate, bool) {
	inner := c.Method
	if s, ok := inner.(ReestimateStatistics); ok {
		inner = s.Method
	}
	if _, ok := inner.(SecondOrder); !ok {
		return c, false
	}
	return Candidate{fmt.Sprintf("%s, in %d chunks", c.Name, autoChunks), Iterative{Method: c.Method, Chunks: autoChunks}}, true
}

const autoChunks = 4

// lastLayers are second-order steps on the part of the parameters that the caller names.
func (a *autoRun) lastLayers(ctx context.Context, reh *rehearsal) (cs []Candidate, err error) {
	part := Part{Select: a.LastLayers}
	q, theta, o, err := part.problem(reh.p, a.theta)
	if err != nil {
		return nil, err
	}
	g, err := o.Chosen(a.g)
	if err != nil {
		return nil, err
	}
	largest, err := reh.largest(ctx, q, theta, g)
	if err != nil {
		return nil, err
	}
	for _, ridge := range a.ridges(largest) {
		part.Method = a.secondOrder(o, ridge)
		cs = append(cs, Candidate{fmt.Sprintf("second order on the last layers, ridge %.3g", ridge), a.settled(part)})
	}
	return cs, nil
}
