package tabular

import (
	"context"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// Scatter is the scatter plot: what each update did to the test loss against what retraining did.
// Ideal is the identity line.
func Scatter() *engine.Experiment {
	const id = "scatter"
	return tabledata.Experiment{
		ID: id, Title: "Change of the test loss, compared with retraining",
		Question: "does an update change the test loss as much as retraining does?",
		Defaults: func(s *tabledata.Settings, k engine.Key) {
			s.Rows = s.Rows[len(s.Rows)/2 : len(s.Rows)/2+1]
			s.Features = []int{20}
			s.Seeds = 0
			if k.Model != tabledata.Models[0] && k.Profile != engine.Paper {
				s.Features = []int{10} // draws that the other parts have anyway
			}
		},
		Units: func(ctx context.Context, s *tabledata.Session, set *tabledata.Settings) ([]engine.Unit, error) {
			return s.DrawUnits(ctx, id, set, "loss-difference", "loss-distance", "sample-loss-distance")
		},
		Reads: tabledata.Without(tabledata.ComparingSettings, "sisa-shards", "sisa-slices", "sisa-vote", "sisa-regularizer"), // a vote has no loss
		Idle: func(s *tabledata.Session, set *tabledata.Settings, key string) string {
			if key == "methods" && !slices.ContainsFunc(set.Methods, func(m string) bool { return m != "sisa" }) {
				return "SISA has no test loss to compare, since its shards vote; choose another method too"
			}
			return ""
		},
		Answers: scatterAnswers,
		Tables: func(r *engine.Results) []report.Table {
			return []report.Table{
				tabledata.BySize(r, "Change of the mean test loss, nat", "loss-difference", report.Plain),
				tabledata.BySize(r, "Mean distance of a test sample's loss to that of the retrained model, nat", "sample-loss-distance", report.Plain),
			}
		},
		Figures: func(r *engine.Results) []report.Figure { return tabledata.ScatterFigures(r) },
	}.Runnable()
}
