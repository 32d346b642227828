package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Stream carries out request after request against one budget, on the account of a [Ledger]. Entry
// 0 is the residual that training left, request t adds ||grad L(theta_t; D_t) - grad L(theta_t-1;
// D_t-1)||, and the parameters are certified as long as the sum is at most Epsilon Sigma / c: by
// the triangle inequality the exact residual, which is noted too, is never above it.
//
// Rows of requests are counted in the data that the stream began with, whatever was removed since.
// Not safe for concurrent use.
type Stream struct {
	m        Certified
	s        smoothness
	p        *Problem          // on the data as they are now, with the tilt of the last training
	begun    *datasets.Dataset // the data that it began with, in which rows of requests are counted
	start    []float64
	theta    []float64
	grad     []float64 // grad L(theta; D) now
	xnorm    float64   // upper bound of ||X||_2; 0 = not known yet
	ledger   *Ledger
	history  *history
	training int // number of trainings so far
}

// Open opens the stream of a folder. A new one trains on p, from start; one that is gone on with
// takes its parameters from the folder, carries out on p's data what was asked for, and compares:
// another p, Budget or Seed is an error. p is the problem as it was at the beginning, without a
// tilt.
func (m Certified) Open(ctx context.Context, p *Problem, start []float64, dir string) (*Stream, error) {
	p, s, err := m.examine(p)
	if err != nil {
		return nil, err
	}
	if p.Tilt != nil {
		return nil, errors.New("unlearn: a stream draws its tilt itself: leave Problem.Tilt nil")
	}
	ledger, err := OpenLedger(dir)
	if err != nil {
		return nil, err
	}
	t := &Stream{m: m, s: s, p: p, begun: p.Train, start: slices.Clone(start), grad: make([]float64, p.Dim()), xnorm: m.Norm, ledger: ledger, history: newHistory()}
	if len(ledger.Entries()) == 0 {
		err = t.begin(ctx)
	} else {
		err = t.resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, ledger.Close())
	}
	return t, nil
}

// begin trains for the first time.
func (t *Stream) begin(ctx context.Context) error {
	settings := t.settings()
	q, theta, err := t.train(ctx, t.p.Train)
	if err != nil {
		return err
	}
	grad := make([]float64, len(theta))
	if err := q.Gradient(ctx, grad, theta); err != nil {
		return err
	}
	left := norm(grad)
	if err := t.ledger.Append(Entry{Kind: entryTrain, Added: left, Exact: left, Settings: settings}, theta); err != nil {
		return err
	}
	t.p, t.theta, t.grad = q, theta, grad
	t.training++
	return nil
}

// train returns the problem on the data with a fresh tilt, and its parameters.
func (t *Stream) train(ctx context.Context, d *datasets.Dataset) (*Problem, []float64, error) {
	return t.m.train(ctx, t.p.on(d), t.start, t.begun, t.training)
}

// resume goes to where the ledger ended.
func (t *Stream) resume(ctx context.Context) error {
	entries := t.ledger.Entries()
	if err := t.ledger.checkSettings(t.settings()); err != nil {
		return err
	}
	for _, e := range entries {
		if err := t.history.add(e.Changes); err != nil {
			return err
		}
		if e.Kind != entryRequest {
			t.training++
		}
		if e.Kind != entryTrain {
			t.xnorm = e.DataNorm
		}
	}
	applied, err := t.history.request().apply(t.p.Train)
	if err != nil {
		return fmt.Errorf("unlearn: the ledger %s cannot be carried out on this data: %w", t.ledger.dir, err)
	}
	t.p = t.p.on(applied.Data)
	t.p.Tilt = t.m.tilt(t.p.Dim(), t.begun, t.training-1)
	t.theta = slices.Clone(t.ledger.Theta())
	if err := t.p.Gradient(ctx, t.grad, t.theta); err != nil {
		return err
	}
	noted, now := entries[len(entries)-1].Exact, norm(t.grad)
	if !(math.Abs(now-noted) <= 1e-6*(1+noted)) {
		return fmt.Errorf("unlearn: the parameters in %s have the residual %.6g, where the ledger notes %.6g: Seed, the data or the model "+
			"is another than it was", t.ledger.dir, now, noted)
	}
	return nil
}

// settings is what has to be the same when a stream is gone on with. The seed, which is secret,
// shows in the residual.
func (t *Stream) settings() map[string]string {
	b := t.m.Budget
	return map[string]string{
		"epsilon": exactly(b.Epsilon), "delta": exactly(b.Delta), "sigma": exactly(b.Sigma), "l2": exactly(t.p.L2),
		"parameters": strconv.Itoa(t.p.Dim()), "samples": strconv.Itoa(t.p.Train.Len()), "data": datasets.Fingerprint(t.p.Train)[:16],
	}
}

// Unlearn carries out a request, and has it in the ledger before it returns. Where the budget does
// not certify it nothing has happened and the error is a [BudgetError] with an update without Theta
// beside it, unless Certified.Retrain is set: then the request is answered by retraining, with a
// fresh tilt. A request that changes nothing in the data has no entry in the ledger and is not
// counted; Notes says so.
func (t *Stream) Unlearn(ctx context.Context, r Request) (*Update, error) {
	changes, err := t.history.changes(r)
	if err != nil {
		return nil, err
	}
	if err := r.checkChanges(t.begun); err != nil { // in the rows that the caller counts
		return nil, err
	}
	if r, err = t.history.now(r); err != nil {
		return nil, err
	}
	w := t.m.begin(t.p, t.s)
	w.xnorm = t.xnorm
	u, err := w.carryOut(ctx, t.theta, t.grad, r)
	if err != nil {
		return w.closed(u), err
	}
	c, added := u.Certificate, floats.Distance(w.grad, t.grad, 2)
	c.Spent = t.ledger.Total() + added
	c.Issued = c.Spent <= c.Allowed
	switch {
	case !c.Issued && t.m.Retrain:
		return t.retrain(ctx, w, u, changes)
	case !c.Issued:
		u.Theta = nil
		return w.closed(u), &BudgetError{Method: t.m.method().Name(), Certificate: *c, Requests: t.ledger.Requests(), Reset: t.left()}
	}
	if u.Data == t.p.Train { // nothing changes
		u.Notes = append(u.Notes, "the ledger has no entry for this request")
		return w.closed(u), nil
	}
	e := Entry{Kind: entryRequest, Changes: changes, Added: added, Exact: c.Residual, Bound: w.addedAtMost(c), DataNorm: w.xnorm}
	if err := t.ledger.Append(e, u.Theta); err != nil {
		return nil, err
	}
	t.xnorm = w.xnorm
	return w.closed(u), t.accept(t.p.on(u.Data), slices.Clone(u.Theta), w.grad, changes)
}

// accept moves on.
func (t *Stream) accept(p *Problem, theta, grad []float64, changes []EntryChange) error {
	t.p, t.theta, t.grad = p, theta, grad
	return t.history.add(changes)
}

// addedAtMost is the closed-form bound of what an entry adds; 0 where there is none.
func (w *certifying) addedAtMost(c *Certificate) float64 {
	switch {
	case math.IsInf(c.Bound, 1):
		return 0
	case w.later: // the bound is of the whole gradient, not of its difference
		return c.Bound + c.Trained
	}
	return c.Bound - c.Trained
}

// left returns what the last training left.
func (t *Stream) left() float64 {
	entries := t.ledger.Entries()
	return entries[len(entries)-1-t.ledger.Requests()].Added
}

// Retrain trains again on the data as they are now, with a fresh tilt, which frees the whole
// budget.
func (t *Stream) Retrain(ctx context.Context) (*Update, error) {
	w := t.m.begin(t.p, t.s)
	w.xnorm = t.xnorm
	return t.retrain(ctx, w, &Update{Data: t.p.Train, Before: norm(t.grad)}, nil)
}

// retrain trains on the corrected data of u.
func (t *Stream) retrain(ctx context.Context, w *certifying, u *Update, changes []EntryChange) (*Update, error) {
	u = &Update{Method: Retrain{}.Name(), Data: u.Data, Before: u.Before}
	metered := t.p.on(u.Data)
	metered.Objective = w.meter
	q, theta, err := t.m.train(ctx, metered, t.start, t.begun, t.training)
	if err != nil {
		return w.closed(u), err
	}
	if err := q.Gradient(ctx, w.grad, theta); err != nil {
		return w.closed(u), err
	}
	u.After = norm(w.grad)
	c := &Certificate{Budget: t.m.Budget, Allowed: t.m.Budget.Residual(), Residual: u.After, Trained: u.After, Bound: u.After, WorstCase: u.After,
		NoUpdate: u.After, Spent: u.After}
	u.Certificate = c
	if c.Issued = c.Spent <= c.Allowed; !c.Issued {
		return w.closed(u), &BudgetError{Method: u.Method, Certificate: *c, Reset: u.After}
	}
	e := Entry{Kind: entryRetrain, Changes: changes, Added: u.After, Exact: u.After, DataNorm: w.xnorm}
	if err := t.ledger.Append(e, theta); err != nil {
		return nil, err
	}
	t.xnorm = w.xnorm // of the corrected data, whose rows may have grown
	u.Theta = slices.Clone(theta)
	t.training++
	p := t.p.on(u.Data)
	p.Tilt = q.Tilt
	u.Cost = w.meter.Cost()
	return u, t.accept(p, theta, w.grad, changes)
}

// Theta returns the parameters as they are now, not to be changed.
func (t *Stream) Theta() []float64 { return t.theta }

// Problem returns the problem as it is now: the corrected data and the tilt in force, which is
// secret.
func (t *Stream) Problem() *Problem { return t.p }

// Ledger returns the account.
func (t *Stream) Ledger() *Ledger { return t.ledger }

// RequestsLeft returns how many requests are left at the present rate; known is false as long as
// there is no rate.
func (t *Stream) RequestsLeft() (requests int, known bool) {
	return t.ledger.RequestsLeft(t.m.Budget.Residual())
}

// String says where the stream stands.
func (t *Stream) String() string {
	allowed := t.m.Budget.Residual()
	text := fmt.Sprintf("%d requests since training, %.4g of the residual of %.4g spent (%.1f %%)", t.ledger.Requests(), t.ledger.Total(), allowed,
		100*t.ledger.Total()/allowed)
	if n, known := t.RequestsLeft(); known {
		text += fmt.Sprintf(", about %d more at the present rate", n)
	}
	return text
}

// Close lets the folder go.
func (t *Stream) Close() error { return t.ledger.Close() }
