package certified

import (
	"fmt"
	"math"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/trial"
)

// certifiedAnswers: every request is to be certified, at the accuracy of retraining without noise,
// for less than retraining costs. The opponent is the cheapest exact retraining.
func certifiedAnswers(r *engine.Results) []report.Answer {
	a := report.Answer{Limits: "What the certificate means beyond its epsilon and delta, and how the mechanism fares on models that are not convex. Retraining here is exact and without noise."}
	size := tabledata.SizeSetting(r)
	draws, shares := 0, 0.0
	var lost, seconds []float64
	var cold []report.Compared
	for _, v := range r.Numbers(size) {
		share := r.Where("certified-share", "method", released, size, v)
		if share.N == 0 {
			continue
		}
		draws, shares = draws+share.N, shares+share.Mean*float64(share.N)
		lost = append(lost, 100*r.Between("accuracy-difference", "label", released, size, v).Median)
		seconds = append(seconds, r.Between("seconds", "label", released, size, v).Median)
		c := tabledata.Contest(r, "seconds", "time of a request, s", v)
		if best, ok := c.Best(released, []string{"retrain, warm", tabledata.WarmNewton, "retrain, cold"}); ok {
			a.Compared = append(a.Compared, best)
		}
		if from, ok := c.Best(released, []string{"retrain, cold"}); ok {
			cold = append(cold, from)
		}
		a.Targets = append(a.Targets, certifiedTargets(r, v)...)
	}
	if draws == 0 {
		return nil
	}
	b, _ := budgetOf(r)
	a.Text = fmt.Sprintf("%s%.0f of %d requests are certified at epsilon %s and delta %s. The median test accuracy differs from that of retraining without noise by %s points. A request takes %s s.",
		tabledata.With(r), math.Round(shares), draws, numbers.Shortest(b.Epsilon), numbers.Shortest(b.Delta), trial.Range(lost, report.Style{Factor: 1, Places: 3}.One), trial.Range(seconds, report.Plain.One))
	if len(a.Compared) > 0 {
		a.Text += " It is " + report.Times(a.Compared, "faster", "slower") + " than the cheapest retraining (" + report.Opponents(a.Compared) + ")."
	}
	if len(cold) > 0 && report.Opponents(cold) != report.Opponents(a.Compared) {
		a.Text += " It is " + report.Times(cold, "faster", "slower") + " than retraining from the start."
	}
	return []report.Answer{a}
}

func certifiedTargets(r *engine.Results, v float64) []report.Claim {
	size, name := tabledata.SizeSetting(r), tabledata.SizeTitle(r, v)
	share := r.Where("certified-share", "method", released, size, v)
	out := []report.Claim{
		report.AtLeast(fmt.Sprintf("%s: share of %d draws that are certified", name, share.N), share.Mean, 1, report.Style{Factor: 1, Places: 3}, ""),
		report.Within(name+": mean test accuracy, compared with retraining without noise", r.Where("test-accuracy", "method", released, size, v).Mean,
			r.Where("test-accuracy", "method", "retrain", "start", "warm", size, v).Mean, 0.0002, report.Percent, "%"),
	}
	c := tabledata.Contest(r, "seconds", "time of a request, s", v)
	for _, start := range []struct{ name, label string }{{"warm", "retrain, warm"}, {"warm", tabledata.WarmNewton}, {"cold", "retrain, cold"}} {
		if theirs, _ := c.Values(start.label); len(theirs) > 0 {
			out = append(out, report.Gains(fmt.Sprintf("%s: time of %s retraining / time of a certified request", name, start.name), c.Against(released, start.label), 1))
		}
	}
	return out
}

// budgetAnswers: the state is never to leave its distance of retraining, and accuracy is to be
// that of retraining. A stream is one draw.
func budgetAnswers(r *engine.Results) []report.Answer {
	var out []report.Answer
	b, _ := budgetOf(r)
	for _, kind := range []string{"features", "samples", "labels"} {
		at := func(metric string) float64 { return r.Where(metric, "kind", kind).Mean }
		if math.IsNaN(at("requests-certified")) {
			continue
		}
		n := numbers.Count(at("requests-certified"))
		a := report.Answer{Question: "what does a stream of single requests (" + kind + ") cost and reveal?",
			Text: fmt.Sprintf("A request takes %s. Warm retraining takes %s, cold retraining %s. Each of %s releases has epsilon %s. All of them together have epsilon %s.",
				timeAndPasses(at("seconds-per-request"), at("products")), timeAndPasses(at("warm-seconds"), at("warm-passes")), timeAndPasses(at("cold-seconds"), at("cold-passes")),
				n, numbers.Shortest(b.Epsilon), report.Plain.One(at("epsilon-together"))),
			Limits: "How much streams differ (" + kind + "): this is one stream, and retraining was timed once."}
		name := fmt.Sprintf("after %s single requests (%s): ", n, kind)
		a.Targets = []report.Claim{report.AtMost(name+"distance of the state to retraining", at("state-distance"), at("allowed-distance")),
			report.Within(name+"test accuracy of the release, compared with retraining without noise", at("accuracy"), at("retrained-accuracy"), 0.0002, report.Percent, "%")}
		out = append(out, a)
	}
	return out
}

// timeAndPasses writes what a request or a training takes; older runs did not count passes.
func timeAndPasses(seconds, passes float64) string {
	text := report.Plain.One(seconds) + " s"
	if !math.IsNaN(passes) {
		text += " and " + report.Plain.One(passes) + " passes over the data"
	}
	return text
}

// sigmaAnswers say how much noise the model bears.
func sigmaAnswers(r *engine.Results) []report.Answer {
	majority := r.Where("test-accuracy", "method", majorityClass).Mean
	var bears, worthless []string
	for _, lambda := range r.Numbers("lambda") {
		at := func(sigma float64) float64 {
			return r.Between("test-accuracy", "method", "none", "lambda", lambda, "sigma", sigma).Median
		}
		most, first := math.NaN(), math.NaN()
		for _, sigma := range r.Numbers("sigma") {
			if at(sigma) >= at(0)-0.01 && sigma > 0 && (math.IsNaN(most) || sigma > most) {
				most = sigma
			}
			if at(sigma) <= majority && math.IsNaN(first) {
				first = sigma
			}
		}
		name := fmt.Sprintf("lambda %g", lambda)
		if !math.IsNaN(most) {
			bears = append(bears, fmt.Sprintf("%s at %s", numbers.Shortest(most), name))
		}
		if !math.IsNaN(first) {
			worthless = append(worthless, fmt.Sprintf("%s at %s", numbers.Shortest(first), name))
		}
	}
	a := report.Answer{Limits: "What unlearning costs: nothing is unlearned here. No methods are compared, so there is no verdict."}
	if len(bears) > 0 {
		a.Text = "The model stays within one point of its accuracy without noise up to a sigma of " + report.And(bears) + "."
	} else {
		a.Text = "Every sigma that was tried costs more than one point of accuracy."
	}
	if len(worthless) > 0 {
		a.Text += fmt.Sprintf(" It is no better than the majority class (%s %%) from a sigma of %s on.", report.Percent.One(majority), report.And(worthless))
	}
	return []report.Answer{a}
}
