package experiments

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// bySize is a table with a row for each method and a column for each size of the change.
func (r *Results) bySize(title, metric string, f style) Table {
	t := Table{Title: title, Header: []string{"method"}, Note: r.drawsNote()}
	size := r.sizeSetting()
	sizes := r.numbers(size)
	for _, v := range sizes {
		t.Header = append(t.Header, r.sizeTitle(v))
	}
	for _, l := range r.labels(metric) {
		row := []string{l}
		for _, v := range sizes {
			row = append(row, r.endsCell(metric, f, "label", l, size, v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// endsCell writes the median of a metric with its smallest and largest value, and how many draws the method failed or was refused in. A
// share of one draw has its standard error.
func (r *Results) endsCell(metric string, f style, pairs ...any) string {
	s := r.between(metric, pairs...)
	text := f.ends(s)
	switch n := r.testSamples(); {
	case metric == "certified-share" && s.n > 0:
		text = f.one(r.where(metric, pairs...).mean) // of yes and no, whose median says little
	case s.n == 1 && n > 0 && slices.Contains(testShares, metric) && r.draws() == 1:
		text += " ± " + f.one(math.Sqrt(s.median*(1-s.median)/n))
	}
	return r.withFailures(text, metric, pairs...)
}

// withFailures adds to a cell how many draws the method failed or was refused in.
func (r *Results) withFailures(text, metric string, pairs ...any) string {
	measured := r.part(metric, pairs...)
	failed, forced := len(r.part("failed", pairs...)), 0
	for _, rec := range measured {
		if rec.Text("forced") != "" {
			forced++
		}
	}
	switch {
	case failed > 0 && len(measured) == 0:
		return "failed"
	case failed > 0:
		text += fmt.Sprintf(" (failed in %d of %d)", failed, failed+len(measured))
	}
	if forced > 0 {
		text += fmt.Sprintf(" (forced in %d of %d)", forced, len(measured))
	}
	return text
}

// testShares are shares of the test samples. Of one draw they are known as well as that many samples tell: to sqrt(p (1-p)/n).
var testShares = []string{"test-accuracy", "agreement"}

// testSamples returns the number of test samples that were measured on; 0 where it was not recorded.
func (r *Results) testSamples() float64 {
	if n := r.where("test-samples"); n.n > 0 {
		return n.mean
	}
	return 0
}

// column is one column of a table with a row for each method.
type column struct {
	title, metric string
	style         style
}

// byMethod is a table for each size of the change, with a row for each method and a column for each metric.
func (r *Results) byMethod(title string, columns []column) []Table {
	var out []Table
	size := r.sizeSetting()
	for _, v := range r.numbers(size) {
		t := Table{Title: title + ", " + r.sizeTitle(v), Header: []string{"method"}, Note: r.drawsNote()}
		for _, c := range columns {
			t.Header = append(t.Header, c.title)
		}
		for _, l := range r.labels(columns[0].metric) {
			if len(r.part(columns[0].metric, "label", l, size, v))+len(r.part("failed", "label", l, size, v)) == 0 {
				continue
			}
			row := []string{l}
			for _, c := range columns {
				row = append(row, r.endsCell(c.metric, c.style, "label", l, size, v))
			}
			t.Rows = append(t.Rows, row)
		}
		out = append(out, t)
	}
	return out
}

// drawsNote says what the numbers are medians of, and how near to an optimum training and retraining came.
func (r *Results) drawsNote() string {
	n := r.draws()
	note := fmt.Sprintf("Median (smallest to largest) over %d draws.", n)
	if n == 1 {
		note = "One draw."
		if samples := r.testSamples(); samples > 0 {
			note += fmt.Sprintf(" ±: the standard error of a share of %s test samples.", formatNumber(samples))
		}
	}
	if c := r.where(choiceSamples); c.n > 0 {
		note += fmt.Sprintf(" Settings were chosen on %s samples of the test set; everything is measured on the others.", formatNumber(c.mean))
	}
	starts := map[float64]bool{}
	for _, rec := range r.Records {
		if k := rec.Number("init-seed"); !math.IsNaN(k) {
			starts[k] = true
		}
	}
	if len(starts) > 0 {
		note += fmt.Sprintf(" The row of other starts: %d starts, on the first draws of the largest change only.", len(starts))
	}
	if t := r.where("trained-residual"); t.n > 0 {
		note += fmt.Sprintf(" Training left a gradient norm of %s, of which it was asked to go below %s.", plain.one(t.mean), r.setting("train-tolerance"))
		if tolerance, err := strconv.ParseFloat(r.setting("train-tolerance"), 64); err == nil {
			over, all := 0, r.part("gradient-residual", "method", "retrain")
			for _, rec := range all {
				if rec.Value > tolerance {
					over++
				}
			}
			if over > 0 {
				note += fmt.Sprintf(" %d of %d retrainings ended above it.", over, len(all))
			}
		}
	}
	for _, rec := range r.Records {
		if rec.Text("forced") != "" {
			note += " Forced: the solve failed or the trust check would have refused the update; it is measured all the same (--set force=false refuses it)."
			break
		}
	}
	return note + r.noChangeNote() + r.sisaNote()
}
