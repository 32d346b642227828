package unlearn

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// ObjectivePerturbation is differential privacy by a noisy objective (Chaudhuri et al. 2011), the paper's baseline "DP": a tilt b'theta,
// b ~ N(0, Sigma^2 I), is drawn before training, and a request changes nothing: what it asks to forget was never clear to see. How much a
// request may have to do with the parameters is their residual on the corrected data, r0 + ||G|| at most, for which [Budget] says what
// sigma hides it.
//
// The model is trained before the request, by [ObjectivePerturbation.Train]; ObjectivePerturbation itself is a [Method] too, which trains
// first, outside the cost of the update.
type ObjectivePerturbation struct {
	Sigma   float64
	Trainer Trainer   // nil = LBFGS{}
	Start   []float64 // of the training (p); nil = Init of an [Initializer] by Seed, or zeros: never a model that was trained before
	Seed    uint64    // of b
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

// Private is a model whose training was private, so that a request leaves it as it is. It is a [Method].
type Private struct {
	Method string    // how it was trained: "dp" or "dp-sgd"
	Theta  []float64 // the parameters (p)
	Tilt   []float64 // b that they were trained with; nil = none
	// Epsilon and Delta are what the training of DP-SGD guarantees for one sample; 0 where no such guarantee was counted.
	Epsilon, Delta float64
}

// Name returns how the model was trained.
func (m *Private) Name() string { return m.Method }

// Unlearn implements [Method]. The update is the private model; theta, which is another, is not looked at. Before and After are its
// residual on the corrected data, its own tilt included, and Tilt is that.
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
	return t.keep()
}
