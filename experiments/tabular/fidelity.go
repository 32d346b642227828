package tabular

import (
	"context"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// Fidelity is the fidelity table: how well the model still works, and how near it is to the
// retrained one.
func Fidelity() *engine.Experiment {
	const id = "fidelity"
	columns := []tabledata.Column{
		{Title: "test accuracy, %", Metric: "test-accuracy", Style: report.Percent}, {Title: "test loss, nat", Metric: "test-loss", Style: report.Plain},
		{Title: "distance of a test sample's loss to (warm) retraining, nat", Metric: "sample-loss-distance", Style: report.Plain},
		{Title: "agreement with retraining, %", Metric: "agreement", Style: report.Percent}, {Title: "distance of the parameters", Metric: "parameter-distance", Style: report.Plain},
		{Title: "gradient residual", Metric: "gradient-residual", Style: report.Plain},
	}
	return tabledata.Experiment{
		ID: id, Title: "Fidelity: accuracy and distance to retraining",
		Question: "is the unlearned model still accurate, and does it predict like a retrained one?",
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			return s.DrawUnits(ctx, id, set, "test-accuracy", "test-loss", "loss-distance", "sample-loss-distance", "agreement",
				"parameter-distance", "gradient-residual", "trained-residual", "test-samples")
		},
		Reads: tabledata.ComparingSettings, Answers: fidelityAnswers,
		Tables: func(r *engine.Results) []report.Table { return tabledata.ByMethod(r, "Fidelity", columns) },
		Figures: func(r *engine.Results) []report.Figure {
			return []report.Figure{
				tabledata.LinesBySize(r, "accuracy", "Test accuracy", "test-accuracy", "test accuracy, %", report.Percent, false),
				tabledata.LinesBySize(r, "loss-distance", "Mean distance of a test sample's loss to that of the retrained model", "sample-loss-distance", "mean distance of the loss to retraining, nat", report.Plain, true),
			}
		},
	}.Runnable()
}
