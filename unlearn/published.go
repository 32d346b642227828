package unlearn

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// PublishedSecondOrder is the second-order update as the authors of "Machine Unlearning of Features
// and Labels" run it on their LSTM, by LiSSA with numbers set by hand (docs/paper.md#lissa):
//
//	u_0 = G,  u_j = G + (1 - Damping) u_{j-1} - (1/Scale) H_B u_{j-1},  theta' = theta - u_J / Scale,
//
// with G as in [SecondOrder] and H_B the curvature summed over a mini-batch B of the corrected
// data: neither rescaled to all n samples nor with the regularizer. Its fixed point is (mean H_B +
// Damping Scale I)^-1 G, where the mean over batches is |B|/n times the curvature of all samples.
// It is here to be compared with; SecondOrder needs no such numbers.
//
// What the authors do not look at is told: the relative residual of that fixed point, ||G - (mean
// H_B + Damping Scale I) u_j/Scale|| / ||G||, with the mean from Check batches drawn apart from the
// recursion's, after each iteration. A residual that grows (above 10, above 1 at the end, or rising
// over the last two thirds of the iterations) ends the update with [DivergedError]; one that is
// merely large is told in Stats and Notes, since the authors set no tolerance. An update that
// raises the gradient residual is refused with [WorseError], as all are. The zero value has the
// paper's damping and scale, which its authors chose for their model and for no other.
type PublishedSecondOrder struct {
	Batch      int     // samples in a batch; 0 = 500
	Damping    float64 // 0 = 0.1
	Scale      float64 // 0 = 39,000
	Iterations int     // J; 0 = 30
	Seed       uint64  // of the batches, and of Sample
	Curvature  Curvature
	Check      int // batches that the residual is taken on; 0 = 4
	// Trace is called after each iteration, and for u_0 as iteration 0 with a change of 0: change
	// is ||u_j - u_{j-1}|| / ||u_{j-1}||.
	Trace func(iteration int, change, residual float64)
	// Sample > 0 estimates the residuals before and after on that many samples of either kind: see
	// [Subsample].
	Sample int
	// Force keeps an update that made things worse, and one whose recursion diverged (its last
	// iterate, if that is finite).
	Force bool
}

// Name returns "second-order-published".
func (PublishedSecondOrder) Name() string { return "second-order-published" }

// Forces implements [ForcingMethod].
func (m PublishedSecondOrder) Forces() bool { return m.Force }

// Sampling implements [SampledMethod].
func (m PublishedSecondOrder) Sampling() Sampling { return Sampling{m.Sample, m.Seed} }

// Unlearn implements [Method]. It costs the gradients of the affected samples, before and after,
// and a product with Batch samples an iteration, to which Gauss-Newton adds a linearization. The
// products that only serve the residual are booked on Check.
func (m PublishedSecondOrder) Unlearn(ctx context.Context, p *Problem, theta []float64, r Request) (*Update, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	m.Batch, m.Damping, m.Scale = cmp.Or(m.Batch, 500), cmp.Or(m.Damping, 0.1), cmp.Or(m.Scale, 39_000)
	m.Iterations, m.Check = cmp.Or(m.Iterations, 30), cmp.Or(m.Check, 4)
	t, err := beginSampled(ctx, m.Name(), p, theta, r, m.Sampling())
	if err != nil {
		return nil, err
	}
	t.update.Ridge = m.Damping * m.Scale
	if t.unchanged() {
		return t.keep()
	}
	g, err := t.difference(ctx)
	if err != nil {
		return t.refuse(err)
	}
	delta, err := m.recursion(ctx, t, g)
	if err != nil {
		if !m.Force || !numerical(err) || notFinite(delta) >= 0 {
			return t.refuse(err)
		}
		t.forced(err)
	}
	next := slices.Clone(theta)
	floats.Sub(next, delta)
	after, err := t.checkResidual(ctx, next)
	if err != nil {
		return t.refuse(err)
	}
	return t.judge(next, after, m.Force, remedy{[]string{"raise Scale", "use SecondOrder"}, setForce})
}

func (m PublishedSecondOrder) check() error {
	return checkSettings("PublishedSecondOrder", count("Batch", m.Batch, "the default 500"), count("Iterations", m.Iterations, "the default 30"),
		count("Check", m.Check, "the default 4"), positiveOr("Scale", m.Scale, "the default 39,000"), positiveOr("Damping", m.Damping, "the default 0.1"),
		m.Curvature.setting())
}

// recursion returns u_J / Scale.
func (m PublishedSecondOrder) recursion(ctx context.Context, t *attempt, g []float64) ([]float64, error) {
	bare := *t.p
	bare.L2 = 0
	n := t.p.Train.Len()
	run := &publishedRun{PublishedSecondOrder: m, p: &bare, t: t, g: g, u: slices.Clone(g), next: make([]float64, len(g)), gnorm: norm(g),
		best: math.Inf(1), rng: rand.New(rand.NewPCG(m.Seed, 0x9b115))}
	run.Batch = min(m.Batch, n)
	start := time.Now()
	err := run.solve(ctx)
	st := unsolved("lissa-published")
	st.Iterations, st.Scale, st.Ridge = max(len(run.residuals)-1, 0), m.Scale, m.Damping*m.Scale
	st.Products, st.Seconds = float64(st.Iterations*run.Batch)/float64(n), time.Since(start).Seconds()
	if len(run.residuals) > 0 {
		st.Residual = run.residuals[st.Iterations]
		st.Independent = st.Residual
	}
	t.update.Solves = append(t.update.Solves, st)
	inverse := float64(n) / float64(run.Batch)
	t.note("relative residual %.3g of the fixed point, which is %.4g (H + %.4g I)^-1 G with H the curvature of all samples",
		st.Residual, inverse, inverse*st.Ridge)
	floats.Scale(1/m.Scale, run.u)
	return run.u, err
}

// publishedRun is one recursion.
type publishedRun struct {
	PublishedSecondOrder
	p          *Problem // without regularizer
	t          *attempt
	g, u, next []float64
	gnorm      float64
	operator   Operator  // mean H_B + Damping Scale I, on samples of its own
	residuals  []float64 // of u_0, u_1, ...
	best       float64
	rng        *rand.Rand
	order      []int // what is left of a pass over the samples
}

// verifier fixes the matrix that the iterates are held against.
func (s *publishedRun) verifier(ctx context.Context) error {
	n := s.p.Train.Len()
	rows := rand.New(rand.NewPCG(s.Seed, 0xc4ec)).Perm(n)[:min(n, min(s.Check, n)*s.Batch)]
	parts := strata{{s.p.Train.Subset(rows), float64(s.Batch) / float64(len(rows))}}
	return s.apart(func() error {
		h, err := s.p.hessianOver(ctx, s.t.theta, s.Curvature, parts)
		if err == nil {
			s.operator = Ridge(h, s.Damping*s.Scale)
		}
		return err
	})
}

// apart books what f does on the account of the trust check.
func (s *publishedRun) apart(f func() error) error {
	start := s.t.meter.Cost()
	err := f()
	s.t.update.Check = s.t.update.Check.Plus(s.t.meter.Cost().Minus(start))
	return err
}

func (s *publishedRun) solve(ctx context.Context) error {
	if err := s.verifier(ctx); err != nil {
		return err
	}
	if err := s.verify(ctx, 0); err != nil || s.gnorm == 0 {
		return err
	}
	for range s.Iterations {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.p.curvatureProduct(ctx, s.next, s.t.theta, s.u, s.Curvature, s.batch()); err != nil {
			return err
		}
		for j, hu := range s.next {
			s.next[j] = s.g[j] + (1-s.Damping)*s.u[j] - hu/s.Scale
		}
		change := floats.Distance(s.next, s.u, 2) / norm(s.u)
		s.u, s.next = s.next, s.u
		if err := s.verify(ctx, change); err != nil {
			return err
		}
	}
	if s.rising() {
		return s.diverged()
	}
	return nil
}

// batch returns the next samples of a pass in random order; where what is left is too little for a
// batch, the next pass begins.
func (s *publishedRun) batch() *datasets.Dataset {
	if len(s.order) < s.Batch {
		s.order = s.rng.Perm(s.p.Train.Len())
	}
	rows := s.order[:s.Batch]
	s.order = s.order[s.Batch:]
	return s.p.Train.Subset(rows)
}

// verify takes the true residual of u: ||G - (mean H_B + Damping Scale I) u/Scale|| / ||G||.
func (s *publishedRun) verify(ctx context.Context, change float64) error {
	if err := s.apart(func() error { return s.operator.MulVecTo(ctx, s.next, s.u) }); err != nil {
		return err
	}
	for j, au := range s.next {
		s.next[j] = s.g[j] - au/s.Scale
	}
	residual := norm(s.next)
	if s.gnorm > 0 {
		residual /= s.gnorm
	}
	s.residuals = append(s.residuals, residual)
	if s.Trace != nil {
		s.Trace(len(s.residuals)-1, change, residual)
	}
	if residual < s.best {
		s.best = residual
	}
	if !(residual <= divergenceFactor) { // ten times worse than doing nothing
		return s.diverged()
	}
	return nil
}

// risingFactor is by how much the mean residual of the last third of a recursion has to be above
// that of the third before to be called growth, if all of the last third is above that mean. Once
// it has come as near as batches allow, their noise moves it too.
const risingFactor = 1.25

// rising reports whether the recursion was growing when it ended, or ended worse than doing
// nothing.
func (s *publishedRun) rising() bool {
	n := len(s.residuals)
	third := n / 3
	switch {
	case !(s.residuals[n-1] <= 1):
		return true
	case third == 0 || s.residuals[n-1] <= negligible:
		return false
	}
	last, before := s.residuals[n-third:], floats.Sum(s.residuals[n-2*third:n-third])/float64(third)
	return floats.Sum(last)/float64(third) > risingFactor*before && floats.Min(last) >= before
}

func (s *publishedRun) diverged() error {
	return &DivergedError{Solver: "lissa-published", Iterations: len(s.residuals) - 1, Residual: s.residuals[len(s.residuals)-1], Best: s.best,
		Scale: s.Scale, Curvature: math.NaN(), Remedy: "raise Scale (above half the largest eigenvalue of H_B) or Damping, or use SecondOrder"}
}
