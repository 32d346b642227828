package poisoning

import (
	"fmt"
	"math"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// correctAnswers say for each kind of wrong labels how much the best method recovers, by the share
// that is known. A smoke run has no answer: it shows that everything runs.
func correctAnswers(r *engine.Results) []report.Answer {
	if r.Config.Profile == engine.Smoke {
		return nil
	}
	var out []report.Answer
	for _, w := range byKind(r) {
		if a, ok := mapAnswer(w); ok {
			out = append(out, a)
		}
	}
	return out
}

// mapAnswer is the sentence on one kind; false where nothing was measured.
func mapAnswer(w wrongResults) (report.Answer, bool) {
	var parts []string
	for _, c := range poisonCases(w.Results) {
		if method, ok := w.best(c); ok {
			part := fmt.Sprintf("%s %% by %s (%s", w.recovered(c, method, whole).Text(), trial.Name(method), bandPlace(w.verdict(c, method, "harmed-accuracy")))
			if again := w.recovered(c, "retrain", whole); again.N > 0 {
				part += fmt.Sprintf("; retraining on what is known: %s %%", again.Text())
			}
			parts = append(parts, part+fmt.Sprintf(") with %s %% of the wrong labels known", numbers.Shortest(100*c.known)))
		}
	}
	a := report.Answer{
		Question: "how much of the accuracy that wrong labels cost do methods recover when only a share of them is known: " + wrongNames[w.kind] + "?",
		Limits: "Networks of another size, and other shares of wrong labels. The best method is the one with the highest accuracy on the images on which settings are chosen, " +
			"of those that take less time than retraining. The band is estimated from few trainings.",
	}
	if len(parts) == 0 {
		return a, false
	}
	b := w.bandShares()
	a.Text = fmt.Sprintf("Of the accuracy that the wrong labels cost on %s, methods recover %s. The band of %d retrainings on the true labels reaches from %s %%.",
		harmedNames[w.kind], strings.Join(parts, ", "), b.n, bandText(b))
	return a, true
}

// bandPlace is a verdict in a sentence.
func bandPlace(v string) string {
	switch v {
	case "":
		return "no band"
	case voidBand:
		return "no verdict, since the held-out retraining lies outside the band"
	case noHarm:
		return "no verdict, since the network on the wrong labels lies inside the band too"
	}
	return v + " the band"
}

// best is the method that has the highest accuracy on the images on which settings are chosen, of
// those that take less time than retraining; false where there is none.
func (w wrongResults) best(c poisonCase) (string, bool) {
	best, most := "", math.Inf(-1)
	whole := w.Between("seconds", "method", "retrain", "stage", "clean")
	for _, m := range poisonRows(w.Results) {
		if m == "none" || m == "retrain" {
			continue
		}
		way := w.way(c, m)
		score, seconds := poison(w.Results, c, m, "validation-accuracy", way), poisonEnds(w.Results, c, m, "seconds", way)
		if score.N == 0 || score.Mean <= most || seconds.N == 0 || whole.N > 0 && seconds.Median >= whole.Median {
			continue
		}
		best, most = m, score.Mean
	}
	return best, best != ""
}
