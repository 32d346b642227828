package experiments

import (
	"fmt"
)

// drawsCaption ends the caption of such a figure.
const drawsCaption = "median, smallest and largest of the draws"

// linesBySize draws a metric over the size of the change, a line for each method: the median, with bars from the smallest to the largest.
func (r *Results) linesBySize(name, caption, metric, axis string, logY bool) Figure {
	size := r.sizeSetting()
	f := Figure{Name: name, Caption: caption, X: "number of changed " + size, Y: axis, LogY: logY, LogX: true}
	for _, l := range r.labels(metric) {
		s := Series{Label: l}
		for _, v := range r.numbers(size) {
			if at := r.between(metric, "label", l, size, v); at.n > 0 {
				if metric == "certified-share" { // of yes and no, whose median says little
					at.median = r.where(metric, "label", l, size, v).mean
				}
				s.Add(v, at.exported())
			}
		}
		f.Series = append(f.Series, s)
	}
	return f
}

// scatterFigures draws each method's change of the test loss against retraining's, one figure a size.
func (r *Results) scatterFigures() []Figure {
	var out []Figure
	size := r.sizeSetting()
	for _, v := range r.numbers(size) {
		f := Figure{Name: formatNumber(v), Caption: "Change of the mean test loss of each draw, " + r.sizeTitle(v) + "; ideal is the dashed line",
			X: "retraining: change of the test loss, nat", Y: "method: change of the test loss, nat", Identity: true}
		ideal := map[int]float64{}
		for _, l := range []string{"retrain", "retrain, warm"} {
			for _, rec := range r.part("loss-difference", "label", l, size, v) {
				ideal[rec.Draw] = rec.Value
			}
		}
		for _, l := range r.labels("loss-difference") {
			if l == "retrain" || l == "retrain, warm" {
				continue
			}
			s := Series{Label: l, Points: true}
			for _, rec := range r.part("loss-difference", "label", l, size, v) {
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

// shardingFigure draws the probability that all shards are hit, formula as lines and simulation as points.
func (r *Results) shardingFigure() Figure {
	f := Figure{Name: "sharding", Caption: "Probability that every shard is hit: formula (lines) and simulation on this data set (points)",
		X: "affected points", Y: "probability", LogX: true}
	for _, shards := range r.numbers("shards") {
		for _, source := range []string{"formula", "simulation"} {
			s := Series{Label: fmt.Sprintf("%g shards", shards), Points: source == "simulation"}
			if s.Points {
				s.Label += ", simulated"
			}
			for _, rec := range r.part("all-shards-hit", "shards", shards, "source", source) {
				s.X, s.Y = append(s.X, rec.Number("points")), append(s.Y, rec.Value)
			}
			f.Series = append(f.Series, s)
		}
	}
	return f
}
