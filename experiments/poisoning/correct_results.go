package poisoning

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// wrongResults are the records about one kind of wrong labels. Within a kind they are read as those
// of poisoning are.
type wrongResults struct {
	*engine.Results
	kind string
}

// byKind divides the records by the kind of wrong labels, in the order in which they were measured.
func byKind(r *engine.Results) []wrongResults {
	var out []wrongResults
	for _, rec := range r.Records {
		kind := rec.Text("wrong")
		i := slices.IndexFunc(out, func(w wrongResults) bool { return w.kind == kind })
		if i < 0 {
			part := *r
			part.Records = nil
			i, out = len(out), append(out, wrongResults{&part, kind})
		}
		out[i].Records = append(out[i].Records, rec)
	}
	return out
}

// wrongNames are the kinds in words.
var wrongNames = map[string]string{wrongPairs: "flips between pairs", wrongConfusion: "confusion of two classes", wrongTrigger: "trigger"}

// title names the kind with its number of wrong labels: "trigger (200 wrong labels)".
func (w wrongResults) title() string {
	for _, rec := range w.Records {
		if n := rec.Number("flips"); !math.IsNaN(n) {
			return fmt.Sprintf("%s (%s wrong labels)", wrongNames[w.kind], numbers.Shortest(n))
		}
	}
	return wrongNames[w.kind]
}

// harmedNames say which test images wrong labels of a kind harm.
var harmedNames = map[string]string{
	wrongPairs: "all test images", wrongConfusion: "test images of the two classes", wrongTrigger: "test images with the patch, of other classes than the target",
}

// draws are those in which the network on the wrong labels and the band were measured.
func (w wrongResults) draws() []int {
	var out []int
	for _, rec := range w.Part("harmed-accuracy", "method", "none", "stage", "before") {
		if len(bandValues(w.Results, "harmed-accuracy", rec.Draw)) > 0 {
			out = append(out, rec.Draw)
		}
	}
	return out
}

// at is the value of a metric in a draw, NaN where there is none.
func (w wrongResults) at(draw int, metric string, pairs ...any) float64 {
	for _, rec := range w.Part(metric, pairs...) {
		if rec.Draw == draw {
			return rec.Value
		}
	}
	return math.NaN()
}

// band is that of a metric in a draw, as far as it can be: no share is below 0 or above 1, and no
// count below 0.
func (w wrongResults) band(metric string, draw int) band {
	b := bandOf(bandValues(w.Results, metric, draw))
	b.low = max(b.low, 0)
	if metric != "confused" {
		b.high = min(b.high, 1)
	}
	return b
}

// way is the way of statistics in which a method counts: the one with the higher accuracy on the
// images on which settings are chosen, re-estimated where both are equal.
func (w wrongResults) way(c poisonCase, method string) string {
	best, most := ownWay(w.Results, c, method), math.Inf(-1)
	for _, way := range []string{reestimated, kept} {
		if v := poison(w.Results, c, method, "validation-accuracy", way); v.N > 0 && v.Mean > most {
			best, most = way, v.Mean
		}
	}
	return best
}

// share is a harmed accuracy as recovered accuracy: 0 is the network on the wrong labels, 1 the mean
// of the band. NaN where the wrong labels cost nothing.
func (w wrongResults) share(draw int, accuracy float64) float64 {
	before, mean := w.at(draw, "harmed-accuracy", "method", "none", "stage", "before"), w.band("harmed-accuracy", draw).mean
	if !(mean > before) {
		return math.NaN()
	}
	return (accuracy - before) / (mean - before)
}

// recovered is the recovered accuracy of a method over the draws: the median with the ends, of one
// draw with its standard error.
func (w wrongResults) recovered(c poisonCase, method string, f report.Style) report.Value {
	way := w.way(c, method)
	var shares []float64
	for _, draw := range w.draws() {
		if s := w.share(draw, w.at(draw, "harmed-accuracy", c.pairs("method", method, "statistics", way)...)); !math.IsNaN(s) {
			shares = append(shares, s)
		}
	}
	if len(shares) == 1 {
		return f.ErrorValue(shares[0], w.recoveredError(c, method, way))
	}
	return f.EndsValue(records.MiddleOf(shares))
}

// recoveredError is the standard error over the test images of the recovered accuracy in a single
// draw, as [restoredError]: that of the ratio of what the method has right beyond the network before
// it, to what the band has right on the mean. The networks of the band are taken as they are; by how
// much others would differ the band says.
func (w wrongResults) recoveredError(c poisonCase, method, way string) float64 {
	bits := func(pairs ...any) [][]float64 {
		var out [][]float64
		for _, rec := range w.Part("harmed-accuracy", pairs...) {
			rec.Value = rec.Number("images")
			if b := right(rec); b != nil {
				out = append(out, b)
			}
		}
		return out
	}
	before, after := bits("method", "none", "stage", "before"), bits(c.pairs("method", method, "statistics", way)...)
	all := bits("method", "retrain", "stage", "band")
	if len(before) != 1 || len(after) != 1 || len(all) == 0 {
		return math.NaN()
	}
	mean := make([]float64, len(before[0]))
	for _, b := range all {
		floats.AddScaled(mean, 1/float64(len(all)), b)
	}
	return ratioError(difference(after[0], before[0]), difference(mean, before[0]))
}

// bandShares are the band in recovered accuracy: its mean is 1. Of several draws it is the median of
// either end.
func (w wrongResults) bandShares() band {
	var low, high []float64
	n := 0
	for _, draw := range w.draws() {
		b := w.band("harmed-accuracy", draw)
		if l := w.share(draw, b.low); !math.IsNaN(l) {
			low, high, n = append(low, l), append(high, w.share(draw, b.high)), b.n
		}
	}
	return band{n, 1, records.MiddleOf(low).Median, records.MiddleOf(high).Median}
}

// verdict is that on a metric of a method: of several draws with different verdicts the one that
// most have, with their number. Where the training that is held out lies outside the band itself, a
// verdict is void. Where the network on the wrong labels lies inside, there was no harm to undo, and
// to lie inside says nothing.
func (w wrongResults) verdict(c poisonCase, method, metric string) string {
	way := w.way(c, method)
	return w.majority(func(draw int) string {
		b := w.band(metric, draw)
		v := b.verdict(w.at(draw, metric, c.pairs("method", method, "statistics", way)...))
		if held := w.heldOut(metric, draw); v != "" && held != "" && held != insideBand {
			return voidBand
		}
		if v == insideBand && metric != "test-accuracy" && b.verdict(w.at(draw, metric, "method", "none", "stage", "before")) == insideBand {
			return noHarm
		}
		return v
	})
}

// heldOut is where the training on the true labels that is not of the band lies.
func (w wrongResults) heldOut(metric string, draw int) string {
	return w.band(metric, draw).verdict(w.at(draw, metric, "method", "retrain", "stage", "clean"))
}

// majority is the verdict that most of the draws have.
func (w wrongResults) majority(of func(draw int) string) string {
	counts, all := map[string]int{}, 0
	for _, draw := range w.draws() {
		if v := of(draw); v != "" {
			counts[v]++
			all++
		}
	}
	best := ""
	for _, v := range []string{voidBand, noHarm, belowBand, aboveBand, insideBand} {
		if counts[v] > counts[best] {
			best = v
		}
	}
	if best != "" && counts[best] < all {
		return fmt.Sprintf("%s in %d of %d", best, counts[best], all)
	}
	return best
}
