package objectivetest

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
	"lethe/unlearn"
)

// lossGradient compares the one pass with the two.
func (c *checker) lossGradient() error {
	o, ok := c.o.(unlearn.LossGradient)
	if !ok {
		return nil
	}
	own, dst := slices.Clone(c.theta), c.garbage(c.p)
	l, err := o.LossGradient(context.Background(), dst, own, c.d)
	if err != nil {
		return fault("LossGradient", "%w", err)
	}
	if !(math.Abs(l-c.loss) <= sumTolerance*c.scale) {
		return fault("LossGradient", "the loss is %.12g and not %.12g, which Loss gives", l, c.loss)
	}
	if err := agree("LossGradient against Gradient", dst, c.grad, sumTolerance, largest(c.grad)); err != nil {
		return err
	}
	return same("LossGradient", "theta", c.theta, own)
}

// linearizer compares the product at fixed parameters with HVP, after the memory of theta holds
// something else.
func (c *checker) linearizer() error {
	o, ok := c.o.(unlearn.Linearizer)
	if !ok {
		return nil
	}
	multiply, err := c.linearized("Linearize", o.Linearize)
	if err != nil {
		return err
	}
	for range 2 {
		v := c.direction()
		want, err := c.product(c.theta, v, c.d)
		if err != nil {
			return err
		}
		got, err := multiply(v)
		if err != nil {
			return err
		}
		if err := agree("the product of Linearize against HVP", got, want, sumTolerance, largest(want)); err != nil {
			return err
		}
	}
	return nil
}

type linearize func(ctx context.Context, theta []float64, d *datasets.Dataset) (func(dst, v []float64) error, error)

// linearized is the product of a method that fixes theta, which is overwritten afterwards: it
// belongs to the caller.
func (c *checker) linearized(name string, method linearize) (func(v []float64) ([]float64, error), error) {
	own := slices.Clone(c.theta)
	f, err := method(context.Background(), own, c.d)
	if err == nil && f == nil {
		err = fmt.Errorf("it returned neither a product nor an error")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := same(name, "theta", c.theta, own); err != nil {
		return nil, err
	}
	copy(own, c.point(1))
	return func(v []float64) ([]float64, error) {
		along, dst := slices.Clone(v), c.garbage(c.p)
		if err := f(dst, along); err != nil {
			return nil, fmt.Errorf("the product of %s: %w", name, err)
		}
		if j := notFinite(dst); j >= 0 {
			return nil, fmt.Errorf("the product of %s: element %d is %v after dst held NaN", name, j, dst[j])
		}
		return dst, same("the product of "+name, "v", v, along)
	}, nil
}

// gaussNewton checks what is known of J'HJ without the outputs.
func (c *checker) gaussNewton() error {
	o, ok := c.o.(unlearn.GaussNewtonLinearizer)
	if !ok {
		return nil
	}
	multiply, err := c.linearized("LinearizeGaussNewton", o.LinearizeGaussNewton)
	if err != nil {
		return err
	}
	return c.operator("the Gauss-Newton matrix", multiply, true)
}

// perSampler compares what is said of each sample with batches of one.
func (c *checker) perSampler() error {
	o, ok := c.o.(unlearn.PerSampler)
	if !ok {
		return nil
	}
	ctx, d, v := context.Background(), c.some(), c.direction()
	n := d.Len()
	rows, norms, dots := c.garbage(n*c.p), c.garbage(n), c.garbage(n)
	w, weighted := make([]float64, n), c.garbage(c.p)
	for i := range w {
		w[i] = math.Sin(float64(i + 1))
	}
	for _, m := range []struct {
		name string
		call func(theta []float64) error
	}{
		{"PerSampleGradients", func(theta []float64) error { return o.PerSampleGradients(ctx, rows, theta, d) }},
		{"PerSampleNorms", func(theta []float64) error { return o.PerSampleNorms(ctx, norms, theta, d) }},
		{"PerSampleDots", func(theta []float64) error { return o.PerSampleDots(ctx, dots, theta, slices.Clone(v), d) }},
		{"WeightedGradient", func(theta []float64) error { return o.WeightedGradient(ctx, weighted, theta, slices.Clone(w), d) }},
	} {
		own := slices.Clone(c.theta)
		if err := m.call(own); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if err := same(m.name, "theta", c.theta, own); err != nil {
			return err
		}
	}
	sum, size := make([]float64, c.p), 0.0
	for i := range n {
		one, err := c.gradientAt(c.theta, d.Slice(i, i+1))
		if err != nil {
			return err
		}
		norm := floats.Norm(one, 2)
		if err := agree(fmt.Sprintf("PerSampleGradients: row %d against Gradient of that sample", i), rows[i*c.p:(i+1)*c.p], one, sumTolerance, norm); err != nil {
			return err
		}
		if !(math.Abs(norms[i]-norm) <= 1e-8*norm) {
			return fault("PerSampleNorms", "sample %d has %.12g and not %.12g", i, norms[i], norm)
		}
		if dot := floats.Dot(one, v); !(math.Abs(dots[i]-dot) <= sumTolerance*norm) {
			return fault("PerSampleDots", "sample %d has %.12g and not %.12g", i, dots[i], dot)
		}
		floats.AddScaled(sum, w[i], one)
		size += norm
	}
	return agree("WeightedGradient against the weighted sum of gradients", weighted, sum, sumTolerance, size)
}

// predictor checks that the answer to a sample does not depend on the others.
func (c *checker) predictor() error {
	o, ok := c.o.(unlearn.Predictor)
	if !ok {
		return nil
	}
	d := c.some()
	k, err := o.Outputs(d)
	if err != nil {
		return fault("Outputs", "%w", err)
	}
	if k < 1 {
		return fault("Outputs", "it is %d: want at least 1", k)
	}
	whole := c.garbage(d.Len() * k)
	if err := o.Predict(context.Background(), whole, slices.Clone(c.theta), d); err != nil {
		return fault("Predict", "%w", err)
	}
	if i := notFinite(whole); i >= 0 {
		return fault("Predict", "output %d of sample %d is %v after dst held NaN", i%k, i/k, whole[i])
	}
	for i := range d.Len() {
		one := c.garbage(k)
		if err := o.Predict(context.Background(), one, slices.Clone(c.theta), d.Slice(i, i+1)); err != nil {
			return fault("Predict", "%w", err)
		}
		if err := agree(fmt.Sprintf("Predict: sample %d among others against that sample alone", i), whole[i*k:(i+1)*k], one, sumTolerance, largest(one)); err != nil {
			return err
		}
	}
	return nil
}

// stochastic checks that the training pass is a function of its noise.
func (c *checker) stochastic() error {
	o, ok := c.o.(unlearn.StochasticObjective)
	if !ok || !o.Stochastic() {
		return nil
	}
	a, b, own := c.garbage(c.p), c.garbage(c.p), slices.Clone(c.theta)
	la, err := o.TrainingGradient(context.Background(), a, own, c.d, 5)
	if err != nil {
		return fault("TrainingGradient", "%w", err)
	}
	lb, err := o.TrainingGradient(context.Background(), b, own, c.d, 5)
	if err != nil {
		return fault("TrainingGradient", "%w", err)
	}
	if j := firstDifference(append(a, la), append(b, lb)); j >= 0 {
		return fault("TrainingGradient", "the same noise gave other bits")
	}
	if j := notFinite(a); j >= 0 {
		return fault("TrainingGradient", "element %d is %v after dst held NaN", j, a[j])
	}
	return same("TrainingGradient", "theta", c.theta, own)
}
