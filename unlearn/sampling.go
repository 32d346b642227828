package unlearn

import (
	"cmp"
	"context"
	"math/rand/v2"
)

// Sampling says on how many unaffected samples, and affected ones at the most, a method estimates
// its sums over the corrected data. Methods of the same size and seed estimate residuals on the
// same samples, so that these can be compared.
type Sampling struct {
	Size int // 0 = all samples, nothing is estimated
	Seed uint64
}

// What a subsample is drawn for. Each has its own, so that no figure flatters what was fitted to
// the same samples.
const (
	curvatureSample   = iota // the matrix of the solve; drawn by the seed itself, so that callers can draw it too
	independentSample        // the second matrix that the solution is held against
	trustSample              // the residuals before and after
	stepSample               // the full gradient that a step follows
	sampleRoles
)

// draw draws the subsample of a role for a step, counted from 0. Each step has a draw of its own.
func (t *attempt) draw(role, step int) (*Subsample, error) {
	return drawFor(t.applied, t.sampling.Size, t.sampling.Seed, role, step)
}

func drawFor(a *Applied, size int, seed uint64, role, step int) (*Subsample, error) {
	if stream := uint64(role + sampleRoles*step); stream > 0 {
		seed = rand.NewPCG(seed, stream<<32|0x5a3b1e).Uint64()
	}
	return a.Subsample(size, seed)
}

// follows returns what the first step follows if that is G, and zeros to be overwritten by the full
// gradient. G then is not needed but to judge by what training had left, which nobody does of an
// update that is kept whatever comes of it.
func (t *attempt) follows(ctx context.Context, full, force bool) ([]float64, error) {
	if full && force && t.check != nil {
		return make([]float64, len(t.theta)), nil
	}
	return t.difference(ctx)
}

// fullGradient writes grad L(theta; D') to dst for a step, estimated from n samples of either kind,
// 0 = as many as Sample, where that is set. The trust check's gradient is at hand, but where it is
// an estimate a step that followed it would be judged by the very samples it was made from.
func (t *attempt) fullGradient(ctx context.Context, n int, dst, theta []float64, step int) error {
	if t.check == nil {
		copy(dst, t.grad)
		if step == 0 { // it did not only serve the check
			t.update.Check = Cost{}
		}
		return nil
	}
	s, err := drawFor(t.applied, cmp.Or(n, t.sampling.Size), t.sampling.Seed, stepSample, step)
	if err != nil {
		return err
	}
	t.note("the gradient that step %d follows is estimated from %s", step+1, s)
	return t.gradient(ctx, dst, theta, s)
}
