package objectivetest

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// notFinite is where x is not a number or infinite first; -1 if it nowhere is.
func notFinite(x []float64) int {
	return slices.IndexFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// firstDifference is where two vectors of one length have other bits first; -1 if they nowhere do.
func firstDifference(a, b []float64) int {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return i
		}
	}
	return -1
}

// largest is the largest absolute value.
func largest(x []float64) float64 { return floats.Norm(x, math.Inf(1)) }

// direction is a random vector of length 1 in the parameters that are differentiated by.
func (c *checker) direction() []float64 {
	v := make([]float64, c.p)
	for _, j := range c.free {
		v[j] = c.r.NormFloat64()
	}
	floats.Scale(1/floats.Norm(v, 2), v)
	return v
}

// combined is a x + b y.
func combined(a float64, x []float64, b float64, y []float64) []float64 {
	z := make([]float64, len(x))
	for i := range z {
		z[i] = a*x[i] + b*y[i]
	}
	return z
}

// agree compares two vectors; scale is the size of the numbers that they are sums of.
func agree(what string, got, want []float64, tolerance, scale float64) error {
	for j := range want {
		if off := math.Abs(got[j] - want[j]); !(off <= tolerance*scale) {
			return fmt.Errorf("%s: element %d is %.12g and not %.12g", what, j, got[j], want[j])
		}
	}
	return nil
}
