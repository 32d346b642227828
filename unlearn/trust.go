package unlearn

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// WorseError reports an update that was refused because it made the gradient residual on the
// corrected data larger, or not a number. A residual that is no larger than what training had left
// on the old data is not refused: where that is more than the request itself moves the gradient,
// chance decides which of the two is larger. Found by errors.As.
type WorseError struct {
	Method        string
	Before, After float64 // ||grad L(.; D')|| of the old parameters and of the refused ones
	Remedy        string  // what to change, in words
}

func (e *WorseError) Error() string {
	const format = "unlearn: %s made the gradient residual on the corrected data worse: it was %.6g before the update and would be %.6g after it; %s"
	return fmt.Sprintf(format, e.Method, e.Before, e.After, e.Remedy)
}

// attempt is a method at work: the request carried out, the work metered, and the residual taken
// before and after.
type attempt struct {
	update  *Update
	meter   *Meter
	p       *Problem // on the corrected data, metered
	applied *Applied
	theta   []float64 // before; belongs to the caller
	grad    []float64 // grad L(.; D') of the parameters last looked at
	trained float64   // ||grad L(theta; D)||, what training left; 0 until difference is called
	moved   float64   // ||G||; likewise

	spent Cost // by the attempt that this one goes on from

	sampling Sampling
	check    *Subsample // on which residuals are estimated; nil = all of D'
}

// begin carries out r and takes the residual of theta on the corrected data.
func begin(ctx context.Context, method string, p *Problem, theta []float64, r Request) (*attempt, error) {
	return beginSampled(ctx, method, p, theta, r, Sampling{})
}

// beginSampled is begin with residuals that are estimated as s says.
func beginSampled(ctx context.Context, method string, p *Problem, theta []float64, r Request, s Sampling) (*attempt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := p.entered(theta)
	if err != nil {
		return nil, err
	}
	if err := checkParameters(method, theta); err != nil {
		return nil, err
	}
	if s.Size < 0 {
		return nil, fmt.Errorf("unlearn: %s: Sample is %d; it cannot be negative (0 = all samples)", method, s.Size)
	}
	meter := NewMeter(p.Objective)
	applied, err := r.apply(p.Train)
	if err != nil {
		return nil, err
	}
	metered := p.on(applied.Data)
	metered.Objective = meter
	t := &attempt{
		update: &Update{Method: method, Data: applied.Data, Unchanged: applied.unchanged},
		meter:  meter, p: metered, applied: applied, theta: theta, grad: make([]float64, len(theta)), sampling: s,
	}
	if t.unchanged() {
		t.note("%s", applied.nothing)
	}
	if s.Size > 0 {
		if t.check, err = t.draw(trustSample, 0); err != nil {
			return nil, err
		}
		t.note("gradient residuals are estimated from %s", t.check)
	}
	t.update.Before, err = t.checkResidual(ctx, theta)
	return t, err
}

// checkParameters refuses parameters that are no numbers.
func checkParameters(method string, theta []float64) error {
	if i := notFinite(theta); i >= 0 {
		return fmt.Errorf("unlearn: %s: theta is %v at index %d: the model's training diverged, or its file is damaged", method, theta[i], i)
	}
	return nil
}

// unchanged reports whether the request changes nothing in the loss, so that theta already is what
// is asked for.
func (t *attempt) unchanged() bool { return t.applied.unchanged }

// residual returns ||grad L(theta; D')||, or the estimate of it, and leaves the gradient in t.grad.
func (t *attempt) residual(ctx context.Context, theta []float64) (float64, error) {
	if err := t.gradient(ctx, t.grad, theta, t.check); err != nil {
		return 0, err
	}
	return norm(t.grad), nil
}

// gradient writes grad L(theta; D') to dst, estimated from s if that is not nil.
func (t *attempt) gradient(ctx context.Context, dst, theta []float64, s *Subsample) error {
	if s == nil {
		return t.p.Gradient(ctx, dst, theta)
	}
	return s.Gradient(ctx, t.p, dst, theta)
}

// difference returns G, and finds t.trained from grad L(theta; D) = grad L(theta; D') - G. To be
// called while t.grad is that of theta.
func (t *attempt) difference(ctx context.Context) ([]float64, error) {
	g := make([]float64, len(t.theta))
	if err := t.p.Difference(ctx, g, t.theta, t.applied); err != nil {
		return nil, err
	}
	t.trained, t.moved = floats.Distance(t.grad, g, 2), norm(g)
	return g, nil
}

// findTrained finds t.trained where t.grad is not that of theta, on the account of the trust check.
func (t *attempt) findTrained(ctx context.Context) error {
	if _, err := t.checkResidual(ctx, t.theta); err != nil {
		return err
	}
	return t.checkDifference(ctx)
}

// checkDifference is difference on the account of the trust check: judge needs to know what
// training had left.
func (t *attempt) checkDifference(ctx context.Context) error {
	start := t.meter.Cost()
	_, err := t.difference(ctx)
	t.update.Check = t.update.Check.Plus(t.meter.Cost().Minus(start))
	return err
}

// checkResidual is residual on the account of the trust check.
func (t *attempt) checkResidual(ctx context.Context, theta []float64) (float64, error) {
	start := t.meter.Cost()
	residual, err := t.residual(ctx, theta)
	t.update.Check = t.update.Check.Plus(t.meter.Cost().Minus(start))
	return residual, err
}

// keep ends an attempt that leaves theta as it is, bit for bit.
func (t *attempt) keep() (*Update, error) {
	t.update.Theta = slices.Clone(t.theta)
	t.update.After = t.update.Before
	return t.closed(), nil
}

// accept ends an attempt with new parameters whose residual is known, without judging them.
func (t *attempt) accept(theta []float64, after float64) (*Update, error) {
	t.update.Theta, t.update.After = theta, after
	return t.closed(), nil
}

// training is Unlearn of a method that trains: run returns the new parameters. They are not refused
// where the residual grows, since what many methods go down is another loss; only where it is not a
// number, and advice says what to change then.
func training(
	ctx context.Context, m SampledMethod, p *Problem, theta []float64, r Request, advice string, run func(t *attempt) ([]float64, error),
) (*Update, error) {
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.Sampling())
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	next, err := run(t)
	if err != nil {
		return t.refuse(err)
	}
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	if !finite(after) {
		return t.judge(next, after, false, remedy{ways: []string{advice}})
	}
	return t.accept(next, after)
}

// refuse ends an attempt without parameters.
func (t *attempt) refuse(err error) (*Update, error) { return t.closed(), err }

// judge ends an attempt with new parameters, refused if they are worse than the old.
func (t *attempt) judge(theta []float64, after float64, force bool, r remedy) (*Update, error) {
	t.update.After = after
	switch {
	case !t.worse(t.update.Before, after):
		return t.accept(theta, after)
	case !t.worse(t.trained, after):
		t.note("the residual rose from %.6g to %.6g, but training had left %.6g", t.update.Before, after, t.trained)
		return t.accept(theta, after)
	}
	err := &WorseError{Method: t.update.Method, Before: t.update.Before, After: after, Remedy: r.text(force)}
	if !force {
		return t.refuse(err)
	}
	t.forced(err)
	return t.accept(theta, after)
}

// roundingResidual is what the gradient of a problem solved as well as float64 allows is taken to
// have at most. In a problem whose numbers are small, 1e-10 is much: there it is smallShare of the
// gradients that the request has to do with, or that share of the regularizer's gradient, whichever
// is more. At the optimum the samples' gradients add up to the regularizer's, and their rounding is
// in proportion.
const (
	roundingResidual = 1e-10
	smallShare       = 1e-4
)

// worse is the function worse by what counts as rounding in this problem.
func (t *attempt) worse(before, after float64) bool {
	size := max(t.update.Before, t.trained, t.moved)
	if size == 0 {
		return worse(before, after, roundingResidual)
	}
	return worse(before, after, min(roundingResidual, max(smallShare*size, roundingResidual*t.regularizerSize())))
}

// regularizerSize returns the norm of the regularizer's gradient, tilt included, at the old
// parameters.
func (t *attempt) regularizerSize() float64 {
	g := make([]float64, len(t.theta))
	t.p.addRegularizerGradient(g, t.theta)
	return norm(g)
}

// worse compares residuals; one that is not a number is worse than any. A difference in the seventh
// digit is rounding of models in float32, and below rounding there is nothing left to make worse.
func worse(before, after, rounding float64) bool { return !(after <= max(before*(1+1e-6), rounding)) }

func (t *attempt) note(format string, args ...any) {
	t.update.Notes = append(t.update.Notes, fmt.Sprintf(format, args...))
}

// closed books the whole cost.
func (t *attempt) closed() *Update {
	t.update.Cost = t.spent.Plus(t.meter.Cost())
	return t.update
}
