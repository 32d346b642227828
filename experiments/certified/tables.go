package certified

import (
	"fmt"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
)

// released is the row of the mechanism.
const released = tabledata.OutputPerturbation

func certifiedTables(r *engine.Results) []report.Table {
	out := tabledata.ByMethod(r, "Certified unlearning", []tabledata.Column{
		{Title: "test accuracy, %", Metric: "test-accuracy", Style: report.Percent}, {Title: "difference from retraining, points", Metric: "accuracy-difference", Style: report.Style{Factor: 100, Places: 3}},
		{Title: "certified, share of draws", Metric: "certified-share", Style: report.Style{Factor: 1, Places: 3}}, {Title: "agreement with retraining, %", Metric: "agreement", Style: report.Percent},
		{Title: "seconds", Metric: "seconds", Style: report.Plain}, {Title: "passes over the data", Metric: "products", Style: report.Plain}, {Title: "distance to retraining", Metric: "parameter-distance", Style: report.Plain},
	})
	note := guarantee(r)
	for i := range out {
		out[i].Note += note
	}
	return out
}

// guarantee states what a release promises in this run.
func guarantee(r *engine.Results) string {
	b, _ := budgetOf(r)
	noise := r.Where("noise", "method", released)
	return fmt.Sprintf(" Each release is (%g, %g)-certified against the %s on the corrected data with the same noise, for every request and for everything "+
		"published before. Its state has a gradient residual of at most %s, and each parameter gets fresh noise of standard deviation %s. Retraining has no noise%s. "+
		"A pass is a gradient or a Hessian product over all samples.", b.Epsilon, b.Delta, r.Setting("against"), r.Setting("certified-residual"), report.Plain.One(noise.Mean), warmRule(r))
}

// warmRule says how warm retraining is done; it is empty for records that are older than Newton's
// method there.
func warmRule(r *engine.Results) string {
	if len(r.Part("seconds", "label", tabledata.WarmNewton)) == 0 {
		return ""
	}
	return fmt.Sprintf(" and also ends at a residual of at most %s: warm by Newton's method from the current model, cold by L-BFGS", r.Setting("certified-residual"))
}

func certifiedFigures(r *engine.Results) []report.Figure {
	return []report.Figure{
		tabledata.LinesBySize(r, "seconds", "Run time of a certified request and of retraining", "seconds", "run time, s", report.Plain, true),
		tabledata.LinesBySize(r, "accuracy", "Test accuracy of certified models and of retraining without noise", "test-accuracy",
			"test accuracy, %", report.Percent, false),
	}
}
