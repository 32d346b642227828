package tabledata

import (
	"fmt"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
)

// DrawsCaption ends the caption of such a figure.
const DrawsCaption = "median, smallest and largest of the draws"

// LinesBySize draws a metric over the size of the change, a line for each method: the median, with
// bars from the smallest to the largest.
func LinesBySize(r *engine.Results, name, caption, metric, axis string, logY bool) report.Figure {
	size := SizeSetting(r)
	f := report.Figure{Name: name, Caption: caption, X: "number of changed " + size, Y: axis, LogY: logY, LogX: true}
	for _, l := range Labels(r, metric) {
		s := report.Series{Label: l}
		for _, v := range r.Numbers(size) {
			if at := r.Between(metric, "label", l, size, v); at.N > 0 {
				if metric == "certified-share" { // of yes and no, whose median says little
					at.Median = r.Where(metric, "label", l, size, v).Mean
				}
				s.Add(v, at)
			}
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// ScatterFigures draws each method's change of the test loss against retraining's, one figure a
// size.
func ScatterFigures(r *engine.Results) []report.Figure {
	var out []report.Figure
	size := SizeSetting(r)
	for _, v := range r.Numbers(size) {
		f := report.Figure{Name: numbers.Shortest(v), Caption: "Change of the mean test loss of each draw, " + SizeTitle(r, v) + "; the dashed line is ideal",
			X: "retraining: change of the test loss, nat", Y: "method: change of the test loss, nat", Identity: true}
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
	f := report.Figure{Name: "sharding", Caption: "Probability that every shard is affected: formula (lines) and simulation on this data set (points)",
		X: "affected points", Y: "probability", LogX: true}
	for _, shards := range r.Numbers("shards") {
		for _, source := range []string{"formula", "simulation"} {
			s := report.Series{Label: fmt.Sprintf("%g shards", shards), Points: source == "simulation"}
			if s.Points {
				s.Label += ", simulated"
			}
			for _, rec := range r.Part("all-shards-hit", "shards", shards, "source", source) {
				s.X, s.Y = append(s.X, rec.Number("points")), append(s.Y, rec.Value)
			}
			f.Series = append(f.Series, s)
		}
	}
	return f
}
