package report

import (
	"math"

	"lethe/experiments/internal/records"
)

// Statistic says what the numbers of a [Value] are.
type Statistic string

// The statistics: what Median is, and what Low and High are.
const (
	Single Statistic = "value"                                                 // one number; Low and High equal it
	Mean   Statistic = "mean"                                                  // over draws, of yes and no; Low and High equal it
	Ends   Statistic = "median, smallest, largest"                             // over draws
	Spread Statistic = "mean, mean - sd, mean + sd"                            // over draws
	Error  Statistic = "value, value - standard error, value + standard error" // of one draw
	Seeds  Statistic = "mean, 95 % t interval"                                 // over seeds
	Shift  Statistic = "estimate, interval of ranks"                           // of a comparison, see package verdict
)

// Value is what stands behind a cell, in full precision, before the style's factor. N is 0 where
// the cell is text or nothing was measured.
type Value struct {
	records.Middle
	Statistic Statistic
	Style     Style
	Alone     bool // tables show Median without Low and High
}

// shown returns the numbers in the unit in which the table shows them.
func (v Value) shown() (value, low, high float64) {
	f := v.Style.factor()
	return v.Median * f, v.Low * f, v.High * f
}

// largest is the largest number that the value is known to hold, in the unit of the table.
func (v Value) largest() float64 {
	value, _, high := v.shown()
	if v.Statistic == Ends {
		return high
	}
	return value
}

// Text writes the value for a sentence: a median with the smallest and the largest in brackets, a
// number with its standard error behind ±.
func (v Value) Text() string {
	if v.Statistic == Error {
		return v.Style.One(v.Median) + " ± " + v.Style.One(v.High-v.Median)
	}
	return v.Style.Ends(v.Middle)
}

// EndsValue is the value behind a median with the smallest and the largest.
func (f Style) EndsValue(m records.Middle) Value {
	return Value{Middle: m, Statistic: Ends, Style: f}
}

// SpreadValue is the value behind a mean with its standard deviation.
func (f Style) SpreadValue(s records.Spread) Value {
	return Value{Middle: around(s.N, s.Mean, s.SD), Statistic: Spread, Style: f}
}

// MeanValue is the value behind a mean alone: of yes and no the spread follows from it.
func (f Style) MeanValue(s records.Spread) Value {
	return Value{Middle: around(s.N, s.Mean, 0), Statistic: Mean, Style: f}
}

// ErrorValue is the value behind the number of one draw with its standard error; of one that is not
// known, NaN, behind the number alone.
func (f Style) ErrorValue(v, standardError float64) Value {
	if math.IsNaN(standardError) {
		return f.OneValue(v)
	}
	one := f.OneValue(v)
	return Value{Middle: around(one.N, v, standardError), Statistic: Error, Style: f}
}

// OneValue is the value behind one number; of NaN there is none.
func (f Style) OneValue(v float64) Value {
	n := 1
	if math.IsNaN(v) {
		n = 0
	}
	return Value{Middle: around(n, v, 0), Statistic: Single, Style: f}
}

// around has its ends at a distance from the middle.
func around(n int, middle, distance float64) records.Middle {
	return records.Middle{N: n, Median: middle, Low: middle - distance, High: middle + distance}
}
