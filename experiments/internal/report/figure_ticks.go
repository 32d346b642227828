package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// leastTicks is how many numbers each axis has at least.
const leastTicks = 4

// ticksOf chooses the numbers of an axis.
func ticksOf(a axis) []plot.Tick {
	switch a.scale.(type) {
	case linear:
		return linearTicks(a.low, a.high)
	case logarithmic:
		return logTicks(a.low, a.high)
	}
	return symmetricTicks(a)
}

// linearTicks are multiples of 1, 2 or 5 times a power of ten: the largest step that gives enough.
func linearTicks(low, high float64) []plot.Tick {
	for e := math.Ceil(math.Log10(high - low)); ; e-- {
		for _, m := range []float64{10, 5, 2} {
			step := m * math.Pow(10, e-1)
			first, last := math.Ceil(low/step), math.Floor(high/step)
			if last-first+1 < leastTicks {
				continue
			}
			var out []plot.Tick
			for k := first; k <= last; k++ {
				out = append(out, numbered(k*step, step))
			}
			return aligned(out)
		}
	}
}

// aligned writes all numbers but zero with as many places as one of them has.
func aligned(ticks []plot.Tick) []plot.Tick {
	places := func(label string) int {
		_, rest, _ := strings.Cut(label, ".")
		return len(rest)
	}
	most := 0
	for _, t := range ticks {
		if strings.Contains(t.Label, "e") {
			return ticks
		}
		most = max(most, places(t.Label))
	}
	for i, t := range ticks {
		if missing := most - places(t.Label); missing > 0 && t.Value != 0 {
			if missing == most {
				ticks[i].Label += "."
			}
			ticks[i].Label += strings.Repeat("0", missing)
		}
	}
	return ticks
}

// numbered is a tick with its number, of which what is far below the step is rounding.
func numbered(v, step float64) plot.Tick {
	v = math.Round(v/step) * step
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	v += 0 // zero has no sign
	return plot.Tick{Value: v, Label: tickText(v)}
}

// logTicks are decades, and where these are too few multiples of them; within a fraction of a
// decade those of a linear axis. The rest of 2 to 9 has no numbers.
func logTicks(low, high float64) []plot.Tick {
	from, to := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	const most = 8
	inside := func(v float64) bool { return v >= low && v <= high }
	numbers := func(step int, multiples ...float64) []float64 {
		var out []float64
		for e := from; e <= to; e++ {
			if e%step != 0 {
				continue
			}
			for _, m := range multiples {
				if v := tenTo(m, e); inside(v) {
					out = append(out, v)
				}
			}
		}
		return out
	}
	named := numbers(1, 1)
	for step := 2; len(named) > most; step++ {
		named = numbers(step, 1)
	}
	for _, multiples := range [][]float64{{1, 3}, {1, 2, 5}, {1, 2, 3, 5, 7}} {
		if len(named) < leastTicks {
			named = numbers(1, multiples...)
		}
	}
	if len(named) < leastTicks {
		return linearTicks(low, high)
	}
	var out []plot.Tick
	for e := from; e <= to; e++ {
		for m := 1.0; m < 10; m++ {
			v := tenTo(m, e)
			if !inside(v) {
				continue
			}
			t := plot.Tick{Value: v}
			if slices.Contains(named, v) {
				t.Label = tickText(v)
			}
			out = append(out, t)
		}
	}
	return out
}

// tenTo is the number that reads "me".
func tenTo(m float64, e int) float64 {
	v, err := strconv.ParseFloat(strconv.FormatFloat(m, 'g', -1, 64)+"e"+strconv.Itoa(e), 64)
	if err != nil {
		return math.NaN() // beyond all numbers
	}
	return v
}

// symmetricTicks are the roundest numbers that stay apart, the center first, and around zero
// decades where they are enough.
func symmetricTicks(a axis) []plot.Tick {
	s := a.scale.(symmetric)
	place := func(v float64) float64 { return normal{s}.at(v) }
	length := place(a.high) - place(a.low)
	const within = 20 // steps from the center: farther out lie rounder numbers
	for apart := 0.11; apart > 0.03; apart *= 0.7 {
		var out []plot.Tick
		add := func(v, step float64) {
			if v < a.low || v > a.high || slices.ContainsFunc(out, func(t plot.Tick) bool { return math.Abs(place(t.Value)-place(v)) < apart*length }) {
				return
			}
			out = append(out, numbered(v, step))
		}
		reach := max(a.high-s.center, s.center-a.low)
		if s.center == 0 {
			add(0, 1)
			for e := math.Ceil(math.Log10(reach)); math.Pow(10, e) > s.unit/20; e-- {
				add(math.Pow(10, e), math.Pow(10, e))
				add(-math.Pow(10, e), math.Pow(10, e))
			}
		}
		for e := math.Ceil(math.Log10(reach)); (s.center != 0 || len(out) < leastTicks) && math.Pow(10, e) > s.unit/20; e-- {
			for _, m := range []float64{10, 5, 2} {
				step := m * math.Pow(10, e-1)
				middle := math.Round(s.center / step)
				for k := range within + 1 {
					add((middle+float64(k))*step, step)
					add((middle-float64(k))*step, step)
				}
			}
		}
		if len(out) >= leastTicks {
			slices.SortFunc(out, func(p, q plot.Tick) int {
				if p.Value < q.Value {
					return -1
				}
				return 1
			})
			return out
		}
	}
	return linearTicks(a.low, a.high)
}

// tickText writes a number of an axis: thousands apart, an exponent outside 1e-3 to 1e6.
func tickText(v float64) string {
	a := math.Abs(v)
	if a != 0 && (a < 1e-3 || a >= 1e6) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
		e, err := strconv.Atoi(exponent)
		if err != nil {
			return mantissa + "e" + exponent
		}
		return minus(mantissa + "e" + strconv.Itoa(e))
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	whole, rest, _ := strings.Cut(text, ".")
	digits := strings.TrimPrefix(whole, "-")
	if len(digits) > 3 {
		whole = whole[:len(whole)-3] + "," + whole[len(whole)-3:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return minus(whole)
}

// minus writes the sign of a negative number as wide as a plus.
func minus(text string) string {
	if strings.HasPrefix(text, "-") {
		return "\u2212" + text[1:]
	}
	return text
}
