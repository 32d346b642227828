package tabular

import (
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tabledata"
)

// Features runs everything that the paper asks of features and labels; work that the parts share is
// done once.
func Features() *engine.Experiment {
	return tabledata.Experiment{
		ID: "features", Title: "Unlearning of features and labels",
		Question: "the experiments below, in one run",
		Parts:    []string{"residual", "fidelity", "scatter", "runtime", "limits", "affected", "sharding"},
	}.Runnable()
}
