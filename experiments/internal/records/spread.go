package records

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Spread is the mean and the standard deviation of N draws.
type Spread struct {
	N        int
	Mean, SD float64 // SD is 0 for a single draw; both are NaN for none
}

// SpreadOf returns the spread of the values, with the standard deviation of a sample, sum (v - mean)^2 / (N-1).
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

// Values returns the values of the records.
func Values(records []Record) []float64 {
	out := make([]float64, len(records))
	for i, rec := range records {
		out[i] = rec.Value
	}
	return out
}
