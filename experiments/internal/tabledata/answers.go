package tabledata

import (
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// IsFeatures reports whether features are what the records' requests change.
func IsFeatures(r *engine.Results) bool {
	return SizeSetting(r) == "features" || len(r.Records) > 0 && r.Records[len(r.Records)-1].Text("request") == "features"
}

// Contest compares rows by a metric at one size of the change, smaller values being the better
// ones.
func Contest(r *engine.Results, metric, what string, size float64) *trial.Contest {
	at := []any{SizeSetting(r), size}
	return &trial.Contest{Compared: report.Compared{Case: SizeTitle(r, size), What: what},
		Values: func(label string) (map[int]float64, int) {
			values := map[int]float64{}
			for _, rec := range r.Part(metric, append(at, "label", label)...) {
				values[rec.Draw] = rec.Value
			}
			return values, len(r.Part("failed", append(at, "label", label)...))
		},
		Idle: func(label string) string { return idleChoice(r, label, size) }}
}

// Rivals are the rows that a row of second order competes with: all but retraining, the variants of
// its own method, and what is no method.
func Rivals(r *engine.Results) []string {
	var out []string
	for _, row := range r.Rows {
		if row.Role == engine.RivalRow {
			out = append(out, row.Label)
		}
	}
	return out
}

// BySizes compares second order with no update and with the best other method, at each size of the
// change.
func BySizes(r *engine.Results, metric, what string) (none, best []report.Compared) {
	for _, size := range r.Numbers(SizeSetting(r)) {
		c := Contest(r, metric, what, size)
		if mine, failed := c.Values("second-order"); len(mine)+failed == 0 {
			continue
		}
		none = append(none, c.Against("second-order", "none"))
		if b, ok := c.Best("second-order", Rivals(r)); ok {
			best = append(best, b)
		}
	}
	return none, best
}

// NearerAnswer says how much nearer second order is, by a metric whose smaller values are the
// better ones, to something, than no update and than the best other method.
func NearerAnswer(r *engine.Results, metric, what, near, limits string) []report.Answer {
	none, best := BySizes(r, metric, what)
	if len(none) == 0 {
		return nil
	}
	better, worse := "nearer to "+near, "farther from "+near
	a := report.Answer{Text: With(r) + "second order is " + report.Times(none, better, worse) + " than no update.", Limits: limits}
	switch {
	case len(best) == 0:
		a.Compared = none
		a.Text += " No other method was measured."
	case allNone(best):
		a.Compared = best
		a.Text += " No update is the best other method."
	default:
		a.Compared = best
		a.Text += " It is " + report.Times(best, "nearer", "farther") + " than the best other method (" + report.Opponents(best) + ")."
	}
	return []report.Answer{a}
}

// allNone reports whether no update is the best other method everywhere.
func allNone(best []report.Compared) bool {
	for _, c := range best {
		if c.OtherLabel != "none" {
			return false
		}
	}
	return true
}

// With begins a sentence that speaks of all sizes: "With 10, 50 and 100 features, ".
func With(r *engine.Results) string {
	sizes := r.Numbers(SizeSetting(r))
	var out []string
	for i, size := range sizes {
		title := SizeTitle(r, size)
		if i+1 < len(sizes) {
			title, _, _ = strings.Cut(title, " ")
		}
		out = append(out, title)
	}
	return "With " + report.And(out) + ", "
}
