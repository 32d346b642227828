package memorization

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
	ranks "lethe/experiments/internal/verdict"
)

// memorizationAnswers say whether the secret is forgotten, at what cost, and what can still be
// found out. Targets are about random digits: of a secret of the user's own nothing is expected.
func memorizationAnswers(r *engine.Results) []report.Answer {
	var out []report.Answer
	if a, ok := forgottenAnswer(r); ok {
		out = append(out, a)
	}
	if a, ok := exposedAnswer(r); ok {
		out = append(out, a)
	}
	if len(out) == 0 || !slices.Contains(spaces(r), "digits") || r.Config.Given != nil && r.Config.Given.Secret != "" {
		return out
	}
	for _, length := range r.Numbers("length") {
		out[0].Targets = append(out[0].Targets, memorizedTargets(r, length)...)
		for _, c := range cases(r) {
			if c.length == length {
				out[0].Targets = append(out[0].Targets, forgottenTargets(r, c)...)
			}
		}
	}
	out[0].Targets = append(out[0].Targets, solvedTarget(r))
	return out
}

// forgottenAnswer is about completions, what they cost, and how near the secret's log2-perplexity
// comes to that after retraining. First order that was matched to second order is no opponent: it
// is as near by construction, so it is compared by what it costs.
func forgottenAnswer(r *engine.Results) (report.Answer, bool) {
	a := report.Answer{Question: "does the model forget the secret, and how much accuracy does that cost?",
		Limits: "Secrets of another kind, larger models, and attacks other than a completion of the prompt and a ranking of strings."}
	same, n, known, all := 0, 0, 0, 0
	var losses, cheaper []float64
	for _, c := range cases(r) {
		match := over(r, c, "second-order", "completion-match")
		n += len(match)
		for _, v := range match {
			if v == 1 {
				same++
			}
		}
		if len(match) > 0 {
			losses = append(losses, lost(r, c, "second-order"))
		}
		contest := &trial.Contest{Compared: report.Compared{Case: c.plain(), What: "distance from the log2-perplexity of retraining, bit"},
			Values: func(m string) (map[int]float64, int) {
				return byDraw(r, c, m, "log2-perplexity-distance"), len(failures(r, c, m))
			}}
		contest.Idle = func(m string) string { return contest.NoChange(m, "none") }
		if best, ok := contest.Best("second-order", rivals(r, "fine-tune-exposure")); ok {
			a.Compared = append(a.Compared, best)
		}
		cost := &trial.Contest{Compared: report.Compared{Case: c.plain() + ", cost", What: "accuracy lost at the same log2-perplexity, points", Factor: 1, Unit: "points"},
			Values: func(m string) (map[int]float64, int) { return lostBy(r, c, m), len(failures(r, c, m)) }}
		if theirs, _ := cost.Values("first-order-matched"); len(theirs) > 0 && len(match) > 0 {
			a.Compared = append(a.Compared, cost.Against("second-order", "first-order-matched"))
			cheaper = append(cheaper, lost(r, c, "first-order-matched"))
		}
	}
	if n == 0 {
		return a, false
	}
	for _, length := range r.Numbers("length") {
		for _, rec := range before(r, length, "completion-match") {
			if all++; rec.Value == 1 {
				known++
			}
		}
	}
	each := ""
	if n > all {
		each = " (draws and replacements)"
	}
	a.Text = fmt.Sprintf("Before unlearning, the model completes the prompt with the secret in %d of %d draws. After second order it does in %d of %d%s. The median accuracy lost is %s points.", known, all, same, n, each, trial.Range(losses, points))
	if len(cheaper) > 0 {
		a.Text += fmt.Sprintf(" First order loses %s points to raise the secret's perplexity as far.", trial.Range(cheaper, points))
	}
	var near []report.Compared
	for _, c := range a.Compared {
		if c.Factor == 0 {
			near = append(near, c)
		}
	}
	if len(near) > 0 {
		a.Text += " The secret's log2-perplexity is then " + report.Times(near, "nearer to that of retraining", "farther from that of retraining") + " than after the best other method (" + report.Opponents(near) + ")."
	}
	return a, true
}

// exposedAnswer is about the variants that may lose more accuracy so that the secret cannot be told
// from other strings.
func exposedAnswer(r *engine.Results) (report.Answer, bool) {
	const own = "second-order-exposure"
	space := firstSpace(r)
	a := report.Answer{Question: "what can still be found out about the secret, when more accuracy may be lost?",
		Limits: "What an attacker finds who knows more than the prompt and the kind of the secret."}
	var away []float64
	for _, c := range cases(r) {
		contest := &trial.Contest{Compared: report.Compared{Case: c.plain(), What: "distance to the median of drawn strings, bit"},
			Values: func(m string) (map[int]float64, int) {
				out := byDraw(r, c, m, "below-median", "space", space)
				for draw := range out {
					out[draw] = math.Abs(out[draw])
				}
				return out, len(failures(r, c, m))
			}}
		contest.Idle = func(m string) string { return contest.NoChange(m, "none") }
		if best, ok := contest.Best(own, rivals(r, "first-order-matched")); ok {
			a.Compared = append(a.Compared, best)
			values, _ := contest.Values(own)
			away = append(away, records.MiddleOf(slices.Collect(maps.Values(values))).Median)
		}
	}
	if len(a.Compared) == 0 {
		return a, false
	}
	a.Text = fmt.Sprintf("Second order for exposure leaves the secret's log2-perplexity %s bits from the median of strings that never stood in the text. By that distance it is %s than after the best other method (%s).",
		trial.Range(away, report.Style{Factor: 1, Places: 1}.One), report.Times(a.Compared, "nearer", "farther"), report.Opponents(a.Compared))
	return a, true
}

// rivals are the methods that second order competes with: all but retraining, its own variants, and
// those that are left out.
func rivals(r *engine.Results, omitted ...string) []string {
	var out []string
	for _, m := range methods(r) {
		if m != "retrain" && m != "first-order-matched" && !ofSecondOrder(m) && !slices.Contains(omitted, m) {
			out = append(out, m)
		}
	}
	return out
}

// memorizedTargets: before anything is done the model knows the secret, in every draw.
func memorizedTargets(r *engine.Results, length float64) []report.Claim {
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

// forgottenTargets: second order makes another completion of the prompt at little loss, and first
// order loses at least four times as much to raise the perplexity as far.
func forgottenTargets(r *engine.Results, c memoryCase) []report.Claim {
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
			Measured: fmt.Sprintf("%d of %d; %s", completed, len(match), lostPoints.Ends(records.MiddleOf(slices.Collect(maps.Values(gone))))),
			Target:   "0; median at most 0.5", Source: report.Ours, Met: completed == 0 && middle <= 0.5,
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
			lost(r, c, "first-order-matched"), lost(r, c, "second-order"), len(first)))
	}
	return out
}

// dearerClaim: the first loss is four times the second, or there is no second. Fewer draws than can
// decide leave it open.
func dearerClaim(text string, first, second float64, draws int) report.Claim {
	claim := report.Claim{Text: text, Measured: points(first) + ", " + points(second), Target: "at least 4×", Source: report.Ours, Met: first > second && first >= 4*second}
	switch {
	case draws < ranks.Fewest:
		claim.Met, claim.Open, claim.Short = false, true, report.Draws(draws)+"; a verdict needs five"
	case claim.Met:
	case first <= second:
		claim.Short = "second order loses as much"
	default:
		claim.Short = report.Plain.One(first/second) + "×"
	}
	return claim
}

// solvedTarget: no solve without its residual.
func solvedTarget(r *engine.Results) report.Claim {
	n, bare := 0, 0
	for _, c := range cases(r) {
		for _, m := range methods(r) {
			if !ofSecondOrder(m) {
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
		Measured: fmt.Sprintf("%d of %d", n-bare, n), Target: "all", Source: report.Ours, Met: bare == 0}
	if bare > 0 {
		claim.Short = fmt.Sprintf("%d without", bare)
	}
	return claim
}
