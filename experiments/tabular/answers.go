package tabular

import (
	"fmt"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
)

// accuracies are the test accuracies of the linear models at lambda 1
// (docs/paper.md#linear-models), to be met within 0.3 points.
var accuracies = map[string]float64{"drebin": 0.977, "adult": 0.847, "enron": 0.984}

func residualAnswers(r *engine.Results) []report.Answer {
	out := tabledata.NearerAnswer(r, "gradient-residual", "gradient residual", "an optimum on the corrected data",
		"Whether a model with a small residual predicts as a retrained one does: the experiment fidelity measures that. What the methods cost: runtime measures that.")
	if len(out) > 0 {
		out[0].Targets = residualTargets(r)
	}
	return out
}

// residualTargets are the paper's accuracy, the numbers of the authors' notebook where the run is set
// as it was, and how far second order is to be below the others there.
func residualTargets(r *engine.Results) []report.Claim {
	var out []report.Claim
	c := r.Config
	if c.Model != tabledata.Models[0] || !tabledata.IsFeatures(r) || r.Setting("lambda") != "1" || r.Setting("sigma") != "0" {
		return nil
	}
	if target, ok := accuracies[c.Dataset]; ok {
		smallest := r.Numbers(tabledata.SizeSetting(r))[0]
		accuracy := r.Where("test-accuracy", "label", "retrain", tabledata.SizeSetting(r), smallest).Mean
		out = append(out, report.Within("test accuracy of the retrained model, "+tabledata.SizeTitle(r, smallest), accuracy, target, 0.003, report.Percent, "%").From(report.Paper))
	}
	if !asInNotebook(r) {
		return out
	}
	for _, target := range []struct{ size, ratio float64 }{{10, 10}, {50, 7}} {
		if !slices.Contains(r.Numbers("features"), target.size) {
			continue
		}
		for _, method := range []string{"none", tabledata.PaperFine, tabledata.PaperFirst, "second-order"} {
			ref := tabledata.Authors[target.size][tabledata.NotebookMethod(method)]
			ours := r.Where("gradient-residual", "label", method, "features", target.size)
			out = append(out, report.Within(fmt.Sprintf("%s: mean residual at %g features over %d draws, compared with the authors' released notebook (40 draws)",
				trial.Name(method), target.size, ours.N), ours.Mean, ref.Mean, ref.SD, report.Plain, "").From("the authors' notebook"))
		}
		for _, method := range []string{"none", "fine-tune", "first-order"} {
			text := fmt.Sprintf("second order's residual below that of %s at %g features", trial.Name(method), target.size)
			out = append(out, report.Gains(text, tabledata.Contest(r, "gradient-residual", "gradient residual", target.size).Against("second-order", method), target.ratio))
		}
	}
	return out
}

// lossMetric is what scatter and fidelity compare, with its name: records of older versions hold the
// distance of the mean losses alone.
func lossMetric(r *engine.Results) (metric, what string) {
	if len(r.Part("sample-loss-distance")) == 0 && len(r.Part("loss-distance")) > 0 {
		return "loss-distance", "distance of the mean test loss to retraining, nat"
	}
	return "sample-loss-distance", "distance of a test sample's loss to retraining, nat"
}

// scatterAnswers: the target, that second order is twice as near as any other method, was set for
// linear models and columns.
func scatterAnswers(r *engine.Results) []report.Answer {
	metric, what := lossMetric(r)
	out := tabledata.NearerAnswer(r, metric, what, "the retrained model's losses",
		"What can still be found out about the removed data: a distance of losses does not measure that.")
	if len(out) == 0 || r.Config.Model != tabledata.Models[0] || !tabledata.IsFeatures(r) {
		return out
	}
	for _, c := range out[0].Compared {
		text := fmt.Sprintf("%s: how much nearer second order is than the best other method (%s)", c.Case, c.Other)
		out[0].Targets = append(out[0].Targets, report.Gains(text, c, 2))
	}
	return out
}

func fidelityAnswers(r *engine.Results) []report.Answer {
	metric, what := lossMetric(r)
	out := tabledata.NearerAnswer(r, metric, what, "the retrained model's losses",
		"What can still be found out about the removed data. On a network, retraining itself leaves a spread that depends on the start.")
	if len(out) == 0 {
		return nil
	}
	reference := "retrain"
	if r.Config.Model != tabledata.Models[0] {
		reference = "retrain, warm"
	}
	var own, retrained []float64
	for _, size := range r.Numbers(tabledata.SizeSetting(r)) {
		own = append(own, r.Between("test-accuracy", "label", "second-order", tabledata.SizeSetting(r), size).Median)
		retrained = append(retrained, r.Between("test-accuracy", "label", reference, tabledata.SizeSetting(r), size).Median)
	}
	out[0].Text += fmt.Sprintf(" Its test accuracy is %s %%. That of %s is %s %%.", trial.Range(own, report.Percent.One), trial.Name(reference), trial.Range(retrained, report.Percent.One))
	return out
}

// runtimeAnswers compares second order with the cheapest retraining.
func runtimeAnswers(r *engine.Results) []report.Answer {
	a := report.Answer{Limits: "What a method is worth for its time. Seconds hold for this machine and its load. They do not include the choice of settings, which serves all requests of a kind."}
	var seconds []float64
	var cold []report.Compared
	for _, size := range r.Numbers(tabledata.SizeSetting(r)) {
		c := tabledata.Contest(r, "seconds", "time, s", size)
		mine, _ := c.Values("second-order")
		if len(mine) == 0 {
			continue
		}
		seconds = append(seconds, r.Between("seconds", "label", "second-order", tabledata.SizeSetting(r), size).Median)
		if best, ok := c.Best("second-order", []string{"retrain", tabledata.WarmNewton, "retrain, warm", "retrain, cold"}); ok {
			a.Compared = append(a.Compared, best)
		}
		if from, ok := c.Best("second-order", []string{"retrain", "retrain, cold"}); ok {
			cold = append(cold, from)
		}
	}
	if len(seconds) == 0 {
		return nil
	}
	a.Text = fmt.Sprintf("%ssecond order takes %s s.", tabledata.With(r), trial.Range(seconds, report.Plain.One))
	if len(cold) > 0 && report.Opponents(cold) != report.Opponents(a.Compared) {
		a.Text += " It is " + report.Times(cold, "faster", "slower") + " than retraining from the start."
	}
	if len(a.Compared) > 0 {
		a.Text += " It is " + report.Times(a.Compared, "faster", "slower") + " than the cheapest retraining (" + report.Opponents(a.Compared) + ")."
	}
	return []report.Answer{a}
}

// limitsAnswers says up to which change second order stayed near.
func limitsAnswers(r *engine.Results) []report.Answer {
	recs := r.Part("limit")
	if len(recs) == 0 {
		return nil
	}
	var reached []float64
	most := 0.0
	for _, rec := range recs {
		if rec.Settings["reached"] == false {
			most = max(most, rec.Value)
		} else {
			reached = append(reached, rec.Value)
		}
	}
	near := r.Setting("near")
	a := report.Answer{Limits: "How second order compares with other methods. Only distances of parameters count here, not what the model answers."}
	switch m := records.MiddleOf(reached); {
	case len(reached) == 0:
		a.Text = fmt.Sprintf("Second order stays near retraining in all %d draws, up to the largest change that was tried, %s %s.", len(recs), numbers.Count(most), recs[0].Unit)
	default:
		ends := ""
		if m.Low < m.High {
			ends = fmt.Sprintf(" (median; %s to %s)", numbers.Count(m.Low), numbers.Count(m.High))
		}
		a.Text = fmt.Sprintf("Second order is no longer near retraining from a change of %s %s on%s, in %d of %d draws", numbers.Count(m.Median), recs[0].Unit,
			ends, len(reached), len(recs))
		if len(reached) < len(recs) {
			a.Text += fmt.Sprintf(". In the others it stays near up to the largest change, %s", numbers.Count(most))
		}
		a.Text += "."
	}
	a.Text += fmt.Sprintf(" Near means at most %s times the distance without an update.", near)
	return []report.Answer{a}
}

// affectedAnswers says how many samples requests touch.
func affectedAnswers(r *engine.Results) []report.Answer {
	size := tabledata.SizeSetting(r)
	var parts []string
	for _, v := range r.Numbers(size) {
		parts = append(parts, fmt.Sprintf("%s %% (%s)", report.Percent.One(r.Between("affected-share", size, v).Median), tabledata.SizeTitle(r, v)))
	}
	if len(parts) == 0 {
		return nil
	}
	return []report.Answer{{Text: "At the median a request touches " + report.And(parts) + " of the training samples.",
		Limits: "What a request on other columns or rows than the drawn ones touches."}}
}

// paperShards are the probabilities of docs/paper.md#shards, to two digits.
var paperShards = []struct {
	shards, points int
	p              float64
}{{5, 10, 0.52}, {5, 20, 0.94}, {10, 50, 0.95}, {20, 100, 0.89}}

// shardingAnswers says from how many points on all shards are more likely affected than not.
func shardingAnswers(r *engine.Results) []report.Answer {
	var parts []string
	for _, shards := range r.Numbers("shards") {
		for _, points := range r.Numbers("points") {
			if p := r.Where("all-shards-hit", "shards", shards, "points", points, "source", "formula"); p.N > 0 && p.Mean > 0.5 {
				parts = append(parts, fmt.Sprintf("%s points on with %s shards", numbers.Count(points), numbers.Count(shards)))
				break
			}
		}
	}
	a := report.Answer{Limits: "What retraining the shards costs, and what their vote is worth.", Text: "With no number of points that was tried is it likelier than not that every shard is affected."}
	if len(parts) > 0 {
		a.Text = "It is likelier than not that every shard is affected from " + report.And(parts) + ". Only the numbers of points in the table were tried."
	}
	for _, p := range paperShards {
		s := r.Where("all-shards-hit", "shards", float64(p.shards), "points", float64(p.points), "source", "formula")
		if s.N > 0 {
			text := fmt.Sprintf("all of %d shards affected by %d points", p.shards, p.points)
			a.Targets = append(a.Targets, report.Within(text, s.Mean, p.p, 0.005, report.Style{Factor: 1, Places: 3}, "").From(report.Paper))
		}
	}
	return []report.Answer{a}
}
