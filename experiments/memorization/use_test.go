package memorization

import (
	"lethe/experiments/internal/engine"
	"lethe/experiments/tabular"
)

func init() { engine.Use(Experiment(), tabular.Residual()) }
