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
		out = append(out, atLeast(fmt.Sprintf("%g digits, before: share of the secret in the completion", length), rec.Value, 1, plain, ""))
	}
	for _, rec := range r.before(length, "exposure", "space", "digits") {
		target := math.Round(10*min(15, rec.Number("space-bits")-1)) / 10
		out = append(out, atLeast(fmt.Sprintf("%g digits, before: exposure among digits, bit", length), rec.Value, target, plain, ""))
	}
	return out
}

// forgottenClaims: second order makes another completion of the prompt at little loss, and first order loses at least four times as much to
// raise the perplexity as far; what was set by hand is no better.
func (r *Results) forgottenClaims(c memoryCase) []Claim {
	var out []Claim
	lost := r.lost(c, "second-order")
	if match := r.value(c, "second-order", "completion-match"); !math.IsNaN(match) {
		claim := Claim{
			Text:     c.title() + ", second order: share of the secret in the completion, points of accuracy lost",
			Measured: significant(match, 2) + ", " + points(lost), Target: "below 1, at most 0.5", Met: match < 1 && lost <= 0.5,
		}
		switch {
		case match >= 1:
			claim.Short = "the completion is still the secret"
		case !claim.Met:
			claim.Short = points(lost-0.5) + " points too many"
		}
		out = append(out, claim)
	}
	if first := r.lost(c, "first-order-matched"); !math.IsNaN(first) {
		out = append(out, dearerClaim(c.title()+": points lost by first order at the same log2-perplexity, by second order", first, lost))
	}
	return append(out, r.byHandClaims(c)...)
}

// dearerClaim: the first loss is four times the second, or there is no second.
func dearerClaim(text string, first, second float64) Claim {
	claim := Claim{Text: text, Measured: points(first) + ", " + points(second), Target: "at least 4×", Met: first > second && first >= 4*second}
	switch {
	case claim.Met:
	case first <= second:
		claim.Short = "second order loses as much"
	default:
		claim.Short = significant(first/second, 2) + "×"
	}
	return claim
}

// byHandClaims: second order with chosen numbers against the authors'.
func (r *Results) byHandClaims(c memoryCase) []Claim {
	const theirs = "second-order-published"
	text := c.title() + ": second order, with the authors' numbers: "
	if r.failure(c, theirs) != "" {
		return []Claim{{Text: text + "failed", Measured: "theirs failed", Target: "at least as good", Met: r.failure(c, "second-order") == ""}}
	}
	if math.IsNaN(r.value(c, theirs, "log2-perplexity")) {
		return nil
	}
	noMore := func(what string, own, other float64, f style) Claim {
		claim := Claim{Text: text + what, Measured: f.one(own) + ", " + f.one(other), Target: "at most theirs", Met: own <= other}
		if !claim.Met {
			claim.Short = f.one(own-other) + " more"
		}
		return claim
	}
	far := func(m string) float64 { return r.value(c, m, "log2-perplexity-distance") }
	return []Claim{
		noMore("bits from retraining's log2-perplexity", far("second-order"), far(theirs), style{1, 1}),
		noMore("points lost", r.lost(c, "second-order"), r.lost(c, theirs), style{1, 2}),
	}
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
	text := fmt.Sprintf("%g digits, second order at a loss of at most 2 points: lowest exposure among digits, bit (%s)", length, how)
	return atMost(text, lowest, math.Round(10*target)/10), true
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
	claim := Claim{Text: "second-order updates that state the true relative residual of their solves, or failed",
		Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim
}
