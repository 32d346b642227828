package experiments

import (
	"math"
	"slices"

	"lethe/datasets"
)

// notFinite is why nothing can be measured of parameters or losses that overflowed.
const notFinite = "the update is not finite"

func allFinite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !finite(x) })
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// share returns the share of samples whose class is their label.
func share(classes []float64, d *datasets.Dataset) float64 { return same(classes, d.Y) }

func same(a, b []float64) float64 {
	hit := 0
	for i, v := range a {
		if v == b[i] {
			hit++
		}
	}
	return float64(hit) / float64(len(a))
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return math.Sqrt(sum)
}
