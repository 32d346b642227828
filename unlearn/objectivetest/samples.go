package objectivetest

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// all is what an objective gives for some samples: loss, gradient, and product along v.
type all struct {
	loss          float64
	grad, product []float64
}

func (c *checker) allOf(v []float64, d *datasets.Dataset) (a all, err error) {
	if a.loss, err = c.lossAt(c.theta, d); err != nil {
		return a, err
	}
	if a.grad, err = c.gradientAt(c.theta, d); err != nil {
		return a, err
	}
	a.product, err = c.product(c.theta, v, d)
	return a, err
}

// total is a weighted sum of parts, and beside it the size of what was added up.
type total struct {
	sum  all
	size [3]float64
}

func (t *total) add(a all, w float64) {
	if t.sum.grad == nil {
		t.sum.grad, t.sum.product = make([]float64, len(a.grad)), make([]float64, len(a.product))
	}
	t.sum.loss += w * a.loss
	floats.AddScaled(t.sum.grad, w, a.grad)
	floats.AddScaled(t.sum.product, w, a.product)
	t.size[0] += math.Abs(w * a.loss)
	t.size[1] += math.Abs(w) * largest(a.grad)
	t.size[2] += math.Abs(w) * largest(a.product)
}

// is compares the sum with what the objective gives for the whole. what is what went wrong if they
// differ.
func (t *total) is(whole all, what string) error {
	for k, part := range []struct {
		name      string
		got, want []float64
	}{{"Loss", []float64{whole.loss}, []float64{t.sum.loss}}, {"Gradient", whole.grad, t.sum.grad}, {"HVP", whole.product, t.sum.product}} {
		for j := range part.want {
			if !(math.Abs(part.got[j]-part.want[j]) <= sumTolerance*t.size[k]) {
				return fmt.Errorf("%s %s: %.12g and not %.12g", part.name, what, part.got[j], part.want[j])
			}
		}
	}
	return nil
}

// halves checks that what is said of the whole is the sum over two parts, in another order, and
// that a row given twice counts twice.
func (c *checker) halves() error {
	v := c.direction()
	whole, err := c.allOf(v, c.d)
	if err != nil {
		return err
	}
	order := c.r.Perm(c.d.Len())
	k := len(order) / 2
	var sum total
	for _, rows := range [][]int{order[:k], order[k:]} {
		if len(rows) == 0 {
			continue
		}
		part, err := c.allOf(v, c.d.Subset(rows))
		if err != nil {
			return err
		}
		sum.add(part, 1)
	}
	if err := sum.is(whole, "of all samples is not the sum over two halves of them (a sum, and never a mean, without a regularizer)"); err != nil {
		return err
	}
	twice, err := c.allOf(v, c.d.Subset(slices.Concat(order, order)))
	if err != nil {
		return err
	}
	sum = total{}
	sum.add(whole, 2)
	return sum.is(twice, "of all samples twice is not twice that of all samples")
}

// singles checks that what is said of some samples is the sum over them, one by one.
func (c *checker) singles() error {
	some, v := c.some(), c.direction()
	var sum total
	for i := range some.Len() {
		one, err := c.allOf(v, some.Slice(i, i+1))
		if err != nil {
			return err
		}
		sum.add(one, 1)
	}
	whole, err := c.allOf(v, some)
	if err != nil {
		return err
	}
	return sum.is(whole, "is not the sum over the samples, taken one by one")
}

func (c *checker) some() *datasets.Dataset { return c.d.Slice(0, min(c.d.Len(), mostSingles)) }

// weights checks that a sample counts as often as its weight says. An objective may refuse weights,
// but not pass them over.
func (c *checker) weights() error {
	v := c.direction()
	plain := *c.some()
	plain.Weights = nil
	weighted := plain
	var sum total
	for i := range plain.Len() {
		w := []float64{2, 0.5, 0, 1.25}[i%4]
		weighted.Weights = append(weighted.Weights, w)
		one, err := c.allOf(v, plain.Slice(i, i+1))
		if err != nil {
			return err
		}
		sum.add(one, w)
	}
	refused := 0
	whole, err := c.allOf(v, &weighted)
	if err != nil { // it may be the first of three methods that refuses; then all have to
		_, lossErr := c.lossAt(c.theta, &weighted)
		_, gradErr := c.gradientAt(c.theta, &weighted)
		_, hvpErr := c.product(c.theta, v, &weighted)
		for _, e := range []error{lossErr, gradErr, hvpErr} {
			if e != nil {
				refused++
			}
		}
		if refused == 3 {
			return nil
		}
		return fmt.Errorf("data with weights is refused by %d of Loss, Gradient and HVP: %w", refused, err)
	}
	return sum.is(whole, "of samples with weights (Dataset.Weights) is not their weighted sum; count a sample as often as its weight says, or refuse weights")
}
