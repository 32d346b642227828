package poisoning

import (
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// poisonCase is a budget of flips with the share of them that is known.
type poisonCase struct{ budget, known float64 }

// poisonCases returns the cases in the records, in the order in which they were carried out.
func poisonCases(r *engine.Results) []poisonCase {
	var out []poisonCase
	for _, rec := range r.Records {
		c := poisonCase{rec.Number("budget"), rec.Number("known")}
		if !math.IsNaN(c.known) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// knownShares are the shares of the flips that are known, in the order in which they were carried
// out.
func knownShares(r *engine.Results) []float64 {
	var out []float64
	for _, c := range poisonCases(r) {
		if !slices.Contains(out, c.known) {
			out = append(out, c.known)
		}
	}
	return out
}

// poisonNote says what the numbers are medians of.
func poisonNote(r *engine.Results) string {
	if n := r.Draws(); n > 1 {
		return fmt.Sprintf("Median, with the smallest and the largest, over %d draws of the flips and the initial parameters.", n)
	}
	return "One draw; the standard error is over the test images."
}

// severalNote is poisonNote where there are several draws, for tables without ± of one draw.
func severalNote(r *engine.Results) string {
	if r.Draws() > 1 {
		return poisonNote(r) + " "
	}
	return ""
}

// poisonTitle names a case: "800 flips, half of them known".
func poisonTitle(r *engine.Results, c poisonCase) string {
	return flipsTitle(r, c.budget) + knownTitle(c.known)
}

func flipsTitle(r *engine.Results, budget float64) string {
	for _, rec := range r.Records {
		if rec.Number("budget") == budget {
			what := " flips"
			if rec.Text("wrong") != "" {
				what = " wrong labels"
			}
			return numbers.Count(rec.Number("flips")) + what
		}
	}
	return ""
}

func knownTitle(known float64) string {
	if known == 1 {
		return ""
	}
	return fmt.Sprintf(", %s %% of them known", numbers.Shortest(100*known))
}

// pairs are the settings of a case's records.
func (c poisonCase) pairs(more ...any) []any {
	return append([]any{"budget", c.budget, "known", c.known}, more...)
}

// file names a case in file names.
func (c poisonCase) file() string { return fmt.Sprintf("%g-%g", c.budget, c.known) }

// poison returns the spread of a metric of a method in a case, over the draws.
func poison(r *engine.Results, c poisonCase, method, metric, way string, more ...any) records.Spread {
	return r.Where(metric, c.pairs(append([]any{"method", method, "statistics", way}, more...)...)...)
}

// poisonBefore returns the spread of a metric of a model before any update: the method "none" on
// the poisoned labels, "retrain" on the true ones, "train" the effort of training.
func poisonBefore(r *engine.Results, budget float64, method, metric string) records.Spread {
	stage := "before"
	if method == "retrain" {
		stage = "clean"
	}
	return r.Where(metric, "method", method, "budget", budget, "stage", stage)
}

// poisonEnds is the median of the same with the smallest and the largest.
func poisonEnds(r *engine.Results, c poisonCase, method, metric, way string) records.Middle {
	return r.Between(metric, c.pairs("method", method, "statistics", way)...)
}

// restored returns the share of the accuracy lost to the flips that a method restored, over the
// draws in which any was lost. The median does not move with a draw in which little was, whose
// share is a ratio of small numbers.
func restored(r *engine.Results, c poisonCase, method, way string) records.Middle {
	at := func(draw int, pairs ...any) (float64, bool) {
		for _, rec := range r.Part("test-accuracy", pairs...) {
			if rec.Draw == draw {
				return rec.Value, true
			}
		}
		return 0, false
	}
	var shares []float64
	for _, rec := range r.Part("test-accuracy", c.pairs("method", method, "statistics", way)...) {
		before, ok := at(rec.Draw, "method", "none", "budget", c.budget, "stage", "before")
		clean, known := at(rec.Draw, "method", "retrain", "budget", c.budget, "stage", "clean")
		if ok && known && clean > before {
			shares = append(shares, (rec.Value-before)/(clean-before))
		}
	}
	return records.MiddleOf(shares)
}

// poisonRows are the methods that there are records of, in the order in which they were carried
// out.
func poisonRows(r *engine.Results) []string {
	var out []string
	for _, rec := range r.Records {
		if rec.Text("stage") == "after" && !slices.Contains(out, rec.Method) {
			out = append(out, rec.Method)
		}
	}
	return out
}

// waysMeasured are the ways of statistics in the records, of models that vote only where there are
// no others: see ownWay.
func waysMeasured(r *engine.Results) []string {
	var out []string
	for _, way := range []string{reestimated, kept} {
		if slices.ContainsFunc(r.Part("test-accuracy", "statistics", way), func(rec records.Record) bool { return !votes(rec.Method) }) {
			out = append(out, way)
		}
	}
	if len(out) == 0 && len(r.Part("test-accuracy", "statistics", kept)) > 0 {
		return []string{kept}
	}
	return out
}

// votes reports whether a method's models vote.
func votes(method string) bool { return kindOf(method).votes }

// mainWay is the way that counts.
func mainWay(r *engine.Results) string {
	if ways := waysMeasured(r); len(ways) > 0 {
		return ways[0]
	}
	return kept
}

// ownWay is the way in which a method's records count: models that vote have their statistics from
// their training.
func ownWay(r *engine.Results, c poisonCase, method string) string {
	if way := mainWay(r); poison(r, c, method, "test-accuracy", way).N > 0 {
		return way
	}
	return kept
}
