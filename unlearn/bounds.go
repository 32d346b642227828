package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// Closed-form bounds of the gradient residual on the corrected data D' (rows of norm at most 1)
// after an update; docs/paper.md#bounds. Samples have weights w_i, of sum W: n where they have
// none. X is the matrix of the rows sqrt(w_i) x_i. With r0 = ||grad L(theta; D)||, G the request's
// gradient difference, Delta the step and e = ||H Delta + G|| what the solver left:
//
//	no update     r0 + ||G||
//	first order   r0 + max(|1 - tau lambda|, |1 - tau (W gamma + lambda)|) ||G||
//	second order  r0 + e + (gamma''/2) ||X||_2 ||Delta|| ||X Delta||  <=  r0 + e + (W gamma''/2) ||Delta||^2
//
// (the first form of second order is Guo et al.'s; with weights: the step leaves sum_i w_i a_i x_i
// with |a_i| <= (gamma''/2) ||Delta|| |x_i'Delta|, which is X' times the vector of sqrt(w_i) a_i).
// From the second step on the full gradient stands in place of G and r0 is 0.

// BoundedMethod is a method whose step is a function of G alone, so that its residual is bounded
// before anything is known but the largest and the smallest curvature. A method without one has a
// bound where its update carries its steps ([SteppedMethod]), or where it leaves the parameters as
// they are.
type BoundedMethod interface {
	SmoothMethod
	// Contraction returns an upper bound of ||G + H Delta|| / ||G|| for the step Delta that follows
	// G, over all symmetric matrices H whose eigenvalues are between low and high.
	Contraction(low, high float64) float64
}

// Contraction implements [BoundedMethod]: max(|1 - Tau low|, |1 - Tau high|), since G + H Delta =
// (I - Tau H) G.
func (m FirstOrder) Contraction(low, high float64) float64 {
	return max(math.Abs(1-m.Tau*low), math.Abs(1-m.Tau*high))
}

// boundsOf fills in the bounds of a certificate. g is G, and xnorm an upper bound of ||X||_2.
func (m Certified) boundsOf(ctx context.Context, c *Certificate, p *Problem, s smoothness, theta []float64, u *Update, g []float64, xnorm float64) error {
	size := norm(g)
	c.NoUpdate = c.Trained + size
	c.Bound, c.WorstCase = math.Inf(1), math.Inf(1)
	step, still := u.lastStep(), slices.Equal(u.Theta, theta)
	if bounded, ok := m.method().(BoundedMethod); ok && !still {
		low, high := p.penaltyRange()
		factor := bounded.Contraction(low, p.Train.TotalWeight()*s.gamma+high)
		if !(factor >= 0) {
			return fmt.Errorf("unlearn: %s: Contraction returned %v; it has to be 0 or a positive number", m.method().Name(), factor)
		}
		c.Bound = c.Trained + factor*size
		c.WorstCase = c.Bound
		return nil
	}
	switch {
	case step == nil && still: // a request that touches no sample
		c.Bound = c.NoUpdate
		c.WorstCase = c.Bound
	case step != nil && (step.Follows == FullGradient || slices.Equal(step.From, theta)):
		var err error
		if c.Bound, c.WorstCase, err = p.newtonBounds(ctx, s, step, xnorm); err != nil {
			return err
		}
		if step.Follows == Difference {
			c.Bound += c.Trained
			c.WorstCase += c.Trained
		}
	}
	return nil
}

// newtonBounds returns e + (gamma2/2) ||X|| ||Delta|| ||X Delta|| and e + (W gamma2/2) ||Delta||^2
// of a step, where gamma2 is that of [Convex].
func (p *Problem) newtonBounds(ctx context.Context, s smoothness, step *Step, xnorm float64) (bound, worst float64, err error) {
	delta := make([]float64, len(step.To))
	floats.SubTo(delta, step.To, step.From)
	e, length := step.Residual, norm(delta)
	if e == 0 && !(length == 0 && isZero(step.Gradient)) {
		if e, err = p.leftBy(ctx, step, delta); err != nil {
			return 0, 0, err
		}
	}
	if s.gamma2 == 0 {
		return e, e, nil
	}
	k, err := s.Outputs(p.Train)
	if err != nil {
		return 0, 0, err
	}
	moved := make([]float64, p.Train.Len()*k) // X Delta: outputs are linear in theta
	if err := s.Predict(ctx, moved, delta, p.Train); err != nil {
		return 0, 0, err
	}
	if p.Train.Weights != nil {
		for i := range p.Train.Len() {
			floats.Scale(math.Sqrt(p.Train.Weight(i)), moved[i*k:(i+1)*k])
		}
	}
	worst = e + s.gamma2/2*p.Train.TotalWeight()*length*length
	// xnorm is rounded up, which shows where the two are equal.
	return min(e+s.gamma2/2*xnorm*length*norm(moved), worst), worst, nil
}

// leftBy returns ||H delta + g||.
func (p *Problem) leftBy(ctx context.Context, step *Step, delta []float64) (float64, error) {
	h, err := p.Hessian(ctx, step.From, FullHessian)
	if err != nil {
		return 0, err
	}
	left := make([]float64, len(delta))
	if err := h.MulVecTo(ctx, left, delta); err != nil {
		return 0, err
	}
	floats.Add(left, step.Gradient)
	return norm(left), nil
}

// penaltyRange returns the smallest and the largest L2 of a parameter.
func (p *Problem) penaltyRange() (low, high float64) {
	if p.Penalty == nil {
		return p.L2, p.L2
	}
	return p.L2 * floats.Min(p.Penalty), p.L2 * floats.Max(p.Penalty)
}

// Steps of Lanczos' method for [DataNorm], and the relative error of the largest eigenvalue that
// they leave with a probability below 1.648 sqrt(p) exp(-sqrt(share) (2 steps - 1)) from a random
// start (Kuczynski and Wozniakowski 1992, theorem 4.2): 1e-9 at p = 10^5.
const (
	dataNormSteps = 45
	dataNormShare = 0.1
)

// DataNorm returns an upper bound of ||X||_2, X having the rows sqrt(w_i) x_i of the samples with
// weights w_i, at most 5.4 % above it, that fails with a probability below 1e-9.
func DataNorm(ctx context.Context, d *datasets.Dataset) (float64, error) {
	if err := checkData("the data", d); err != nil {
		return 0, err
	}
	return dataNorm(ctx, d)
}

// dataNorm is DataNorm of data that are known to be sound.
func dataNorm(ctx context.Context, d *datasets.Dataset) (float64, error) {
	if len(d.X.Shape()) != 1 {
		return 0, fmt.Errorf("unlearn: %s has samples of shape %v; the bounds of a certificate need dense or sparse rows", nameOf(d), d.X.Shape())
	}
	if d.Len() == 0 {
		return 0, nil
	}
	norms, err := datasets.RowNorms(d)
	if err != nil {
		return 0, err
	}
	if i := notFinite(norms); i >= 0 {
		return 0, fmt.Errorf("unlearn: %s has norm %v; the bounds of a certificate need finite features", d.Where(i), norms[i])
	}
	unit := rowUnit(d, norms)
	if d, err = weighed(d, unit); err != nil {
		return 0, err
	}
	s, err := Lanczos(ctx, gram{d.X}, SpectrumOptions{Steps: dataNormSteps, Seed: 0xda7a})
	if err != nil {
		return 0, err
	}
	largest := s.Largest
	if d.X.Shape()[0] > dataNormSteps { // below, the whole spectrum was found
		if norms, err = datasets.RowNorms(d); err != nil {
			return 0, err
		}
		largest = min(largest/(1-dataNormShare), floats.Dot(norms, norms)) // the Frobenius norm is another bound
	}
	bound := math.Ldexp(math.Sqrt(max(largest, 0))*(1+rowRounding), -unit)
	if largest > 0 && bound < 1e-300 { // rounding to the smallest numbers can take more away than rowRounding adds
		bound = math.Nextafter(bound, 1)
	}
	return bound, nil
}

// rowUnit returns the power of two that the rows sqrt(w_i) x_i, with those norms before their
// weights, have to be multiplied by for their squares to stay in the range of float64; 0 where they
// do.
func rowUnit(d *datasets.Dataset, norms []float64) int {
	top, none := 0, true
	for i, v := range norms {
		if w := d.Weight(i); v > 0 && w > 0 {
			e := exponent([]float64{v}) + exponent([]float64{math.Sqrt(w)})
			if none || e > top {
				top, none = e, false
			}
		}
	}
	if top < -comfortable || top > comfortable {
		return -top
	}
	return 0
}

// weighed returns d with each row multiplied by the root of its weight and by 2^unit.
func weighed(d *datasets.Dataset, unit int) (*datasets.Dataset, error) {
	if d.Weights == nil && unit == 0 {
		return d, nil
	}
	scale := func(i int, row []float64) {
		root := math.Sqrt(d.Weight(i))
		if unit == 0 {
			floats.Scale(root, row)
			return
		}
		m, e := math.Frexp(root) // the row times the root alone can be out of range
		for j, v := range row {
			row[j] = m * math.Ldexp(v, e+unit)
		}
	}
	switch x := d.X.(type) {
	case *datasets.Dense:
		y := &datasets.Dense{N: x.N, Cols: x.Cols, Data: slices.Clone(x.Data[:x.N*x.Cols])}
		for i := range y.N {
			scale(i, y.Data[i*y.Cols:(i+1)*y.Cols])
		}
		return d.With(y, d.Y), nil
	case *datasets.CSR:
		y := &datasets.CSR{N: x.N, Cols: x.Cols, Indptr: x.Indptr, Indices: x.Indices, Values: slices.Clone(x.Values)}
		for i := range y.N {
			scale(i, y.Values[y.Indptr[i]:y.Indptr[i+1]])
		}
		return d.With(y, d.Y), nil
	}
	return nil, errors.New("unlearn: the bounds of a certificate need dense or sparse rows")
}

// gram is the operator X'X.
type gram struct{ x datasets.Features }

func (o gram) Dim() int { return o.x.Shape()[0] }

func (o gram) MulVecTo(_ context.Context, dst, v []float64) error {
	clear(dst)
	switch x := o.x.(type) {
	case *datasets.Dense:
		for i := range x.N {
			row := x.Data[i*x.Cols : (i+1)*x.Cols]
			floats.AddScaled(dst, floats.Dot(row, v), row)
		}
	case *datasets.CSR:
		for i := range x.N {
			lo, hi := x.Indptr[i], x.Indptr[i+1]
			sum := 0.0
			for k := lo; k < hi; k++ {
				sum += x.Values[k] * v[x.Indices[k]]
			}
			for k := lo; k < hi; k++ {
				dst[x.Indices[k]] += sum * x.Values[k]
			}
		}
	default:
		return errors.New("unlearn: the bounds of a certificate need dense or sparse rows")
	}
	return nil
}
