package unlearn

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Certified is certified unlearning by loss perturbation, the paper's method. It holds for a
// request that was fixed before training, with delta + eta in place of delta, where eta is the
// probability over b that the request is refused ([RefusalBound]), for the one model that is
// released or, if it is refused, retrained with a fresh tilt; for methods that depend smoothly on
// the tilt ([SmoothMethod]) and leave a gradient that hardly varies with it; and for objectives
// that compute in float64. How the gradient that is left varies with b, the Jacobian matrix of the
// proof's change of variables, is neglected: no figure here bounds it, neither for the method nor
// for what Trainer leaves. Requests that are chosen by looking at the model, and whoever holds two
// models of one training, are not covered. [OutputPerturbation] has none of these limits.
//
// In convex problems (Guo et al. 2020; docs/paper.md#certificates) a tilt b'theta with b ~ N(0,
// Sigma^2 I) is drawn before training and is part of it; a request is carried out by Method, and a
// [Certificate] is issued if the gradient residual on the corrected data, what training left
// included, is at most Epsilon Sigma / c. Otherwise the update is refused with [BudgetError].
//
//	p, theta, err := m.Train(ctx, problem, start) // p is the problem with its tilt
//	update, err := m.Unlearn(ctx, p, theta, request)
//
// The objective has to be [Convex], Problem.L2 positive, and rows of norm at most 1
// ([Problem.Normalize]). One certificate is for one request; for several against one budget see
// [Certified.Open]. Whoever knows b can undo what it hides: Seed, from which it is drawn with the
// fingerprint of the training data, is as secret as the data, and so is a refusal.
type Certified struct {
	Method  Method // carries requests out; nil = SecondOrder with steps solved to 1e-8
	Budget  Budget
	Trainer Trainer // nil = LBFGS{}
	Seed    uint64  // of b
	// Norm is an upper bound of ||X||_2 of the training data, weights included, see [DataNorm]; 0 =
	// found when a bound needs it. Requests that change features, other than by removing them, have
	// it found again.
	Norm float64
	// AssumeSteady certifies a Method, or a solver in it, that is not this package's own. The
	// caller vouches for what nothing here checks: the gradient that it leaves hardly varies with
	// b, so that p times the norm of du/db is far below Epsilon (see [SmoothMethod]).
	AssumeSteady bool
	// Retrain makes a [Stream] train again, with a fresh tilt, when a request would exceed the
	// budget.
	Retrain bool
}

// Name returns the method's name with "certified-" before it.
func (m Certified) Name() string { return "certified-" + m.method().Name() }

func (m Certified) method() Method {
	if m.Method == nil {
		return SecondOrder{Solver: CG{Tolerance: 1e-8}} // what the solve leaves counts against the budget
	}
	return m.Method
}

// Train draws b and minimizes L(theta; D) + b'theta from start. It returns the problem with its
// tilt, which Unlearn takes, and the parameters.
func (m Certified) Train(ctx context.Context, p *Problem, start []float64) (*Problem, []float64, error) {
	p, _, err := m.examine(p)
	if err != nil {
		return nil, nil, err
	}
	return m.train(ctx, p, start, p.Train, 0)
}

func (m Certified) train(ctx context.Context, p *Problem, start []float64, began *datasets.Dataset, training int) (*Problem, []float64, error) {
	tilted := *p
	tilted.Tilt = m.tilt(p.Dim(), began, training)
	trainer := m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	theta, err := trainer.Train(ctx, &tilted, slices.Clone(start))
	return &tilted, theta, err
}

// examine says why no certificate can be had for the problem, whatever the request. It returns the
// problem with its data looked at.
func (m Certified) examine(p *Problem) (*Problem, smoothness, error) {
	if err := m.Budget.check(); err != nil {
		return nil, smoothness{}, err
	}
	if err := checkSettings("Certified", positiveOr("Norm", m.Norm, "a norm that is found when it is needed")); err != nil {
		return nil, smoothness{}, err
	}
	if p.Objective == nil || p.Train == nil {
		return nil, smoothness{}, errors.New("unlearn: a Problem needs an Objective and Train")
	}
	if err := secretSeed("Certified", m.Seed); err != nil {
		return nil, smoothness{}, err
	}
	if err := m.checkMethod(); err != nil {
		return nil, smoothness{}, err
	}
	s, err := smoothnessOf(p.Objective)
	if err != nil {
		return nil, smoothness{}, err
	}
	if p, err = p.entered(make([]float64, p.Dim())); err != nil {
		return nil, smoothness{}, err
	}
	if low, _ := p.penaltyRange(); !(low > 0) {
		return nil, smoothness{}, fmt.Errorf("unlearn: L2 is %g for a parameter; a certificate needs a regularizer on every parameter, so that "+
			"there is one optimum", low)
	}
	return p, s, checkRowNorms(p.Train)
}

// tilt draws b for a training, the first on the data began: with another seed, on other data or in
// a later training it is another b.
func (m Certified) tilt(dim int, began *datasets.Dataset, training int) []float64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", m.Seed, datasets.Fingerprint(began)))
	return m.Budget.tilt(dim, binary.LittleEndian.Uint64(sum[:]), training)
}

// checkMethod refuses methods that the proof does not hold for.
func (m Certified) checkMethod() error {
	smooth, ok := m.method().(SmoothMethod)
	if !ok {
		return fmt.Errorf("unlearn: %s cannot be certified by loss perturbation: the proof holds for methods whose result depends smoothly on the "+
			"parameters that they are given (see SmoothMethod); OutputPerturbation certifies any request", m.method().Name())
	}
	if err := smooth.Smooth(); err != nil {
		return err
	}
	if !m.AssumeSteady && !steadyByDesign(m.method()) {
		return fmt.Errorf("unlearn: %s cannot be certified by loss perturbation: it is not one of this package's methods with one of its solvers, and the proof neglects "+
			"how what it leaves varies with the tilt: set Certified.AssumeSteady if you vouch for that (see SmoothMethod); OutputPerturbation certifies any request",
			m.method().Name())
	}
	return nil
}

// Unlearn implements [Method]. p is the problem that Train returned, theta its parameters. The
// update carries its certificate; beside a [BudgetError] stands an update without Theta. Check
// holds what the certificate costs beside the update: one gradient where the method's steps have
// those before and after ([SteppedMethod]), as second order's have, and three otherwise.
func (m Certified) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	p, s, err := m.examine(p)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(p.Tilt, m.tilt(p.Dim(), p.Train, 0)) {
		return nil, errors.New("unlearn: Problem.Tilt is not the one that Budget.Sigma and Seed draw: b belongs to the training, " +
			"so take the problem and the parameters that Certified.Train returned")
	}
	w := m.begin(p, s)
	left := make([]float64, len(theta))
	if err := w.p.Gradient(ctx, left, theta); err != nil {
		return nil, err
	}
	u, err := w.carryOut(ctx, theta, left, r)
	if err != nil {
		return w.closed(u), err
	}
	c := u.Certificate
	c.Spent = c.Residual
	if c.Issued = c.Spent <= c.Allowed; !c.Issued {
		u.Theta = nil
		return w.closed(u), &BudgetError{Method: m.method().Name(), Certificate: *c, Reset: c.Trained}
	}
	return w.closed(u), nil
}

// certifying is one request at work.
type certifying struct {
	m     Certified
	s     smoothness
	p     *Problem // before the request, metered
	meter *Meter
	grad  []float64 // grad L(theta'; D'), after carryOut
	xnorm float64   // upper bound of ||X||_2; 0 = found when it is needed
	later bool      // the last step was a second or later one
}

func (m Certified) begin(p *Problem, s smoothness) *certifying {
	metered := *p
	meter := NewMeter(p.Objective)
	metered.Objective = meter
	return &certifying{m: m, s: s, p: &metered, meter: meter, grad: make([]float64, p.Dim()), xnorm: m.Norm}
}

// closed books what the certificate cost on the trust check.
func (w *certifying) closed(u *Update) *Update {
	if u != nil {
		all := w.meter.Cost()
		u.Check = u.Check.Plus(all.Minus(u.Cost))
		u.Cost = all
	}
	return u
}

// carryOut lets the method do it and measures: the update comes with a certificate in which Spent
// and Issued are open. left is grad L(theta; D).
func (w *certifying) carryOut(ctx context.Context, theta, left []float64, r Request) (*Update, error) {
	method := w.m.method()
	if stepped, ok := method.(SteppedMethod); ok {
		method = stepped.WithSteps()
	}
	u, err := method.Unlearn(ctx, w.p, theta, r)
	if u != nil { // they hold the parameters before the request
		defer func() { u.Steps = nil }()
	}
	if err != nil {
		return u, err
	}
	if u.Theta == nil || u.Transform != nil || u.Predict != nil {
		return nil, fmt.Errorf("unlearn: %s leaves no parameters of one model, so there is nothing to certify", method.Name())
	}
	if r.changesFeatures() {
		if err := checkRowNorms(u.Data); err != nil {
			return nil, fmt.Errorf("after the request: %w", err)
		}
		w.xnorm = 0
	}
	if err := u.checkSteps(len(theta)); err != nil {
		return nil, err
	}
	corrected := w.p.on(u.Data)
	g, err := w.gradients(ctx, corrected, theta, u)
	if err != nil {
		return nil, err
	}
	floats.Sub(g, left)
	c := &Certificate{Budget: w.m.Budget, Allowed: w.m.Budget.Residual(), Residual: norm(w.grad), Trained: norm(left)}
	last := u.lastStep()
	if last != nil && w.xnorm == 0 && w.s.gamma2 > 0 {
		if w.xnorm, err = dataNorm(ctx, u.Data); err != nil {
			return nil, err
		}
	}
	u.Certificate = c
	w.later = last != nil && last.Follows == FullGradient
	return u, w.m.boundsOf(ctx, c, corrected, w.s, theta, u, g, w.xnorm)
}

// gradients writes grad L(.; D') at the new parameters to w.grad and returns that at the old: those
// that the method's steps have, or new ones.
func (w *certifying) gradients(ctx context.Context, corrected *Problem, old []float64, u *Update) ([]float64, error) {
	if after := u.gradientAt(u.Theta); after != nil {
		copy(w.grad, after)
	} else if err := corrected.Gradient(ctx, w.grad, u.Theta); err != nil {
		return nil, err
	}
	if before := u.gradientAt(old); before != nil {
		return slices.Clone(before), nil
	}
	before := make([]float64, len(old))
	return before, corrected.Gradient(ctx, before, old)
}

// changesFeatures reports whether rows may have grown: removed samples and features cannot make
// them or ||X||_2 larger.
func (r Request) changesFeatures() bool {
	return slices.ContainsFunc(r.Changes, func(c Change) bool {
		return c.size() > 0 && (c.Kind == FeatureCorrection || c.Kind == SampleCorrection)
	})
}
