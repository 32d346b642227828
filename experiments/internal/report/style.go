package report

import (
	"fmt"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// Style says how a quantity is written.
type Style struct {
	Factor float64
	Places int // after the point; -1 for three significant digits
}

// Plain writes a number as it is, Percent a share in percent.
var (
	Plain   = Style{1, -1}
	Percent = Style{100, 2}
)

// Text writes mean and standard deviation; a dash for no draws, the mean alone for one.
func (f Style) Text(s records.Spread) string {
	switch s.N {
	case 0:
		return "-"
	case 1:
		return f.One(s.Mean)
	}
	if f.Places >= 0 || s.SD == 0 || s.Mean == 0 {
		return f.One(s.Mean) + " ± " + f.One(s.SD)
	}
	return f.One(s.Mean) + " ± " + numbers.Significant(s.SD, 2)
}

// Ends writes the median with the smallest and the largest; a dash for no draws, one number where
// all look alike.
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

// One writes one number.
func (f Style) One(v float64) string {
	if f.Places >= 0 {
		return numbers.Fixed(v*f.Factor, f.Places)
	}
	return numbers.Significant(v*f.Factor, 3)
}
