package nets

import (
	"fmt"
	"math"
	"slices"
)

// Tensor returns the parameter tensor of the given name in theta (Dim), row-major, and its shape.
// The numbers are a view: what is written to them is written to theta. A name that the model does
// not work on is an error that lists those it does.
func (m *Model) Tensor(theta []float64, name string) (values []float64, shape []int, err error) {
	if err := m.check(theta); err != nil {
		return nil, nil, err
	}
	at := 0
	for i, p := range m.params {
		if !m.free[i] {
			continue
		}
		n := m.offset[i+1] - m.offset[i]
		if p.Name == name {
			return theta[at : at+n : at+n], slices.Clone(p.Shape), nil
		}
		at += n
	}
	return nil, nil, fmt.Errorf("nets: there is no parameter %q: the model has %s", name, names(m.Params()))
}

// SetTensor overwrites the parameter tensor of the given name in theta (Dim) by values, row-major:
// as many as it has, all finite.
func (m *Model) SetTensor(theta []float64, name string, values []float64) error {
	x, shape, err := m.Tensor(theta, name)
	if err != nil {
		return err
	}
	if len(values) != len(x) {
		return fmt.Errorf("nets: %d numbers for parameter %q of shape %v, which has %d", len(values), name, shape, len(x))
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("nets: number %d for parameter %q is %v", i, name, v)
		}
	}
	copy(x, values)
	return nil
}
