// Package experiments repeats the tables and figures of "Machine Unlearning of Features and Labels"
// on linear models and small networks: raw records first, tables, figures and reports made from the
// records afterwards. It lists the experiments; they are in the packages tabular, certified,
// memorization and poisoning, and what runs them is below internal.
package experiments

import (
	"lethe/experiments/certified"
	"lethe/experiments/internal/engine"
	"lethe/experiments/memorization"
	"lethe/experiments/poisoning"
	"lethe/experiments/tabular"
)

// The experiments in the order of the list command. A new one is a line here.
func init() {
	engine.Use(
		tabular.Features(),
		tabular.Residual(),
		tabular.Fidelity(),
		tabular.Scatter(),
		tabular.Runtime(),
		tabular.Limits(),
		tabular.Affected(),
		tabular.Sharding(),
		tabular.Solvers(),
		memorization.Experiment(),
		poisoning.Experiment(),
		poisoning.Correct(),
		certified.Certified(),
		certified.Budget(),
		certified.LossPerturbation(),
		certified.LossBudget(),
		certified.Sigma(),
	)
}
