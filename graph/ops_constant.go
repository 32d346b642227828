package graph

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// constant is a tensor that is part of the graph.
type constant struct {
	v     gorgonia.Value
	shape []int
}

func (c constant) String() string                                { return fmt.Sprintf("const[%p]", c.v) }
func (c constant) infer([][]int) ([]int, error)                  { return c.shape, nil }
func (c constant) adjoint([]*Node, *Node, *Node, []bool) []*Node { return nil }

// Fixed adds a tensor of the given numbers, row-major, to the graph of a node, in that node's
// precision: a mask, say, or positions. No shape makes a scalar.
func Fixed(like *Node, values []float64, shape ...int) *Node {
	if err := checkShape(shape); err != nil {
		fail("Fixed", "%v", err)
	}
	dims(like) // which says what is wrong with a node that is none
	if len(values) != size(shape) {
		fail("Fixed", "%d numbers for shape %v", len(values), shape)
	}
	if len(shape) == 0 {
		return newFill(like.Graph(), like.Dtype(), values[0], nil)
	}
	var back any = slices.Clone(values)
	if like.Dtype() == tensor.Float32 {
		single := make([]float32, len(values))
		Convert(single, values)
		for i, x := range single {
			if math.IsInf(float64(x), 0) && !math.IsInf(values[i], 0) {
				fail("Fixed", "number %v is too large for float32: compute in float64", values[i])
			}
		}
		back = single
	}
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(back))
	return applyIn(like.Graph(), like.Dtype(), constant{v: v, shape: slices.Clone(shape)})
}
