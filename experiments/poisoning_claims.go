package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// poisoningClaims are about requests that correct all flips; of partial knowledge nothing is expected.
func (r *Results) poisoningClaims() []Claim {
	var out []Claim
	for _, budget := range r.numbers("budget") {
		learned := values(r.part("poison-learned", "method", "none", "budget", budget, "stage", "before"))
		text := r.flipsTitle(budget) + ": share of the flipped labels that the network has learned"
		if len(learned) > 1 {
			text += fmt.Sprintf(", least of %d draws", len(learned))
		}
		if len(learned) > 0 {
			out = append(out, atLeast(text, slices.Min(learned), 0.95, plain, ""))
		}
	}
	for _, c := range r.poisonCases() {
		if c.known == 1 {
			out = append(out, r.repairedClaims(c)...)
		}
	}
	if c, ok := r.steadyClaim(); ok {
		out = append(out, c)
	}
	if c, ok := r.poisonSolvedClaim(); ok {
		out = append(out, c)
	}
	return out
}

// repairedClaims: second order restores two fifths of the lost accuracy in one step and half of it iteratively, more than first order and
// more than the best of all other methods, one step for a tenth of what retraining costs.
func (r *Results) repairedClaims(c poisonCase) []Claim {
	var out []Claim
	way := r.mainWay()
	title := r.poisonTitle(c)
	share := func(m string) float64 { return r.restored(c, m, way).median }
	for _, goal := range []struct {
		method, text string
		share        float64
	}{{"second-order", "second order in one step", 0.4}, {"second-order-iterative", "second order iteratively", 0.5}} {
		text := fmt.Sprintf("%s: share of the lost accuracy that %s restores", title, goal.text)
		if got, failed := share(goal.method), r.poisonFailed(c, goal.method, way); failed > 0 {
			out = append(out, Claim{Text: text, Measured: fmt.Sprintf("failed in %d draws", failed), Target: "at least " + plain.one(goal.share)})
		} else if !math.IsNaN(got) {
			claim := atLeast(text, got, goal.share, plain, "")
			claim.Measured = r.restoredText(c, goal.method, way, plain)
			out = append(out, claim)
		}
	}
	for _, pair := range [][2]string{{"second-order", "first-order"}, {"second-order-iterative", "first-order-iterative"}} {
		rival, rivalWay := middleOf(nil), ""
		for _, w := range r.waysMeasured() { // first order at its best
			if v := r.restored(c, pair[1], w); v.n > 0 && !(v.median <= rival.median) {
				rival, rivalWay = v, w
			}
		}
		best := "at its best"
		if ways := r.waysMeasured(); len(ways) == 1 {
			best = "with statistics " + ways[0]
		}
		text := fmt.Sprintf("%s: share restored by %s, and by %s %s", title, pair[0], pair[1], best)
		out = append(out, r.restoresMore(c, text, pair[0], pair[1], rivalWay)...)
	}
	if other, otherWay, share := r.bestOther(c); share.n > 0 {
		for _, method := range []string{"second-order", "second-order-iterative", "second-order-last"} {
			text := fmt.Sprintf("%s: share restored by %s, and by the best other method that is faster than retraining: %s, statistics %s", title, method,
				other, otherWay)
			out = append(out, r.restoresMore(c, text, method, other, otherWay)...)
		}
	}
	seconds, all := r.poison(c, "second-order", "seconds", way), r.poisonBefore(c.budget, "retrain", "seconds")
	if seconds.n > 0 && all.n > 0 {
		text := title + ": seconds of second order in one step, as a share of those of retraining, "
		out = append(out, atMost(text+"its settings given", seconds.mean/all.mean, 0.1))
		if scoring := r.tuningSeconds(c, "second-order", way); !math.IsNaN(scoring) {
			out = append(out, atMost(text+"choosing its settings included", (seconds.mean+scoring)/all.mean, 0.1))
		}
	}
	return out
}

// restoresMore is the claim that a method, with the statistics that count, restores more than another; none where one of them was not measured.
func (r *Results) restoresMore(c poisonCase, text, method, other, otherWay string) []Claim {
	way := r.mainWay()
	if failed := r.poisonFailed(c, method, way); failed > 0 {
		return []Claim{{Text: text, Measured: fmt.Sprintf("failed in %d draws", failed), Target: "more"}}
	}
	own, rival := r.restored(c, method, way), r.restored(c, other, otherWay)
	if own.n == 0 || rival.n == 0 {
		return nil
	}
	claim := Claim{Text: text, Target: "more", Met: own.median > rival.median,
		Measured: r.restoredText(c, method, way, plain) + ", " + r.restoredText(c, other, otherWay, plain)}
	if !claim.Met {
		difference := math.NaN()
		if own.n == 1 {
			difference = r.differenceError(c, method, way, other, otherWay)
		}
		claim.Short = plain.withError(rival.median-own.median, difference) + " less"
	}
	return []Claim{claim}
}

// poisonFailed is the number of draws in which a method came to nothing.
func (r *Results) poisonFailed(c poisonCase, method, way string) int {
	return len(r.part("failed", c.pairs("method", method, "statistics", way)...))
}

// steadyClaim: no chunk that was taken lowers the validation accuracy by more than it may; one that would is refused.
func (r *Results) steadyClaim() (Claim, bool) {
	worst, refused, n := math.Inf(-1), 0, 0
	reached := map[string]float64{}
	for _, rec := range r.part("chunk-accuracy") {
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
		return Claim{}, false
	}
	text := fmt.Sprintf("iterative methods: largest fall of validation accuracy from one chunk to the next, points (%d taken, %d refused)", n, refused)
	return atMost(text, max(worst, 0), 0.5), true
}

// poisonSolvedClaim: no solve without its residuals, on the images of its curvature and on a second draw.
func (r *Results) poisonSolvedClaim() (Claim, bool) {
	n, bare := 0, 0
	for _, c := range r.poisonCases() {
		for _, m := range r.poisonRows() {
			for _, way := range r.waysMeasured() {
				if !strings.HasPrefix(m, "second-order") || r.poison(c, m, "test-accuracy", way).n == 0 {
					continue
				}
				n++
				pairs := c.pairs("method", m, "statistics", way)
				if own := len(r.part("own-residual", pairs...)); own == 0 || own != len(r.part("independent-residual", pairs...)) {
					bare++
				}
			}
		}
	}
	claim := Claim{Text: "second-order updates whose every solve states its relative residual, on its own images and on a second draw",
		Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim, n > 0
}
