package tabledata

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/trial"
)

// BySize is a table with a row for each method and a column for each size of the change.
func BySize(r *engine.Results, title, metric string, f report.Style) report.Table {
	t := report.Table{Title: title, Header: []string{"method"}}
	size := SizeSetting(r)
	sizes := r.Numbers(size)
	counts := make([]int, len(sizes))
	for j, v := range sizes {
		t.Header = append(t.Header, SizeTitle(r, v))
		for _, l := range Labels(r, metric) {
			counts[j] = max(counts[j], len(r.Part(metric, "label", l, size, v))+len(r.Part("failed", "label", l, size, v)))
		}
	}
	trial.CountDraws(t.Header[1:], counts)
	for _, l := range Labels(r, metric) {
		row := report.NewRow(l)
		for _, v := range sizes {
			trial.AddEnds(row, r, metric, f, "label", l, size, v)
		}
		t.Append(row)
	}
	t.Note = drawsNote(r, &t)
	return t
}

// Column is one column of a table with a row for each method.
type Column struct {
	Title, Metric string
	Style         report.Style
}

// ByMethod is a table for each size of the change, with a row for each method and a column for each
// metric.
func ByMethod(r *engine.Results, title string, columns []Column) []report.Table {
	var out []report.Table
	size := SizeSetting(r)
	sizes := r.Numbers(size)
	titles, counts := make([]string, len(sizes)), make([]int, len(sizes))
	for i, v := range sizes {
		titles[i] = title + ", " + SizeTitle(r, v)
		for _, l := range Labels(r, columns[0].Metric) {
			counts[i] = max(counts[i], len(r.Part(columns[0].Metric, "label", l, size, v))+len(r.Part("failed", "label", l, size, v)))
		}
	}
	trial.CountDraws(titles, counts)
	for i, v := range sizes {
		t := report.Table{Title: titles[i], Header: []string{"method"}}
		for _, c := range columns {
			t.Header = append(t.Header, c.Title)
		}
		for _, l := range Labels(r, columns[0].Metric) {
			if len(r.Part(columns[0].Metric, "label", l, size, v))+len(r.Part("failed", "label", l, size, v)) == 0 {
				continue
			}
			row := report.NewRow(l)
			for _, c := range columns {
				trial.AddEnds(row, r, c.Metric, c.Style, "label", l, size, v)
			}
			t.Append(row)
		}
		t.Note = drawsNote(r, &t)
		out = append(out, t)
	}
	return out
}

// DrawsNote says what the numbers are medians of, and how near to an optimum training and
// retraining came.
func DrawsNote(r *engine.Results) string { return drawsNote(r, nil) }

// drawsNote is [DrawsNote] of a table, with what has to be known of its rows; nil = none.
func drawsNote(r *engine.Results, t *report.Table) string {
	n := r.Draws()
	note := fmt.Sprintf("Each number is a median over %d draws; the two columns behind it show the smallest and the largest draw.", n)
	if n == 1 {
		note = "One draw."
		if samples := trial.TestSamples(r); samples > 0 {
			note += fmt.Sprintf(" Errors are the standard error of a share of %s test samples.", numbers.Count(samples))
		}
	}
	if c := r.Where(choiceSamples); c.N > 0 {
		note += fmt.Sprintf(" Settings were chosen on %s test samples; everything is measured on the others.", numbers.Count(c.Mean))
	}
	starts := map[float64]bool{}
	for _, rec := range r.Records {
		if k := rec.Number("init-seed"); !math.IsNaN(k) {
			starts[k] = true
		}
	}
	if len(starts) > 0 {
		note += fmt.Sprintf(" Retraining from other starts was measured with %d starts, on the first draws of the largest change only.", len(starts))
	}
	if t := r.Where("trained-residual"); t.N > 0 {
		note += fmt.Sprintf(" Training ended at a gradient norm of %s; the tolerance was %s.", report.Plain.One(t.Mean), r.Setting("train-tolerance"))
		if tolerance, err := strconv.ParseFloat(r.Setting("train-tolerance"), 64); err == nil {
			over, all := 0, r.Part("gradient-residual", "method", "retrain")
			for _, rec := range all {
				if rec.Value > tolerance {
					over++
				}
			}
			if over > 0 {
				note += fmt.Sprintf(" %d of %d retrainings ended above the tolerance.", over, len(all))
			}
		}
	}
	if t == nil {
		return note
	}
	return note + rowNotes(r, t)
}

// rowNotes say what has to be known of rows that the table has.
func rowNotes(r *engine.Results, t *report.Table) string {
	note, labels := "", map[string]bool{}
	for _, row := range t.Rows {
		labels[row.Label()] = true
		for i := range row {
			if strings.HasPrefix(row[i].Remark, "forced") && note == "" {
				note = " A forced update is measured although its solve failed or the trust check would have refused it (--set force=false refuses it)."
			}
		}
	}
	note += noChangeNote(r, func(label string) bool { return labels[label] })
	if labels["sisa"] {
		note += SisaNote(r)
	}
	return note
}
