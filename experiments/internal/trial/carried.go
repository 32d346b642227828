package trial

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/unlearn"
)

// Along returns theta - step*direction.
func Along(theta, direction []float64, step float64) []float64 {
	next := slices.Clone(theta)
	floats.AddScaled(next, -step, direction)
	return next
}

// Done is a training that has been carried out before.
type Done struct{ Theta []float64 }

// Train implements [unlearn.Trainer].
func (d Done) Train(context.Context, *unlearn.Problem, []float64) ([]float64, error) {
	return slices.Clone(d.Theta), nil
}

// Trace keeps how the residual fell: a point for every tenth more products.
type Trace struct{ Products, Residual []float64 }

// Add is a solver's Trace.
func (t *Trace) Add(products, residual float64) {
	if n := len(t.Products); products > 0 && !math.IsNaN(residual) && (n == 0 || products >= 1.1*t.Products[n-1]) {
		t.Products, t.Residual = append(t.Products, products), append(t.Residual, residual)
	}
}
