package report

import (
	"fmt"

	"lethe/experiments/internal/records"
)

// Style says how a quantity is written.
type Style struct {
	Factor float64
	Places int    // after the point; negative: see [Plain], [Exact], [Set] and [Found]
	Unit   string // behind each number, with the space before it
	Signed bool   // a number above 0 has its sign
}

const (
	significant = -1 // three significant digits
	counted     = -2 // all digits, thousands separated
	setting     = -3 // as --set reads it
	chosen      = -4 // so, with three significant digits at most
)

// Plain writes a measured number with three significant digits, Exact one that was counted, Set the
// value of a setting as --set reads it, Found one that a search chose, Whole a number of samples to the next whole one, Percent a
// share in percent.
var (
	Plain   = Style{Factor: 1, Places: significant}
	Exact   = Style{Factor: 1, Places: counted}
	Set     = Style{Factor: 1, Places: setting}
	Found   = Style{Factor: 1, Places: chosen}
	Whole   = Style{Factor: 1}
	Percent = Style{Factor: 100, Places: 2}
)

// factor is Factor; 1 where there is none.
func (f Style) factor() float64 {
	if f.Factor == 0 {
		return 1
	}
	return f.Factor
}

// Ends writes the median with the smallest and the largest for a sentence; a dash for no draws, one
// number where all look alike.
func (f Style) Ends(m records.Middle) string {
	if m.N == 0 {
		return "-"
	}
	median, low, high := f.One(m.Median), f.One(m.Low), f.One(m.High)
	if low == median && high == median {
		return median
	}
	return fmt.Sprintf("%s (%s to %s)", median, low, high)
}

// One writes one number for a sentence.
func (f Style) One(v float64) string {
	number, exponent := f.write(v * f.factor())
	return number + exponent
}
