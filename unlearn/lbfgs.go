package unlearn

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/optimize"
)

// LBFGS minimizes a problem by L-BFGS (gonum/optimize, with a bisection line search) and finishes
// with [Newton].
//
// L-BFGS steers by values of L. Where the gradient is small they change by less than their rounding
// error and the line search fails, on a sum over 40,000 samples near ||grad L|| = 3e-6. So from
// NewtonBelow on, or from where the line search failed, Newton-CG goes on, which can judge a step
// by the gradient alone. The zero value is ready.
type LBFGS struct {
	Tolerance     float64 // on ||grad L||; 0 = 1e-6
	NewtonBelow   float64 // the gradient norm at which Newton takes over; 0 = 1e-3, negative = never
	MaxIterations int     // iterations of L-BFGS; 0 = 1,000
	Memory        int     // pairs of steps and gradient differences that are kept; 0 = 15
	Newton        Newton  // settings of the finish; its Tolerance and Callback are those given here
	// Callback is called after each iteration, of the finish too; an error from it ends the
	// training.
	Callback func(Progress) error
}

// Train implements [Trainer].
func (t LBFGS) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	next, _, err := t.Minimize(ctx, p, theta)
	return next, err
}

// Minimize is Train, with what it took. The parameters beside an error are the best found.
func (t LBFGS) Minimize(ctx context.Context, p *Problem, theta []float64) ([]float64, Progress, error) {
	nothing := Progress{Trainer: "l-bfgs", Loss: math.NaN(), GradientNorm: math.NaN()}
	err := checkSettings("LBFGS", positiveOr("Tolerance", t.Tolerance, "the default 1e-6"),
		numberOr("NewtonBelow", t.NewtonBelow, "a gradient norm, 0 for the default 1e-3, or a negative number for never"),
		count("MaxIterations", t.MaxIterations, "the default 1,000"), atMost("Memory", t.Memory, 1000, "the default 15"))
	if err == nil {
		err = t.Newton.check("LBFGS.Newton")
	}
	if err == nil {
		p, err = p.entered(theta)
	}
	if err != nil {
		return slices.Clone(theta), nothing, err
	}
	t.Tolerance, t.NewtonBelow = cmp.Or(t.Tolerance, 1e-6), cmp.Or(t.NewtonBelow, 1e-3)
	l := &lbfgsRun{LBFGS: t, ctx: ctx, p: p, start: time.Now(), until: max(t.Tolerance, t.NewtonBelow),
		progress: nothing,
		best:     slices.Clone(theta), at: slices.Clone(theta), gradient: make([]float64, len(theta))}
	err = l.run()
	if err != nil || l.progress.GradientNorm <= t.Tolerance {
		return l.best, l.finish(), err
	}
	if t.NewtonBelow < 0 {
		return l.best, l.finish(), l.stopped("the line search failed: leave NewtonBelow at its default, or accept a larger tolerance")
	}
	finish := t.Newton
	finish.Tolerance, finish.Callback = t.Tolerance, t.Callback
	n := newNewtonRun(finish, p, l.best, l.progress, l.start)
	if err = n.evaluateStart(ctx); err == nil {
		err = n.run(ctx)
	}
	return n.theta, n.finish(), err
}

// lbfgsRun hands gonum the loss and the gradient from one evaluation of both.
type lbfgsRun struct {
	LBFGS
	ctx      context.Context
	p        *Problem
	start    time.Time
	until    float64 // gradient norm at which L-BFGS ends
	progress Progress
	shift    int // gonum sees 2^-shift L, whose gradient can be squared

	begun        bool
	best         []float64 // where the last iteration ended
	at, gradient []float64 // the last evaluation
	loss         float64
	err          error // of an evaluation or the callback
}

// errStepLost ends L-BFGS when its direction stopped being a vector of numbers.
var errStepLost = errors.New("step is not finite")

func (l *lbfgsRun) run() error {
	if l.evaluate(l.at); l.err != nil {
		return l.err
	}
	l.progress.Loss, l.progress.GradientNorm = l.loss, norm(l.gradient)
	err := l.p.because(l.ctx, l.at, l.p.Train, checkStart(l.loss, l.progress.GradientNorm))
	if err != nil || l.progress.GradientNorm <= l.until {
		return err
	}
	if e := exponent(l.gradient); e < -comfortable || e > comfortable {
		l.shift = e
	}
	first := make([]float64, len(l.gradient))
	l.derivative(first, l.at)
	problem := optimize.Problem{Func: l.value, Grad: l.derivative, Status: l.status}
	settings := &optimize.Settings{
		InitValues:      &optimize.Location{F: l.value(l.at), Gradient: first},
		MajorIterations: min(cmp.Or(l.MaxIterations, 1000), math.MaxInt-1) + 1, // gonum counts the start
		Converger:       l,
	}
	method := &optimize.LBFGS{Store: l.Memory, GradStopThreshold: math.NaN()}
	result, err := optimize.Minimize(problem, slices.Clone(l.best), settings, method)
	switch {
	case l.err != nil && !errors.Is(l.err, errStepLost):
		return l.err
	case err == nil && result.Status == optimize.IterationLimit:
		return l.stopped("allow more iterations, or add a regularizer: the problem is ill-conditioned")
	}
	return nil // near enough, or the line search failed: the finish decides
}

// evaluate computes loss and gradient at x, and remembers what went wrong.
func (l *lbfgsRun) evaluate(x []float64) {
	if l.err != nil {
		return
	}
	if notFinite(x) >= 0 {
		l.loss, l.err = math.Inf(1), errStepLost
		return
	}
	if l.err = l.ctx.Err(); l.err != nil {
		return
	}
	l.loss, l.err = l.p.LossGradient(l.ctx, l.gradient, x)
	copy(l.at, x)
	l.progress.Gradients++
}

func (l *lbfgsRun) value(x []float64) float64 {
	if !slices.Equal(x, l.at) {
		l.evaluate(x)
	}
	if math.IsNaN(l.loss) {
		return math.Inf(1) // too far: the line search comes back
	}
	return math.Ldexp(l.loss, -l.shift)
}

func (l *lbfgsRun) derivative(g, x []float64) {
	if !slices.Equal(x, l.at) {
		l.evaluate(x)
	}
	shiftTo(g, -l.shift, l.gradient)
}

func (l *lbfgsRun) status() (optimize.Status, error) {
	if l.err != nil {
		return optimize.Failure, l.err
	}
	return optimize.NotTerminated, nil
}

// Init implements gonum's Converger.
func (l *lbfgsRun) Init(int) {}

// Converged is called at the start and where an iteration ended.
func (l *lbfgsRun) Converged(at *optimize.Location) optimize.Status {
	if !l.begun {
		l.begun = true
		return optimize.NotTerminated
	}
	copy(l.best, at.X)
	l.progress.Iteration++
	l.progress.Loss, l.progress.GradientNorm = math.Ldexp(at.F, l.shift), math.Ldexp(norm(at.Gradient), l.shift)
	if l.Callback != nil {
		if l.err = l.Callback(l.finish()); l.err != nil {
			return optimize.Failure
		}
	}
	if l.progress.GradientNorm <= l.until {
		return optimize.GradientThreshold
	}
	return optimize.NotTerminated
}

func (l *lbfgsRun) finish() Progress {
	l.progress.stopwatch(l.start)
	l.progress.Theta = l.best
	return l.progress
}

func (l *lbfgsRun) stopped(remedy string) error {
	return &NotConvergedError{Solver: l.progress.Trainer, Quantity: "gradient norm", Iterations: l.progress.Iteration,
		Reached: l.progress.GradientNorm, Tolerance: l.Tolerance, Remedy: remedy}
}
