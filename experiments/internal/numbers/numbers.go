// Package numbers writes numbers as text, in the forms that settings, tables and figures share.
package numbers

import (
	"math"
	"strconv"
	"strings"
)

// Shortest is the shortest text that reads back as v, without an exponent where that is short.
func Shortest(v float64) string {
	if a := max(v, -v); a == 0 || a >= 1e-3 && a < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Bound writes a bound: whole numbers without an exponent and with their thousands separated, as
// 1,000,000.
func Bound(v float64) string {
	if v != math.Trunc(v) || math.Abs(v) >= 1<<53 {
		return Shortest(v)
	}
	text := strconv.FormatFloat(v, 'f', 0, 64)
	sign := len(text) - len(strings.TrimPrefix(text, "-"))
	for i := len(text) - 3; i > sign; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Fixed writes v with so many places after the point; a dash for NaN.
func Fixed(v float64, places int) string {
	if math.IsNaN(v) {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', places, 64)
}

// Significant writes so many significant digits, with an exponent outside 1e-3 to 1e6; a dash for
// NaN.
func Significant(v float64, digits int) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "-"
	case a == 0:
		return "0"
	case a < 1e-3 || a >= 1e6:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
		e, err := strconv.Atoi(exponent)
		if err != nil {
			return mantissa + "e" + exponent
		}
		return mantissa + "e" + strconv.Itoa(e)
	default:
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
		if err != nil {
			rounded = v
		}
		places := max(digits-1-int(math.Floor(math.Log10(math.Abs(rounded)))), 0)
		return strconv.FormatFloat(rounded, 'f', places, 64)
	}
}
