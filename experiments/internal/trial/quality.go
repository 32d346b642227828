package trial

import (
	"errors"
	"math"
	"slices"
)

// ErrNotFinite is why nothing can be measured of parameters or losses that overflowed.
var ErrNotFinite = errors.New("the update is not finite")

// AllFinite reports whether every number is finite.
func AllFinite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !Finite(x) })
}

// Finite reports whether v is a number and not infinite.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Same returns the share of places where the answers of two models agree. How often answers are
// right is [datasets.Accuracy].
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
