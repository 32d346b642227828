package tabular

import "lethe/experiments/internal/engine"

func init() {
	engine.Use(Features(), Residual(), Fidelity(), Scatter(), Runtime(), Limits(), Affected(), Sharding(), Solvers())
}
