package poisoning

import (
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
)

// correctFigures are the map: a panel for each kind of wrong labels.
func correctFigures(r *engine.Results) []report.Figure {
	var out []report.Figure
	for _, w := range byKind(r) {
		out = append(out, mapFigure(w))
	}
	return out
}

// mapFigure shows the recovered accuracy of each method against the share of the wrong labels that
// is known, and the band.
func mapFigure(w wrongResults) report.Figure {
	f := report.Figure{Name: "map-" + w.kind, X: "wrong labels that are known, %", Y: "recovered accuracy, % of what was lost",
		Title:   "Recovered accuracy by the known share, " + w.title(),
		Caption: "Between the dashed lines lie 95 % of further trainings on the true labels. Error bars: " + barsNote(w.Results)}
	var known []float64
	for _, c := range poisonCases(w.Results) {
		known = append(known, 100*c.known)
	}
	if len(known) == 0 {
		return f
	}
	b := w.bandShares()
	from, to := slices.Min(known), slices.Max(known)
	for i, end := range []float64{b.low, b.high} {
		s := report.Series{Of: "band of retrainings", X: []float64{from, to}, Y: []float64{100 * end, 100 * end}, Bare: true, Dashed: true}
		if i == 0 {
			s.Label = s.Of
		}
		f.Series = append(f.Series, s)
	}
	for _, m := range poisonRows(w.Results) {
		s := report.Series{Label: m}
		for _, c := range poisonCases(w.Results) {
			v := w.recovered(c, m, report.Percent)
			if v.N == 0 {
				continue
			}
			s.X, s.Y = append(s.X, 100*c.known), append(s.Y, 100*v.Median)
			s.Error, s.Below = append(s.Error, 100*(v.High-v.Median)), append(s.Below, 100*(v.Median-v.Low))
		}
		if row := listedAs(m); !slices.ContainsFunc(f.Series, func(other report.Series) bool { return other.Of == row }) {
			s.Of = row // a further number of passes has a mark of its own
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// barsNote says what error bars are.
func barsNote(r *engine.Results) string {
	if r.Draws() > 1 {
		return "the smallest and the largest of the draws"
	}
	return "standard errors over the test images"
}
