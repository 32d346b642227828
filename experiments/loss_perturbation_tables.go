package experiments

import (
	"fmt"
	"strconv"
	"strings"

	"lethe/unlearn"
)

// budgetOf returns the epsilon (the first), delta and sigma of the run.
func (r *Results) budgetOf() (b unlearn.Budget, epsilons []float64) {
	for _, text := range strings.Split(r.setting("epsilons"), ",") {
		epsilons = append(epsilons, number(text))
	}
	return unlearn.Budget{Epsilon: epsilons[0], Delta: number(r.setting("delta")), Sigma: number(r.setting("sigma"))}, epsilons
}

// number reads a setting that was written by [Settings.Text]; what is none is 0.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return v
}

func lossTables(r *Results) []Table {
	b, epsilons := r.budgetOf()
	out := r.byMethod("Certificates", []column{
		{"test accuracy, %", "test-accuracy", percent}, {"certified, share of draws", "certified-share", style{1, 3}}, {"macro F1", "macro-f1", style{1, 3}},
		{"gradient residual", "gradient-residual", plain}, {"its bound", "bound", plain}, {"worst case", "worst-case-bound", plain},
		{"agreement with retraining, %", "agreement", percent},
	})
	for i := range out {
		out[i].Note = fmt.Sprintf("Epsilon %g, delta %g, sigma %g, fixed before training; b is drawn anew in each draw and is part of training. Certified are "+
			"updates whose residual, what training left included, is at most %s. None is noise alone (the paper's DP). ", b.Epsilon, b.Delta, b.Sigma,
			plain.one(b.Residual())) + out[i].Note + r.boundNote()
	}
	for _, size := range r.Numbers(r.sizeSetting()) {
		out = append(out, r.needsTable(size, b, epsilons))
	}
	return out
}

// boundNote says on how many updates the bounds held.
func (r *Results) boundNote() string {
	holds := r.where("bound-holds")
	if holds.n == 0 {
		return ""
	}
	return fmt.Sprintf(" The residual is within its bound, and that within the worst case, in %.0f of %d updates; fine-tuning has no bound.",
		holds.mean*float64(holds.n), holds.n)
}

// needsTable shows the sigma that each method needs for each epsilon, and what the model is worth there. The authors' figures stand in columns
// of their own.
func (r *Results) needsTable(size float64, b unlearn.Budget, epsilons []float64) Table {
	t := Table{Title: "The noise that each method needs, " + r.sizeTitle(size), Header: []string{"method, epsilon", "sigma", "accuracy there, %",
		"majority class, %", "macro F1 there", "better than the majority class", "no certificate: sigma as the authors have it", "accuracy there, %"}}
	published := authors[size]
	if r.Config.Dataset != "drebin" || r.setting("pool") != "top400" || r.setting("request") != "features" || r.setting("lambda") != "1" {
		published = nil
	}
	if published != nil {
		t.Header = append(t.Header, "no certificate: sigma from the residual in their notebook")
	}
	majority, f1 := r.where("test-accuracy", "method", majorityClass), r.where("macro-f1", "method", majorityClass)
	worthless := false
	for _, e := range epsilons {
		for _, method := range r.sweptMethods() {
			row := []string{fmt.Sprintf("%s, %g", method, e), "none tried", "-", percent.one(majority.mean), "-", "-"}
			if n := r.needs(method, size, e, b.Delta); n.sigma > 0 {
				v := unlearn.Utility{Accuracy: n.accuracy.mean, MacroF1: n.f1.mean, Majority: majority.mean, MajorityF1: f1.mean}
				row[1], row[2], row[4], row[5] = formatNumber(n.sigma), percent.text(n.accuracy), style{1, 3}.text(n.f1), "yes"
				if v.Vacuous() {
					row[5], worthless = "no", true
				}
			}
			sigma, at := r.authorsNeed(method, size, e, b.Delta)
			row = append(row, plain.one(sigma), percent.text(at.accuracy))
			if published != nil {
				row = append(row, plain.one(unlearn.Budget{Epsilon: e, Delta: b.Delta}.SigmaFor(published[method].mean)))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Note = fmt.Sprintf("Sigma is the smallest of %s at which every one of %s draws is certified with that epsilon. ",
		strings.ReplaceAll(r.setting("sigmas"), ",", ", "), r.setting("sweep-draws"))
	if worthless {
		t.Note += fmt.Sprintf("Where it says no the model is no better than the majority class (%s %%, macro F1 %s): the certificate is worth nothing. ",
			percent.one(majority.mean), style{1, 3}.one(f1.mean))
	}
	t.Note += "The columns without a certificate take the mean residual of models without noise, as the authors' notebook does; b is part of training and changes " +
		"the residual, so they certify nothing."
	return t
}

func (r *Results) sweptMethods() []string {
	var out []string
	for _, l := range r.labels("sweep-gradient-residual") {
		if r.where("sweep-gradient-residual", "method", l).n > 0 {
			out = append(out, l)
		}
	}
	return out
}

func lossFigures(r *Results) []Figure {
	share := r.linesBySize("share", "Share of draws that are certified", "certified-share", "share of draws", false)
	for i := range share.Series {
		share.Series[i].Error = nil
	}
	out := []Figure{share}
	b, _ := r.budgetOf()
	for _, size := range r.Numbers(r.sizeSetting()) {
		f := Figure{Name: "needs-" + formatNumber(size), X: "sigma", Y: "gradient residual", LogX: true, LogY: true,
			Caption: fmt.Sprintf("Residual of models trained with noise, %s; certified is what lies below the line that epsilon %g allows", r.sizeTitle(size), b.Epsilon)}
		for _, l := range r.sweptMethods() {
			s := Series{Label: l}
			for _, sigma := range r.Numbers("sweep-sigma") {
				at := r.where("sweep-gradient-residual", "method", l, r.sizeSetting(), size, "sweep-sigma", sigma)
				if sigma > 0 && at.n > 0 {
					s.X, s.Y, s.Error = append(s.X, sigma), append(s.Y, at.mean), append(s.Error, at.sd)
				}
			}
			f.Series = append(f.Series, s)
		}
		line := Series{Label: "allowed", Bare: true, Dashed: true}
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
