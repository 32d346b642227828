package experiments

// The experiments in the order of the list command. A new one is a line here.
func init() {
	Use(
		featuresExperiment().engineExperiment(),
		residualExperiment().engineExperiment(),
		fidelityExperiment().engineExperiment(),
		scatterExperiment().engineExperiment(),
		runtimeExperiment().engineExperiment(),
		limitsExperiment().engineExperiment(),
		affectedExperiment().engineExperiment(),
		shardingExperiment().engineExperiment(),
		solversExperiment().engineExperiment(),
		memorizationExperiment(),
		poisoningExperiment(),
		certifiedExperiment().engineExperiment(),
		budgetExperiment().engineExperiment(),
		lossPerturbationExperiment().engineExperiment(),
		lossBudgetExperiment().engineExperiment(),
		sigmaExperiment().engineExperiment(),
	)
}
