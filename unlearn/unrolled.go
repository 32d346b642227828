package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// UnrolledResponse is how training itself would have answered the request, by the response of its
// gradient flow (SOURCE, Bae et al. 2024, arXiv 2405.12186, in its forward form). Over segments l
// of the training, with curvature H_l and the request's gradient g_l at the segment's parameters,
//
//	d <- exp(-(t_l/W) H_l) d - f_{t_l/W}(H_l) g_l,  f_t(s) = (1 - exp(-t s)) / s,  d = 0 at first,
//
// and theta' = theta + d. t_l is the sum of the learning rates of the segment's steps over 1 -
// momentum, and W the sum of the corrected samples' weights: losses are sums here, and trainings
// step along means. One segment is d = -f(H) G. f is bounded by t, so that a direction that
// training had no time to learn moves as little as training would have moved it; there is no ridge
// to choose, and a Newton step is the limit of t -> infinity.
//
// f(H) g is taken in the Krylov space of H d + g, since exp(-t s) = 1 - s f_t(s). Negative
// eigenvalues, which only FullHessian has, count as 0.
type UnrolledResponse struct {
	// Segments are those of the training, in their order. nil = one at the old parameters, of Time.
	Segments []Segment
	Time     float64 // t of the one segment where Segments is nil; see [TrainingTime]
	// Squares (p) are the means of squared gradients of the mean loss that Adam had at its end,
	// vhat: the curvature becomes P^1/2 H P^1/2 with P = 1/(sqrt(vhat) + Epsilon). nil = none.
	Squares   []float64
	Epsilon   float64   // 0 = 1e-8
	Curvature Curvature // GaussNewton for networks
	Products  int       // of each segment's space; 0 = 20. One more where d is not 0

	// Sample > 0 estimates H and the residuals before and after on that many samples of either
	// kind, drawn by Seed: see [Subsample]. Gradients are never estimated.
	Sample int
	Seed   uint64
	Force  bool // keep an update that made things worse
}

// Segment is a part of a training over which its parameters are taken to be the same.
type Segment struct {
	Theta []float64 // the parameters (p); nil = the old ones
	Time  float64   // sum of the learning rates of its steps over 1 - momentum
	// Steps > 0 takes so many steps of plain gradient descent for what they are, with (1 - t s /
	// Steps)^Steps in the place of exp(-t s), which is their limit. It has to be below 2 Steps / t
	// times W for all eigenvalues s, as for the training itself.
	Steps int
}

// Name returns "unrolled".
func (UnrolledResponse) Name() string { return "unrolled" }

// Forces implements [ForcingMethod].
func (m UnrolledResponse) Forces() bool { return m.Force }

// Sampling implements [SampledMethod].
func (m UnrolledResponse) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

func (m UnrolledResponse) check(p int) error {
	err := checkSettings("UnrolledResponse", notNegative("Time", m.Time), positiveOr("Epsilon", m.Epsilon, "the default 1e-8"),
		count("Products", m.Products, "the default 20"), multipliers("Squares", m.Squares), m.Curvature.setting())
	if err != nil {
		return err
	}
	if m.Squares != nil && len(m.Squares) != p {
		return fmt.Errorf("unlearn: UnrolledResponse.Squares has length %d for %d parameters; leave it nil for none", len(m.Squares), p)
	}
	if m.Segments == nil && m.Time == 0 {
		return errors.New("unlearn: UnrolledResponse needs Time, the sum of the training's learning rates over 1 - momentum (see TrainingTime), or Segments")
	}
	for i, s := range m.Segments {
		of := fmt.Sprintf("UnrolledResponse.Segments[%d]", i)
		if err := checkSettings(of, notNegative("Time", s.Time), count("Steps", s.Steps, "their limit"), numbers("Theta", s.Theta)); err != nil {
			return err
		}
		if s.Theta != nil && len(s.Theta) != p {
			return fmt.Errorf("unlearn: %s.Theta has length %d for %d parameters", of, len(s.Theta), p)
		}
	}
	return nil
}

// Unlearn implements [Method]. A segment costs the gradients of the affected samples, before and
// after, a linearization, and Products products; and gradients over all samples where the request
// changes the sum of their weights.
func (m UnrolledResponse) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(len(theta)); err != nil {
		return nil, err
	}
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.Sampling())
	if err != nil {
		return nil, err
	}
	if t.unchanged() {
		return t.keep()
	}
	if err := t.checkDifference(ctx); err != nil {
		return t.refuse(err)
	}
	segments := m.Segments
	if segments == nil {
		segments = []Segment{{Time: m.Time}}
	}
	u := &unrolling{UnrolledResponse: m, t: t, before: t.p.on(p.Train), d: make([]float64, len(theta)), root: m.root(len(theta))}
	for k, s := range segments {
		if err := u.segment(ctx, s, k); err != nil {
			return t.refuse(fmt.Errorf("unlearn: %s: segment %d: %w", m.Name(), k, err))
		}
	}
	next := slices.Clone(theta)
	for j, v := range u.d {
		next[j] += u.root[j] * v
	}
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Force, remedy{[]string{"use a shorter Time", "use Curvature: GaussNewton", "use more Products"}, setForce})
}

// root is P^1/2.
func (m UnrolledResponse) root(p int) []float64 {
	root := make([]float64, p)
	for j := range root {
		root[j] = 1
		if m.Squares != nil {
			root[j] = 1 / math.Sqrt(math.Sqrt(m.Squares[j])+cmp.Or(m.Epsilon, 1e-8))
		}
	}
	return root
}

// unrolling is an UnrolledResponse at work.
type unrolling struct {
	UnrolledResponse
	t      *attempt
	before *Problem  // on the data before the request
	d      []float64 // P^-1/2 times the response so far
	root   []float64 // P^1/2
}

// segment carries the response over one segment.
func (u *unrolling) segment(ctx context.Context, s Segment, k int) error {
	theta := s.Theta
	if theta == nil {
		theta = u.t.theta
	}
	mass := u.t.p.Train.TotalWeight()
	if !(mass > 0) {
		return fmt.Errorf("the samples of %s weigh %v together", nameOf(u.t.p.Train), mass)
	}
	h, err := u.curvature(ctx, theta, k)
	if err != nil {
		return err
	}
	g, err := u.drive(ctx, theta, mass)
	if err != nil {
		return err
	}
	floats.Mul(g, u.root)
	if !isZero(u.d) {
		product := make([]float64, len(g))
		if err := h.MulVecTo(ctx, product, u.d); err != nil {
			return err
		}
		floats.Add(g, product)
	}
	space, err := NewKrylov(ctx, h, g, cmp.Or(u.Products, 20))
	if err != nil {
		return err
	}
	f := s.filter(s.Time / mass)
	step, err := space.Function(f, 0)
	if err != nil {
		return err
	}
	if n := space.Products(); n > 1 {
		less, err := space.Function(f, n-1)
		if err != nil {
			return err
		}
		u.t.note("segment %d: %d products, the last of which changed the step by %.2g of its length", k+1, n, floats.Distance(step, less, 2)/max(norm(step), math.SmallestNonzeroFloat64))
	}
	floats.Sub(u.d, step)
	return nil
}

// curvature is P^1/2 H P^1/2 at the segment's parameters, on the corrected data.
func (u *unrolling) curvature(ctx context.Context, theta []float64, k int) (Operator, error) {
	var h Operator
	var err error
	if u.t.check == nil {
		h, err = u.t.p.Hessian(ctx, theta, u.Curvature)
	} else {
		var s *Subsample
		if s, err = u.t.draw(curvatureSample, k); err == nil {
			h, err = s.Hessian(ctx, u.t.p, theta, u.Curvature)
		}
	}
	if err != nil || u.Squares == nil {
		return h, err
	}
	return &preconditioned{h, u.root, make([]float64, len(theta))}, nil
}

// drive is what a step on the corrected data follows beyond one on the old data, in units of the
// former: grad L(theta; D') - (W'/W) grad L(theta; D), which is G where the weights are the same.
func (u *unrolling) drive(ctx context.Context, theta []float64, mass float64) ([]float64, error) {
	g := make([]float64, len(theta))
	if old := u.before.Train.TotalWeight(); old != mass {
		full := make([]float64, len(theta))
		if err := u.t.p.Gradient(ctx, g, theta); err != nil {
			return nil, err
		}
		if err := u.before.Gradient(ctx, full, theta); err != nil {
			return nil, err
		}
		floats.AddScaled(g, -mass/old, full)
		return g, nil
	}
	return g, u.before.Difference(ctx, g, theta, u.t.applied)
}

// filter is f_t, of the steps themselves or of their limit.
func (s Segment) filter(t float64) func(eigenvalue float64) float64 {
	return func(eigenvalue float64) float64 {
		x := max(eigenvalue, 0) * t
		if x < 1e-300 {
			return t
		}
		if s.Steps == 0 {
			return -math.Expm1(-x) / x * t
		}
		n := float64(s.Steps)
		if y := x / n; y < 1 {
			return -math.Expm1(n*math.Log1p(-y)) / x * t
		}
		return (1 - math.Pow(1-x/n, n)) / x * t
	}
}

// preconditioned is R A R with R diagonal.
type preconditioned struct {
	a    Operator
	root []float64
	x    []float64
}

func (o *preconditioned) Dim() int { return o.a.Dim() }

func (o *preconditioned) MulVecTo(ctx context.Context, dst, x []float64) error {
	floats.MulTo(o.x, o.root, x)
	if err := o.a.MulVecTo(ctx, dst, o.x); err != nil {
		return err
	}
	floats.Mul(dst, o.root)
	return nil
}
