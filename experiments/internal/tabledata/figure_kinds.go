package tabledata

import (
	"fmt"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
)

// DrawsCaption is the caption of such a figure.
const DrawsCaption = "Marks are medians; bars reach from the smallest to the largest draw"

// LinesBySize draws a metric over the size of the change, a line for each method: the median, with
// bars from the smallest to the largest, in the unit that tables write it in.
func LinesBySize(r *engine.Results, name, title, metric, axis string, unit report.Style, logY bool) report.Figure {
	size := SizeSetting(r)
	f := report.Figure{Name: name, Title: title, Caption: DrawsCaption, X: "number of changed " + changedUnit(r) + "s", Y: axis, LogY: logY, LogX: true}
	if r.Draws() == 1 {
		f.Caption = ""
	}
	for _, l := range Labels(r, metric) {
		s := report.Series{Label: l}
		for _, v := range r.Numbers(size) {
			if at := r.Between(metric, "label", l, size, v); at.N > 0 {
				if metric == "certified-share" { // of yes and no, whose median says little
					at.Median = r.Where(metric, "label", l, size, v).Mean
				}
				s.Add(v, at, unit)
			}
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// ScatterFigures draws each method's change of the test loss against that of retraining, one
// figure a size.
func ScatterFigures(r *engine.Results) []report.Figure {
	var out []report.Figure
	size := SizeSetting(r)
	for _, v := range r.Numbers(size) {
		f := report.Figure{Name: numbers.Shortest(v), Title: "Change of the mean test loss, " + SizeTitle(r, v), Caption: "A mark for each draw; on the dashed line a method changes the loss as retraining does",
			X: "change of the test loss by retraining, nat", Y: "change of the test loss by the method, nat", Identity: true}
		ideal := map[int]float64{}
		for _, l := range Ideals() {
			for _, rec := range r.Part("loss-difference", "label", l, size, v) {
				ideal[rec.Draw] = rec.Value
			}
		}
		for _, l := range Labels(r, "loss-difference") {
			if slices.Contains(Ideals(), l) {
				continue
			}
			s := report.Series{Label: l, Points: true}
			for _, rec := range r.Part("loss-difference", "label", l, size, v) {
				if x, ok := ideal[rec.Draw]; ok {
					s.X, s.Y = append(s.X, x), append(s.Y, rec.Value)
				}
			}
			f.Series = append(f.Series, s)
		}
		out = append(out, f)
	}
	return out
}

// ShardingFigure draws the probability that all shards are hit, formula as lines and simulation as
// points.
func ShardingFigure(r *engine.Results) report.Figure {
	f := report.Figure{Name: "sharding", Title: "Probability that every shard is affected", Caption: "Lines are the formula, marks the simulation on this data set",
		Subtitle: "n = " + r.Setting("trials") + " simulations", X: "number of affected points", Y: "probability that every shard is affected", LogX: true}
	for _, shards := range r.Numbers("shards") {
		for _, source := range []string{"formula", "simulation"} {
			s := report.Series{Label: fmt.Sprintf("%g shards", shards), Bare: true}
			if source == "simulation" {
				s = report.Series{Of: s.Label, Points: true}
			}
			for _, rec := range r.Part("all-shards-hit", "shards", shards, "source", source) {
				s.X, s.Y = append(s.X, rec.Number("points")), append(s.Y, rec.Value)
			}
			f.Series = append(f.Series, s)
		}
	}
	return f
}
