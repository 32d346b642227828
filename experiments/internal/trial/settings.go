package trial

import (
	"lethe/experiments/internal/settings"
)

// NetworkSettings are the settings that the experiments on deep networks have in common with those
// on tables.
type NetworkSettings struct {
	Draws     int           `set:"draws" scope:"run" doc:"random draws of the change; each is measured" max:"1e6" more:"ok" unit:"draws"`
	Precision string        `set:"precision" scope:"network" doc:"float64 or float32, for the MLP; linear models always use float64" words:"float32|float64"`
	Tau       settings.Auto `set:"tau" scope:"method" doc:"step length of the first-order update; auto takes the best value of a grid"`
	TauFT     settings.Auto `set:"tau-ft" scope:"method" doc:"learning rate of fine-tuning; auto takes the best value of a grid" also:"rate,tau_ft"`
	Batch     int           `set:"batch" scope:"method" doc:"batch size of fine-tuning" max:"1e9" unit:"samples"`
	Ridge     settings.Auto `set:"ridge" scope:"method" doc:"added to the diagonal of the Hessian; auto takes the best value of a grid" zero:"ok"`
}
