package unlearn

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/datasets"
)

// bent is least squares whose products with the Hessian are no numbers, and that knows why.
type bent struct{ Objective }

func (bent) HVP(_ context.Context, dst, _, _ []float64, _ *datasets.Dataset) error {
	dst[0] = math.NaN()
	return nil
}

func (bent) Fault(context.Context, []float64, *datasets.Dataset) error {
	return errors.New("row 7 is to blame")
}

// Where the loss and the gradient are finite and a product with the Hessian is not, training and
// updates ask the objective which sample it is.
func TestProductsThatAreNotFiniteNameTheSample(t *testing.T) {
	d := &datasets.Dataset{X: &datasets.Dense{N: 3, Cols: 1, Data: []float64{1, 2, 3}}, Y: []float64{1, 0, 2}}
	p := &Problem{Objective: bent{full{leastSquares(1)}}, Train: d, L2: 1}
	for _, trainer := range []Trainer{Newton{}, LBFGS{NewtonBelow: 1e6}} {
		_, err := trainer.Train(t.Context(), p, []float64{3})
		assert.ErrorContains(t, err, "row 7 is to blame")
	}
	for _, solver := range []Solver{CG{}, MINRES{}} {
		_, err := SecondOrder{Solver: solver}.Unlearn(t.Context(), p, []float64{3}, RemoveSamples(1))
		assert.ErrorContains(t, err, "row 7 is to blame", solver.Name())
	}
}
