package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Auto chooses how a request is carried out, and refuses what it cannot vouch for.
//
// A convex problem (a [ConvexLoss], [Convex] or [ConvexInParameters] objective) is solved: Newton
// steps go on until the gradient residual on the corrected data is at most what training had left on
// the old data. Where the objective writes its Hessian out for little ([HessianWriter]), the factor
// of that at the old parameters preconditions the steps. The result is the retrained model, as far as
// training ever finds it, and the residual proves it.
//
// Otherwise candidates are rehearsed, and the best is carried out: second-order steps with
// Gauss-Newton and several ridges, the best of them in chunks too (all of them, if none serves in
// one step), first-order steps, and what Continue and LastLayers add; where the model has
// statistics, they are estimated again after each. A rehearsal is on the training data without a
// part of them that is held out: Holdout of the samples that the request does not name, drawn by
// Seed. Test data are never read, and no model is trained for the comparison. Of the candidates the
// one with the smallest criterion is taken,
//
//	C(theta') = G'd + L2/2 sum_j penalty_j d_j^2
//	            + sum over the corrected samples of [l(theta') - l(theta) - grad l(theta)'d],
//
// where d = theta' - theta, G is the difference that the request makes to the gradient, and the
// last sum is estimated from the samples held out, which the rehearsed update has not seen, and
// from those that the request corrects. If training had ended at a minimum, C is L(theta'; D') -
// L(theta; D'), which is smallest at the retrained model. What training had left of the gradient is
// taken out of C, so that merely training on is no merit; on a network that was not trained to the
// end C is smallest where that training would have ended on the corrected data, near theta (the
// response function of Bae et al. 2022, "If influence functions are the answer, then what is the
// question?", section 3). Where the model has statistics they follow the weights in all of C, slopes
// too. C of no update is 0. A candidate that fails, that costs more than MaxLoss
// of the accuracy on the samples held out, by more than the standard error of that, or whose C is
// not below 0 is not taken. If the update of the best is refused, the next best is carried out,
// three at the most; of the usual candidates then the gentlest, whose C is nearest to 0. The samples
// held out may be too few to show what a long step costs.
//
// An update is refused with [RefusedError] if it lowers the accuracy on the kept samples by more
// than MaxLoss (and by more than one sample), or leaves the gradient as it was: neither the residual
// nor what the update leaves of G, the norm of grad L(theta'; D') - grad L(theta; D), falls by a
// hundredth. Where training had left a larger gradient than G, neither tells much: the gradient at a
// new point differs by what that rest does there, and with batch normalization by the statistics
// estimated again. There C may speak for the update instead, if it is below zero by a hundredth of
// what a step along -G is sure to win, and the residual rises by no more than ||G|| or a
// hundredth.
//
// [Update].Tried has what was tried, Notes say why which was chosen. The zero value is ready.
type Auto struct {
	// MaxLoss is how far the accuracy on the kept samples may fall, as a share; 0 = 0.01, one point.
	// In a regression nothing is asked of the accuracy.
	MaxLoss float64
	Holdout float64 // share of the samples on which candidates are compared; 0 = 0.1
	Seed    uint64  // of the samples held out, and of those that statistics are found on
	// Candidates are what is chosen among, convex problem or not; nil = as above.
	Candidates []Candidate
	// Continue is a further candidate: a short training from the old parameters on the corrected
	// data, such as one pass of the trainer that made the model. nil = none.
	Continue Trainer
	// LastLayers is a further candidate: second-order steps on a part of the parameters. It returns
	// that part at theta; see [Part]. nil = none.
	LastLayers func(theta []float64) (PartObjective, error)
	// Sample > 0 estimates the curvature of second-order steps from that many samples of either
	// kind: see [SecondOrder]. Where Passes is set, 0 = 2000.
	Sample int
	// Passes > 0 is the budget of the usual candidates' trials on a network, in gradients over the
	// training data; a product counts two, and losses and answers on the samples held out are not
	// counted ([Meter]). First come the cheap ones: steps of several ridges and numbers of products
	// in one Krylov space, and steps along G. If one of them serves and is not refused, nothing else
	// is tried. Otherwise, and where the model has statistics, the others follow, the cheapest
	// first, until the budget is spent; the cheap ones, one of the others and what has begun are finished. 0 = no
	// limit, and all candidates.
	Passes float64
}

// Candidate is a method with settings that [Auto] may take.
type Candidate struct {
	Name   string // in words: "second order, ridge 0.1"; empty = the method's name
	Method Method
}

// Tried is what [Auto] found of a candidate.
type Tried struct {
	Name      string
	Criterion float64 // C; NaN when it failed
	Fall      float64 // of the accuracy on the samples held out, as a share; NaN where there is none
	Chosen    bool
	Err       error // why it failed, or was passed over
}

// RefusedError reports an update that [Auto] did not vouch for. Found by errors.As.
type RefusedError struct {
	Reason string // in words
	Next   string // the next best way, in words
	Err    error  // the method's own error; nil = none
}

func (e *RefusedError) Error() string { return fmt.Sprintf("unlearn: auto: %s; %s", e.Reason, e.Next) }

func (e *RefusedError) Unwrap() error { return e.Err }

// Name returns "auto".
func (Auto) Name() string { return "auto" }

func (m Auto) check() error {
	for i, c := range m.Candidates {
		if c.Method == nil {
			return fmt.Errorf("unlearn: Auto.Candidates[%d] has no Method", i)
		}
	}
	return checkSettings("Auto", notNegative("MaxLoss", m.MaxLoss), fraction("Holdout", m.Holdout, "the default 0.1"), count("Sample", m.Sample, "all samples"),
		notNegative("Passes", m.Passes))
}

// Unlearn implements [Method]. In a convex problem it costs what Newton's method does; otherwise a
// rehearsal of each candidate, and the update that is chosen.
func (m Auto) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	m.MaxLoss, m.Holdout = cmp.Or(m.MaxLoss, 0.01), cmp.Or(m.Holdout, 0.1)
	if m.Passes > 0 {
		m.Sample = cmp.Or(m.Sample, spaceSample)
	}
	t, err := begin(ctx, m.Name(), p, theta, r)
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	a := &autoRun{Auto: m, attempt: t, request: r, start: slices.Clone(t.grad)}
	a.old = t.p.on(p.Train)
	if a.g, err = t.difference(ctx); err != nil {
		return t.refuse(err)
	}
	if t.moved == 0 {
		t.note("the request leaves the gradient as it was, so the parameters stay")
		return t.keep()
	}
	if m.Candidates == nil && isConvex(p.Objective) {
		return a.convex(ctx)
	}
	return a.choose(ctx)
}

// autoRun is one request at work.
type autoRun struct {
	Auto
	*attempt
	request Request
	old     *Problem  // on the data before the request, metered
	g       []float64 // G
	start   []float64 // grad L(theta; D')
	bend    float64   // largest eigenvalue of the curvature; 0 = not known
}

// isConvex reports whether the objective says that it is convex in its parameters.
func isConvex(o Objective) bool {
	if _, err := smoothnessOf(o); err == nil {
		return true
	}
	if c, ok := offered[ConvexLoss](o); ok {
		if _, _, err := c.LossSmoothness(); err == nil {
			return true
		}
	}
	c, ok := offered[ConvexInParameters](o)
	return ok && c.ConvexInParameters() == nil
}

// convex solves the problem on the corrected data.
func (a *autoRun) convex(ctx context.Context) (*Update, error) {
	tolerance := min(a.trained, autoShare*a.update.Before)
	if tolerance == 0 {
		tolerance = roundingResidual
	}
	near, err := a.p.writtenFactor(ctx, a.theta)
	if err != nil {
		return a.refuse(err)
	}
	next, progress, err := Newton{Tolerance: tolerance}.minimize(ctx, a.p, a.theta, near)
	if _, short := errors.AsType[*NotConvergedError](err); err != nil && !short {
		return a.refuse(err)
	}
	after, failed := a.checkResidual(ctx, next)
	if failed != nil {
		return a.refuse(failed)
	}
	if a.worse(a.trained, after) {
		return a.refuse(&RefusedError{Err: err, Reason: fmt.Sprintf("Newton's method reached a gradient residual of %.3g, and training had left %.3g", after, a.trained),
			Next: "train again on the corrected data (Retrain)"})
	}
	a.note("the problem is convex: %d Newton steps led to a gradient residual of %.3g on all %d corrected samples; training had left %.3g on the old ones",
		progress.Iteration, after, a.update.Data.Len(), a.trained)
	if a.p.L2 > 0 && a.p.Penalty == nil {
		a.note("so the parameters are within %.3g of the retrained optimum (residual/L2), where those before the request were %.3g away at most", after/a.p.L2, a.update.Before/a.p.L2)
	}
	return a.vouch(ctx, next, after)
}

// autoShare is the share of the residual before the request to which a convex problem is solved at
// least: Newton's method needs a step or two for it, and the training may have left much.
const autoShare = 1e-6

// vouch ends with new parameters, unless the accuracy or the residual speaks against them.
func (a *autoRun) vouch(ctx context.Context, theta []float64, after float64) (*Update, error) {
	a.update.After = after
	if !finite(after) || notFinite(theta) >= 0 {
		return a.refuse(&RefusedError{Reason: fmt.Sprintf("the gradient residual would be %v", after), Next: a.next()})
	}
	left := a.left()
	a.note("the gradient residual went from %.6g to %.6g; %.1f %% of the difference that the request makes to the gradient is left",
		a.update.Before, after, 100*left)
	if after > autoFall*a.update.Before && left > autoFall && !a.wins(after) {
		return a.refuse(&RefusedError{Next: a.next(),
			Reason: fmt.Sprintf("the update would leave the gradient residual as it was, %.6g before and %.6g after", a.update.Before, after)})
	}
	kept, before, err := a.kept()
	if err != nil {
		return a.refuse(err)
	}
	var old *answered
	c, err := a.change(ctx, theta, before, kept, &old)
	if err != nil {
		return a.refuse(err)
	}
	if !math.IsNaN(c.fall) {
		a.note("the accuracy on the %d kept samples changed by %+.2f points", kept.Len(), -100*c.fall+0) // no -0.00
	}
	if c.fall > max(a.MaxLoss, c.one) {
		return a.refuse(&RefusedError{Next: "raise MaxLoss if that is what the request costs, or " + a.next(),
			Reason: fmt.Sprintf("the accuracy on the %d kept samples would fall by %.2f points, more than the %.2f that MaxLoss allows", kept.Len(), 100*c.fall, 100*a.MaxLoss)})
	}
	return a.accept(theta, after)
}

// autoFall is what has to be left at the most of the residual, or of the request's gradient.
const autoFall = 0.99

// left is the share of G that an update leaves: ||grad L(theta'; D') - grad L(theta; D)|| / ||G||.
// The attempt's gradient has to be that of theta'.
func (a *autoRun) left() float64 {
	sum := 0.0
	for j, v := range a.grad {
		d := v - (a.start[j] - a.g[j])
		sum += d * d
	}
	if a.moved == 0 {
		return 0
	}
	return math.Sqrt(sum) / a.moved
}

// wins reports whether training had left so much that the gradient does not judge the update, and
// the criterion speaks for it: a step of 1/bend along -G lowers it by ||G||^2/(2 bend) at least. A
// residual that rises by more than the request's own gradient, and by more than a hundredth, still
// speaks against it.
func (a *autoRun) wins(after float64) bool {
	i := slices.IndexFunc(a.update.Tried, func(t Tried) bool { return t.Chosen })
	most := max(a.update.Before, a.trained)
	most += max(a.moved, (1-autoFall)*most)
	if i < 0 || a.bend == 0 || a.trained < a.moved || after > most {
		return false
	}
	if least := (1 - autoFall) * a.moved * a.moved / (2 * a.bend); !(a.update.Tried[i].Criterion < -least) {
		return false
	}
	a.note("training had left a gradient %.3g times as large as the difference that the request makes, so that the residual says little: the update rests on its criterion",
		a.trained/a.moved)
	return true
}

// next is the way that is always left.
func (a *autoRun) next() string {
	if best := a.second(); best != "" {
		return "next best by the criterion: " + best + "; or train again on the corrected data (Retrain)"
	}
	return "train again on the corrected data (Retrain)"
}

// second names the candidate that comes after the chosen one; "" if there is none.
func (a *autoRun) second() (name string) {
	best := 0.0
	for _, t := range a.update.Tried {
		if !t.Chosen && t.Err == nil && t.Criterion < best {
			best, name = t.Criterion, t.Name
		}
	}
	return name
}
