package memorization

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// memorizationClaims are about random digits: of a secret of the user's own nothing is expected.
func memorizationClaims(r *engine.Results) []report.Claim {
	if !slices.Contains(spaces(r), "digits") || r.Config.Given != nil && r.Config.Given.Secret != "" {
		return nil
	}
	var out []report.Claim
	for _, length := range r.Numbers("length") {
		out = append(out, memorizedClaims(r, length)...)
		for _, c := range cases(r) {
			if c.length == length {
				out = append(out, forgottenClaims(r, c)...)
			}
		}
	}
	return append(out, solvedClaim(r))
}

// memorizedClaims: before anything is done the model knows the secret, in every draw.
func memorizedClaims(r *engine.Results, length float64) []report.Claim {
	var out []report.Claim
	if match := records.Values(before(r, length, "completion-match")); len(match) > 0 {
		out = append(out, report.AtLeast(fmt.Sprintf("%g digits, before unlearning: share of the secret in the completion, smallest of %s", length, drawsOf(len(match))),
			slices.Min(match), 1, report.Plain, ""))
	}
	var certain []float64
	target := math.Inf(1)
	for _, rec := range before(r, length, "exposure", "space", "digits") {
		certain = append(certain, leastBits(rec))
		target = min(target, math.Round(10*min(15, rec.Number("space-bits")-1))/10)
	}
	if len(certain) > 0 {
		out = append(out, report.AtLeast(fmt.Sprintf("%g digits, before unlearning: exposure among digits, bit, exact or proved by samples, smallest of %s", length,
			drawsOf(len(certain))), slices.Min(certain), target, report.Plain, ""))
	}
	return out
}

func drawsOf(n int) string {
	if n == 1 {
		return "1 draw"
	}
	return fmt.Sprintf("%d draws", n)
}

// forgottenClaims: second order makes another completion of the prompt at little loss, comes nearer
// to retraining than fine-tuning and than the paper's numbers do, and first order loses at least
// four times as much to raise the perplexity as far.
func forgottenClaims(r *engine.Results, c memoryCase) []report.Claim {
	var out []report.Claim
	gone := lostBy(r, c, "second-order")
	if match := over(r, c, "second-order", "completion-match"); len(match) > 0 {
		completed := 0
		for _, v := range match {
			if v == 1 {
				completed++
			}
		}
		middle := lost(r, c, "second-order")
		claim := report.Claim{
			Text:     c.title() + ", second order: draws in which the completion is still the secret; accuracy lost, points",
			Measured: fmt.Sprintf("%d of %d; %s", completed, len(match), overDraws(slices.Collect(maps.Values(gone)), points)),
			Target:   "0; median at most 0.5", Met: completed == 0 && middle <= 0.5,
		}
		switch {
		case completed > 0:
			claim.Short = fmt.Sprintf("the secret in %d of %d", completed, len(match))
		case !claim.Met:
			claim.Short = points(middle-0.5) + " points too many"
		}
		out = append(out, claim)
	}
	if first := lostBy(r, c, "first-order-matched"); len(first) > 0 {
		out = append(out, dearerClaim(c.title()+": median points lost at the same log2-perplexity, first order and second order",
			lost(r, c, "first-order-matched"), lost(r, c, "second-order")))
	}
	for _, m := range []string{"fine-tune", "fine-tune-adam", "second-order-published"} {
		out = append(out, nearerClaims(r, c, "second-order", m, "distance to retraining's log2-perplexity, bit", decimals(1), func(m string) map[int]float64 {
			return byDraw(r, c, m, "log2-perplexity-distance")
		})...)
	}
	out = append(out, nearerClaims(r, c, "second-order", "second-order-published", "points lost", points, func(m string) map[int]float64 {
		return lostBy(r, c, m)
	})...)
	return append(out, nearerClaims(r, c, "second-order-exposure", "fine-tune-exposure", "distance to the median of drawn strings, bit", decimals(1), func(m string) map[int]float64 {
		out := byDraw(r, c, m, "below-median", "space", "digits")
		for draw := range out {
			out[draw] = math.Abs(out[draw])
		}
		return out
	})...)
}

// dearerClaim: the first loss is four times the second, or there is no second.
func dearerClaim(text string, first, second float64) report.Claim {
	claim := report.Claim{Text: text, Measured: points(first) + ", " + points(second), Target: "at least 4×", Met: first > second && first >= 4*second}
	switch {
	case claim.Met:
	case first <= second:
		claim.Short = "second order loses as much"
	default:
		claim.Short = numbers.Significant(first/second, 2) + "×"
	}
	return claim
}

// nearerClaims: the first method has a smaller value than the second in every draw that has both;
// of no such draw there is no claim.
func nearerClaims(r *engine.Results, c memoryCase, own, other, what string, write func(float64) string, of func(method string) map[int]float64) []report.Claim {
	text := fmt.Sprintf("%s: %s, %s and %s", c.title(), what, own, rowLabel(other))
	if failed := len(failures(r, c, own)); failed > 0 {
		return []report.Claim{{Text: text, Measured: "-", Target: "less in every draw", Short: fmt.Sprintf("%s failed in %s", own, drawsOf(failed))}}
	}
	a, b := of(own), of(other)
	n, wins := 0, 0
	for draw, v := range a {
		if w, ok := b[draw]; ok {
			n++
			if v < w {
				wins++
			}
		}
	}
	if n == 0 {
		return nil
	}
	claim := report.Claim{Text: text, Target: "less in every draw", Met: wins == n,
		Measured: overDraws(slices.Collect(maps.Values(a)), write) + ", " + overDraws(slices.Collect(maps.Values(b)), write)}
	if !claim.Met {
		claim.Short = fmt.Sprintf("less in %d of %d", wins, n)
	}
	return []report.Claim{claim}
}

// solvedClaim: no solve without its residual.
func solvedClaim(r *engine.Results) report.Claim {
	n, bare := 0, 0
	for _, c := range cases(r) {
		for _, m := range methods(r) {
			if !strings.HasPrefix(m, "second-order") {
				continue
			}
			solved := map[int]bool{}
			for _, rec := range of(r, c, m, "own-residual") {
				solved[rec.Draw] = true
			}
			for _, rec := range of(r, c, m, "log2-perplexity") {
				if n++; !solved[rec.Draw] {
					bare++
				}
			}
			n += len(failures(r, c, m))
		}
	}
	claim := report.Claim{Text: "second-order updates that report the true relative residual of their solves, or failed",
		Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim
}
