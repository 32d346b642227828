package poisoning

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// poisoningClaims are about requests that correct all flips; of partial knowledge nothing is
// expected.
func poisoningClaims(r *engine.Results) []report.Claim {
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
	for _, c := range poisonCases(r) {
		if c.known == 1 {
			out = append(out, repairedClaims(r, c)...)
		}
	}
	if c, ok := steadyClaim(r); ok {
		out = append(out, c)
	}
	if c, ok := poisonSolvedClaim(r); ok {
		out = append(out, c)
	}
	return out
}

// repairedClaims: second order restores two fifths of the lost accuracy in one step and half of it
// iteratively, more than first order and more than the best of all other methods, one step for a
// tenth of what retraining costs.
func repairedClaims(r *engine.Results, c poisonCase) []report.Claim {
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
			out = append(out, report.Claim{Text: text, Measured: fmt.Sprintf("failed in %d draws", failed), Target: "at least " + report.Plain.One(goal.share)})
		} else if !math.IsNaN(got) {
			claim := report.AtLeast(text, got, goal.share, report.Plain, "")
			claim.Measured = restoredText(r, c, goal.method, way, report.Plain)
			out = append(out, claim)
		}
	}
	for _, pair := range [][2]string{{"second-order", "first-order"}, {"second-order-iterative", "first-order-iterative"}} {
		rival, rivalWay := records.MiddleOf(nil), ""
		for _, w := range waysMeasured(r) { // first order at its best
			if v := restored(r, c, pair[1], w); v.N > 0 && !(v.Median <= rival.Median) {
				rival, rivalWay = v, w
			}
		}
		best := "at its best"
		if ways := waysMeasured(r); len(ways) == 1 {
			best = "with statistics " + ways[0]
		}
		text := fmt.Sprintf("%s: recovered share, %s and %s %s", title, pair[0], pair[1], best)
		out = append(out, restoresMore(r, c, text, pair[0], pair[1], rivalWay)...)
	}
	if other, otherWay, share := bestOther(r, c); share.N > 0 {
		for _, method := range []string{"second-order", "second-order-iterative", "second-order-last"} {
			text := fmt.Sprintf("%s: recovered share, %s and the best other method faster than retraining: %s, statistics %s", title, method,
				other, otherWay)
			out = append(out, restoresMore(r, c, text, method, other, otherWay)...)
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

// restoresMore is the claim that a method, with the statistics that count, restores more than
// another; none where one of them was not measured.
func restoresMore(r *engine.Results, c poisonCase, text, method, other, otherWay string) []report.Claim {
	way := mainWay(r)
	if failed := poisonFailed(r, c, method, way); failed > 0 {
		return []report.Claim{{Text: text, Measured: fmt.Sprintf("failed in %d draws", failed), Target: "more"}}
	}
	own, rival := restored(r, c, method, way), restored(r, c, other, otherWay)
	if own.N == 0 || rival.N == 0 {
		return nil
	}
	claim := report.Claim{Text: text, Target: "more", Met: own.Median > rival.Median,
		Measured: restoredText(r, c, method, way, report.Plain) + ", " + restoredText(r, c, other, otherWay, report.Plain)}
	if !claim.Met {
		difference := math.NaN()
		if own.N == 1 {
			difference = differenceError(r, c, method, way, other, otherWay)
		}
		claim.Short = withError(report.Plain, rival.Median-own.Median, difference) + " less"
	}
	return []report.Claim{claim}
}

// poisonFailed is the number of draws in which a method came to nothing.
func poisonFailed(r *engine.Results, c poisonCase, method, way string) int {
	return len(r.Part("failed", c.pairs("method", method, "statistics", way)...))
}

// steadyClaim: no chunk that was taken lowers the validation accuracy by more than it may; one that
// would is refused.
func steadyClaim(r *engine.Results) (report.Claim, bool) {
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

// poisonSolvedClaim: no solve without its residuals, on the images of its curvature and on a second
// draw.
func poisonSolvedClaim(r *engine.Results) (report.Claim, bool) {
	n, bare := 0, 0
	for _, c := range poisonCases(r) {
		for _, m := range poisonRows(r) {
			for _, way := range waysMeasured(r) {
				if !strings.HasPrefix(m, "second-order") || poison(r, c, m, "test-accuracy", way).N == 0 {
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
		Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim, n > 0
}
