package memorization

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/exposure"
)

func memorizationFigures(r *engine.Results) []report.Figure {
	var out []report.Figure
	if len(r.Numbers("length")) > 1 {
		out = append(out, lengthFigures(r)...)
	}
	for _, c := range cases(r) {
		out = append(out, exposureFigure(r, c), histogramFigure(r, c))
		if !chosenByRetraining(r) { // the tries of older records are measured in another way
			out = append(out, tradeOffFigure(r, c))
		}
	}
	return append(out, traceFigure(r))
}

// firstSpace is the narrower of the spaces: the digits where the secret is a number.
func firstSpace(r *engine.Results) string {
	if s := spaces(r); len(s) > 0 {
		return s[0]
	}
	return ""
}

// exposureFigure shows each method's exposure in each draw, marked by how it is known.
func exposureFigure(r *engine.Results, c memoryCase) report.Figure {
	space := firstSpace(r)
	f := report.Figure{Name: "exposure-" + c.file(), X: "exposure, bit",
		Title:   fmt.Sprintf("Exposure among %s, %s", spaceTitle(space), c.plain()),
		Caption: "A mark for each draw; an extrapolated exposure is certain only as far as the samples prove, and must not be compared with exact ones"}
	methods := methods(r)
	for i := len(methods) - 1; i >= 0; i-- { // from the bottom
		f.YNames = append(f.YNames, rowLabel(methods[i]))
	}
	for _, kind := range []struct{ by, label string }{
		{byRank, "exact, by rank"}, {byFit, "by the fitted distribution, within its samples"}, {byExtrapolation, "extrapolated"}, {"", "what samples prove"},
	} {
		s := report.Series{Label: kind.label, Points: true}
		for i, m := range methods {
			for _, rec := range of(r, c, m, "exposure", "space", space) {
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

// lengthFigures show how far the secret stands out over its length, one figure for each way of
// replacing it.
func lengthFigures(r *engine.Results) []report.Figure {
	space := firstSpace(r)
	var ways []string
	for _, c := range cases(r) {
		if !slices.Contains(ways, c.replace) {
			ways = append(ways, c.replace)
		}
	}
	var out []report.Figure
	for _, way := range ways {
		f := report.Figure{Name: "lengths-" + way, X: "length of the secret, characters", Y: "log2-perplexity below the median, bit",
			Title:   "How far the secret stands out by its length, replacement " + way,
			Caption: fmt.Sprintf("Log2-perplexity of the secret below the median of strings drawn from %s; median over draws", spaceTitle(space))}
		for _, m := range methods(r) {
			s := report.Series{Label: rowLabel(m)}
			for _, c := range cases(r) {
				if v := value(r, c, m, "below-median", "space", space); c.replace == way && !math.IsNaN(v) {
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

// tradeOffFigure shows how near the secret comes to other strings at which loss of accuracy: of all
// that was tried in a draw the front.
func tradeOffFigure(r *engine.Results, c memoryCase) report.Figure {
	space := firstSpace(r)
	f := report.Figure{Name: "trade-off-" + c.file(), X: "held-out accuracy lost, points", Y: "log2-perplexity from the median, bit",
		Title: "Forgetting against accuracy lost, " + c.plain(),
		Caption: fmt.Sprintf("Distance of the secret's log2-perplexity to the median of strings drawn from %s: the best of all settings that were tried, "+
			"a line for each draw", spaceTitle(space))}
	for _, m := range methods(r) {
		label := rowLabel(m)
		add := func(s report.Series) {
			if len(s.X) == 0 {
				return
			}
			if slices.ContainsFunc(f.Series, func(other report.Series) bool { return other.Label == label }) {
				s.Of = label
			} else {
				s.Label = label
			}
			f.Series = append(f.Series, s)
		}
		if m == "none" || m == "retrain" {
			lost := lostBy(r, c, m)
			s := report.Series{Points: true}
			for _, rec := range of(r, c, m, "below-median", "space", space) {
				s.X, s.Y = append(s.X, lost[rec.Draw]), append(s.Y, math.Abs(rec.Value))
			}
			add(s)
			continue
		}
		tries := map[int][]records.Record{}
		for _, rec := range of(r, c, m, "try") {
			tries[rec.Draw] = append(tries[rec.Draw], rec)
		}
		for _, draw := range slices.Sorted(maps.Keys(tries)) {
			if len(tries[draw]) > 1 {
				x, y := front(tries[draw])
				add(report.Series{X: x, Y: y})
			}
		}
	}
	return f
}

// front returns the tries that no other one beats in both loss and distance to the median, by
// rising loss.
func front(tries []records.Record) (x, y []float64) {
	tries = slices.Clone(tries)
	slices.SortStableFunc(tries, func(a, b records.Record) int {
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

// histogramFigure shows the log2-perplexities of drawn strings, their distribution, and where the
// secret lies, before and after second order, in the first draw.
func histogramFigure(r *engine.Results, c memoryCase) report.Figure {
	space := firstSpace(r)
	f := report.Figure{Name: "perplexity-" + c.file(), X: "log2-perplexity, bit", Y: "density / its maximum",
		Title:   "Log2-perplexity of the secret among other strings, " + c.plain(),
		Caption: fmt.Sprintf("Areas: strings drawn from %s; lines: the distribution fitted to them; dashed: the secret; first draw", spaceTitle(space))}
	show := func(label, of string, histograms, secret []records.Record) {
		if len(histograms) == 0 || len(secret) == 0 {
			return
		}
		h := histograms[0]
		x, y := bars(h)
		fx, fy := fitted(h)
		floats.Scale(1/slices.Max(fy), y) // each by its own height: retraining's are much narrower
		floats.Scale(1/slices.Max(fy), fy)
		at := secret[0].Value
		f.Series = append(f.Series, report.Series{Of: of, X: x, Y: y, Filled: true}, report.Series{Label: label, Of: of, X: fx, Y: fy, Bare: true},
			report.Series{Of: of, X: []float64{at, at}, Y: []float64{0, 1}, Bare: true, Dashed: true})
	}
	show("before", rowLabel("none"), before(r, c.length, "perplexity-histogram", "space", space), before(r, c.length, "log2-perplexity"))
	for _, m := range []string{"second-order", "second-order-exposure", "retrain"} {
		show(m, m, of(r, c, m, "perplexity-histogram", "space", space), of(r, c, m, "log2-perplexity"))
	}
	return f
}

// bars returns the outline of a histogram as a density.
func bars(h records.Record) (x, y []float64) {
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
func fitted(h records.Record) (x, y []float64) {
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
func traceFigure(r *engine.Results) report.Figure {
	f := report.Figure{Name: "lissa", X: "number of Hessian products, or of batches", Y: "relative residual ||b - Ax||/||b||", LogX: true, LogY: true,
		Title: "True relative residual of LiSSA", Caption: "First draw: against products, with scale and ridge from the spectrum, and against batches, as published"}
	for _, c := range cases(r) {
		for _, m := range []string{"second-order-lissa", "second-order-published"} {
			s := report.Series{Label: m + ", " + c.plain()}
			if c == cases(r)[0] {
				s.Of = rowLabel(m)
			}
			for _, rec := range of(r, c, m, "trace-residual") {
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
