package tune

import (
	"math"
	"slices"

	"lethe/experiments/internal/settings"
)

// Grid is the setting's value, or all that are to be tried.
func Grid(set settings.Auto, tried []float64) []float64 {
	if set.Tuned {
		return tried
	}
	return []float64{set.Value}
}

// Finer returns so many values a decade between the neighbors of the best value of a grid.
func Finer(grid []float64, best float64, perDecade int) []float64 {
	grid = slices.Clone(grid)
	slices.Sort(grid)
	low, high := best/10, best*10
	if i := slices.Index(grid, best); i > 0 {
		low = grid[i-1]
	}
	if i := slices.Index(grid, best); i >= 0 && i+1 < len(grid) {
		high = grid[i+1]
	}
	n := int(math.Round(float64(perDecade) * math.Log10(high/low)))
	var out []float64
	for i := 1; i < n; i++ {
		if v := low * math.Pow(high/low, float64(i)/float64(n)); math.Abs(v/best-1) > 1e-9 {
			out = append(out, v)
		}
	}
	return out
}
