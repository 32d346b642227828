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

// repairedClaims: second order restores two fifths of the lost accuracy in one step and half of it iteratively, more than first order, one step
// for a tenth of what retraining costs.
func (r *Results) repairedClaims(c poisonCase) []Claim {
	var out []Claim
	way := r.mainWay()
	title := r.poisonTitle(c)
	share := func(m string) float64 { return r.restored(c, m, way).mean }
	for _, goal := range []struct {
		method, text string
		share        float64
	}{{"second-order", "second order in one step", 0.4}, {"second-order-iterative", "second order iteratively", 0.5}} {
		text := fmt.Sprintf("%s: share of the lost accuracy that %s restores", title, goal.text)
		if got, failed := share(goal.method), r.poisonFailed(c, goal.method, way); failed > 0 {
			out = append(out, Claim{Text: text, Measured: fmt.Sprintf("failed in %d draws", failed), Target: "at least " + plain.one(goal.share)})
		} else if !math.IsNaN(got) {
			out = append(out, atLeast(text, got, goal.share, plain, ""))
		}
	}
	for _, pair := range [][2]string{{"second-order", "first-order"}, {"second-order-iterative", "first-order-iterative"}} {
		second, rival := share(pair[0]), math.Inf(-1)
		for _, w := range r.waysMeasured() { // first order at its best
			if v := r.restored(c, pair[1], w); v.n > 0 {
				rival = max(rival, v.mean)
			}
		}
		best := "at its best"
		if ways := r.waysMeasured(); len(ways) == 1 {
			best = "with statistics " + ways[0]
		}
		claim := Claim{Text: fmt.Sprintf("%s: share restored by %s, and by %s %s", title, pair[0], pair[1], best),
			Measured: plain.one(second) + ", " + plain.one(rival), Target: "more", Met: second > rival}
		if failed := r.poisonFailed(c, pair[0], way); failed > 0 {
			claim.Measured, claim.Met = fmt.Sprintf("failed in %d draws", failed), false
			out = append(out, claim)
			continue
		}
		if math.IsNaN(second) || math.IsInf(rival, -1) {
			continue
		}
		if !claim.Met {
			claim.Short = plain.one(rival-second) + " less"
		}
		out = append(out, claim)
	}
	seconds, all := r.poison(c, "second-order", "seconds", way), r.poisonBefore(c.budget, "retrain", "seconds")
	if seconds.n > 0 && all.n > 0 {
		text := title + ": seconds of second order in one step, as a share of retraining's, "
		out = append(out, atMost(text+"but for scoring its tries", seconds.mean/all.mean, 0.1))
		if scoring := r.tuningSeconds(c, "second-order", way); !math.IsNaN(scoring) {
			out = append(out, atMost(text+"choosing its settings included", (seconds.mean+scoring)/all.mean, 0.1))
		}
	}
	return out
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
