package experiments

import "context"

// fidelityExperiment is the fidelity table: how well the model still works, and how near it is to the retrained one.
func fidelityExperiment() *Experiment {
	const id = "fidelity"
	columns := []column{
		{"test accuracy, %", "test-accuracy", percent}, {"test loss, nat", "test-loss", plain},
		{"distance of a test sample's loss to (warm) retraining's, nat", "sample-loss-distance", plain},
		{"agreement with it, %", "agreement", percent}, {"distance of the parameters", "parameter-distance", plain},
		{"gradient residual", "gradient-residual", plain},
	}
	return tableExperiment{
		ID: id, Title: "Fidelity: accuracy and distance to retraining",
		Question: "does the model still work after unlearning, and does it answer as a retrained one does?",
		Units: func(ctx context.Context, s *tableSession, set *tableSettings) ([]Unit, error) {
			return s.drawUnits(ctx, id, set, "test-accuracy", "test-loss", "loss-distance", "sample-loss-distance", "agreement",
				"parameter-distance", "gradient-residual", "trained-residual", "test-samples")
		},
		Own: baselineSettings, Claims: (*Results).networkClaims,
		Tables: func(r *Results) []Table { return r.byMethod("Fidelity", columns) },
		Figures: func(r *Results) []Figure {
			return []Figure{
				r.linesBySize("accuracy", "Test accuracy, "+drawsCaption, "test-accuracy", "test accuracy", false),
				r.linesBySize("loss-distance", "Mean distance of a test sample's loss to that of the retrained model, "+drawsCaption, "sample-loss-distance", "nat", true),
			}
		},
	}.engineExperiment()
}
