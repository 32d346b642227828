package experiments

import (
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/settings"
)

// Names that code of this package still uses for what has moved into the packages below internal. They go as that code moves.

// Auto is a number, or the wish to have it chosen: written "auto".
type Auto = settings.Auto

func formatNumber(v float64) string { return numbers.Shortest(v) }
