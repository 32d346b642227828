package certified

import (
	"fmt"
	"strconv"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/unlearn"
)

// budgetOf returns the epsilon (the first), delta and sigma of the run.
func budgetOf(r *engine.Results) (b unlearn.Budget, epsilons []float64) {
	for _, text := range strings.Split(r.Setting("epsilons"), ",") {
		epsilons = append(epsilons, number(text))
	}
	return unlearn.Budget{Epsilon: epsilons[0], Delta: number(r.Setting("delta")), Sigma: number(r.Setting("sigma"))}, epsilons
}

// number reads a setting that was written by [Settings.Text]; what is none is 0.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return v
}

func lossTables(r *engine.Results) []report.Table {
	b, epsilons := budgetOf(r)
	out := tabledata.ByMethod(r, "Certificates", []tabledata.Column{
		{Title: "test accuracy, %", Metric: "test-accuracy", Style: report.Percent}, {Title: "certified, share of draws", Metric: "certified-share", Style: report.Style{Factor: 1, Places: 3}}, {Title: "macro F1", Metric: "macro-f1", Style: report.Style{Factor: 1, Places: 3}},
		{Title: "gradient residual", Metric: "gradient-residual", Style: report.Plain}, {Title: "its bound", Metric: "bound", Style: report.Plain}, {Title: "worst case", Metric: "worst-case-bound", Style: report.Plain},
		{Title: "agreement with retraining, %", Metric: "agreement", Style: report.Percent},
	})
	for i := range out {
		out[i].Note = fmt.Sprintf("Epsilon %g, delta %g, sigma %g, fixed before training. Each draw has its own b, which is part of training. An update is certified if "+
			"its residual, including that of training, is at most %s. The row none is noise alone (the paper's DP). ", b.Epsilon, b.Delta, b.Sigma,
			report.Plain.One(b.Residual())) + out[i].Note + boundNote(r)
	}
	for _, size := range r.Numbers(tabledata.SizeSetting(r)) {
		out = append(out, needsTable(r, size, b, epsilons))
	}
	return out
}

// boundNote says on how many updates the bounds held.
func boundNote(r *engine.Results) string {
	holds := r.Where("bound-holds")
	if holds.N == 0 {
		return ""
	}
	return fmt.Sprintf(" In %.0f of %d updates the residual is within its bound, and the bound within the worst case. Fine-tuning has no bound.",
		holds.Mean*float64(holds.N), holds.N)
}

// needsTable shows the sigma that each method needs for each epsilon, and what the model is worth
// there. The authors' figures stand in columns of their own.
func needsTable(r *engine.Results, size float64, b unlearn.Budget, epsilons []float64) report.Table {
	t := report.Table{Title: "Noise that each method needs, " + tabledata.SizeTitle(r, size), Header: []string{"method, epsilon", "sigma", "accuracy at it, %",
		"majority class, %", "macro F1 at it", "better than the majority class", "no certificate: the authors' sigma", "accuracy at it, %"}}
	published := tabledata.Authors[size]
	if r.Config.Dataset != "drebin" || r.Setting("pool") != "top400" || r.Setting("request") != "features" || r.Setting("lambda") != "1" {
		published = nil
	}
	if published != nil {
		t.Header = append(t.Header, "no certificate: sigma from the residual in the authors' notebook")
	}
	majority, f1 := r.Where("test-accuracy", "method", majorityClass), r.Where("macro-f1", "method", majorityClass)
	worthless := false
	for _, e := range epsilons {
		for _, method := range sweptMethods(r) {
			row := report.NewRow(fmt.Sprintf("%s, %g", method, e))
			if n := needs(r, method, size, e, b.Delta); n.sigma > 0 {
				v := unlearn.Utility{Accuracy: n.accuracy.Mean, MacroF1: n.f1.Mean, Majority: majority.Mean, MajorityF1: f1.Mean}
				better := "yes"
				if v.Vacuous() {
					better, worthless = "no", true
				}
				row.Setting(n.sigma).Spread(report.Percent, n.accuracy).One(report.Percent, majority.Mean).Spread(report.Style{Factor: 1, Places: 3}, n.f1).Text(better)
			} else {
				row.Text("none tried").Missing(1).One(report.Percent, majority.Mean).Missing(2)
			}
			sigma, at := authorsNeed(r, method, size, e, b.Delta)
			row.One(report.Plain, sigma).Spread(report.Percent, at.accuracy)
			if published != nil {
				row.One(report.Plain, unlearn.Budget{Epsilon: e, Delta: b.Delta}.SigmaFor(published[method].Mean))
			}
			t.Append(row)
		}
	}
	t.Note = fmt.Sprintf("Sigma is the smallest of %s at which all %s draws are certified with that epsilon. ",
		strings.ReplaceAll(r.Setting("sigmas"), ",", ", "), r.Setting("sweep-draws"))
	if worthless {
		t.Note += fmt.Sprintf("A no means that the model is no better than the majority class (%s %%, macro F1 %s): the certificate is worth nothing. ",
			report.Percent.One(majority.Mean), report.Style{Factor: 1, Places: 3}.One(f1.Mean))
	}
	t.Note += "The columns without a certificate use the mean residual of models without noise, as the authors' notebook does; b is part of training and changes " +
		"the residual, so these values certify nothing."
	return t
}

func sweptMethods(r *engine.Results) []string {
	var out []string
	for _, l := range tabledata.Labels(r, "sweep-gradient-residual") {
		if r.Where("sweep-gradient-residual", "method", l).N > 0 {
			out = append(out, l)
		}
	}
	return out
}

func lossFigures(r *engine.Results) []report.Figure {
	share := tabledata.LinesBySize(r, "share", "Share of draws that are certified", "certified-share", "certified, share of draws", report.Plain, false)
	share.Caption = ""
	for i := range share.Series {
		share.Series[i].Error = nil
	}
	out := []report.Figure{share}
	b, _ := budgetOf(r)
	for _, size := range r.Numbers(tabledata.SizeSetting(r)) {
		f := report.Figure{Name: "needs-" + numbers.Shortest(size), X: "sigma, standard deviation of the noise", Y: "gradient residual", LogX: true, LogY: true,
			Title:   "Residual of models trained with noise, " + tabledata.SizeTitle(r, size),
			Caption: fmt.Sprintf("Mean and standard deviation; marks below the line of epsilon %g are certified", b.Epsilon)}
		for _, l := range sweptMethods(r) {
			s := report.Series{Label: l}
			for _, sigma := range r.Numbers("sweep-sigma") {
				at := r.Where("sweep-gradient-residual", "method", l, tabledata.SizeSetting(r), size, "sweep-sigma", sigma)
				if sigma > 0 && at.N > 0 {
					s.X, s.Y, s.Error = append(s.X, sigma), append(s.Y, at.Mean), append(s.Error, at.SD)
				}
			}
			f.Series = append(f.Series, s)
		}
		line := report.Series{Label: "allowed", Bare: true, Dashed: true}
		for _, sigma := range r.Numbers("sweep-sigma") {
			if sigma > 0 {
				at := b
				at.Sigma = sigma
				line.X, line.Y = append(line.X, sigma), append(line.Y, at.Residual())
			}
		}
		f.Series = append(f.Series, line)
		out = append(out, f)
	}
	return out
}
