package experiments

import "context"

// residualExperiment is the table of gradient residuals: how far each method's parameters are from an optimum of the corrected data.
func residualExperiment() *Experiment {
	const id = "residual"
	return tableExperiment{
		ID: id, Title: "Gradient residual after unlearning",
		Question: "how far from an optimum on the corrected data is each method, ||grad L(theta'; D')||?",
		Units: func(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			return s.drawUnits(ctx, id, set, "gradient-residual", "test-accuracy", "solve-residual", "trained-residual", "test-samples")
		},
		Own: baselineSettings, Claims: (*Results).residualClaims,
		Tables: func(r *Results) []Table {
			residual := r.bySize("Gradient residual ||grad L(theta'; D')||", "gradient-residual", plain)
			r.addReference(&residual)
			return []Table{residual, r.bySize("Test accuracy, %", "test-accuracy", percent), r.bySize("Relative residual of the solves, ||b - Ax||/||b||", "solve-residual", plain)}
		},
		Figures: func(r *Results) []Figure {
			return []Figure{r.linesBySize("residual", "Gradient residual, "+drawsCaption, "gradient-residual", "gradient residual", true)}
		},
	}.engineExperiment()
}
