package objectivetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lethe/datasets"
)

// memory checks that results are in dst alone, that nothing of an earlier call is left, and that
// the same inputs give the same bits.
func (c *checker) memory() error {
	ctx := context.Background()
	v, other := c.direction(), c.point(1)
	for _, m := range []struct {
		name string
		call func(dst, theta []float64) error
	}{
		{"Gradient", func(dst, theta []float64) error { return c.o.Gradient(ctx, dst, theta, c.d) }},
		{"HVP", func(dst, theta []float64) error { return c.o.HVP(ctx, dst, theta, v, c.d) }},
		{"Loss", func(dst, theta []float64) error {
			l, err := c.o.Loss(ctx, theta, c.d)
			for j := range dst {
				dst[j] = l
			}
			return err
		}},
	} {
		if err := c.repeated(m.name, other, m.call); err != nil {
			return err
		}
	}
	return nil
}

// repeated calls a method at theta, elsewhere, and at theta again in the same memory.
func (c *checker) repeated(name string, other []float64, call func(dst, theta []float64) error) error {
	first, second := c.garbage(c.p), c.garbage(c.p)
	at := slices.Clone(c.theta)
	if err := call(first, at); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	kept := slices.Clone(first)
	copy(at, other) // the same memory, other numbers
	if err := call(second, at); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if j := firstDifference(kept, first); j >= 0 {
		return fmt.Errorf("%s: a later call changed element %d of an earlier result: dst must not be kept", name, j)
	}
	fresh := c.garbage(c.p)
	if err := call(fresh, slices.Clone(other)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if j := firstDifference(second, fresh); j >= 0 {
		return fmt.Errorf("%s: element %d is %v and %v for the same theta in other memory: something of an earlier call is kept, or random",
			name, j, second[j], fresh[j])
	}
	again := c.garbage(c.p)
	if err := call(again, slices.Clone(c.theta)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if j := firstDifference(kept, again); j >= 0 {
		return fmt.Errorf("%s: the same inputs gave other bits: element %d is %v and %v", name, j, kept[j], again[j])
	}
	return nil
}

// cancelled checks that an ended context ends a call.
func (c *checker) cancelled() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dst := make([]float64, c.p)
	_, lossErr := c.o.Loss(ctx, slices.Clone(c.theta), c.d)
	for _, m := range []struct {
		name string
		err  error
	}{
		{"Loss", lossErr},
		{"Gradient", c.o.Gradient(ctx, dst, slices.Clone(c.theta), c.d)},
		{"HVP", c.o.HVP(ctx, dst, slices.Clone(c.theta), c.direction(), c.d)},
	} {
		if !errors.Is(m.err, context.Canceled) {
			return fmt.Errorf("%s does not observe its context: called with one that was cancelled it returned the error %v; return ctx.Err()", m.name, m.err)
		}
	}
	return nil
}

// unchanged checks, last of all, that the samples are as they were.
func (c *checker) unchanged() error {
	if datasets.Fingerprint(c.d) != c.fingerprint || !slices.Equal(c.d.Weights, c.weights0) {
		return errors.New("a method of the objective changed the samples, which it may only read")
	}
	return nil
}
