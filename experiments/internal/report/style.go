package report

import (
	"fmt"

	"lethe/experiments/internal/numbers"
	"lethe/experiments/internal/records"
)

// Style says how a quantity is written.
type Style struct {
	Factor float64
	Places int    // after the point; negative: as many as the digits of the column ask for
	Unit   string // behind each number, with the space before it
	Signed bool   // a number above 0 has its sign
}

const (
	significant = -1 // three significant digits where the number stands alone
	exactly     = -2 // as many places as the number has
)

// Plain writes a measured number as it is, Exact one that was given or counted, Percent a share in
// percent.
var (
	Plain   = Style{Factor: 1, Places: significant}
	Exact   = Style{Factor: 1, Places: exactly}
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
	v *= f.factor()
	switch {
	case f.Places >= 0:
		return numbers.Fixed(v, f.Places)
	case f.Places == exactly:
		return numbers.Shortest(v)
	}
	return numbers.Significant(v, 3)
}
