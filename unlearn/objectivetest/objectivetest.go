// Package objectivetest tells the author of an [unlearn.Objective] whether its numbers can be
// trusted. What is built of package nets is checked by lethe/graph/graphtest; this package is for
// objectives that are written by hand.
package objectivetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"lethe/datasets"
	"lethe/unlearn"
)

// Tolerances are relative to the size of what is compared, and as tight as rounding in double
// precision allows.
const (
	differenceTolerance = 1e-6
	symmetryTolerance   = 1e-9
	sumTolerance        = 1e-10
	step                = 1e-3 // of finite differences of fourth order, relative to the parameters' size
	attempts            = 8    // points that are tried where a kink lies within a step
	mostCoordinates     = 64   // parameters that are looked at one at a time
	mostSingles         = 32   // samples that are looked at one at a time
)

// Check holds an objective, on the samples d at the parameters theta, against what its methods
// promise:
//
//   - Gradient is the derivative of Loss, and HVP that of Gradient, by finite differences, one
//     parameter at a time (where there are more, 64 of them for Gradient and 16 for HVP) and along
//     random directions; the Hessian is symmetric, and its products linear.
//   - Loss, Gradient and HVP are sums over samples: those of two halves, and of the single samples
//     (32 at the most), add up to the whole.
//   - A sample of weight w counts w times, or data with weights is refused with an error.
//   - The results overwrite dst, are in it alone and do not depend on earlier calls; theta, v and
//     the samples are left as they are; the same inputs give the same bits; a context that has
//     ended gives its error.
//
// Where the objective has more methods they are held against these: [unlearn.LossGradient],
// [unlearn.Linearizer], [unlearn.GaussNewtonLinearizer] (linear, symmetric, positive
// semi-definite), [unlearn.PerSampler], [unlearn.Predictor] and [unlearn.StochasticObjective].
// Parameters that an [unlearn.PenaltyChecker] keeps the regularizer from are not differentiated by.
//
// A few samples are enough. The objective has to compute in double precision. Differences are taken
// at two step widths; where these disagree a kink, of a maximum say, lies within a step, and
// another point nearby is tried. The error names the method and, where it can, the parameter;
// several faults are joined. A method that panics is an error too.
func Check(o unlearn.Objective, d *datasets.Dataset, theta []float64) error {
	c, err := newChecker(o, d, theta)
	if err != nil {
		return fmt.Errorf("objectivetest: %w", err)
	}
	var found []error
	for _, test := range []func() error{
		c.gradient, c.hvp, c.symmetry, c.halves, c.singles, c.weights, c.memory, c.cancelled,
		c.lossGradient, c.linearizer, c.gaussNewton, c.perSampler, c.predictor, c.stochastic, c.unchanged,
	} {
		if err := caught(test); err != nil {
			found = append(found, fmt.Errorf("objectivetest: %w", err))
		}
	}
	return errors.Join(found...)
}

// checker is an objective at a point.
type checker struct {
	o           unlearn.Objective
	d           *datasets.Dataset
	theta       []float64
	p           int
	free        []int // parameters that are differentiated by
	r           *rand.Rand
	fingerprint string
	weights0    []float64 // copies, to see whether they are changed
	loss        float64
	grad        []float64
	scale       float64 // of the numbers that the loss is a sum of
}

func newChecker(o unlearn.Objective, d *datasets.Dataset, theta []float64) (c *checker, err error) {
	if o == nil {
		return nil, errors.New("there is no objective: it is nil")
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	if d.Len() == 0 {
		return nil, errors.New("there are no samples to check with: give a few")
	}
	c = &checker{o: o, d: d, theta: slices.Clone(theta), fingerprint: datasets.Fingerprint(d), weights0: slices.Clone(d.Weights),
		r: rand.New(rand.NewPCG(uint64(d.Len()), 0x0b1ec))}
	err = caught(func() error {
		c.p = o.Dim()
		if c.p < 1 || c.p != len(theta) {
			return fmt.Errorf("theta has %d numbers and Dim is %d", len(theta), c.p)
		}
		if j := notFinite(theta); j >= 0 {
			return fmt.Errorf("parameter %d of theta is %v", j, theta[j])
		}
		if c.chooseFree(); len(c.free) == 0 {
			return errors.New("the regularizer is kept from every parameter (CheckPenalty), so there is none to differentiate by")
		}
		if c.loss, err = c.lossAt(c.theta, d); err != nil {
			return err
		}
		if c.grad, err = c.gradientAt(c.theta, d); err != nil {
			return err
		}
		c.scale = math.Abs(c.loss) + step*largest(c.grad)
		return nil
	})
	return c, err
}

// chooseFree leaves out what a PenaltyChecker marks: running statistics, of which no gradient is
// taken.
func (c *checker) chooseFree() {
	o, marks := c.o.(unlearn.PenaltyChecker)
	penalty := make([]float64, c.p)
	for j := range c.p {
		penalty[j] = 1
		if !marks || o.CheckPenalty(penalty) == nil {
			c.free = append(c.free, j)
		}
		penalty[j] = 0
	}
}

// caught calls f and makes a panic an error.
func caught(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a method of the objective panicked: %v", r)
		}
	}()
	return f()
}

// lossAt, gradientAt and product call the objective, refuse what is no number, and see that the
// arguments are left as they are.
func (c *checker) lossAt(theta []float64, d *datasets.Dataset) (float64, error) {
	own := slices.Clone(theta)
	l, err := c.o.Loss(context.Background(), own, d)
	if err != nil {
		return 0, fault("Loss", "%w", err)
	}
	if math.IsNaN(l) || math.IsInf(l, 0) {
		return 0, fault("Loss", "it is %v", l)
	}
	return l, same("Loss", "theta", theta, own)
}

func (c *checker) gradientAt(theta []float64, d *datasets.Dataset) ([]float64, error) {
	own, dst := slices.Clone(theta), c.garbage(c.p)
	if err := c.o.Gradient(context.Background(), dst, own, d); err != nil {
		return nil, fault("Gradient", "%w", err)
	}
	if j := notFinite(dst); j >= 0 {
		return nil, fault("Gradient", "element %d is %v after dst held NaN: every element has to be written, and not added to", j, dst[j])
	}
	return dst, same("Gradient", "theta", theta, own)
}

func (c *checker) product(theta, v []float64, d *datasets.Dataset) ([]float64, error) {
	own, along, dst := slices.Clone(theta), slices.Clone(v), c.garbage(c.p)
	if err := c.o.HVP(context.Background(), dst, own, along, d); err != nil {
		return nil, fault("HVP", "%w", err)
	}
	if j := notFinite(dst); j >= 0 {
		return nil, fault("HVP", "element %d is %v after dst held NaN: every element has to be written, and not added to", j, dst[j])
	}
	return dst, errors.Join(same("HVP", "theta", theta, own), same("HVP", "v", v, along))
}

// fault is an error of one method.
func fault(method, format string, args ...any) error { return fmt.Errorf(method+": "+format, args...) }

// garbage is memory that nobody can take for a result.
func (c *checker) garbage(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.NaN()
	}
	return x
}

func same(method, what string, before, after []float64) error {
	if j := firstDifference(before, after); j >= 0 {
		return fmt.Errorf("%s changed element %d of %s, which it may only read", method, j, what)
	}
	return nil
}
