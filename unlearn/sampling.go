package unlearn

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
)

// sampling says on how many unaffected samples, and affected ones at the most, a method estimates its sums over the corrected data. Methods of the same size and
// seed estimate residuals on the same samples, so that these can be compared.
type sampling struct {
	size int // 0 = all samples, nothing is estimated
	seed uint64
}

// What a subsample is drawn for. Each has its own, so that no figure flatters what was fitted to the same samples.
const (
	curvatureSample   = iota // the matrix of the solve; drawn by the seed itself, so that callers can draw it too
	independentSample        // the second matrix that the solution is held against
	trustSample              // the residuals before and after
	stepSample               // the full gradient that a step follows
	sampleRoles
)

// draw draws the subsample of a role for a step, counted from 0. Each step draws anew.
func (t *attempt) draw(role, step int) (*Subsample, error) {
	return drawFor(t.applied, t.size, t.seed, role, step)
}

func drawFor(a *Applied, size int, seed uint64, role, step int) (*Subsample, error) {
	if stream := uint64(role + sampleRoles*step); stream > 0 {
		seed = rand.NewPCG(seed, stream<<32|0x5a3b1e).Uint64()
	}
	return a.Subsample(size, seed)
}

// following says what a step follows: the difference G, or the full gradient of the corrected data.
type following struct {
	sampling
	full bool
	size int // of the samples that the full gradient is estimated from where sampling is; 0 = as many
}

func (f following) check(method string) error {
	if f.size < 0 {
		return fmt.Errorf("unlearn: %s: FullSample is %d; it cannot be negative (0 = as many as Sample)", method, f.size)
	}
	return nil
}

// draw draws the samples of the full gradient for a step, counted from 0; nil = all.
func (f following) draw(a *Applied, step int) (*Subsample, error) {
	if f.sampling.size == 0 {
		return nil, nil
	}
	return drawFor(a, cmp.Or(f.size, f.sampling.size), f.seed, stepSample, step)
}

// direction writes what the first step of the applied request follows to dst.
func (f following) direction(ctx context.Context, p *Problem, dst, theta []float64, a *Applied) error {
	if !f.full {
		return p.Difference(ctx, dst, theta, a)
	}
	s, err := f.draw(a, 0)
	switch {
	case err != nil:
		return err
	case s == nil:
		return p.With(a.Data).Gradient(ctx, dst, theta)
	}
	return s.Gradient(ctx, p, dst, theta)
}

// fullGradient writes grad L(theta; D') to dst for a step. The trust check's gradient is at hand, but where it is an estimate a step that
// followed it would be judged by the very samples it was made from.
func (t *attempt) fullGradient(ctx context.Context, f following, dst, theta []float64, step int) error {
	if t.check == nil {
		copy(dst, t.grad)
		return nil
	}
	s, err := f.draw(t.applied, step)
	if err != nil {
		return err
	}
	t.note("the gradient that step %d follows is estimated from %s", step+1, s)
	return t.gradient(ctx, dst, theta, s)
}
