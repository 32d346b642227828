package report

import (
	"math"
	"strings"

	"lethe/experiments/internal/numbers"
)

// write writes a number in the unit of the table. All numbers of one style have the same digits,
// wherever they stand: in any column, in a sentence, or as an end of draws. What stands behind its
// digits comes apart, so that points can lie below each other.
func (f Style) write(v float64) (number, exponent string) {
	switch {
	case math.IsInf(v, 1):
		return "∞", ""
	case math.IsInf(v, -1):
		return "-∞", ""
	case math.IsNaN(v):
		return "-", ""
	}
	number, power, found := strings.Cut(f.digits(v), "e")
	if f.Signed && v > 0 && strings.Trim(number, "0.") != "" {
		number = "+" + number
	}
	if found {
		exponent = "e" + power
	}
	return number, exponent
}

// digits are the number's text, with its exponent.
func (f Style) digits(v float64) string {
	switch f.Places {
	case significant:
		return numbers.Significant(v, wanted)
	case counted:
		return numbers.Count(v)
	case chosen:
		return numbers.Setting(v)
	case setting:
		return numbers.Shortest(v)
	}
	return numbers.Fixed(v, f.Places)
}

// wanted are the significant digits of a measured number.
const wanted = 3
