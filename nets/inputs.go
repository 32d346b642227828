package nets

import (
	"context"
	"fmt"
	"slices"

	"lethe/datasets"
	"lethe/graph"
)

// InputGradients writes the gradient of the weighted loss of sample i with respect to its inputs to
// row i of dst (n, inputs of a sample), row-major, for dense samples and images. Inputs that are
// looked up (tokens) have no gradient, and sparse ones are refused: take them as dense. Those of
// images are by the numbers that the network sees, (channels, height, width).
func (m *Model) InputGradients(ctx context.Context, dst, theta []float64, d *datasets.Dataset) error {
	switch d.X.(type) {
	case *datasets.Dense, *datasets.Images:
	default:
		return fmt.Errorf("nets: input gradients of %T: give dense samples or images", d.X)
	}
	size := 1
	for _, n := range d.X.Shape() {
		size *= n
	}
	if len(dst) != d.Len()*size {
		return fmt.Errorf("nets: %d numbers for the input gradients of %d samples of %d inputs", len(dst), d.Len(), size)
	}
	whole := theta
	if m.Selected() {
		var err error
		if whole, err = m.Whole(theta); err != nil {
			return err
		}
	}
	full, err := NewModel(shifted{m.net, size}, m.loss, func(o *options) { *o = m.opts })
	if err != nil {
		return err
	}
	only, err := full.Select(append(slices.Clone(whole), make([]float64, size)...), shiftName)
	if err != nil {
		return err
	}
	return only.PerSampleGradients(ctx, dst, make([]float64, size), d)
}

// shiftName is the parameter that is added to the inputs.
const shiftName = "lethe.input_shift"

// shifted is a network whose inputs are moved by a parameter of their size. The gradient of a
// sample's loss by the parameter, where that is zero, is its gradient by the inputs.
type shifted struct {
	net  Network
	size int
}

func (s shifted) Params() []Param {
	return append(slices.Clone(s.net.Params()), Bias(shiftName, s.size))
}

func (s shifted) Forward(p []*graph.Node, x *graph.Node) *graph.Node {
	last := len(p) - 1
	shape := slices.Clone([]int(x.Shape()))
	one := append([]int{1}, shape[1:]...)
	return s.net.Forward(p[:last:last], graph.Add(x, graph.BroadcastTo(graph.Reshape(p[last], one...), shape...)))
}
