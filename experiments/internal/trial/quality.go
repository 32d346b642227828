package trial

import (
	"errors"
	"math"
	"slices"

	"lethe/datasets"
)

// ErrNotFinite is why nothing can be measured of parameters or losses that overflowed.
var ErrNotFinite = errors.New("the update is not finite")

// AllFinite reports whether every number is finite.
func AllFinite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !Finite(x) })
}

// Finite reports whether v is a number and not infinite.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Share returns the share of samples whose class is their label.
func Share(classes []float64, d *datasets.Dataset) float64 { return Same(classes, d.Y) }

// Same returns the share of places where a and b agree.
func Same(a, b []float64) float64 {
	hit := 0
	for i, v := range a {
		if v == b[i] {
			hit++
		}
	}
	return float64(hit) / float64(len(a))
}

// Distance returns ||a - b||.
func Distance(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return math.Sqrt(sum)
}
