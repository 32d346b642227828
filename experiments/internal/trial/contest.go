package trial

import (
	"fmt"
	"math"
	"slices"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// Contest compares a method with others by one quantity, in one case.
type Contest struct {
	report.Compared // what it compares: Case, What, Larger, Factor and Unit

	// Values returns the quantity of a row by draw, and in how many draws the row failed.
	Values func(label string) (byDraw map[int]float64, failed int)
	// Idle says of a row what has to be known of it: that its tuning ended at no change. nil =
	// nothing.
	Idle func(label string) string
}

// Against compares a row with another.
func (c *Contest) Against(own, other string) report.Compared {
	out := c.Compared
	out.Own, out.Other, out.OtherLabel = Name(own), Name(other), other
	if c.Idle != nil {
		out.Note = c.Idle(other)
	}
	a, failed := c.Values(own)
	b, otherFailed := c.Values(other)
	return report.Compare(out, a, b, failed, otherFailed)
}

// Best compares a row with the best of others, by the median over the draws that both have; false
// where none of them was measured.
func (c *Contest) Best(own string, others []string) (report.Compared, bool) {
	best, median := "", math.NaN()
	mine, _ := c.Values(own)
	for _, other := range others {
		var shared []float64
		values, _ := c.Values(other)
		for draw, v := range values {
			if _, ok := mine[draw]; ok {
				shared = append(shared, v)
			}
		}
		m := records.MiddleOf(shared).Median
		if !math.IsNaN(m) && (best == "" || c.Larger && m > median || !c.Larger && m < median) {
			best, median = other, m
		}
	}
	if best == "" || len(mine) == 0 {
		return report.Compared{}, false
	}
	return c.Against(own, best), true
}

// NoChange says that a row is as good as no update: within one in a hundred at the median.
func (c *Contest) NoChange(label, none string) string {
	values, _ := c.Values(label)
	before, _ := c.Values(none)
	a, b := records.MiddleOf(of(values)).Median, records.MiddleOf(of(before)).Median
	if label != none && math.Abs(a-b) <= 0.01*math.Abs(b) {
		return "which is within 1 % of no update"
	}
	return ""
}

func of(values map[int]float64) []float64 {
	out := make([]float64, 0, len(values))
	for _, v := range values {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// Range writes what several cases have: one text, or the first and the last.
func Range(values []float64, write func(float64) string) string {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return "-"
	}
	low, high := write(slices.Min(values)), write(slices.Max(values))
	if low == high {
		return low
	}
	return fmt.Sprintf("%s to %s", low, high)
}
