// Package verdict says which of two methods is better, as far as the draws carry it: rank tests
// with exact intervals, and a word.
//
// A comparison of few draws is decided by the ranks alone, so that no distribution of the measured
// values is assumed but that, of paired draws, their differences lie symmetrically around a middle.
// The estimate is Hodges and Lehmann's, and its interval holds every difference that the test does
// not refuse, with at most 5 % on each side. Five draws are the fewest that can decide: all five of
// one sign happen by chance in 1 of 32.
//
// Equal values and differences of zero need no rule of their own: the intervals are closed, and
// with ties a closed interval holds the difference at least as often as its confidence says.
package verdict

import (
	"math"
	"slices"
)

// Verdict says how the first of two methods compares with the second.
type Verdict string

// The verdicts. Undecided is said where the interval holds "no difference", and where there are
// fewer than [Fewest] draws.
const (
	Better    Verdict = "better"
	Worse     Verdict = "worse"
	Undecided Verdict = "undecided"
)

// Fewest is the smallest number of draws, of unpaired ones on each side, that can decide.
const Fewest = 5

// tail is the largest probability on each side of an interval.
const tail = 0.05

// Comparison is what draws say about two methods a and b.
type Comparison struct {
	N     int  // draws that both were measured in; of unpaired ones those of the smaller side
	Ratio bool // Median, Low and High are a / b, otherwise a - b in the unit of the values

	// Median is Hodges and Lehmann's estimate, Low and High are the ends of its interval. They are
	// NaN where there are no draws or a value is not finite; Low and High are infinite (0 and +Inf
	// of a ratio) where there are too few draws for an interval.
	Median, Low, High float64
	// Confidence is the probability with which the interval holds the true value, at least 0.9; 0
	// where there is no interval.
	Confidence float64

	Wins    int // draws in which a is better than b; 0 of unpaired ones
	Verdict Verdict
}

// Paired compares a with b draw by draw: a[i] and b[i] are of the same draw. Where all values are
// positive it compares their ratios, by logarithms; otherwise their differences. It panics when the
// numbers of values differ.
func Paired(a, b []float64, smallerIsBetter bool) Comparison {
	return paired(a, b, smallerIsBetter, positive(a) && positive(b))
}

// PairedDifference is [Paired] by differences, for quantities of which a ratio says nothing:
// accuracies and other shares.
func PairedDifference(a, b []float64, smallerIsBetter bool) Comparison {
	return paired(a, b, smallerIsBetter, false)
}

func paired(a, b []float64, smallerIsBetter, ratio bool) Comparison {
	if len(a) != len(b) {
		panic("verdict: paired values of different numbers")
	}
	c := Comparison{N: len(a), Ratio: ratio}
	differences := make([]float64, len(a))
	for i, v := range a {
		differences[i] = difference(v, b[i], ratio)
		if v < b[i] && smallerIsBetter || v > b[i] && !smallerIsBetter {
			c.Wins++
		}
	}
	averages := make([]float64, 0, len(a)*(len(a)+1)/2) // Walsh averages
	for i, v := range differences {
		for _, w := range differences[i:] {
			averages = append(averages, v/2+w/2)
		}
	}
	return c.decide(averages, smallerIsBetter, func() (int, float64) { return quantile(signedRanks(c.N)) })
}

// Unpaired compares a with b where they are of different draws, as of runs with different seeds: by
// the Mann-Whitney test, with Hodges and Lehmann's shift. It assumes that the two are distributed
// alike but for a shift, of positive values for a factor.
func Unpaired(a, b []float64, smallerIsBetter bool) Comparison {
	return unpaired(a, b, smallerIsBetter, positive(a) && positive(b))
}

// UnpairedDifference is [Unpaired] by differences.
func UnpairedDifference(a, b []float64, smallerIsBetter bool) Comparison {
	return unpaired(a, b, smallerIsBetter, false)
}

func unpaired(a, b []float64, smallerIsBetter, ratio bool) Comparison {
	c := Comparison{N: min(len(a), len(b)), Ratio: ratio}
	differences := make([]float64, 0, len(a)*len(b))
	for _, v := range a {
		for _, w := range b {
			differences = append(differences, difference(v, w, ratio))
		}
	}
	return c.decide(differences, smallerIsBetter, func() (int, float64) { return quantile(rankSums(len(a), len(b))) })
}

func positive(values []float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return !(v > 0) })
}

// difference is that of logarithms where ratios count. Equal values have none, infinite ones
// either.
func difference(v, w float64, ratio bool) float64 {
	switch {
	case v == w && !math.IsInf(v, 0):
		return 0
	case ratio:
		return math.Log(v) - math.Log(w)
	}
	return v - w
}

// decide finds the estimate and its interval among the differences, from which the tail of the
// test's distribution cuts the same number on each side.
func (c Comparison) decide(differences []float64, smallerIsBetter bool, cut func() (int, float64)) Comparison {
	c.Verdict = Undecided
	c.Median, c.Low, c.High = math.NaN(), math.NaN(), math.NaN()
	if len(differences) == 0 || slices.ContainsFunc(differences, func(d float64) bool { return math.IsNaN(d) || math.IsInf(d, 0) }) {
		return c
	}
	slices.Sort(differences)
	n := len(differences)
	median, low, high := differences[(n-1)/2]/2+differences[n/2]/2, math.Inf(-1), math.Inf(1)
	if c.N >= Fewest {
		if k, p := cut(); k >= 0 {
			low, high, c.Confidence = differences[k], differences[n-1-k], 1-2*p
		}
	}
	switch {
	case low > 0 == smallerIsBetter && (low > 0 || high < 0):
		c.Verdict = Worse
	case low > 0 || high < 0:
		c.Verdict = Better
	}
	c.Median, c.Low, c.High = median, low, high
	if c.Ratio {
		c.Median, c.Low, c.High = math.Exp(median), math.Exp(low), math.Exp(high)
	}
	return c
}
