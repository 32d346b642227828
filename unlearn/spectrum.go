package unlearn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// SpectrumOptions sets what [Lanczos] spends. The zero value is ready.
type SpectrumOptions struct {
	// Steps is the number of products a probe; 0 = 64, or fewer where Steps vectors of length p
	// would pass 512 MB (but never under 8). With Steps >= p the whole spectrum is found.
	Steps   int
	Seed    uint64
	Density bool // run several probes and keep Nodes and Weights
	Probes  int  // number of random starts with Density; 0 = 5
}

// Spectrum is what Lanczos' method found of the eigenvalues of a symmetric matrix.
//
// Every Ritz value is a Rayleigh quotient, so Largest is a lower and Smallest an upper estimate: a
// matrix whose Smallest is negative is indefinite for certain, one whose Smallest is positive need
// not be definite. The outer eigenvalues come out first and well separated ones best; a Smallest
// that crowds with its neighbours in relation to the whole width of the spectrum converges last.
// The bounds say how far an eigenvalue can be: one lies within LargestBound of Largest and one
// within SmallestBound of Smallest, though not necessarily the outermost.
type Spectrum struct {
	Largest, Smallest           float64
	LargestBound, SmallestBound float64 // ||A y - theta y|| of the Ritz pair (theta, y)
	Products                    float64

	// Nodes, rising, with Weights that sum to 1 are the stochastic Lanczos quadrature of the
	// spectral density (1/p) sum_i delta(x - lambda_i) (Ubaru, Chen and Saad 2017): sum_k
	// Weights[k] f(Nodes[k]) estimates trace f(A) / p. nil without Density.
	Nodes, Weights []float64
}

// Lanczos estimates the spectrum of a from products with it, by Lanczos' method with full
// reorthogonalization (Parlett, The Symmetric Eigenvalue Problem, chapter 13) from random starts.
// Memory: Steps vectors of length p. A product that is not finite ends it with [DivergedError].
func Lanczos(ctx context.Context, a Operator, o SpectrumOptions) (*Spectrum, error) {
	p := a.Dim()
	if p < 1 {
		return nil, errors.New("unlearn: the spectrum of an operator of dimension 0")
	}
	err := checkSettings("SpectrumOptions", count("Steps", o.Steps, "as many as fit in memory, up to 64"), count("Probes", o.Probes, "the default 5"))
	if err != nil {
		return nil, err
	}
	steps := o.Steps
	if steps <= 0 {
		steps = max(8, min(64, 64<<20/p))
	}
	probes := 1
	if o.Density {
		probes = cmp.Or(o.Probes, 5)
	}
	counting := &counted{}
	l := newLanczosRun(p, min(steps, p))
	s := &Spectrum{Largest: math.Inf(-1), Smallest: math.Inf(1)}
	u, err := inOperatorUnits(a, func(a Operator) error {
		counting.a = a
		rng := rand.New(rand.NewPCG(o.Seed, 0x5bec7))
		for range probes {
			if err := l.run(ctx, counting, rng); err != nil {
				return err
			}
			if err := s.merge(l, o.Density, probes); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Products = counting.products
	s.sortDensity()
	return s.translate(u)
}

// translate puts eigenvalues into the caller's units.
func (s *Spectrum) translate(u units) (*Spectrum, error) {
	if u.operator == 0 {
		return s, nil
	}
	for _, v := range []*float64{&s.Largest, &s.Smallest, &s.LargestBound, &s.SmallestBound} {
		*v = u.real(*v)
	}
	shiftTo(s.Nodes, u.operator, s.Nodes)
	if !finite(s.Largest) || !finite(s.Smallest) {
		return nil, fmt.Errorf("unlearn: the eigenvalues from %v to %v are too large for float64: scale the operator", s.Smallest, s.Largest)
	}
	return s, nil
}

// lanczosRun holds an orthonormal basis V and T = V'AV, tridiagonal.
type lanczosRun struct {
	basis       [][]float64
	next        []float64
	alpha, beta []float64 // beta[j] couples basis vectors j and j+1; the last is the residual norm
}

func newLanczosRun(p, steps int) *lanczosRun {
	return &lanczosRun{basis: work(steps, p), next: make([]float64, p), alpha: make([]float64, steps), beta: make([]float64, steps)}
}

func (l *lanczosRun) run(ctx context.Context, a *counted, rng *rand.Rand) error {
	randomUnit(l.basis[0], rng)
	size := 0.0 // the largest entry of T so far, for what counts as zero
	for j := range l.basis {
		if err := l.product(ctx, a, j); err != nil {
			return err
		}
		size = max(size, math.Abs(l.alpha[j]), l.beta[j])
		broken := l.beta[j] <= brokenDown*size
		if broken {
			l.beta[j] = 0
		}
		if j+1 == len(l.basis) {
			break
		}
		if broken { // an invariant subspace: what is left of the space holds the other eigenvalues
			randomUnit(l.next, rng)
			l.orthogonalize(l.next, j+1)
		}
		floats.ScaleTo(l.basis[j+1], 1/norm(l.next), l.next)
	}
	return nil
}

// brokenDown is the size of a residual, relative to the largest entry of T, that counts as zero:
// the basis spans an invariant space.
const brokenDown = 1e-13

const lanczosName = "lanczos"

// product takes the product with basis vector j: it fills in alpha[j] and beta[j], and leaves what
// is new in next.
func (l *lanczosRun) product(ctx context.Context, a *counted, j int) error {
	if err := a.MulVecTo(ctx, l.next, l.basis[j]); err != nil {
		return err
	}
	l.alpha[j] = floats.Dot(l.basis[j], l.next)
	if !finite(l.alpha[j]) {
		return &DivergedError{Solver: lanczosName, Quantity: "Rayleigh quotient", Iterations: j + 1, Residual: l.alpha[j], Best: math.NaN(), Curvature: math.NaN(),
			Overflow: true, Remedy: overflowRemedy}
	}
	l.orthogonalize(l.next, j+1)
	l.beta[j] = norm(l.next)
	return nil
}

// orthogonalize takes the first n basis vectors out of x, twice: once leaves a part of the size of
// the rounding error.
func (l *lanczosRun) orthogonalize(x []float64, n int) {
	for range 2 {
		for _, v := range l.basis[:n] {
			floats.AddScaled(x, -floats.Dot(v, x), v)
		}
	}
}

// tridiagonalMatrix is the leading n rows of T.
func (l *lanczosRun) tridiagonalMatrix(n int) *mat.SymDense {
	t := mat.NewSymDense(n, nil)
	for j := range n {
		t.SetSym(j, j, l.alpha[j])
		if j+1 < n {
			t.SetSym(j, j+1, l.beta[j])
		}
	}
	return t
}

// merge adds the Ritz pairs of a run.
func (s *Spectrum) merge(l *lanczosRun, density bool, probes int) error {
	k := len(l.alpha)
	t := l.tridiagonalMatrix(k)
	var e mat.EigenSym
	if !e.Factorize(t, true) {
		return errors.New("unlearn: the eigenvalues of Lanczos' tridiagonal matrix did not converge")
	}
	values := e.Values(nil)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	bound := func(i int) float64 { return l.beta[k-1] * math.Abs(vectors.At(k-1, i)) }
	if values[k-1] > s.Largest {
		s.Largest, s.LargestBound = values[k-1], bound(k-1)
	}
	if values[0] < s.Smallest {
		s.Smallest, s.SmallestBound = values[0], bound(0)
	}
	if density {
		for i, v := range values {
			first := vectors.At(0, i)
			s.Nodes = append(s.Nodes, v)
			s.Weights = append(s.Weights, first*first/float64(probes))
		}
	}
	return nil
}

func (s *Spectrum) sortDensity() {
	if s.Nodes == nil {
		return
	}
	order := make([]int, len(s.Nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(s.Nodes[i], s.Nodes[j]) })
	nodes, weights := make([]float64, len(order)), make([]float64, len(order))
	for to, from := range order {
		nodes[to], weights[to] = s.Nodes[from], s.Weights[from]
	}
	s.Nodes, s.Weights = nodes, weights
}
