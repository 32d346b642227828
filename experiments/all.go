package experiments

// The experiments in the order of the list command. A new one is a line here.
func init() {
	Use(
		featuresExperiment(),
		residualExperiment(),
		fidelityExperiment(),
		scatterExperiment(),
		runtimeExperiment(),
		limitsExperiment(),
		affectedExperiment(),
		shardingExperiment(),
		solversExperiment(),
		memorizationExperiment(),
		poisoningExperiment(),
		certifiedExperiment(),
		budgetExperiment(),
		lossPerturbationExperiment(),
		lossBudgetExperiment(),
		sigmaExperiment(),
	)
}
