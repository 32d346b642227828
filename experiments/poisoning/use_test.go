package poisoning

import (
	"lethe/experiments/internal/engine"
	"lethe/experiments/memorization"
	"lethe/experiments/tabular"
)

func init() { engine.Use(tabular.Residual(), memorization.Experiment(), Experiment(), Correct()) }
