package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// poisonCase is a budget of flips with the share of them that is known.
type poisonCase struct{ budget, known float64 }

// poisonCases returns the cases in the records, in the order in which they were carried out.
func (r *Results) poisonCases() []poisonCase {
	var out []poisonCase
	for _, rec := range r.Records {
		c := poisonCase{rec.Number("budget"), rec.Number("known")}
		if !math.IsNaN(c.known) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// knownShares are the shares of the flips that are known, in the order in which they were carried out.
func (r *Results) knownShares() []float64 {
	var out []float64
	for _, c := range r.poisonCases() {
		if !slices.Contains(out, c.known) {
			out = append(out, c.known)
		}
	}
	return out
}

// poisonNote says what the numbers are medians of.
func (r *Results) poisonNote() string {
	if n := r.draws(); n > 1 {
		return fmt.Sprintf("Median (smallest to largest) over %d draws of the flips and of the start.", n)
	}
	return "One draw; " + errorNote + "."
}

// severalNote is poisonNote where there are several draws, for tables without ± of one draw.
func (r *Results) severalNote() string {
	if r.draws() > 1 {
		return r.poisonNote() + " "
	}
	return ""
}

// poisonTitle names a case: "800 flips, half of them known".
func (r *Results) poisonTitle(c poisonCase) string {
	return r.flipsTitle(c.budget) + knownTitle(c.known)
}

func (r *Results) flipsTitle(budget float64) string {
	for _, rec := range r.Records {
		if rec.Number("budget") == budget {
			return formatNumber(rec.Number("flips")) + " flips"
		}
	}
	return ""
}

func knownTitle(known float64) string {
	if known == 1 {
		return ""
	}
	return fmt.Sprintf(", %s %% of them known", formatNumber(100*known))
}

// pairs are the settings of a case's records.
func (c poisonCase) pairs(more ...any) []any {
	return append([]any{"budget", c.budget, "known", c.known}, more...)
}

// file names a case in file names.
func (c poisonCase) file() string { return fmt.Sprintf("%g-%g", c.budget, c.known) }

// poison returns the spread of a metric of a method in a case, over the draws.
func (r *Results) poison(c poisonCase, method, metric, way string, more ...any) spread {
	return r.where(metric, c.pairs(append([]any{"method", method, "statistics", way}, more...)...)...)
}

// poisonBefore returns the spread of a metric of a model before any update: the method "none" on the poisoned labels, "retrain" on the true
// ones, "train" the effort of training.
func (r *Results) poisonBefore(budget float64, method, metric string) spread {
	stage := "before"
	if method == "retrain" {
		stage = "clean"
	}
	return r.where(metric, "method", method, "budget", budget, "stage", stage)
}

// poisonEnds is the median of the same with the smallest and the largest.
func (r *Results) poisonEnds(c poisonCase, method, metric, way string) middle {
	return r.between(metric, c.pairs("method", method, "statistics", way)...)
}

// restored returns the share of the accuracy lost to the flips that a method restored, over the draws in which any was lost. The median does
// not move with a draw in which little was, whose share is a ratio of small numbers.
func (r *Results) restored(c poisonCase, method, way string) middle {
	at := func(draw int, pairs ...any) (float64, bool) {
		for _, rec := range r.part("test-accuracy", pairs...) {
			if rec.Draw == draw {
				return rec.Value, true
			}
		}
		return 0, false
	}
	var shares []float64
	for _, rec := range r.part("test-accuracy", c.pairs("method", method, "statistics", way)...) {
		before, ok := at(rec.Draw, "method", "none", "budget", c.budget, "stage", "before")
		clean, known := at(rec.Draw, "method", "retrain", "budget", c.budget, "stage", "clean")
		if ok && known && clean > before {
			shares = append(shares, (rec.Value-before)/(clean-before))
		}
	}
	return middleOf(shares)
}

// poisonRows are the methods that there are records of, in the order in which they were carried out.
func (r *Results) poisonRows() []string {
	var out []string
	for _, rec := range r.Records {
		if rec.Text("stage") == "after" && !slices.Contains(out, rec.Method) {
			out = append(out, rec.Method)
		}
	}
	return out
}

// waysMeasured are the ways of statistics in the records, of models that vote only where there are no others: see ownWay.
func (r *Results) waysMeasured() []string {
	var out []string
	for _, way := range []string{reestimated, kept} {
		if slices.ContainsFunc(r.part("test-accuracy", "statistics", way), func(rec Record) bool { return !votes(rec.Method) }) {
			out = append(out, way)
		}
	}
	if len(out) == 0 && len(r.part("test-accuracy", "statistics", kept)) > 0 {
		return []string{kept}
	}
	return out
}

// votes reports whether a method's models vote.
func votes(method string) bool { return strings.HasPrefix(method, "sisa") }

// mainWay is the way that counts.
func (r *Results) mainWay() string {
	if ways := r.waysMeasured(); len(ways) > 0 {
		return ways[0]
	}
	return kept
}

// ownWay is the way in which a method's records count: models that vote have their statistics from their training.
func (r *Results) ownWay(c poisonCase, method string) string {
	if way := r.mainWay(); r.poison(c, method, "test-accuracy", way).n > 0 {
		return way
	}
	return kept
}
