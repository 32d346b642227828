package unlearn

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// OutputPerturbation is certified unlearning by noise on the result (Neel, Roth and
// Sharifi-Malvajerdi 2021, "Descent-to-Delete"). L is strongly convex with constant lambda, the
// smallest regularizer of a parameter. Newton steps go on until the gradient residual on the
// corrected data D', its rounding error included, is at most Residual = r, which is fixed before
// anything is looked at. Then
//
//	||theta' - theta*|| <= r/lambda
//
// for the retrained optimum theta* of L(.; D'), and what is published is a [Release]:
//
//	theta' + N(0, s^2 I), with s the smallest noise at which the exact Gaussian mechanism ([GaussianMu]) is
//	(Epsilon, Delta)-close at the distance r/lambda.
//
// What is guaranteed: for every set S of parameters, P(release in S) <= e^Epsilon P(theta* + N(0,
// s^2 I) in S) + Delta and the other way round, where theta* is retrained on D' alone. With Against
// set to [SameMechanism] the comparison is with this mechanism run on D' from scratch, which stops
// at r itself; the distance is then 2r/lambda. The guarantee is for each release, given all that
// was published before it, so requests may be chosen by looking at earlier releases. For all
// releases together see [OutputPerturbation.Together].
//
// What is assumed: the objective is convex in theta and computes in float64 ([ConvexLoss]); lambda
// > 0; theta', which is the state that the next request starts from, the data and the generator of
// the noise stay secret; one release is drawn from a state, never two, since their mean has less
// noise; floating-point numbers stand for real ones, but for the rounding error of the residual,
// which is bounded, and the release's own low digits, which are rounded away; where the noise is so
// small that float64 has no digits to round to, it is an error. No parameter was trained elsewhere
// on what is to be forgotten. Rows may have any norm.
//
// What is not promised: whoever holds two consecutive releases sees about by how much the request
// moved the optimum, and so may learn of what was removed. Retraining has the same effect. An error
// is not covered: a descent that does not reach r publishes nothing, and that it failed may depend
// on the data.
type OutputPerturbation struct {
	Epsilon  float64 // above 0
	Delta    float64 // above 0, below 1
	Residual float64 // r; 0 = 1e-6. More costs less work and more noise, in proportion
	Against  Comparison
	Newton   Newton  // steps of a request and the finish of a training; Tolerance is set by Residual
	Trainer  Trainer // of the first training, whose result Newton finishes; nil = LBFGS{}
	// Rand draws the noise; nil = a generator that crypto/rand seeds for each release. Whoever
	// knows its state can take the noise off, so a seeded one is for tests and measurements that
	// are repeated.
	Rand *rand.Rand
}

// Comparison says which retrained model a [Release] is compared with.
type Comparison int

const (
	// ExactOptimum: the optimum of the loss on the corrected data, plus the same noise. The corrected
	// data are the numbers that the request leaves: scaling that was computed with what it takes
	// away stays as it was, on both sides.
	ExactOptimum Comparison = iota
	// SameMechanism: the model that the same mechanism publishes when it is run on the corrected
	// data alone.
	SameMechanism
)

// Release is a model that may be published. None of its other figures depends on the data.
type Release struct {
	Theta          []float64 // the parameters (p), with their noise
	Epsilon, Delta float64
	Residual       float64 // r, the bound of the gradient residual that the release rests on
	Lambda         float64 // constant of strong convexity
	Distance       float64 // r/lambda, or 2r/lambda against the same mechanism
	Noise          float64 // s, the standard deviation of the noise of each parameter
	Against        Comparison
}

// ConvexLoss is an Objective that is convex in theta and computes in float64: a convex loss of
// outputs that are linear in theta.
type ConvexLoss interface {
	// LossSmoothness returns the largest eigenvalue of the Hessian of a sample's loss in its
	// outputs, and the largest norm of its gradient, +Inf if there is none. An objective that is
	// not convex in theta, or is not computed in float64, returns an error with the reason.
	LossSmoothness() (curvature, slope float64, err error)
}

// ConvexInParameters is an Objective that says whether it is convex in theta, without the bounds that
// certificates need of it: [ConvexLoss] and [Convex] say more. [Auto] solves such a problem.
type ConvexInParameters interface {
	// ConvexInParameters returns nil, or why the objective is not convex in theta, or not computed in
	// float64.
	ConvexInParameters() error
}

// Name returns "output-perturbation".
func (OutputPerturbation) Name() string { return "output-perturbation" }

// Distance returns how far apart the two models that are compared can be before their noise:
// r/lambda or 2r/lambda.
func (m OutputPerturbation) Distance(lambda float64) float64 {
	d := cmp.Or(m.Residual, 1e-6) / lambda
	if m.Against == SameMechanism {
		d *= 2
	}
	return d
}

// Noise returns s for a constant of strong convexity.
func (m OutputPerturbation) Noise(lambda float64) float64 {
	return m.Distance(lambda) / GaussianMu(m.Epsilon, m.Delta)
}

// Together returns the epsilon of that many releases taken together, at the Delta given: what
// whoever holds all of them can tell from as many retrained ones (Dong, Roth and Su 2022, corollary
// 3.3).
func (m OutputPerturbation) Together(releases int) float64 {
	return GaussianEpsilon(GaussianMu(m.Epsilon, m.Delta)*math.Sqrt(float64(releases)), m.Delta)
}

func (m OutputPerturbation) check() error {
	delta, against := setting{}, setting{}
	if !(m.Delta > 0 && m.Delta < 1) {
		delta = bad("Delta", m.Delta, "a number above 0 and below 1")
	}
	if m.Against != ExactOptimum && m.Against != SameMechanism {
		against = bad("Against", int(m.Against), "ExactOptimum or SameMechanism")
	}
	err := checkSettings("OutputPerturbation", above0("Epsilon", m.Epsilon, ""), delta, positiveOr("Residual", m.Residual, "1e-6"), against)
	if err != nil {
		return err
	}
	return m.Newton.check("OutputPerturbation.Newton")
}

// examine says why nothing can be certified on the problem, whatever the request. It returns the
// problem with its data looked at.
func (m OutputPerturbation) examine(p *Problem) (*Problem, exactDescent, error) {
	if err := m.check(); err != nil {
		return nil, exactDescent{}, err
	}
	p, err := p.sound()
	if err == nil {
		err = p.check(make([]float64, p.Dim()))
	}
	if err != nil {
		return nil, exactDescent{}, err
	}
	m.Residual = cmp.Or(m.Residual, 1e-6)
	d := exactDescent{OutputPerturbation: m}
	inner := innermost(p.Objective)
	loss, ok := offered[ConvexLoss](p.Objective)
	if !ok {
		return nil, d, &NotConvexError{fmt.Sprintf("%T", inner), errors.New("it does not say that it is convex (see the interface ConvexLoss)")}
	}
	if d.curvature, d.slope, err = loss.LossSmoothness(); err != nil {
		return nil, d, &NotConvexError{fmt.Sprintf("%T", inner), err}
	}
	d.slope *= math.Sqrt(float64(p.Train.Width())) // of the sum over a sample's labels
	if d.lambda, d.largest = p.penaltyRange(); !(d.lambda > 0) {
		return nil, d, fmt.Errorf("unlearn: L2 is %g for a parameter; a certificate needs a regularizer on every parameter, so that there is one optimum",
			d.lambda)
	}
	return p, d, nil
}

// Train minimizes L(.; D) from start (p) and returns the state, which stays secret and which
// requests start from, and the first release. The release holds for start whatever it is: only the
// residual counts.
func (m OutputPerturbation) Train(ctx context.Context, p *Problem, start []float64) (state []float64, r *Release, err error) {
	p, d, err := m.examine(p)
	if err != nil {
		return nil, nil, err
	}
	trainer := m.Trainer
	if trainer == nil {
		trainer = LBFGS{}
	}
	rough, err := trainer.Train(ctx, p, slices.Clone(start))
	if _, short := errors.AsType[*NotConvergedError](err); err != nil && !short {
		return nil, nil, err
	}
	state, _, err = d.descend(ctx, p, rough)
	if err != nil {
		return nil, nil, err
	}
	if r, err = d.release(state); err != nil {
		return nil, nil, err
	}
	return state, r, nil
}

// Unlearn implements [Method]. theta is the state of [OutputPerturbation.Train] or of the request
// before, without noise. The update's Theta is the published model and its Release says what holds
// for it. Its State is the state that the next request starts from. State, Before, After and Cost
// depend on the data and stay secret. A request that changes nothing has no release of its own:
// Unchanged is set and Theta is nil.
func (m OutputPerturbation) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	began := time.Now()
	p, d, err := m.examine(p)
	if err != nil {
		return nil, err
	}
	if err := p.check(theta); err != nil {
		return nil, err
	}
	applied, err := r.apply(p.Train)
	if err != nil {
		return nil, err
	}
	u := &Update{Method: m.Name(), Data: applied.Data, Before: math.NaN(), After: math.NaN()}
	if applied.Data == p.Train {
		u.State, u.Unchanged = slices.Clone(theta), true
		u.Notes = append(u.Notes, "changes nothing: "+applied.Nothing()+"; the last release stands, since two of one state would have less noise together")
		return u, nil
	}
	meter := NewMeter(p.Objective)
	corrected := p.on(applied.Data)
	corrected.Objective = meter
	state, progress, err := d.descend(ctx, corrected, theta)
	u.Cost = meter.Cost()
	u.Cost.Seconds = time.Since(began).Seconds()
	if err != nil {
		return u, err
	}
	released, err := d.release(state)
	if err != nil {
		return u, err
	}
	u.Before, u.After = progress.before, progress.after
	u.State, u.Release, u.Theta = state, released, released.Theta
	return u, nil
}

// release adds the noise.
func (d exactDescent) release(state []float64) (*Release, error) {
	r := &Release{Epsilon: d.Epsilon, Delta: d.Delta, Residual: d.Residual, Lambda: d.lambda,
		Distance: d.Distance(d.lambda), Noise: d.Noise(d.lambda), Against: d.Against}
	if least := leastNoise(state); !(r.Noise >= least) {
		return nil, fmt.Errorf("unlearn: %s published nothing: the noise of %.2g a parameter is too small beside the largest parameter, so that float64 leaves no "+
			"low digits to round away: set OutputPerturbation.Residual to %.2g or more", d.Name(), r.Noise, 2*d.Residual*least/r.Noise)
	}
	r.Theta = perturbed(state, r.Noise, cmp.Or(d.Rand, freshRand()))
	return r, nil
}

// gridBits is how many binary digits below the noise a release keeps. The sum of a float64 and
// drawn noise has low digits that tell which float64 it was (Mironov 2012); rounding to a grid that
// is coarse beside them takes them away.
const gridBits = 20

// gridUlps is how many units in the last place of the largest parameter the grid has to be at least.
// On a finer one the sum of parameter and noise was rounded before it got there, by an amount that
// tells its low digits.
const gridUlps = 16

// gridOf returns the power of two that a release with noise s is rounded to.
func gridOf(s float64) float64 {
	_, exponent := math.Frexp(s)
	return math.Ldexp(1, exponent-gridBits)
}

// leastNoise returns the smallest noise whose grid is coarse enough for these parameters.
func leastNoise(theta []float64) float64 {
	top := 0.0
	for _, v := range theta {
		top = max(top, math.Abs(v))
	}
	ulp := math.Nextafter(top, math.Inf(1)) - top
	return math.Ldexp(gridUlps*ulp, gridBits-1)
}

// perturbed returns theta + N(0, s^2 I) on a grid.
func perturbed(theta []float64, s float64, rng *rand.Rand) []float64 {
	grid := gridOf(s)
	out := make([]float64, len(theta))
	for j, v := range theta {
		out[j] = math.Round((v+s*rng.NormFloat64())/grid) * grid
	}
	return out
}

// freshRand returns a generator that nobody can guess.
func freshRand() *rand.Rand {
	var seed [32]byte
	_, _ = crand.Read(seed[:]) // never fails: the program ends where there is no randomness
	return rand.New(rand.NewChaCha8(seed))
}
