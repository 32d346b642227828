package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// memorizationClaims are about random digits: of a secret of the user's own nothing is expected.
func (r *Results) memorizationClaims() []Claim {
	if !slices.Contains(r.spaces(), "digits") || r.Config.Memory != nil && r.Config.Memory.Secret != "" {
		return nil
	}
	var out []Claim
	for _, length := range r.numbers("length") {
		out = append(out, r.memorisedClaims(length)...)
		for _, c := range r.cases() {
			if c.length == length {
				out = append(out, r.forgottenClaims(c)...)
			}
		}
		if c, ok := r.hiddenClaim(length); ok {
			out = append(out, c)
		}
	}
	return append(out, r.solvedClaim())
}

// memorisedClaims: before anything is done the model knows the secret.
func (r *Results) memorisedClaims(length float64) []Claim {
	var out []Claim
	for _, rec := range r.before(length, "completion-match") {
		out = append(out, atLeast(fmt.Sprintf("%g digits, before: share of the secret in the completion", length), rec.Value, 1, "1"))
	}
	for _, rec := range r.before(length, "exposure", "space", "digits") {
		text := fmt.Sprintf("%g digits, before: exposure among digits, bit", length)
		out = append(out, atLeast(text, rec.Value, min(15, rec.Number("space-bits")-1), formatNumber(math.Round(10*min(15, rec.Number("space-bits")-1))/10)))
	}
	return out
}

// forgottenClaims: second order makes the prompt's completion another at little loss, and first order loses at least four times as much to raise
// the perplexity as far; what was set by hand is no better.
func (r *Results) forgottenClaims(c memoryCase) []Claim {
	var out []Claim
	lost := r.lost(c, "second-order")
	if match := r.of(c, "second-order", "completion-match"); len(match) > 0 {
		claim := Claim{Text: c.title() + ", second order: share of the secret in the completion, points of accuracy lost",
			Measured: fmt.Sprintf("%s, %s", significant(match[0].Value, 2), points(lost)), Target: "below 1, at most 0.5", Met: match[0].Value < 1 && lost <= 0.5}
		if !claim.Met {
			claim.Short = "the completion is still the secret"
			if match[0].Value < 1 {
				claim.Short = points(lost-0.5) + " points too many"
			}
		}
		out = append(out, claim)
	}
	if first := r.lost(c, "first-order-matched"); !math.IsNaN(first) {
		claim := Claim{Text: c.title() + ": points lost by first order at the same log2-perplexity, by second order",
			Measured: fmt.Sprintf("%s, %s", points(first), points(lost)), Target: "at least 4×", Met: first > lost && first >= 4*max(lost, 0)}
		if !claim.Met {
			claim.Short = "second order loses as much"
			if lost > 0 && first > lost {
				claim.Short = fmt.Sprintf("%s×", significant(first/lost, 2))
			}
		}
		out = append(out, claim)
	}
	return append(out, r.byHandClaims(c)...)
}

// byHandClaims: second order with chosen numbers against the authors'.
func (r *Results) byHandClaims(c memoryCase) []Claim {
	text := c.title() + ": second order, with the authors' numbers: "
	if reason := r.failure(c, "second-order-published"); reason != "" {
		return []Claim{{Text: text + "failed", Measured: "theirs failed", Target: "at least as good", Met: r.failure(c, "second-order") == ""}}
	}
	far := func(m string) float64 { return r.value(c, m, "log2-perplexity-distance") }
	if math.IsNaN(far("second-order-published")) {
		return nil
	}
	compare := func(what string, own, theirs float64, show func(float64) string) Claim {
		claim := Claim{Text: text + what, Measured: show(own) + ", " + show(theirs), Target: "at most theirs", Met: own <= theirs}
		if !claim.Met {
			claim.Short = show(own-theirs) + " more"
		}
		return claim
	}
	return []Claim{compare("bits from retraining's log2-perplexity", far("second-order"), far("second-order-published"), func(v float64) string { return fixed(v, 1) }),
		compare("points lost", r.lost(c, "second-order"), r.lost(c, "second-order-published"), points)}
}

// hiddenClaim: some setting of second order brings the exposure down to 5 bits, or retraining's, at a loss of at most 2 points.
func (r *Results) hiddenClaim(length float64) (Claim, bool) {
	lowest, target, how := math.Inf(1), math.NaN(), ""
	for _, c := range r.cases() {
		for _, m := range r.methods() {
			v := r.value(c, m, "exposure", "space", "digits")
			if c.length != length || !strings.HasPrefix(m, "second-order") || !(v < lowest) || r.lost(c, m) > 2 {
				continue
			}
			lowest, target = v, max(5, r.value(c, "retrain", "exposure", "space", "digits"))
			how = fmt.Sprintf("%s, %s, %s points lost", m, c.title(), points(r.lost(c, m)))
		}
	}
	if how == "" {
		return Claim{}, false
	}
	claim := atMost(fmt.Sprintf("%g digits, second order at a loss of at most 2 points: lowest exposure among digits, bit (%s)", length, how), lowest, target)
	claim.Target = "at most " + fixed(target, 1)
	return claim, true
}

// solvedClaim: no solve without its residual.
func (r *Results) solvedClaim() Claim {
	n, bare := 0, 0
	for _, c := range r.cases() {
		for _, m := range r.methods() {
			if !strings.HasPrefix(m, "second-order") {
				continue
			}
			n++
			if r.failure(c, m) == "" && len(r.of(c, m, "own-residual")) == 0 {
				bare++
			}
		}
	}
	claim := Claim{Text: "solves that state their true relative residual, or failed", Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim
}

// atLeast is the claim that a measured value is no less than a target, which is written as given.
func atLeast(text string, measured, target float64, written string) Claim {
	c := Claim{Text: text, Measured: significant(measured, 3), Target: "at least " + written, Met: measured >= target}
	if !c.Met {
		c.Short = significant(target-measured, 2) + " too little"
	}
	return c
}
