package records

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Spread is the mean and the standard deviation of N draws.
type Spread struct {
	N        int
	Mean, SD float64 // SD is 0 for a single draw; both are NaN for none
}

// SpreadOf returns the spread of the values, with the standard deviation of a sample, sum (v -
// mean)^2 / (N-1).
func SpreadOf(values []float64) Spread {
	switch len(values) {
	case 0:
		return Spread{0, math.NaN(), math.NaN()}
	case 1:
		return Spread{1, values[0], 0}
	}
	mean, sd := stat.MeanStdDev(values, nil)
	return Spread{len(values), mean, sd}
}

// Middle is the median of N draws with the smallest and the largest. It is what tables show: a mean
// may be that of one draw in ten, and a standard deviation reach below zero.
type Middle struct {
	N                 int
	Median, Low, High float64 // NaN for none
}

// MiddleOf returns the median of the values, of an even number the mean of the two in the middle,
// and the ends.
func MiddleOf(values []float64) Middle {
	if len(values) == 0 {
		return Middle{0, math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return Middle{n, sorted[(n-1)/2]/2 + sorted[n/2]/2, sorted[0], sorted[n-1]}
}

// Values returns the values of the records.
func Values(records []Record) []float64 {
	out := make([]float64, len(records))
	for i, rec := range records {
		out[i] = rec.Value
	}
	return out
}
