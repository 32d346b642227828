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

func certifiedTables(r *Results) []Table {
	b, epsilons := r.budgetOf()
	out := r.byMethod("Certificates", []column{
		{"test accuracy, %", "test-accuracy", percent}, {"certified, share of draws", "certified-share", style{1, 2}}, {"macro F1", "macro-f1", style{1, 3}},
		{"gradient residual", "gradient-residual", plain}, {"its bound", "bound", plain}, {"worst case", "worst-case-bound", plain},
		{"agreement with retraining, %", "agreement", percent},
	})
	for i := range out {
		out[i].Note = fmt.Sprintf("Epsilon %g, delta %g, sigma %g, fixed before training; b is drawn anew in each draw and is part of training. Certified are "+
			"updates whose residual, what training left included, is at most %s. None is noise alone (the paper's DP). ", b.Epsilon, b.Delta, b.Sigma,
			plain.one(b.Residual())) + out[i].Note + r.boundNote()
	}
	for _, size := range r.numbers(r.sizeSetting()) {
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

// needsTable shows the sigma that each method needs for each epsilon, and what the model is worth there.
func (r *Results) needsTable(size float64, b unlearn.Budget, epsilons []float64) Table {
	t := Table{Title: "The noise that each method needs, " + r.sizeTitle(size), Header: []string{"method"}}
	for _, e := range epsilons {
		t.Header = append(t.Header, fmt.Sprintf("sigma for epsilon %g", e), "accuracy there, %", "macro F1 there")
	}
	t.Header = append(t.Header, fmt.Sprintf("no certificate: sigma from residuals without noise, epsilon %g (authors' way)", b.Epsilon), "accuracy there, %")
	published := authors[size]
	if r.Config.Dataset != "drebin" || r.setting("pool") != "top400" || r.setting("request") != "features" || r.setting("lambda") != "1" {
		published = nil
	}
	if published != nil {
		t.Header = append(t.Header, "no certificate: sigma from the residual in the authors' released notebook")
	}
	majority := r.where("test-accuracy", "method", majorityClass)
	worthless := make([][]string, len(epsilons)) // methods, for each epsilon
	for _, method := range r.sweptMethods() {
		row := []string{method}
		for i, e := range epsilons {
			n := r.needs(method, size, e, b.Delta)
			if n.sigma == 0 {
				row = append(row, "none tried", "-", "-")
				continue
			}
			row = append(row, formatNumber(n.sigma), percent.text(n.accuracy), style{1, 3}.text(n.f1))
			if n.accuracy.mean <= majority.mean {
				worthless[i] = append(worthless[i], method)
			}
		}
		sigma, at := r.authorsNeed(method, size, b.Epsilon, b.Delta)
		row = append(row, plain.one(sigma), percent.text(at.accuracy))
		if published != nil {
			row = append(row, plain.one(b.SigmaFor(published[method].mean)))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = fmt.Sprintf("The smallest of the sigmas %s at which every one of %s draws is certified. Always answering the majority class: %s %%, macro F1 %s. ",
		strings.ReplaceAll(r.setting("sigmas"), ",", ", "), r.setting("sweep-draws"), percent.one(majority.mean),
		style{1, 3}.one(r.where("macro-f1", "method", majorityClass).mean))
	for i, methods := range worthless {
		if len(methods) > 0 {
			t.Note += fmt.Sprintf("With the noise needed for epsilon %g by %s the model is no better than the majority class: the certificate is worth nothing. ",
				epsilons[i], strings.Join(methods, ", "))
		}
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

func certifiedFigures(r *Results) []Figure {
	share := r.linesBySize("share", "Share of draws that are certified", "certified-share", "share of draws", false)
	for i := range share.Series {
		share.Series[i].Error = nil
	}
	out := []Figure{share}
	b, _ := r.budgetOf()
	for _, size := range r.numbers(r.sizeSetting()) {
		f := Figure{Name: "needs-" + formatNumber(size), X: "sigma", Y: "gradient residual", LogX: true, LogY: true,
			Caption: fmt.Sprintf("Residual of models trained with noise, %s; certified is what lies below the line that epsilon %g allows", r.sizeTitle(size), b.Epsilon)}
		for _, l := range r.sweptMethods() {
			s := Series{Label: l}
			for _, sigma := range r.numbers("sweep-sigma") {
				at := r.where("sweep-gradient-residual", "method", l, r.sizeSetting(), size, "sweep-sigma", sigma)
				if sigma > 0 && at.n > 0 {
					s.X, s.Y, s.Error = append(s.X, sigma), append(s.Y, at.mean), append(s.Error, at.sd)
				}
			}
			f.Series = append(f.Series, s)
		}
		line := Series{Label: "allowed"}
		for _, sigma := range r.numbers("sweep-sigma") {
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
