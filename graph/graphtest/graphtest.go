// Package graphtest tells the author of a network whether its derivatives can be trusted.
package graphtest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"lethe/graph"
)

// Network is what a user of package nets writes.
type Network interface {
	Params() []graph.Param
	Forward(p []*graph.Node, x *graph.Node) *graph.Node
}

// Batch is a batch of n samples to check with: dense rows X of shape Shape (the first dimension
// counts samples), or Sparse rows, and their labels. A few samples are enough.
type Batch struct {
	X       []float64
	Shape   []int
	Sparse  *graph.Sparse[float64]
	Y       []float64 // n, or n*Targets, row-major
	Targets int       // labels of a sample: the loss gets them as (n, Targets); 0 or 1: as (n)
}

// Random returns a batch of n standard normal samples of the given shape, with labels from 0 to
// classes-1, or normal ones if classes is 0. [Check] says what is wrong with sizes that no batch
// can have.
func Random(seed uint64, n, classes int, shape ...int) Batch {
	r := rand.New(rand.NewPCG(seed, 0x6ba7c4))
	b := Batch{Shape: append([]int{n}, shape...)}
	size, err := elements(b.Shape)
	if err != nil {
		return b // which Check refuses
	}
	b.X, b.Y = normal(r, size), make([]float64, n)
	for i := range b.Y {
		if classes > 0 {
			b.Y[i] = float64(i % classes)
		} else {
			b.Y[i] = r.NormFloat64()
		}
	}
	return b
}

func (b Batch) targets() int { return max(b.Targets, 1) }

func (b Batch) rows() int { return len(b.Y) / b.targets() }

// Tolerances are relative to the size of what is compared.
const (
	gradientTolerance = 1e-6
	hvpTolerance      = 1e-6
	symmetryTolerance = 1e-9
	sampleTolerance   = 1e-10
	step              = 1e-3 // of finite differences of fourth order, relative to the parameters' size
	attempts          = 8    // points that are tried when a kink lies within a step
)

// Check compares the gradient and the Hessian-vector product of the summed loss with finite
// differences, one parameter tensor at a time, and the Gauss-Newton product with J'H(Jv), Jv and H
// by finite differences; checks that both matrices are symmetric, that the graph keeps samples
// apart (see [graph.Independent]), that the loss and the gradient of each sample are those of a
// batch of one, that per-sample gradients add up to the gradient, and that the same inputs give the
// same bits. It computes in double precision. Parameters that are Fixed have values a little above
// those that they start with.
//
// Differences are taken at two step widths. Where these disagree with each other a kink (of a ReLU
// or a maximum) lies within a step, and another point is drawn. The error names what is wrong and
// in which parameter tensor; a network, loss or batch that cannot be evaluated at all, or whose
// code panics, is an error too. Use a network of reduced width: the work grows with the number of
// parameter tensors, and rounding with their size.
func Check(network Network, loss func(out, y *graph.Node) *graph.Node, batch Batch) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("graphtest: the network's Params, Init or Forward, or the loss, panicked: %v", r)
		}
	}()
	c, err := newChecker(network, loss, batch)
	if err != nil {
		return fmt.Errorf("graphtest: building the network: %w", err)
	}
	if err := c.finite(); err != nil {
		return fmt.Errorf("graphtest: %w", err) // nothing else could be compared
	}
	var found []error
	for _, test := range []func() error{c.independence, c.gradient, c.hvp, c.gaussNewton, c.symmetry, c.losses, c.perSample, c.determinism} {
		if err := test(); err != nil {
			found = append(found, fmt.Errorf("graphtest: %w", err))
		}
	}
	return errors.Join(found...)
}

// differences compares df, the derivative of f along a direction at theta, with finite differences.
// draw gives a point and a direction, f its value at a point, df the derivative to be checked. name
// is what is being checked.
func (c *checker) differences(name string, tolerance float64, only int, f, df func(theta, v vector) (vector, error)) error {
	kinks := 0
	for attempt := range attempts {
		theta, v := c.point(attempt), c.direction(attempt, only)
		got, err := df(theta, v)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		wide, err := c.difference(theta, v, step, f)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		narrow, err := c.difference(theta, v, step/4, f)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		scale := max(got.largest(), narrow.largest(), c.floor)
		if off := narrow.furthest(wide); off.by > 0.3*tolerance*scale {
			kinks++
			continue // the differences do not know the answer themselves
		}
		if off := narrow.furthest(got); off.by > tolerance*scale || math.IsNaN(off.by) {
			at := ""
			if len(got) == len(c.params) && len(got[0]) == len(theta[0]) {
				at = " " + c.where(off)
			}
			return fmt.Errorf("%s along parameter %s:%s finite differences give %.9g where the graph gives %.9g (relative error %.2g)",
				name, c.params[only].Name, at, off.a, off.b, off.by/scale)
		}
		return nil
	}
	return fmt.Errorf("%s along parameter %s: at %d points finite differences of two step widths disagree, so nothing could be verified; "+
		"the loss has kinks everywhere or is not a smooth function of its parameters", name, c.params[only].Name, kinks)
}

func (c *checker) gradient() error {
	for i := range c.params {
		err := c.differences("gradient of the loss", gradientTolerance, i,
			func(theta, _ vector) (vector, error) { return c.run(c.loss, theta, nil) },
			func(theta, v vector) (vector, error) {
				g, err := c.run(c.grad, theta, nil)
				return vector{{g.dot(v)}}, err
			})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) hvp() error {
	for i := range c.params {
		err := c.differences("Hessian-vector product", hvpTolerance, i,
			func(theta, _ vector) (vector, error) { return c.run(c.grad, theta, nil) },
			func(theta, v vector) (vector, error) { return c.run(c.hess, theta, v) })
		if err != nil {
			return err
		}
	}
	return nil
}

// gaussNewton compares Gv with J'(H(Jv)): Jv is the difference of the outputs along v, H(Jv) that
// of the loss' gradient by the outputs, and J' a reverse pass of its own.
func (c *checker) gaussNewton() error {
	for i := range c.params {
		for attempt := range attempts {
			theta, v := c.point(attempt), c.direction(attempt, i)
			got, err := c.run(c.ggn, theta, v)
			if err != nil {
				return err
			}
			wide, err := c.assembled(theta, v, step)
			if err != nil {
				return err
			}
			narrow, err := c.assembled(theta, v, step/4)
			if err != nil {
				return err
			}
			scale := max(got.largest(), narrow.largest(), c.floor)
			if off := narrow.furthest(wide); off.by > 0.3*hvpTolerance*scale && attempt+1 < attempts {
				continue // a kink
			}
			if off := narrow.furthest(got); !(off.by <= hvpTolerance*scale) {
				return fmt.Errorf("Gauss-Newton product along parameter %s: %s J'H(Jv) is %.9g where the graph gives %.9g (relative error %.2g)",
					c.params[i].Name, c.where(off), off.a, off.b, off.by/scale)
			}
			break
		}
	}
	return nil
}

// assembled is J'(H(Jv)) with differences of step h.
func (c *checker) assembled(theta, v vector, h float64) (vector, error) {
	jv, err := c.difference(theta, v, h, func(theta, _ vector) (vector, error) { return c.run(c.out, theta, nil) })
	if err != nil {
		return nil, err
	}
	out, err := c.run(c.out, theta, nil)
	if err != nil {
		return nil, err
	}
	hjv, err := c.difference(out, jv, h, func(o, _ vector) (vector, error) { return c.run(c.outGrad, theta, nil, extra{c.o, o[0]}) })
	if err != nil {
		return nil, err
	}
	return c.run(c.back, theta, nil, extra{c.u, hjv[0]})
}

func (c *checker) symmetry() error {
	theta, u, v := c.point(0), c.direction(1, -1), c.direction(2, -1)
	for _, m := range []struct {
		name string
		p    *graph.Program
	}{{"the Hessian", c.hess}, {"the Gauss-Newton matrix", c.ggn}} {
		hu, err := c.run(m.p, theta, u)
		if err != nil {
			return err
		}
		hv, err := c.run(m.p, theta, v)
		if err != nil {
			return err
		}
		a, b := u.dot(hv), v.dot(hu)
		if scale := u.norm()*hv.norm() + v.norm()*hu.norm(); !(math.Abs(a-b) <= symmetryTolerance*scale) {
			return fmt.Errorf("%s is not symmetric: u'Av = %.12g and v'Au = %.12g", m.name, a, b)
		}
	}
	return nil
}

// finite refuses a network that gives no numbers where it is to be checked, and one that its
// parameters do nothing to.
func (c *checker) finite() error {
	theta := c.point(0)
	for i, x := range theta {
		if k := notFinite(x); k >= 0 {
			return fmt.Errorf("element %d of %s starts at %v: look at its Init", k, c.params[i].Name, x[k])
		}
	}
	for _, what := range []struct {
		name string
		p    *graph.Program
	}{{"outputs", c.out}, {"losses", c.lossRows}} {
		rows, err := c.run(what.p, theta, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", what.name, err)
		}
		if k := notFinite(rows[0]); k >= 0 {
			return fmt.Errorf("%s: sample %d has %v at the first point that was tried, so derivatives cannot be compared", what.name,
				k*c.batch.rows()/len(rows[0]), rows[0][k])
		}
	}
	for attempt := range attempts {
		g, err := c.run(c.grad, c.point(attempt), nil)
		if err != nil {
			return fmt.Errorf("gradient of the loss: %w", err)
		}
		if g.largest() != 0 || g.hasNaN() {
			return nil
		}
	}
	return fmt.Errorf("the gradient of the loss is 0 at %d points: the loss does not depend on the parameters, so nothing could be verified",
		attempts)
}

// losses checks that a sample's loss does not depend on the others.
func (c *checker) losses() error {
	theta := c.point(0)
	whole, err := c.run(c.lossRows, theta, nil)
	if err != nil {
		return err
	}
	for s, l := range whole[0] {
		if err := c.alone(s); err != nil {
			return err
		}
		own, err := c.one.run(c.one.lossRows, theta, nil)
		if err != nil {
			return fmt.Errorf("a batch of one sample: %w", err)
		}
		if !(math.Abs(l-own[0][0]) <= sampleTolerance*max(math.Abs(own[0][0]), vector{whole[0]}.largest(), 1e-8)) {
			return fmt.Errorf("the loss of sample %d is %.9g in the batch and %.9g in a batch of one; "+
				"the output and the loss of a sample must depend on that sample only", s, l, own[0][0])
		}
	}
	return nil
}

// perSample checks that a sample's gradient does not depend on the others.
func (c *checker) perSample() error {
	theta := c.point(0)
	whole, err := c.run(c.grad, theta, nil)
	if err != nil {
		return err
	}
	sum := whole.zeros()
	for s := range c.batch.rows() {
		g, err := c.single(theta, s)
		if err != nil {
			return err
		}
		sum.add(g)
		if c.rows == nil {
			continue
		}
		rows, err := c.run(c.rows, theta, nil)
		if err != nil {
			return err
		}
		row := rows.row(s, c.batch.rows())
		if off := row.furthest(g); !(off.by <= sampleTolerance*max(g.largest(), 1e-8)) {
			return fmt.Errorf("per-sample gradient of sample %d: %s, %.9g, and %.9g in a batch of one", s, c.where(off), off.a, off.b)
		}
	}
	if off := sum.furthest(whole); !(off.by <= sampleTolerance*float64(c.batch.rows())*max(whole.largest(), 1e-8)) {
		return fmt.Errorf("gradients of the samples, taken one by one, do not add up to the batch's: %s, %.9g against %.9g; "+
			"the output of a sample must depend on that sample only", c.where(off), off.a, off.b)
	}
	return nil
}

func (c *checker) determinism() error {
	again, err := newChecker(c.network, c.lossOf, c.batch)
	if err != nil {
		return err
	}
	theta, v := c.point(0), c.direction(0, -1)
	for _, p := range [][2]*graph.Program{{c.grad, again.grad}, {c.hess, again.hess}} {
		a, err := c.run(p[0], theta, v)
		if err != nil {
			return err
		}
		for range 2 {
			b, err := again.run(p[1], theta, v)
			if err != nil {
				return err
			}
			if off := a.furthest(b); off.by != 0 {
				return fmt.Errorf("the same inputs gave different bits: %s, %v and %v; the network keeps a state or draws random numbers", c.where(off), off.a, off.b)
			}
		}
	}
	return nil
}
