package unlearn

import (
	"context"
	"errors"
	"fmt"
)

// PartObjective is an [Objective] that works on a part of another's parameters and holds the others
// fixed: the last layers of a network, for instance. What nets.Model.Select returns is one.
type PartObjective interface {
	Objective
	// Chosen returns the part of a vector of all parameters.
	Chosen(whole []float64) ([]float64, error)
	// Whole returns all parameters, in which those of the part are replaced.
	Whole(part []float64) ([]float64, error)
}

// Part carries a request out by Method on a part of the parameters and leaves the others as they
// are. On the last layers of a network it costs a small share of what the whole network does.
// Before and After are residuals of all parameters; an update that raises them is refused with
// [WorseError].
type Part struct {
	Method Method
	// Select returns the part at theta (p).
	Select func(theta []float64) (PartObjective, error)
	Force  bool // keep an update that made things worse
}

// Name returns the method's name with "-part" behind it.
func (m Part) Name() string {
	if m.Method == nil {
		return "part"
	}
	return m.Method.Name() + "-part"
}

// Forces implements [ForcingMethod].
func (m Part) Forces() bool {
	f, ok := m.Method.(ForcingMethod)
	return m.Force || ok && f.Forces()
}

// Unlearn implements [Method].
func (m Part) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if m.Method == nil || m.Select == nil {
		return nil, errors.New("unlearn: Part needs a Method and Select")
	}
	t, err := begin(ctx, m.Name(), p, theta, r)
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	if err := t.checkDifference(ctx); err != nil {
		return t.refuse(err)
	}
	whole := t.p.on(p.Train)
	q, part, o, err := m.problem(whole, theta)
	if err != nil {
		return t.refuse(err)
	}
	meter := NewMeter(q.Objective)
	q.Objective = meter
	u, err := m.Method.Unlearn(ctx, q, part, r)
	cost := meter.Cost()
	t.spent = Cost{Gradients: cost.Gradients, HVPs: cost.HVPs}
	if err != nil {
		return t.refuse(err)
	}
	if more, any := u.belongsTo(); any || u.Theta == nil || u.Transform != nil {
		return t.refuse(fmt.Errorf("unlearn: Part: an update by %s is not parameters alone%s: use %[1]s itself", m.Method.Name(), more))
	}
	next, err := o.Whole(u.Theta)
	if err != nil {
		return t.refuse(err)
	}
	t.update.Solves, t.update.Ridge, t.update.Facts, t.update.Notes = u.Solves, u.Ridge, u.Facts, append(t.update.Notes, u.Notes...)
	t.note("%d of %d parameters were updated", len(part), len(theta))
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Forces(), remedy{[]string{"update more of the parameters"}, setForce})
}

// problem is the problem of the part alone, with its parameters.
func (m Part) problem(p *Problem, theta []float64) (q *Problem, part []float64, o PartObjective, err error) {
	if o, err = m.Select(theta); err != nil {
		return nil, nil, nil, err
	}
	if part, err = o.Chosen(theta); err != nil {
		return nil, nil, nil, err
	}
	q = p.on(p.Train)
	q.Objective = o
	for _, v := range []*[]float64{&q.Tilt, &q.Penalty} {
		if *v == nil {
			continue
		}
		if *v, err = o.Chosen(*v); err != nil {
			return nil, nil, nil, err
		}
	}
	return q, part, o, nil
}
