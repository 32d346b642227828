package unlearn

import "math/rand/v2"

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
	stepSample               // the gradient that a later step follows
	sampleRoles
)

// draw draws the subsample of a role for a step, counted from 0. Each step draws anew.
func (t *attempt) draw(role, step int) (*Subsample, error) {
	seed := t.seed
	if stream := uint64(role + sampleRoles*step); stream > 0 {
		seed = rand.NewPCG(seed, stream<<32|0x5a3b1e).Uint64()
	}
	return t.applied.Subsample(t.size, seed)
}
