package nets

import (
	"context"
	"fmt"
	"math"
	"slices"

	"lethe/datasets"
)

// Fault says what makes the loss, the gradient or a Hessian-vector product on d no finite number at
// theta: data that the model cannot work on, the first parameter that is not finite, the first
// sample whose loss or whose gradient is not, or a sample whose product with a vector of numbers of
// size 1 is not. It returns nil where all are finite. It is for what has already failed: it costs
// about as much as all gradients, sample by sample.
func (m *Model) Fault(ctx context.Context, theta []float64, d *datasets.Dataset) error {
	if err := m.check(theta); err != nil {
		return err
	}
	if err := m.engine.meet(d); err != nil {
		return err
	}
	if err := m.finite(theta); err != nil {
		return err
	}
	n := d.Len()
	losses, norms := make([]float64, n), make([]float64, n)
	if err := m.SampleLosses(ctx, losses, theta, d); err != nil {
		return err
	}
	for i, l := range losses {
		if notFinite(l) {
			return fmt.Errorf("nets: the loss of %s is %v at these parameters: its outputs overflow; scale its features, or take smaller parameters", d.Where(i), l)
		}
	}
	if err := m.PerSampleNorms(ctx, norms, theta, d); err != nil {
		return err
	}
	for i, g := range norms {
		if notFinite(g) {
			return fmt.Errorf("nets: the gradient of %s has the norm %v at these parameters, and its loss is %v: an operation of the network has no finite slope there",
				d.Where(i), g, losses[i])
		}
	}
	v := make([]float64, m.dim)
	for _, sign := range []float64{1, -1} { // where products with equal numbers cancel, those with alternating ones do not
		for i := range v {
			v[i] = 1
			if i%2 == 1 {
				v[i] = sign
			}
		}
		if err := m.curvatureFault(ctx, theta, v, d); err != nil {
			return err
		}
	}
	return nil
}

// curvatureFault finds a sample whose Hessian-vector product is not finite: where that of a range
// is not, one of its halves has the sample.
func (m *Model) curvatureFault(ctx context.Context, theta, v []float64, d *datasets.Dataset) error {
	h := make([]float64, m.dim)
	lo, hi := 0, d.Len()
	for half := lo; half < hi; half = lo + (hi-lo)/2 {
		if err := m.HVP(ctx, h, theta, v, d.Slice(half, hi)); err != nil {
			return err
		}
		switch bad := slices.ContainsFunc(h, notFinite); {
		case !bad && half == lo:
			return nil // all are finite, or their sum alone is not
		case bad && hi-half == 1:
			return fmt.Errorf("nets: a Hessian-vector product of %s is not finite at these parameters: its numbers overflow on the way; scale its features, "+
				"or take smaller parameters", d.Where(half))
		case bad:
			lo = half
		default:
			hi = half
		}
	}
	return nil
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// finite names the first parameter that is not finite, in the model's precision.
func (m *Model) finite(theta []float64) error {
	at := 0
	for i, p := range m.params {
		if !m.free[i] {
			continue
		}
		for k := range m.offset[i+1] - m.offset[i] {
			v := theta[at+k]
			if m.opts.float32 && !notFinite(v) && beyondSingle(v) {
				return fmt.Errorf("nets: parameter %s, number %d, is %v, which %s", p.Name, k, v, singleRemedy)
			}
			if notFinite(v) {
				return fmt.Errorf("nets: parameter %s, number %d, is %v: the steps that led here were too long, or began at no finite numbers", p.Name, k, v)
			}
		}
		at += m.offset[i+1] - m.offset[i]
	}
	return nil
}
