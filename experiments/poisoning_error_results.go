package experiments

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// errorNote says what stands behind ± where there is one draw.
const errorNote = "± is the standard error over the test images"

// withError writes a share with its standard error, without one where it is not known.
func (f style) withError(v, standardError float64) string {
	if math.IsNaN(standardError) {
		return f.one(v)
	}
	return f.one(v) + " ± " + f.one(standardError)
}

// accuracyText writes the median of test accuracies: of several draws with the smallest and the largest, of one with its standard error.
func accuracyText(records []Record, f style) string {
	if len(records) == 1 {
		n := records[0].Number("images")
		return f.withError(records[0].Value, shareError(records[0].Value, n))
	}
	return f.ends(middleOf(values(records)))
}

// restoredText does the same for the share of the lost accuracy that a method restored, over the draws in which any was lost.
func (r *Results) restoredText(c poisonCase, method, way string, f style) string {
	s := r.restored(c, method, way)
	if s.n == 1 {
		return f.withError(s.median, r.restoredError(c, method, way))
	}
	return f.ends(s)
}

// restoredError is the standard error of the share that a method restored in a single draw: of the ratio of the images that it has right
// beyond the network before it, to those that training on the true labels has. Images that two of them have right are no difference, so
// the error is that of shares on the same images. NaN where the records do not hold which images were right.
func (r *Results) restoredError(c poisonCase, method, way string) float64 {
	before, clean := r.rightBefore(c.budget)
	after := r.rightAfter(c, method, way)
	if before == nil || len(clean) != len(before) || len(after) != len(before) {
		return math.NaN()
	}
	return ratioError(difference(after, before), difference(clean, before))
}

// differenceError is the standard error of the difference of the shares that two methods restored.
func (r *Results) differenceError(c poisonCase, method, way, other, otherWay string) float64 {
	before, clean := r.rightBefore(c.budget)
	a, b := r.rightAfter(c, method, way), r.rightAfter(c, other, otherWay)
	if before == nil || len(clean) != len(before) || len(a) != len(before) || len(b) != len(before) {
		return math.NaN()
	}
	return ratioError(difference(a, b), difference(clean, before))
}

// rightBefore says which test images the network on the flipped labels has right, and that on the true ones; nil where there are several
// draws.
func (r *Results) rightBefore(budget float64) (before, clean []float64) {
	return r.rightOf("method", "none", "budget", budget, "stage", "before"), r.rightOf("method", "retrain", "budget", budget, "stage", "clean")
}

func (r *Results) rightAfter(c poisonCase, method, way string) []float64 {
	return r.rightOf(c.pairs("method", method, "statistics", way)...)
}

func (r *Results) rightOf(pairs ...any) []float64 {
	records := r.part("confusion", pairs...)
	if len(records) != 1 {
		return nil
	}
	return right(records[0])
}

// difference is a - b, element by element.
func difference(a, b []float64) []float64 { return floats.SubTo(make([]float64, len(a)), a, b) }

// bestOther is the method, with its way of statistics, that restores most of those that are not of second order, do not vote and take less
// time than training again; chosen by the test images themselves, which favours it.
func (r *Results) bestOther(c poisonCase) (method, way string, share middle) {
	share = middleOf(nil)
	whole := r.poisonBefore(c.budget, "retrain", "seconds")
	for _, m := range r.poisonRows() {
		if m == "none" || m == "retrain" || votes(m) || strings.HasPrefix(m, "second-order") {
			continue
		}
		for _, w := range r.waysMeasured() {
			s := r.restored(c, m, w)
			if s.n == 0 || share.n > 0 && s.median <= share.median {
				continue
			}
			if seconds := r.poison(c, m, "seconds", w); seconds.n > 0 && whole.n > 0 && seconds.mean >= whole.mean {
				continue
			}
			method, way, share = m, w, s
		}
	}
	return method, way, share
}
