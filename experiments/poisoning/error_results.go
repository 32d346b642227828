package poisoning

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// accuracyValue is the median of test accuracies: of several draws with the smallest and the
// largest, of one with its standard error.
func accuracyValue(recs []records.Record, f report.Style) report.Value {
	if len(recs) == 1 {
		n := recs[0].Number("images")
		return f.ErrorValue(recs[0].Value, shareError(recs[0].Value, n))
	}
	return f.EndsValue(records.MiddleOf(records.Values(recs)))
}

// addAccuracy adds it to a row.
func addAccuracy(row *report.Row, recs []records.Record, f report.Style) {
	row.Put(accuracyValue(recs, f))
}

// restoredValue is the same for the share of the lost accuracy that a method restored, over the
// draws in which any was lost.
func restoredValue(r *engine.Results, c poisonCase, method, way string, f report.Style) report.Value {
	s := restored(r, c, method, way)
	if s.N == 1 {
		return f.ErrorValue(s.Median, restoredError(r, c, method, way))
	}
	return f.EndsValue(s)
}

// restoredError is the standard error of the share that a method restored in a single draw: of the
// ratio of the images that it has right beyond the network before it, to those that training on the
// true labels has. Images that two of them have right are no difference, so the error is that of
// shares on the same images. NaN where the records do not hold which images were right.
func restoredError(r *engine.Results, c poisonCase, method, way string) float64 {
	before, clean := rightBefore(r, c.budget)
	after := rightAfter(r, c, method, way)
	if before == nil || len(clean) != len(before) || len(after) != len(before) {
		return math.NaN()
	}
	return ratioError(difference(after, before), difference(clean, before))
}

// rightBefore says which test images the network on the flipped labels has right, and that on the
// true ones; nil where there are several draws.
func rightBefore(r *engine.Results, budget float64) (before, clean []float64) {
	return rightOf(r, "method", "none", "budget", budget, "stage", "before"), rightOf(r, "method", "retrain", "budget", budget, "stage", "clean")
}

func rightAfter(r *engine.Results, c poisonCase, method, way string) []float64 {
	return rightOf(r, c.pairs("method", method, "statistics", way)...)
}

func rightOf(r *engine.Results, pairs ...any) []float64 {
	records := r.Part("confusion", pairs...)
	if len(records) != 1 {
		return nil
	}
	return right(records[0])
}

// difference is a - b, element by element.
func difference(a, b []float64) []float64 { return floats.SubTo(make([]float64, len(a)), a, b) }

// bestOther is the method, with its way of statistics, that restores most of those that are not of
// second order and take less time than training again; chosen by the test images themselves, which
// favors it. Of models that vote the time has to be known: theirs may be that of a retraining.
func bestOther(r *engine.Results, c poisonCase) (method, way string, share records.Middle) {
	share = records.MiddleOf(nil)
	whole := poisonBefore(r, c.budget, "retrain", "seconds")
	for _, m := range poisonRows(r) {
		if m == "none" || m == "retrain" || kindOf(m).second {
			continue
		}
		ways := waysMeasured(r)
		if votes(m) {
			ways = []string{ownWay(r, c, m)}
		}
		for _, w := range ways {
			s := restored(r, c, m, w)
			if s.N == 0 || share.N > 0 && s.Median <= share.Median {
				continue
			}
			seconds := poison(r, c, m, "seconds", w)
			if votes(m) && (seconds.N == 0 || whole.N == 0) || seconds.N > 0 && whole.N > 0 && seconds.Mean >= whole.Mean {
				continue
			}
			method, way, share = m, w, s
		}
	}
	return method, way, share
}
