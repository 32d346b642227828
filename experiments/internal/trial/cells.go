package trial

import (
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
)

// AddEnds adds a cell of [EndsCell] to the row.
func AddEnds(row *report.Row, r *engine.Results, metric string, f report.Style, pairs ...any) {
	row.Add(EndsCell(r, metric, f, pairs...))
}

// EndsCell holds the median of a metric with its smallest and largest value, and how many draws
// the method failed or was forced in. A share of one draw has its standard error.
func EndsCell(r *engine.Results, metric string, f report.Style, pairs ...any) report.Cell {
	s := r.Between(metric, pairs...)
	v := f.EndsValue(s)
	switch n := TestSamples(r); {
	case metric == "certified-share":
		v = f.MeanValue(r.Where(metric, pairs...)) // of yes and no, whose median says little
	case s.N == 1 && n > 0 && slices.Contains(testShares, metric) && r.Draws() == 1:
		v = f.ErrorValue(s.Median, math.Sqrt(s.Median*(1-s.Median)/n))
	}
	return withFailures(r, report.CellOf(v), metric, pairs...)
}

// withFailures adds to a cell how many draws the method failed or was forced in.
func withFailures(r *engine.Results, cell report.Cell, metric string, pairs ...any) report.Cell {
	measured := r.Part(metric, pairs...)
	failed, forced := len(r.Part("failed", pairs...)), 0
	for _, rec := range measured {
		if rec.Text("forced") != "" {
			forced++
		}
	}
	cell = report.WithFailures(cell, failed, failed+len(measured))
	if forced > 0 {
		cell.Remark = report.Joined(cell.Remark, fmt.Sprintf("forced in %d of %d draws", forced, len(measured)))
	}
	return cell
}

// testShares are shares of the test samples. Of one draw they are known as well as that many
// samples tell: to sqrt(p (1-p)/n).
var testShares = []string{"test-accuracy", "agreement"}

// TestSamples returns the number of test samples that were measured on; 0 where it was not
// recorded.
func TestSamples(r *engine.Results) float64 {
	if n := r.Where("test-samples"); n.N > 0 {
		return n.Mean
	}
	return 0
}

// CountDraws adds the number of draws to the heads of columns that differ in it, as in a run that is
// not finished.
func CountDraws(heads []string, draws []int) {
	if len(draws) == 0 || slices.Min(draws) == slices.Max(draws) {
		return
	}
	for j, n := range draws {
		heads[j] += fmt.Sprintf(" (n = %d)", n)
	}
}
