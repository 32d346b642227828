package poisoning

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// poisoningAnswers are about requests that correct all flips; of partial knowledge nothing is
// expected, but it is compared all the same.
func poisoningAnswers(r *engine.Results) []report.Answer {
	var out []report.Answer
	for _, c := range poisonCases(r) {
		if a, ok := repairAnswer(r, c); ok {
			out = append(out, a)
		}
	}
	if len(out) > 0 {
		out[0].Targets = append(learnedTargets(r), out[0].Targets...)
		last := &out[len(out)-1]
		if t, ok := steadyTarget(r); ok {
			last.Targets = append(last.Targets, t)
		}
		if t, ok := solvedTarget(r); ok {
			last.Targets = append(last.Targets, t)
		}
	}
	return out
}

// learnedTargets: without flips that were learned there is nothing to repair.
func learnedTargets(r *engine.Results) []report.Claim {
	var out []report.Claim
	for _, budget := range r.Numbers("budget") {
		learned := records.Values(r.Part("poison-learned", "method", "none", "budget", budget, "stage", "before"))
		text := flipsTitle(r, budget) + ": share of the flipped labels that the network learned"
		if len(learned) > 1 {
			text += fmt.Sprintf(", smallest of %d draws", len(learned))
		}
		if len(learned) > 0 {
			out = append(out, report.AtLeast(text, slices.Min(learned), 0.95, report.Plain, ""))
		}
	}
	return out
}

// variants are the ways of second order that are compared with the best other method.
var variants = []struct{ method, text string }{
	{"second-order", "in one step"}, {"second-order-iterative", "in chunks"}, {"second-order-last", "on the last layer"}, {"second-order-iterative-last", "in chunks on the last layer"},
}

// repairAnswer says how much of the lost accuracy second order recovers, and compares it with the
// best other method that is faster than retraining; false where nothing was measured.
func repairAnswer(r *engine.Results, c poisonCase) (report.Answer, bool) {
	way := mainWay(r)
	title := flipsTitle(r, c.budget)
	a := report.Answer{Question: "how much of the accuracy that " + title + " cost" + knownRemark(c) + " do updates recover, and at what share of the cost of retraining?",
		Limits: "Networks of another size or flips of another kind. Test images also choose the best other method, which favors it."}
	other, otherWay, share := bestOther(r, c)
	var parts []string
	for _, v := range variants {
		if failed := poisonFailed(r, c, v.method, way); failed > 0 {
			parts = append(parts, fmt.Sprintf("nothing %s, where it fails in %s", v.text, report.Draws(failed)))
		} else if own := restored(r, c, v.method, way); own.N > 0 {
			parts = append(parts, fmt.Sprintf("%s %% %s", restoredValue(r, c, v.method, way, whole).Text(), v.text))
		} else {
			continue
		}
		if share.N > 0 {
			a.Compared = append(a.Compared, against(r, c, v.method, way, other, otherWay))
		}
	}
	switch {
	case len(parts) > 0:
	case share.N > 0:
		a.Text = fmt.Sprintf("Second order was not measured. Of the accuracy that %s cost%s, the best method that is faster than retraining (%s) recovers %s %%.", title, knownRemark(c),
			trial.Name(other), restoredValue(r, c, other, otherWay, whole).Text())
		return a, true
	case len(r.Part("test-accuracy", c.pairs()...)) > 0:
		a.Text = "Second order was not measured, and no method that was is faster than retraining."
		return a, true
	default:
		return a, false
	}
	a.Text = winner(r, c, "Of the accuracy that "+title+" cost"+knownRemark(c)+", ", "second order recovers "+report.And(parts), other, otherWay, a.Compared)
	seconds, all := poison(r, c, "second-order", "seconds", way), poisonBefore(r, c.budget, "retrain", "seconds")
	if seconds.N > 0 && all.N > 0 {
		a.Text += fmt.Sprintf(" One step takes %s %% of the time of retraining", report.Plain.One(100*seconds.Mean/all.Mean))
		if scoring := tuningSeconds(r, c, "second-order", way); !math.IsNaN(scoring) {
			a.Text += fmt.Sprintf(", %s %% with the choice of its settings", report.Plain.One(100*(seconds.Mean+scoring)/all.Mean))
		}
		a.Text += "."
	}
	if c.known == 1 {
		a.Targets = repairTargets(r, c)
	}
	return a, true
}

// winner puts what recovers most first: second order, in the way that recovers most of its own, or
// the best other method that is faster than retraining.
func winner(r *engine.Results, c poisonCase, of, second, other, otherWay string, compared []report.Compared) string {
	if other == "" {
		return of + second + "."
	}
	best := math.Inf(-1)
	for _, v := range variants {
		if own := restored(r, c, v.method, mainWay(r)); own.N > 0 {
			best = max(best, own.Median)
		}
	}
	share := restored(r, c, other, otherWay)
	rest := fmt.Sprintf("%s (the best other method that is faster than retraining) recovers %s %%", trial.Name(other)+compared[0].Remark(), restoredValue(r, c, other, otherWay, whole).Text())
	if share.Median > best {
		return of + rest + ". " + strings.ToUpper(second[:1]) + second[1:] + "."
	}
	return of + second + ". " + strings.ToUpper(rest[:1]) + rest[1:] + "."
}

// knownRemark says how many of the flips are known; empty of all.
func knownRemark(c poisonCase) string {
	if c.known == 1 {
		return ""
	}
	return fmt.Sprintf(" (%s %% of them known)", numbers.Shortest(100*c.known))
}

// whole writes a share in percent without places.
var whole = report.Style{Factor: 100, Places: 0}

// against compares test accuracies draw by draw, which decide as the recovered shares do: a draw's
// lost accuracy is the same for both.
func against(r *engine.Results, c poisonCase, own, way, other, otherWay string) report.Compared {
	values := func(method, way string) map[int]float64 {
		out := map[int]float64{}
		for _, rec := range r.Part("test-accuracy", c.pairs("method", method, "statistics", way)...) {
			out[rec.Draw] = rec.Value
		}
		return out
	}
	compared := report.Compared{Case: poisonTitle(r, c) + ", " + trial.Name(own), What: "test accuracy, points", Own: trial.Name(own), Other: trial.Name(other),
		Larger: true, Factor: 100, Unit: "points"}
	if s := restored(r, c, other, otherWay); math.Abs(s.Median) < 0.01 {
		compared.Note = "which recovers less than 1 %, as no update does"
	}
	return report.Compare(compared, values(own, way), values(other, otherWay), poisonFailed(r, c, own, way), poisonFailed(r, c, other, otherWay))
}

// repairTargets: second order restores two fifths of the lost accuracy in one step and half of it
// iteratively, one step for a tenth of what retraining costs.
func repairTargets(r *engine.Results, c poisonCase) []report.Claim {
	var out []report.Claim
	way := mainWay(r)
	title := poisonTitle(r, c)
	share := func(m string) float64 { return restored(r, c, m, way).Median }
	for _, goal := range []struct {
		method, text string
		share        float64
	}{{"second-order", "second order in one step", 0.4}, {"second-order-iterative", "iterative second order", 0.5}} {
		text := fmt.Sprintf("%s: recovered accuracy, share of what the flips cost, by %s", title, goal.text)
		if got, failed := share(goal.method), poisonFailed(r, c, goal.method, way); failed > 0 {
			out = append(out, report.Claim{Text: text, Measured: fmt.Sprintf("failed in %d draws", failed), Target: "at least " + report.Plain.One(goal.share), Source: report.Ours})
		} else if !math.IsNaN(got) {
			out = append(out, report.AtLeast(text, got, goal.share, report.Plain, "").With(restoredValue(r, c, goal.method, way, report.Plain)))
		}
	}
	seconds, all := poison(r, c, "second-order", "seconds", way), poisonBefore(r, c.budget, "retrain", "seconds")
	if seconds.N > 0 && all.N > 0 {
		text := title + ": time of second order in one step / retraining time, "
		out = append(out, report.AtMost(text+"with given settings", seconds.Mean/all.Mean, 0.1))
		if scoring := tuningSeconds(r, c, "second-order", way); !math.IsNaN(scoring) {
			out = append(out, report.AtMost(text+"including the choice of settings", (seconds.Mean+scoring)/all.Mean, 0.1))
		}
	}
	return out
}

// poisonFailed is the number of draws in which a method came to nothing.
func poisonFailed(r *engine.Results, c poisonCase, method, way string) int {
	return len(r.Part("failed", c.pairs("method", method, "statistics", way)...))
}

// steadyTarget: no chunk that was taken lowers the validation accuracy by more than it may; one that
// would is refused.
func steadyTarget(r *engine.Results) (report.Claim, bool) {
	worst, refused, n := math.Inf(-1), 0, 0
	reached := map[string]float64{}
	for _, rec := range r.Part("chunk-accuracy") {
		key := fmt.Sprint(rec.Method, rec.Draw, rec.Settings["budget"], rec.Settings["known"], rec.Settings["statistics"])
		at, begun := reached[key]
		switch {
		case rec.Settings["taken"] == false:
			refused++
		case begun:
			worst, n = max(worst, at-rec.Value), n+1
			fallthrough
		default:
			reached[key] = rec.Value
		}
	}
	if n == 0 {
		return report.Claim{}, false
	}
	text := fmt.Sprintf("iterative methods: largest fall of validation accuracy between chunks, points (%d applied, %d refused)", n, refused)
	return report.AtMost(text, max(worst, 0), 0.5), true
}

// solvedTarget: no solve without its residuals, on the images of its curvature and on a second
// draw.
func solvedTarget(r *engine.Results) (report.Claim, bool) {
	n, bare := 0, 0
	for _, c := range poisonCases(r) {
		for _, m := range poisonRows(r) {
			for _, way := range waysMeasured(r) {
				if !kindOf(m).second || poison(r, c, m, "test-accuracy", way).N == 0 {
					continue
				}
				n++
				pairs := c.pairs("method", m, "statistics", way)
				if own := len(r.Part("own-residual", pairs...)); own == 0 || own != len(r.Part("independent-residual", pairs...)) {
					bare++
				}
			}
		}
	}
	claim := report.Claim{Text: "second-order updates that report the relative residual of every solve, on its own images and on a second draw",
		Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Source: report.Ours, Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim, n > 0
}
