package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"
)

// Newton minimizes a problem by Newton's method with conjugate gradients inside (Nocedal and
// Wright, Numerical Optimization, algorithm 7.1): each step solves H d = -grad L to a relative
// residual that shrinks with the gradient, ends early along a direction of non-positive curvature,
// and is halved until it is a descent. It is the finish of [LBFGS] and serves alone where a good
// start is known. The zero value is ready.
//
// Near the optimum the decrease of L drops below its rounding error; a step is then judged by the
// norm of the gradient.
type Newton struct {
	Tolerance     float64   // on ||grad L||; 0 = 1e-6
	MaxIterations int       // Newton steps; 0 = 100
	MaxProducts   int       // Hessian products of one step; 0 = twice the dimension, between 50 and 1,000
	Curvature     Curvature // GaussNewton where the Hessian is indefinite far from the optimum
	// Callback is called after each step; an error from it ends the training.
	Callback func(Progress) error
}

// Train implements [Trainer].
func (t Newton) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	next, _, err := t.Minimize(ctx, p, theta)
	return next, err
}

// Minimize is Train, with what it took. The parameters beside an error are the best found.
func (t Newton) Minimize(ctx context.Context, p *Problem, theta []float64) ([]float64, Progress, error) {
	return t.minimize(ctx, p, theta, nil)
}

// minimize is Minimize with the factor of a Hessian near those on the way, which preconditions the
// steps; nil = none.
func (t Newton) minimize(ctx context.Context, p *Problem, theta []float64, near *Factored) ([]float64, Progress, error) {
	begun := Progress{Trainer: "newton-cg", Loss: math.NaN(), GradientNorm: math.NaN()}
	err := t.check("Newton")
	if err == nil {
		p, err = p.entered(theta)
	}
	if err != nil {
		return slices.Clone(theta), begun, err
	}
	n := newNewtonRun(t, p, theta, begun, time.Now())
	if near != nil {
		n.cg = newCGKernel(len(theta), near.solveTo)
		n.cg.preconditioner = "the factor of the first Hessian"
	}
	err = n.evaluateStart(ctx)
	if err == nil {
		err = n.run(ctx)
	}
	return n.theta, n.finish(), err
}

func (t Newton) check(of string) error {
	return checkSettings(of, positiveOr("Tolerance", t.Tolerance, "the default 1e-6"), count("MaxIterations", t.MaxIterations, "the default 100"),
		count("MaxProducts", t.MaxProducts, "twice the dimension"), t.Curvature.setting())
}

// newtonRun is one training; theta, gradient and progress describe the current point.
type newtonRun struct {
	Newton
	p                    *Problem
	progress             Progress
	start                time.Time
	theta, gradient      []float64
	trial, trialGradient []float64
	step, right          []float64
	cg                   *cgKernel
}

func newNewtonRun(t Newton, p *Problem, theta []float64, progress Progress, start time.Time) *newtonRun {
	w := work(4, len(theta))
	t.Tolerance = cmp.Or(t.Tolerance, 1e-6)
	t.MaxIterations = cmp.Or(t.MaxIterations, 100)
	t.MaxProducts = cmp.Or(t.MaxProducts, min(max(2*len(theta), 50), 1000))
	return &newtonRun{Newton: t, p: p, progress: progress, start: start,
		theta: slices.Clone(theta), trial: make([]float64, len(theta)),
		gradient: w[0], trialGradient: w[1], step: w[2], right: w[3], cg: newCGKernel(len(theta), nil)}
}

func (n *newtonRun) evaluateStart(ctx context.Context) error {
	loss, err := n.p.LossGradient(ctx, n.gradient, n.theta)
	if err != nil {
		return err
	}
	n.progress.Gradients++
	n.progress.Loss, n.progress.GradientNorm = loss, norm(n.gradient)
	return n.p.because(ctx, n.theta, n.p.Train, checkStart(loss, n.progress.GradientNorm))
}

// checkStart refuses a start at which the objective is no number.
func checkStart(loss, gradient float64) error {
	if finite(loss) && finite(gradient) {
		return nil
	}
	return fmt.Errorf("unlearn: at the start the loss is %v and the gradient norm %v: start elsewhere, or look for overflow in the model",
		loss, gradient)
}

func (n *newtonRun) finish() Progress {
	n.progress.stopwatch(n.start)
	n.progress.Theta = n.theta
	return n.progress
}

func (n *newtonRun) run(ctx context.Context) error {
	before := math.Inf(1)
	for range n.MaxIterations {
		if n.progress.GradientNorm <= n.Tolerance {
			return nil
		}
		if err := n.direction(ctx, n.forcing(before)); err != nil {
			return err
		}
		before = n.progress.GradientNorm
		accepted, err := n.search(ctx)
		if err != nil {
			return err
		}
		if !accepted {
			return n.stopped("rounding error sets this limit: accept a larger tolerance, or compute in float64")
		}
		n.progress.Iteration++
		if n.Callback != nil {
			if err := n.Callback(n.finish()); err != nil {
				return err
			}
		}
	}
	if n.progress.GradientNorm <= n.Tolerance {
		return nil
	}
	return n.stopped("allow more iterations, or add a regularizer: the problem is ill-conditioned")
}

// forcing is the relative residual to which the next step is solved: quadratic in the last
// reduction of the gradient (Eisenstat and Walker 1996, choice 2), and no less than what reaches
// the tolerance from here.
func (n *newtonRun) forcing(before float64) float64 {
	g := n.progress.GradientNorm
	eta := 0.1
	if !math.IsInf(before, 1) {
		eta = min(eta, 0.9*(g/before)*(g/before))
	}
	return max(eta, 0.3*n.Tolerance/g)
}

// direction writes the step to n.step: the solution of H d = -g so far as curvature is positive,
// and along -g if it is not even there.
func (n *newtonRun) direction(ctx context.Context, eta float64) error {
	h, err := n.p.Hessian(ctx, n.theta, n.Curvature)
	if err != nil {
		return err
	}
	right := 0
	u, err := inOperatorUnits(h, func(h Operator) error {
		if e := exponent(n.gradient); e < -comfortable || e > comfortable {
			right = e
		}
		a := &counted{a: h}
		shiftTo(n.right, -right, n.gradient)
		floats.Scale(-1, n.right)
		_, err := n.cg.run(ctx, n.step, n.right, a, math.Ldexp(eta*n.progress.GradientNorm, -right), float64(n.MaxProducts))
		n.progress.Products += a.products
		return err
	})
	_, indefinite := errors.AsType[*IndefiniteError](err)
	_, singular := errors.AsType[*NotConvergedError](err) // no curvature is left along any direction: the step so far is the step
	if err != nil && !indefinite && !singular {
		return n.p.overflowed(ctx, n.theta, n.p.Train, u.attribute(err, n.progress.Trainer))
	}
	shiftTo(n.step, right-u.operator, n.step)
	if isZero(n.step) {
		floats.ScaleTo(n.step, -1, n.gradient)
	}
	return nil
}

const (
	sufficient   = 1e-4 // share of the predicted decrease that a step has to bring (Armijo)
	lossRounding = 1e-7 // relative error of L that summation over many samples in float32 can leave
	maxHalvings  = 40
)

// search halves the step until it is a descent, and moves there. It reports whether one was found.
func (n *newtonRun) search(ctx context.Context) (bool, error) {
	slope := floats.Dot(n.gradient, n.step)
	if slope == 0 { // the sum of products too small for float64 has a sign too
		shiftTo(n.trial, -exponent(n.gradient), n.gradient)
		shiftTo(n.right, -exponent(n.step), n.step)
		if !(floats.Dot(n.trial, n.right) < 0) {
			return false, nil
		}
	} else if !(slope < 0) {
		return false, nil
	}
	noise := lossRounding * math.Abs(n.progress.Loss)
	for scale := 1.0; scale > math.Exp2(-maxHalvings); scale /= 2 {
		floats.AddScaledTo(n.trial, n.theta, scale, n.step)
		loss, err := n.p.LossGradient(ctx, n.trialGradient, n.trial)
		if err != nil {
			return false, err
		}
		n.progress.Gradients++
		g := norm(n.trialGradient)
		if !finite(loss) || !finite(g) {
			continue
		}
		descent := loss < n.progress.Loss && loss <= n.progress.Loss+sufficient*scale*slope
		nearer := loss <= n.progress.Loss+noise && -scale*slope <= noise && g <= (1-sufficient*scale)*n.progress.GradientNorm
		if descent || nearer {
			n.theta, n.trial = n.trial, n.theta
			n.gradient, n.trialGradient = n.trialGradient, n.gradient
			n.progress.Loss, n.progress.GradientNorm = loss, g
			return true, nil
		}
	}
	return false, nil
}

func (n *newtonRun) stopped(remedy string) error {
	return &NotConvergedError{Solver: n.progress.Trainer, Quantity: "gradient norm", Iterations: n.progress.Iteration,
		Products: n.progress.Products, Reached: n.progress.GradientNorm, Tolerance: n.Tolerance, Remedy: remedy}
}
