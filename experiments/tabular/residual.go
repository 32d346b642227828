package tabular

import (
	"context"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// Residual is the table of gradient residuals: how far each method's parameters are from an optimum
// of the corrected data.
func Residual() *engine.Experiment {
	const id = "residual"
	return tabledata.Experiment{
		ID: id, Title: "Gradient residual after unlearning",
		Question: "how near to an optimum on the corrected data does each method end?",
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			return s.DrawUnits(ctx, id, set, "gradient-residual", "test-accuracy", "solve-residual", "trained-residual", "test-samples")
		},
		Reads: tabledata.ComparingSettings, Answers: residualAnswers,
		Tables: func(r *engine.Results) []report.Table {
			residual := tabledata.BySize(r, "Gradient residual ||grad L(theta'; D')||", "gradient-residual", report.Plain)
			addReference(r, &residual)
			solves := tabledata.BySize(r, "Relative residual of the solves, ||b - Ax||/||b||", "solve-residual", report.Plain)
			solves.Folded = true
			for j := range solves.Header[1:] {
				solves.Residuals = append(solves.Residuals, j+1)
			}
			return []report.Table{residual, tabledata.BySize(r, "Test accuracy, %", "test-accuracy", report.Percent), solves}
		},
		Figures: func(r *engine.Results) []report.Figure {
			return []report.Figure{tabledata.LinesBySize(r, "residual", "Gradient residual on the corrected data", "gradient-residual", "gradient residual ||grad L(theta'; D')||", report.Plain, true)}
		},
	}.Runnable()
}
