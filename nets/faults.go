package nets

import (
	"context"
	"fmt"
	"math"

	"lethe/datasets"
)

// Fault says what makes the loss or the gradient on d no finite number at theta: data that the model cannot work on, the first parameter that is
// not finite, or the first sample whose loss or whose gradient is not. It returns nil where all are finite. It is for what has already failed:
// it costs about as much as all gradients, sample by sample.
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
