package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// ObjectivePerturbation is differential privacy by a noisy objective (Chaudhuri et al. 2011), the
// paper's baseline "DP": a tilt b'theta, b ~ N(0, Sigma^2 I), is drawn before training, and a
// request changes nothing: what it asks to forget was never clear to see. How much a request may
// have to do with the parameters is their residual on the corrected data, r0 + ||G|| at most, for
// which [Budget] says what sigma hides it. No epsilon is stated: the theorem's is for adding or
// removing one sample, whose gradient is at most C long, so that ||G|| <= C. A corrected label or
// sample is a replacement, with ||G|| <= 2C, and needs twice the sigma; the residual has that in
// it.
//
// An objective that holds parameters fixed (nets.Model.Select) is an error: they may have seen what
// is to be forgotten.
//
// The model is trained before the request, by [ObjectivePerturbation.Train]; ObjectivePerturbation
// itself is a [Method] too, which trains first, outside the cost of the update.
type ObjectivePerturbation struct {
	Sigma   float64
	Trainer Trainer   // nil = LBFGS{}
	Start   []float64 // of the training (p); nil = Init of an [Initializer] by Seed, or zeros: never a model that was trained before
	Seed    uint64    // of b, as secret as the data; 0, which anybody would guess, is an error
}

// Name returns "dp".
func (ObjectivePerturbation) Name() string { return "dp" }

// Train draws b and trains on p; a tilt that p has already is added to it.
func (m ObjectivePerturbation) Train(ctx context.Context, p *Problem) (*Private, error) {
	err := checkSettings("ObjectivePerturbation", above0("Sigma", m.Sigma, ", the noise that hides a sample"), numbers("Start", m.Start))
	if err != nil {
		return nil, err
	}
	if p, err = p.sound(); err != nil {
		return nil, err
	}
	if err := errors.Join(p.heldFixed("ObjectivePerturbation"), secretSeed("ObjectivePerturbation", m.Seed)); err != nil {
		return nil, err
	}
	start, err := p.dataFree(ctx, "ObjectivePerturbation", m.Start, m.Seed)
	if err != nil {
		return nil, err
	}
	q := *p
	q.Tilt = Budget{Sigma: m.Sigma}.tilt(p.Dim(), m.Seed, 0)
	if p.Tilt != nil {
		floats.Add(q.Tilt, p.Tilt)
	}
	trainer := m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	theta, err := trainer.Train(ctx, &q, start)
	if err != nil {
		return nil, err
	}
	return &Private{Method: m.Name(), Theta: theta, Tilt: q.Tilt}, nil
}

// Unlearn implements [Method]: it trains on p, and leaves the model as it is.
func (m ObjectivePerturbation) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	return trainThenUnlearn(ctx, p, theta, r, m.Train)
}

// Private is a model whose training was private, so that a request leaves it as it is. It is a
// [Method].
type Private struct {
	Method string    // how it was trained: "dp" or "dp-sgd"
	Theta  []float64 // the parameters (p)
	Tilt   []float64 // b that they were trained with; nil = none
	// Epsilon and Delta are what the training of DP-SGD guarantees for adding or removing one
	// sample; 0 where no such guarantee was counted. [Private.Guarantee] says what they guarantee
	// for a request.
	Epsilon, Delta float64
	// Samples is the n of [DPSGD], which is public and stays the same where a model is trained to
	// compare with; 0 where no guarantee was counted.
	Samples int
}

// Name returns how the model was trained.
func (m *Private) Name() string { return m.Method }

// Guarantee returns the epsilon and delta for what a request changes on the training data: no event
// is more than e^epsilon times as likely as if the model had been trained on the corrected data
// with the same settings, DPSGD.Samples at what m.Samples says, delta aside, nor the other way
// round. Each sample that is removed is one step between neighbouring data sets, and each that is
// corrected, in its label or otherwise, two: it goes, and the corrected one comes. k steps have
//
//	k Epsilon,  Delta (1 + e^Epsilon + ... + e^((k-1) Epsilon))
//
// (group privacy: Vadhan 2017, "The Complexity of Differential Privacy", lemma 2.2). A model
// without Epsilon and Delta is an error.
func (m *Private) Guarantee(r Request, train *datasets.Dataset) (epsilon, delta float64, err error) {
	if m.Delta == 0 {
		return 0, 0, fmt.Errorf("unlearn: no epsilon was counted in the training of %s: DPSGD counts one (%w)", m.Name(), errors.ErrUnsupported)
	}
	applied, err := r.apply(train)
	if err != nil {
		return 0, 0, err
	}
	steps := 0
	if !applied.unchanged {
		gone := make([]bool, train.Len())
		mark(gone, r.removed())
		for _, row := range applied.Rows {
			if steps++; !gone[row] {
				steps++
			}
		}
	}
	epsilon, delta = m.group(steps)
	return epsilon, delta, nil
}

// group returns the guarantee for data sets so many added and removed samples apart.
func (m *Private) group(steps int) (epsilon, delta float64) {
	for k := range steps {
		factor := 1.0
		if k > 0 {
			factor = math.Exp(float64(k) * m.Epsilon)
		}
		if delta += m.Delta * factor; delta >= 1 {
			return float64(steps) * m.Epsilon, 1
		}
	}
	if steps > 0 {
		epsilon = float64(steps) * m.Epsilon
	}
	return epsilon, delta
}

// Unlearn implements [Method]. The update is the private model; theta, which is another, is not
// looked at. Before and After are its residual on the corrected data, its own tilt included, and
// Tilt is that.
func (m *Private) Unlearn(ctx context.Context, p *Problem, _ []float64, r Request) (*Update, error) {
	q := *p
	if m.Tilt != nil {
		q.Tilt = m.Tilt
	}
	t, err := begin(ctx, m.Name(), &q, m.Theta, r)
	if err != nil {
		return nil, err
	}
	t.update.Tilt = slices.Clone(m.Tilt)
	if m.Delta > 0 {
		epsilon, delta, err := m.Guarantee(r, p.Train)
		if err != nil {
			return nil, err
		}
		t.note("what the request changes is covered by epsilon %.4g and delta %.4g; each removed sample counts once, each corrected one twice", epsilon, delta)
	}
	return t.keep()
}
