package experiments

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"

	"lethe/exposure"
)

func memorizationFigures(r *Results) []Figure {
	var out []Figure
	if len(r.Numbers("length")) > 1 {
		out = append(out, r.lengthFigures()...)
	}
	for _, c := range r.cases() {
		out = append(out, r.exposureFigure(c), r.histogramFigure(c))
		if !r.chosenByRetraining() { // the tries of older records are measured in another way
			out = append(out, r.tradeOffFigure(c))
		}
	}
	return append(out, r.traceFigure())
}

// firstSpace is the narrower of the spaces: the digits where the secret is a number.
func (r *Results) firstSpace() string {
	if s := r.spaces(); len(s) > 0 {
		return s[0]
	}
	return ""
}

// exposureFigure shows each method's exposure in each draw, marked by how it is known.
func (r *Results) exposureFigure(c memoryCase) Figure {
	space := r.firstSpace()
	f := Figure{Name: "exposure-" + c.file(), X: "exposure, bit",
		Caption: fmt.Sprintf("Exposure among %s, %s, a mark for each draw; extrapolated ones are certain only as far as the samples prove, and are not to be "+
			"compared with exact ones", spaceTitle(space), c.plain())}
	methods := r.methods()
	for i := len(methods) - 1; i >= 0; i-- { // from the bottom
		f.YNames = append(f.YNames, memoryLabel(methods[i]))
	}
	for _, kind := range []struct{ by, label string }{
		{byRank, "exact, by rank"}, {byFit, "by the fitted distribution, within its samples"}, {byExtrapolation, "extrapolated"}, {"", "what samples prove"},
	} {
		s := Series{Label: kind.label, Points: true}
		for i, m := range methods {
			for _, rec := range r.of(c, m, "exposure", "space", space) {
				x := rec.Value
				switch {
				case kind.by == "" && kindOf(rec) == byExtrapolation:
					x = leastBits(rec)
				case kindOf(rec) != kind.by:
					continue
				}
				s.X, s.Y = append(s.X, x), append(s.Y, float64(len(methods)-1-i))
			}
		}
		if len(s.X) > 0 {
			f.Series = append(f.Series, s)
		}
	}
	return f
}

// lengthFigures show how far the secret stands out over its length, one figure for each way of replacing it.
func (r *Results) lengthFigures() []Figure {
	space := r.firstSpace()
	var ways []string
	for _, c := range r.cases() {
		if !slices.Contains(ways, c.replace) {
			ways = append(ways, c.replace)
		}
	}
	var out []Figure
	for _, way := range ways {
		f := Figure{Name: "lengths-" + way, X: "characters of the secret", Y: "bits below the median",
			Caption: fmt.Sprintf("Bits by which the secret lies below the median of strings drawn from %s, replacement %s, median over draws", spaceTitle(space), way)}
		for _, m := range r.methods() {
			s := Series{Label: memoryLabel(m)}
			for _, c := range r.cases() {
				if v := r.value(c, m, "below-median", "space", space); c.replace == way && !math.IsNaN(v) {
					s.X, s.Y = append(s.X, c.length), append(s.Y, v)
				}
			}
			f.Series = append(f.Series, s)
		}
		out = append(out, f)
	}
	return out
}

// farLoss is the loss of accuracy, in points, beyond which the trade-off is not drawn.
const farLoss = 12

// tradeOffFigure shows how near the secret comes to other strings at which loss of accuracy: of all that was tried in a draw the front.
func (r *Results) tradeOffFigure(c memoryCase) Figure {
	space := r.firstSpace()
	f := Figure{Name: "trade-off-" + c.file(), X: "held-out accuracy lost, points", Y: "bits from the median",
		Caption: fmt.Sprintf("Distance of the secret's log2-perplexity to the median of strings drawn from %s against accuracy lost, %s: the best of all "+
			"settings that were tried, a line for each draw", spaceTitle(space), c.plain())}
	for _, m := range r.methods() {
		label := memoryLabel(m)
		add := func(s Series) {
			if len(s.X) == 0 {
				return
			}
			if slices.ContainsFunc(f.Series, func(other Series) bool { return other.Label == label }) {
				s.Of = label
			} else {
				s.Label = label
			}
			f.Series = append(f.Series, s)
		}
		if m == "none" || m == "retrain" {
			lost := r.lostBy(c, m)
			s := Series{Points: true}
			for _, rec := range r.of(c, m, "below-median", "space", space) {
				s.X, s.Y = append(s.X, lost[rec.Draw]), append(s.Y, math.Abs(rec.Value))
			}
			add(s)
			continue
		}
		tries := map[int][]Record{}
		for _, rec := range r.of(c, m, "try") {
			tries[rec.Draw] = append(tries[rec.Draw], rec)
		}
		for _, draw := range slices.Sorted(maps.Keys(tries)) {
			if len(tries[draw]) > 1 {
				x, y := front(tries[draw])
				add(Series{X: x, Y: y})
			}
		}
	}
	return f
}

// front returns the tries that no other one beats in both loss and distance to the median, by rising loss.
func front(tries []Record) (x, y []float64) {
	tries = slices.Clone(tries)
	slices.SortStableFunc(tries, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Number("points-lost"), b.Number("points-lost")), cmp.Compare(a.Value, b.Value))
	})
	lowest := math.Inf(1)
	for _, t := range tries {
		if t.Value < lowest && t.Number("points-lost") <= farLoss {
			lowest = t.Value
			x, y = append(x, t.Number("points-lost")), append(y, t.Value)
		}
	}
	return x, y
}

// histogramFigure shows the log2-perplexities of drawn strings, their distribution, and where the secret lies, before and after second order, in the first draw.
func (r *Results) histogramFigure(c memoryCase) Figure {
	space := r.firstSpace()
	f := Figure{Name: "perplexity-" + c.file(), X: "log2-perplexity, bit", Y: "density, each by its largest",
		Caption: fmt.Sprintf("Log2-perplexity of strings drawn from %s (areas), and the distribution fitted to it; dashed: the secret; %s, first draw",
			spaceTitle(space), c.plain())}
	show := func(label string, histograms, secret []Record) {
		if len(histograms) == 0 || len(secret) == 0 {
			return
		}
		h := histograms[0]
		x, y := bars(h)
		fx, fy := fitted(h)
		floats.Scale(1/slices.Max(fy), y) // each by its own height: retraining's are much narrower
		floats.Scale(1/slices.Max(fy), fy)
		at := secret[0].Value
		f.Series = append(f.Series, Series{Of: label, X: x, Y: y, Filled: true}, Series{Label: label, X: fx, Y: fy, Bare: true},
			Series{Of: label, X: []float64{at, at}, Y: []float64{0, 1}, Bare: true, Dashed: true})
	}
	show("before", r.before(c.length, "perplexity-histogram", "space", space), r.before(c.length, "log2-perplexity"))
	for _, m := range []string{"second-order", "second-order-exposure", "retrain"} {
		show(m, r.of(c, m, "perplexity-histogram", "space", space), r.of(c, m, "log2-perplexity"))
	}
	return f
}

// bars returns the outline of a histogram as a density.
func bars(h Record) (x, y []float64) {
	from, width := h.Number("from"), h.Number("width")
	for i, text := range strings.Split(h.Text("counts"), ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, nil
		}
		left := from + float64(i)*width
		density := float64(n) / h.Value / width
		x, y = append(x, left, left+width), append(y, density, density)
	}
	x, y = append(append([]float64{from}, x...), x[len(x)-1]), append(append([]float64{0}, y...), 0)
	return x, y
}

// fitted returns the distribution's density over its bulk.
func fitted(h Record) (x, y []float64) {
	d := exposure.SkewNormal{Location: h.Number("location"), Scale: h.Number("scale"), Shape: h.Number("shape")}
	mean, variance, _ := d.Moments()
	const points = 120
	for i := range points + 1 {
		at := mean + math.Sqrt(variance)*(-4+8*float64(i)/points)
		x, y = append(x, at), append(y, math.Exp(d.LogPDF(at)))
	}
	return x, y
}

// traceFigure shows how the residual of LiSSA fell, or did not.
func (r *Results) traceFigure() Figure {
	f := Figure{Name: "lissa", X: "products, or batches", Y: "||b - Ax||/||b||", LogX: true, LogY: true,
		Caption: "True relative residual of LiSSA: after so many products with scale and ridge from the spectrum, after so many batches as published; first draw"}
	for _, c := range r.cases() {
		for _, m := range []string{"second-order-lissa", "second-order-published"} {
			s := Series{Label: m + ", " + c.plain()}
			for _, rec := range r.of(c, m, "trace-residual") {
				if rec.Draw != 0 {
					continue
				}
				s.X, s.Y = append(s.X, rec.Number("after-products")), append(s.Y, rec.Value)
			}
			if len(s.X) > 0 {
				f.Series = append(f.Series, s)
			}
		}
	}
	return f
}
