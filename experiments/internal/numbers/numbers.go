// Package numbers writes numbers as text, in the forms that settings, tables and figures share.
package numbers

import (
	"math"
	"strconv"
	"strings"
)

// Shortest is the shortest text that reads back as v, without an exponent where that is short: the
// one form of the value of a setting, which --set reads.
func Shortest(v float64) string {
	if plain(v) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return power(strconv.FormatFloat(v, 'e', -1, 64))
}

// Setting writes a value that a search chose: in the form of [Shortest], with three significant
// digits at most.
func Setting(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	if err != nil {
		rounded = v
	}
	return Shortest(rounded)
}

// Former is what [Shortest] was before exponents had one form. The names of units, checkpoints and
// folders that runs have written keep it, so that they can be resumed.
func Former(v float64) string {
	if plain(v) {
		return Shortest(v)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Count writes a number that was counted: in full, thousands separated.
func Count(v float64) string { return Grouped(strconv.FormatFloat(v, 'f', -1, 64)) }

// plain reports whether a number is written without an exponent.
func plain(v float64) bool {
	a := math.Abs(v)
	return a == 0 || a >= 1e-3 && a < 1e6
}

// power writes an exponent as 1e-6 and 1e7, not as 1e-06 and 1e+07.
func power(text string) string {
	mantissa, exponent, found := strings.Cut(text, "e")
	e, err := strconv.Atoi(exponent)
	if !found || err != nil {
		return text
	}
	return mantissa + "e" + strconv.Itoa(e)
}

// Grouped separates the thousands of a number without an exponent.
func Grouped(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if point {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole
}

// Fixed writes v with so many places after the point, thousands separated; a dash for NaN.
func Fixed(v float64, places int) string {
	if math.IsNaN(v) {
		return "-"
	}
	text := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-") // no negative zero
	}
	return Grouped(text)
}

// Significant writes so many significant digits, thousands separated, with an exponent outside 1e-3
// to 1e6; a dash for NaN.
func Significant(v float64, digits int) string {
	if math.IsNaN(v) {
		return "-"
	}
	text := strconv.FormatFloat(v, 'e', digits-1, 64)
	rounded, err := strconv.ParseFloat(text, 64)
	if err != nil {
		rounded = v
	}
	switch {
	case v == 0:
		return "0"
	case !plain(rounded):
		return power(text)
	}
	places := max(digits-1-int(math.Floor(math.Log10(math.Abs(rounded)))), 0)
	return Grouped(strconv.FormatFloat(rounded, 'f', places, 64))
}
