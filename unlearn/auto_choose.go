package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// choose rehearses the candidates and carries the best one out.
func (a *autoRun) choose(ctx context.Context) (*Update, error) {
	if len(a.Candidates) == 1 { // the caller has chosen
		return a.carryOut(ctx, a.Candidates[0])
	}
	reh, err := a.rehearsal(ctx)
	if err != nil {
		return a.refuse(err)
	}
	candidates := a.Candidates
	if candidates == nil && a.Passes > 0 && !holdsStatistics(a.p.Objective) {
		if u, done, err := a.quick(ctx, reh); done {
			return u, err
		}
	}
	if candidates == nil {
		if candidates, err = a.usual(ctx, reh); err != nil {
			return a.refuse(err)
		}
	}
	best, err := a.best(ctx, reh, candidates)
	if err != nil {
		return a.refuse(err)
	}
	u, err := a.carryOutBest(ctx, reh, best)
	return a.orGentlest(ctx, reh, u, err)
}

// orGentlest carries the gentlest of the candidates that serve out, where those before it were
// refused. Few samples held out do not show that a long step costs accuracy, and a network of few
// samples gets such steps.
func (a *autoRun) orGentlest(ctx context.Context, reh *rehearsal, u *Update, err error) (*Update, error) {
	last := a.gentlest()
	if _, refused := errors.AsType[*RefusedError](err); !refused || last < 0 || a.Candidates != nil {
		return u, err
	}
	a.note("the gentlest of the settings that serve was taken after that")
	return a.carryOne(ctx, reh, last)
}

// mostCarriedOut is how many candidates are carried out, each after the one before it was refused.
const mostCarriedOut = 3

// carryOutBest carries the best candidate out, and the next best where an update is refused.
func (a *autoRun) carryOutBest(ctx context.Context, reh *rehearsal, best int) (u *Update, err error) {
	if best < 0 {
		return a.refuse(&RefusedError{Reason: a.noneServes(), Next: a.next()})
	}
	for n := 0; best >= 0 && n < mostCarriedOut; n++ {
		if u, err = a.carryOne(ctx, reh, best); err == nil {
			return u, nil
		}
		if _, refused := errors.AsType[*RefusedError](err); !refused {
			return u, err
		}
		best = a.smallest()
	}
	return u, err
}

// carryOne carries a candidate out. If it is refused it is no longer one that serves.
func (a *autoRun) carryOne(ctx context.Context, reh *rehearsal, i int) (u *Update, err error) {
	chosen := &a.update.Tried[i]
	chosen.Chosen = true
	a.note("of %d settings %s was chosen: its criterion is %.6g, and the smallest of those that serve is %.6g (0 is no update), on %s", len(a.update.Tried), chosen.Name,
		chosen.Criterion, a.update.Tried[a.smallest()].Criterion, reh.where)
	if a.Passes > 0 {
		a.note("the work until the choice was that of %.1f gradients over the training data, and the budget %.3g", a.spent(), a.Passes)
	}
	if step, ok := reh.steps[i]; ok {
		u, err = a.take(ctx, step)
	} else {
		u, err = a.carryOut(ctx, reh.methods[i])
	}
	if _, refused := errors.AsType[*RefusedError](err); refused {
		chosen.Chosen, chosen.Err = false, err
		a.note("it was refused: %v", err)
	}
	return u, err
}

// best tries the candidates, and of the usual ones second-order steps in chunks too. It returns the
// index of the one with the smallest criterion; -1 if none serves.
func (a *autoRun) best(ctx context.Context, reh *rehearsal, candidates []Candidate) (int, error) {
	if err := a.tryAll(ctx, reh, candidates); err != nil || a.Candidates != nil {
		return a.smallest(), err
	}
	err := a.tryAll(ctx, reh, a.chunked(reh))
	return a.smallest(), err
}

// tryAll tries candidates while there is budget.
func (a *autoRun) tryAll(ctx context.Context, reh *rehearsal, candidates []Candidate) error {
	for i, c := range candidates {
		if a.Candidates == nil && len(a.update.Tried) > 0 && a.over() {
			a.note("%d further settings were not tried: the budget of %.3g gradients over the training data was spent", len(candidates)-i, a.Passes)
			return nil
		}
		if err := reh.try(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// smallest is the index of the candidate to be chosen, the earlier of two equal ones.
func (a *autoRun) smallest() int {
	best := -1
	for i, t := range a.update.Tried {
		if t.Err == nil && t.Criterion < 0 && (best < 0 || t.Criterion < a.update.Tried[best].Criterion) {
			best = i
		}
	}
	return best
}

// gentlest is the index of the candidate that serves and whose criterion is nearest to that of no
// update; -1 if none serves.
func (a *autoRun) gentlest() int {
	last := -1
	for i, t := range a.update.Tried {
		if t.Err == nil && t.Criterion < 0 && (last < 0 || t.Criterion > a.update.Tried[last].Criterion) {
			last = i
		}
	}
	return last
}

// noneServes says why nothing was chosen.
func (a *autoRun) noneServes() string {
	text := fmt.Sprintf("none of %d settings serves", len(a.update.Tried))
	for _, t := range a.update.Tried {
		why := "its criterion is not below that of no update"
		if t.Err != nil {
			why = t.Err.Error()
		}
		text += fmt.Sprintf("\n  %s: %s", t.Name, why)
	}
	return text + "\n "
}

// carryOut makes the update by the method that was chosen.
func (a *autoRun) carryOut(ctx context.Context, c Candidate) (*Update, error) {
	u, err := c.Method.Unlearn(ctx, a.old, a.theta, a.request)
	if err != nil {
		if !passedOver(err) {
			return a.refuse(err)
		}
		return a.refuse(&RefusedError{Err: err, Next: a.next(), Reason: fmt.Sprintf("%s failed: %v", c.name(), err)})
	}
	if more, any := u.belongsTo(); any || u.Theta == nil || u.Transform != nil || len(u.Theta) != len(a.theta) {
		return a.refuse(fmt.Errorf("unlearn: Auto: an update by %s is not parameters alone%s: use %[1]s itself", c.Method.Name(), more))
	}
	a.update.Solves, a.update.Ridge, a.update.Facts = u.Solves, u.Ridge, nil
	a.update.Notes = append(a.update.Notes, u.Notes...)
	after, err := a.checkResidual(ctx, u.Theta)
	if err != nil {
		return a.refuse(err)
	}
	for _, f := range u.Facts {
		// What was worse with the old statistics alone is not worse as it is now.
		if _, worse := errors.AsType[*WorseError](f.Err); f.Kind != Forced || !worse || a.worse(a.update.Before, after) {
			a.update.Facts = append(a.update.Facts, f)
		}
	}
	return a.vouch(ctx, u.Theta, after)
}

func (c Candidate) name() string {
	if c.Name != "" {
		return c.Name
	}
	return c.Method.Name()
}

// passedOver reports whether an error is a candidate's own failure, and not one of the problem or
// of the program.
func passedOver(err error) bool {
	if numerical(err) {
		return true
	}
	if _, worse := errors.AsType[*WorseError](err); worse {
		return true
	}
	_, refused := errors.AsType[*RefusedError](err)
	return refused
}

// Steps are solved to autoSolve in at most so many products: on a network the model of the loss is
// off by more than that.
const (
	autoSolve    = 1e-2
	autoProducts = 200
)

// try rehearses a candidate and enters what came of it.
func (h *rehearsal) try(ctx context.Context, c Candidate) error {
	u, err := c.Method.Unlearn(ctx, h.p, h.a.theta, h.r)
	switch {
	case err != nil && !passedOver(err):
		return fmt.Errorf("unlearn: auto, rehearsing %s: %w", c.name(), err)
	case err == nil && (u.Theta == nil || len(u.Theta) != len(h.a.theta)):
		return fmt.Errorf("unlearn: Auto: an update by %s is not parameters alone: use %[1]s itself", c.Method.Name())
	}
	if err != nil {
		return h.enter(ctx, c, nil, err)
	}
	return h.enter(ctx, c, u.Theta, nil)
}

// enter enters a candidate with the parameters that it leads to, or why it failed.
func (h *rehearsal) enter(ctx context.Context, c Candidate, theta []float64, failed error) error {
	tried := Tried{Name: c.name(), Criterion: math.NaN(), Fall: math.NaN(), Err: failed}
	if failed == nil {
		if err := h.score(ctx, theta, &tried); err != nil {
			return err
		}
	}
	h.methods = append(h.methods, c)
	h.a.update.Tried = append(h.a.update.Tried, tried)
	return nil
}

// score finds the criterion of parameters, and what speaks against them.
func (h *rehearsal) score(ctx context.Context, theta []float64, t *Tried) (err error) {
	if notFinite(theta) >= 0 {
		t.Err = errors.New("its parameters are not numbers")
		return nil
	}
	if t.Criterion, err = h.criterion(ctx, theta); err != nil {
		return err
	}
	if !finite(t.Criterion) {
		t.Err = fmt.Errorf("its criterion is %v", t.Criterion)
		return nil
	}
	c, err := h.a.change(ctx, theta, h.before, h.held, &h.old)
	if err != nil {
		return err
	}
	t.Fall = c.fall
	if c.fall-c.error > h.a.MaxLoss {
		t.Err = fmt.Errorf("it would cost %.2f points of the accuracy on the samples held out (standard error %.2f)", 100*c.fall, 100*c.error)
	}
	return nil
}
