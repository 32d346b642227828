package experiments

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/unlearn"
)

// along returns theta - step*direction.
func along(theta, direction []float64, step float64) []float64 {
	next := slices.Clone(theta)
	floats.AddScaled(next, -step, direction)
	return next
}

// done is a training that has been carried out before.
type done struct{ theta []float64 }

// Train implements [unlearn.Trainer].
func (d done) Train(context.Context, *unlearn.Problem, []float64) ([]float64, error) {
	return slices.Clone(d.theta), nil
}

// trace keeps how the residual fell: a point for every tenth more products.
type trace struct{ products, residual []float64 }

func (t *trace) add(products, residual float64) {
	if n := len(t.products); products > 0 && !math.IsNaN(residual) && (n == 0 || products >= 1.1*t.products[n-1]) {
		t.products, t.residual = append(t.products, products), append(t.residual, residual)
	}
}
