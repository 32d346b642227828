package datasets

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Scaling says how the numeric columns of a table are brought to one size.
type Scaling string

// The zero value leaves numbers as they are.
const (
	Unscaled Scaling = ""
	Standard Scaling = "standard" // (v-m)/s with mean m and standard deviation s (divided by n) of the column
	MinMax   Scaling = "minmax"   // (v-low)/(high-low) with the least and the largest value of the column
)

// check refuses a scaling that there is not.
func (s Scaling) check() error {
	if s != Unscaled && s != Standard && s != MinMax {
		return fmt.Errorf("scaling %q is not known; there are %q and %q", s, Standard, MinMax)
	}
	return nil
}

// fit returns shift and scale for the values of a column. A constant column becomes 0.
func (s Scaling) fit(values []float64) (shift, scale float64, err error) {
	low, high := extremes(values)
	if low == high {
		return low, 1, nil
	}
	if s == Standard {
		mean, deviation := meanDeviation(values)
		return mean, deviation, nil
	}
	if width := high - low; !math.IsInf(width, 0) {
		return low, width, nil
	}
	return 0, 0, fmt.Errorf("its values run from %g to %g, which is too wide for a number of 64 bits", low, high)
}

func extremes(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// shifted returns (v-shift)/scale, where the difference may be beyond the range of numbers.
func shifted(v, shift, scale float64) float64 {
	if d := v - shift; !math.IsInf(d, 0) {
		return d / scale
	}
	return (v/2 - shift/2) / scale * 2
}

// meanDeviation returns mean and standard deviation (divided by n); the deviation of a constant is
// taken for 1. Where squares or sums of the values would leave the range of numbers, the values are
// divided by a power of 2 first.
func meanDeviation(values []float64) (mean, deviation float64) {
	low, high := extremes(values)
	if low == high {
		return low, 1
	}
	base, e := 0.0, 0
	size := max(math.Abs(low), math.Abs(high))
	switch {
	case size > 1e140:
		_, e = math.Frexp(size)
	case high-low < 1e-140: // the squares of what they differ by are out of range
		base = low
		_, e = math.Frexp(high - low)
	}
	if e != 0 {
		values = slices.Clone(values)
		for i := range values {
			values[i] = math.Ldexp(values[i]-base, -e)
		}
	}
	m, v := stat.PopMeanVariance(values, nil)
	deviation = math.Ldexp(math.Sqrt(v), e)
	if deviation == 0 {
		deviation = 1
	}
	return base + math.Ldexp(m, e), deviation
}
