package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// SecondOrder takes a Newton step along the difference that the request makes (Warnecke et al. 2023, the second-order
// update; PAPER.md section 1):
//
//	theta' = theta - (H + Ridge I)^-1 G,  G = sum grad l(z~, theta) - sum grad l(z, theta),
//
// with H the Hessian of L at theta on the corrected data, regulariser included. On a quadratic loss this is the
// retrained optimum, if theta was the optimum. From the second step on the full gradient of L(.; D') stands in place of
// G, and H is taken at the parameters reached.
//
// A failed solve is refused with the solver's error ([ErrIndefinite], [ErrNotConverged], [ErrDiverged]), and an update
// that raises the gradient residual on the corrected data with [ErrWorse], unless it stays below what training had left
// on the old data. The zero value is ready.
type SecondOrder struct {
	Solver    Solver    // nil = CG to a relative residual of 1e-8
	Ridge     float64   // added to the Hessian; where H may be indefinite, more than minus its smallest eigenvalue
	Curvature Curvature // FullHessian, or GaussNewton where the Hessian is indefinite
	Steps     int       // Newton steps at the most; 0 = 1
	Until     float64   // no further step once the residual on the corrected data is at most this
	// Full puts the full gradient of L(.; D') in the place of G from the first step on, so that each request also mends what training
	// and the requests before it left. For a stream of requests.
	Full bool
	// Batches > 1 hands the solver the Hessian as a mean over that many mini-batches drawn by Seed, for LiSSA.
	Batches int
	Seed    uint64
	// Force keeps an update that made things worse, and one whose solve failed (the best vector found is used); Notes
	// says so.
	Force bool

	last *newtonStep // where to note the last step taken, for the bounds of a certificate; nil = nowhere
}

// Name returns "second-order".
func (SecondOrder) Name() string { return "second-order" }

func (m SecondOrder) forced() bool { return m.Force }

// Unlearn implements [Method]. Each step costs one linearisation and the solver's products over the corrected data; the
// first also the gradients of the affected samples, before and after, and each later one a gradient.
func (m SecondOrder) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	t, err := begin(ctx, m.Name(), p, theta, r)
	if err != nil {
		return nil, err
	}
	t.update.Ridge = m.Ridge
	if t.unchanged() {
		return t.keep()
	}
	g, err := t.difference(ctx)
	if err != nil {
		return t.refuse(err)
	}
	next, after, err := m.steps(ctx, t, g)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Force, secondOrderRemedy)
}

const secondOrderRemedy = "raise Ridge, use Curvature: GaussNewton, divide the request (Iterative), or set Force to keep it"

// steps returns the parameters after all Newton steps, and their residual. A later step that would make things worse
// is left out.
func (m SecondOrder) steps(ctx context.Context, t *attempt, g []float64) (theta []float64, residual float64, err error) {
	theta, residual = t.theta, t.update.Before
	m.last.start(t.grad)
	for step := range max(m.Steps, 1) {
		if step > 0 || m.Full {
			copy(g, t.grad)
		}
		next, err := m.step(ctx, t, theta, g)
		if err != nil {
			return nil, 0, err
		}
		after, err := t.residualAfter(ctx, next, step+1 >= m.Steps)
		if err != nil {
			return nil, 0, err
		}
		first := step == 0
		if !first && worse(residual, after) && !m.Force {
			t.note("step %d would have raised the residual from %.6g to %.6g and was left out", step+1, residual, after)
			break
		}
		m.last.take(theta, g, t.grad, first && !m.Full, m.systemResidual(t, g))
		theta, residual = next, after
		if residual <= m.Until || first && worse(max(t.update.Before, t.trained), after) && !m.Force {
			break
		}
	}
	return theta, residual, nil
}

func (m SecondOrder) check() error {
	if !(m.Ridge >= 0) || !finite(m.Ridge) {
		return fmt.Errorf("unlearn: SecondOrder.Ridge is %v; it has to be 0 or a positive number", m.Ridge)
	}
	if m.Steps < 0 || m.Batches < 0 || !(m.Until >= 0) {
		return errors.New("unlearn: SecondOrder.Steps, Batches and Until cannot be negative")
	}
	return nil
}

// residualAfter books the residual on the trust check only if no further step needs the gradient.
func (t *attempt) residualAfter(ctx context.Context, theta []float64, last bool) (float64, error) {
	if last {
		return t.checkResidual(ctx, theta)
	}
	return t.residual(ctx, theta)
}

// step returns theta - (H + ridge I)^-1 g.
func (m SecondOrder) step(ctx context.Context, t *attempt, theta, g []float64) ([]float64, error) {
	h, err := m.hessian(ctx, t.p, theta)
	if err != nil {
		return nil, err
	}
	solver := m.Solver
	if solver == nil {
		solver = CG{Tolerance: 1e-8}
	}
	delta := make([]float64, len(theta))
	stats, err := solver.Solve(ctx, delta, Ridge(h, m.Ridge), g)
	t.update.Solves = append(t.update.Solves, stats)
	t.update.Ridge = max(t.update.Ridge, m.Ridge+stats.Ridge) // LiSSA may have added one of its own
	if err != nil {
		if !m.Force || !numerical(err) {
			return nil, err
		}
		t.note("forced: %v", err)
	}
	next := slices.Clone(theta)
	floats.Sub(next, delta)
	return next, nil
}

// systemResidual returns ||H Delta + g|| of the step that was solved last; NaN where the solver's matrix was another than H.
func (m SecondOrder) systemResidual(t *attempt, g []float64) float64 {
	last := t.update.Solves[len(t.update.Solves)-1]
	if m.Ridge != 0 || last.Ridge != 0 || m.Batches > 1 || m.Curvature != FullHessian {
		return math.NaN()
	}
	return last.Residual * norm(g)
}

func (m SecondOrder) hessian(ctx context.Context, p *Problem, theta []float64) (Operator, error) {
	if m.Batches > 1 {
		return p.HessianBatches(ctx, theta, m.Curvature, m.Batches, m.Seed)
	}
	return p.Hessian(ctx, theta, m.Curvature)
}
