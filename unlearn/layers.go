package unlearn

import (
	"context"
	"fmt"

	"lethe/datasets"
)

// TensorObjective is an Objective whose parameters are tensors, one after the other, row-major, as
// those of nets.Model are. Weights of a layer have its outputs as their last dimension and its
// inputs before it; those of a convolution have four dimensions, (size, size, in, out).
type TensorObjective interface {
	Layout() (names []string, shapes [][]int)
}

// LayerObjective is an Objective that shows what its layers' weights are multiplied by, as
// nets.Model does.
type LayerObjective interface {
	// InputGrams calls use with X'X (in*in, row-major) for each weight matrix (in, out), which begins
	// at number lo of theta; X (positions, in) is what the samples of d give the layer.
	InputGrams(ctx context.Context, theta []float64, d *datasets.Dataset, use func(lo, in, out int, gram []float64)) error
}

// tensor is where a parameter tensor lies in theta.
type tensor struct {
	name   string
	lo, hi int
	shape  []int
}

// tensors returns the layout of the objective.
func (t *attempt) tensors() ([]tensor, error) {
	o, ok := called[TensorObjective](t.p.Objective)
	if !ok {
		return nil, fmt.Errorf("unlearn: %s works on layers: objective %T is no TensorObjective", t.update.Method, innermost(t.p.Objective))
	}
	names, shapes := o.Layout()
	var out []tensor
	at := 0
	for i, shape := range shapes {
		n := 1
		for _, s := range shape {
			n *= s
		}
		out = append(out, tensor{names[i], at, at + n, shape})
		at += n
	}
	if at != len(t.theta) {
		return nil, fmt.Errorf("unlearn: %s: Layout of %T has %d numbers for %d parameters", t.update.Method, innermost(t.p.Objective), at, len(t.theta))
	}
	return out, nil
}
