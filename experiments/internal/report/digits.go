package report

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// digits says how the numbers of a column are written: all with the same places after the point,
// but for those so near to 0 that they have an exponent.
type digits struct {
	places   int
	exponent bool
	smallest float64 // of the numbers without an exponent
}

// The significant digits that the smallest number of a column has, fewer where the largest would
// have more than so many digits, and those beyond which there are exponents.
const (
	wanted, least       = 3, 2
	comfortable, widest = 6, 8
	near                = 1e-3 // to 0
)

// digitsOf chooses how the numbers are written. Fixed places are kept; otherwise the smallest
// number has at least two significant digits, and no number has places that all others lack. Where
// that makes the column too wide the numbers nearest to 0 have exponents, or all have: where they
// are more than a third.
func digitsOf(all []float64, fixed int) digits {
	if fixed >= 0 {
		return digits{places: fixed}
	}
	var sizes []float64
	for _, v := range all {
		if v != 0 {
			sizes = append(sizes, math.Abs(v))
		}
	}
	if len(sizes) == 0 {
		return digits{}
	}
	slices.Sort(sizes)
	for from := 0; 3*from <= len(sizes) && (from == 0 || sizes[from-1] < near); from++ {
		if places, width := placesFor(sizes[from:]); width < widest || width == widest && from == 0 {
			return digits{places: places, smallest: sizes[from]}
		}
	}
	return digits{places: wanted - 1, exponent: true}
}

// placesFor returns the places that numbers above 0, in ascending order, have without exponents,
// and how many digits the largest has then.
func placesFor(sizes []float64) (places, width int) {
	exact := 0
	for _, v := range sizes {
		exact = max(exact, placesOf(v))
	}
	low, high := sizes[0], sizes[len(sizes)-1]
	whole := max(tens(high)+1, 1)
	places = max(wanted-1-tens(low), 0)
	if min(places, exact)+whole > comfortable {
		places = max(least-1-tens(low), wanted-1-tens(high), 0)
	}
	places = min(places, exact)
	return places, places + whole
}

// tens is the power of ten of the first digit that is written.
func tens(v float64) int {
	_, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', wanted-1, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return 0
	}
	return e
}

// placesOf is the number of places after the point that a number has.
func placesOf(v float64) int {
	_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return len(fraction)
}

// write writes a number, thousands separated. What stands behind its digits comes apart, so that
// points can lie below each other.
func (d digits) write(v float64, signed bool) (number, exponent string) {
	switch {
	case math.IsInf(v, 1):
		return "∞", ""
	case math.IsInf(v, -1):
		return "-∞", ""
	case math.IsNaN(v):
		return "-", ""
	}
	text, behind := strconv.FormatFloat(v, 'f', d.places, 64), d.exponent || v != 0 && math.Abs(v) < d.smallest
	if behind {
		text = strconv.FormatFloat(v, 'e', wanted-1, 64)
		mantissa, power, _ := strings.Cut(text, "e")
		if e, err := strconv.Atoi(power); err == nil {
			text, exponent = mantissa, "e"+strconv.Itoa(e)
		}
	}
	text, negative := strings.CutPrefix(text, "-")
	text = grouped(text)
	switch zero := strings.Trim(text, "0.") == ""; {
	case zero: // no negative zero
	case negative:
		text = "-" + text
	case signed:
		text = "+" + text
	}
	return text, exponent
}

// text is a number without a sign for what is above 0.
func (d digits) text(v float64) string {
	number, exponent := d.write(v, false)
	return number + exponent
}

// grouped separates the thousands of a number without a sign.
func grouped(number string) string {
	whole, fraction, point := strings.Cut(number, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if point {
		whole += "." + fraction
	}
	return whole
}

// fixedPlaces are the places that the styles of a column fix; negative where none does.
func fixedPlaces(cells []*Cell) int {
	places := significant
	for _, c := range cells {
		if c.Value.Style.Places < 0 {
			return significant
		}
		places = max(places, c.Value.Style.Places)
	}
	return places
}

// onlyFinite leaves out what is no number.
func onlyFinite(all []float64) []float64 {
	return slices.DeleteFunc(all, func(v float64) bool { return !finite(v) })
}
