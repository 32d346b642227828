package unlearn

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// stepBlock is a block of the vectors of a training, and what a step found out about it.
type stepBlock struct {
	theta, g    []float64
	vectors     [][]float64 // of the rule
	gradient    float64     // sum of squares of the estimate of grad L
	squares     float64     // sum of squares of the new parameters
	regularizer float64     // of the new parameters
}

// cut makes the blocks; the vectors stay where they are from then on.
func (r *descentRun) cut() {
	r.blocks = make([]stepBlock, blocks(len(r.g)))
	overBlocks(len(r.g), func(block, lo, hi int) {
		b := &r.blocks[block]
		b.theta, b.g = r.at.Theta[lo:hi], r.g[lo:hi]
		for _, v := range r.at.Vectors {
			b.vectors = append(b.vectors, v[lo:hi])
		}
	})
}

// leastSquare is a sum of squares below which they have lost digits, or all of them.
const leastSquare = 1e-280

// move makes the batch's gradient in r.g, times scale, an estimate of grad L by adding that of the
// regularizer, and steps along it divided by the sum of the samples' weights. Everything that a
// step does besides the batch's gradient is done in one pass over the vectors: with millions of
// parameters it is the memory that takes the time. It returns the norm of the estimate, and whether
// the new parameters are finite.
func (r *descentRun) move(scale float64) (gradient float64, ok bool) {
	if r.blocks == nil {
		r.cut()
	}
	iteration := r.iteration()
	rate, before := r.rate*r.schedule.Factor(iteration, r.epochs*r.steps), 0
	if r.continues != nil {
		before = r.continues.steps
	}
	overBlocks(len(r.g), func(block, lo, hi int) {
		b := &r.blocks[block]
		b.gradient = r.p.estimate(b.g, b.theta, lo, scale)
		floats.Scale(1/r.mass, b.g)
		r.apply(b.theta, b.g, b.vectors, rate, before+iteration)
		b.squares = floats.Dot(b.theta, b.theta)
		b.regularizer = r.p.regularizerFrom(b.theta, lo, b.squares)
	})
	gradient, squares := 0.0, 0.0
	r.regularizer = 0
	for k := range r.blocks {
		b := &r.blocks[k]
		gradient, squares, r.regularizer = gradient+b.gradient, squares+b.squares, r.regularizer+b.regularizer
	}
	if !finite(gradient) || gradient < leastSquare { // or only its square is out of range
		return r.mass * norm(r.g), notFinite(r.at.Theta) < 0
	}
	return math.Sqrt(gradient), finite(squares) || notFinite(r.at.Theta) < 0
}

// estimate overwrites g, the elements of a batch's gradient from lo on, with scale g + L2
// diag(penalty) theta + tilt, and returns the sum of squares.
func (p *Problem) estimate(g, theta []float64, lo int, scale float64) float64 {
	floats.Scale(scale, g)
	p.from(lo, len(g)).addRegularizerGradient(g, theta)
	return floats.Dot(g, g)
}

// regularizerFrom is the share of the regularizer of the parameters theta, those from lo on, with
// that sum of squares.
func (p *Problem) regularizerFrom(theta []float64, lo int, squares float64) float64 {
	q := p.from(lo, len(theta))
	if q.Penalty != nil || p.L2 == 0 || !finite(squares) {
		return q.regularizer(theta)
	}
	sum := p.L2 * squares / 2
	if q.Tilt != nil {
		sum += floats.Dot(q.Tilt, theta)
	}
	return sum
}

// from is the problem's regularizer on n parameters from lo on.
func (p *Problem) from(lo, n int) *Problem {
	q := &Problem{L2: p.L2}
	if p.Penalty != nil {
		q.Penalty = p.Penalty[lo : lo+n]
	}
	if p.Tilt != nil {
		q.Tilt = p.Tilt[lo : lo+n]
	}
	return q
}
