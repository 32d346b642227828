package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"lethe/experiments/internal/records"
)

// level is the confidence of intervals over seeds.
const level = 0.95

// overSeeds is the mean of one value a seed with its t interval of 95 %. Of ratios it is the
// geometric mean, with the interval of the logarithms, where all values are positive. Low and High
// are infinite, and 0 of ratios, for a single seed.
func overSeeds(values []float64, ratio bool) records.Middle {
	n := len(values)
	if n == 0 {
		return records.MiddleOf(nil)
	}
	ratio = ratio && !slices.ContainsFunc(values, func(v float64) bool { return !(v > 0) })
	x := slices.Clone(values)
	if ratio {
		for i, v := range x {
			x[i] = math.Log(v)
		}
	}
	mean, half := x[0], math.Inf(1)
	if n > 1 {
		var sd float64
		mean, sd = stat.MeanStdDev(x, nil)
		half = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(0.5+level/2) * sd / math.Sqrt(float64(n))
	}
	m := records.Middle{N: n, Median: mean, Low: mean - half, High: mean + half}
	if ratio {
		m.Median, m.Low, m.High = math.Exp(m.Median), math.Exp(m.Low), math.Exp(m.High)
	}
	return m
}
