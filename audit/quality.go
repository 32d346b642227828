package audit

import (
	"fmt"
	"math"
	"slices"
)

// Constants of the NeurIPS 2023 unlearning challenge (Triantafillou et al. 2024, arXiv 2406.09073).
const (
	qualityDelta = 1e-5
	qualityCap   = 50.0 // of an epsilon, where an attack makes no mistake
	qualityStep  = 0.5  // epsilons that score the same
	qualityPeak  = 0.01 // ranges of which one is so small a part of the other are told apart
	qualityCuts  = 200  // thresholds from which pairs are taken; of more values evenly many ranks
)

// Epsilons returns for each sample how well the best attack by thresholds on the margin tells
// updated models from retrained ones, as the epsilon of differential privacy that it disproves
// (with delta 1e-5):
//
//	epsilon = max over thresholds of
//		max(log(1 - delta - FPR) - log FNR, log(1 - delta - FNR) - log FPR)
//
// An attack takes for positive what lies above a threshold, or between two. The positive group is
// the one with the larger median. A threshold with one error rate of zero says nothing and is
// skipped; one with both zero tells the groups apart, and gives 50, the largest value. So do groups
// of which one has a range below 1 % of the other's. Both groups have a row of margins for each
// model.
//
// With N models in a group an error rate is at least 1/N, so that no epsilon between log(N) and 50
// can be seen: see [EpsilonCap].
func Epsilons(updated, retrained [][]float64) ([]float64, error) {
	n, err := sameWidth(updated, retrained)
	if err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = epsilon(sortedOf(updated, i), sortedOf(retrained, i))
	}
	return out, nil
}

// EpsilonCap returns log N, the largest epsilon below 50 that N models on either side can show.
func EpsilonCap(updated, retrained int) float64 { return math.Log(float64(max(updated, retrained))) }

func sortedOf(models [][]float64, i int) []float64 {
	out := make([]float64, len(models))
	for k, m := range models {
		out[k] = m[i]
	}
	slices.Sort(out)
	return out
}

// epsilon takes the sorted margins of a sample.
func epsilon(a, b []float64) float64 {
	spread := func(x []float64) float64 { return x[len(x)-1] - x[0] }
	if len(a) > 1 && len(b) > 1 {
		if small, large := min(spread(a), spread(b)), max(spread(a), spread(b)); small < qualityPeak*large {
			return qualityCap
		}
	}
	positive, negative := a, b
	if median(b) > median(a) {
		positive, negative = b, a
	}
	cuts := thresholds(positive, negative)
	above, mistaken := make([]int, len(cuts)+1), make([]int, len(cuts)+1) // 0 above the last, which is no threshold
	for k, cut := range cuts {
		above[k], mistaken[k] = atLeast(positive, cut), atLeast(negative, cut)
	}
	p, n := tableOf(len(positive)), tableOf(len(negative))
	best := 0.0
	for low := range cuts {
		for high := low + 1; high <= len(cuts); high++ {
			best = max(best, ofCounts(p, n, len(positive)-above[low]+above[high], mistaken[low]-mistaken[high]))
		}
	}
	return min(best, qualityCap)
}

// rates has, for k mistakes among so many models, log(k/n) and log(1 - delta - k/n); the latter is
// -Inf where there is none.
type rates struct{ log, rest []float64 }

func tableOf(n int) rates {
	t := rates{make([]float64, n+1), make([]float64, n+1)}
	for k := range n + 1 {
		share := float64(k) / float64(n)
		t.log[k], t.rest[k] = math.Log(share), math.Inf(-1)
		if rest := 1 - qualityDelta - share; rest > 0 {
			t.rest[k] = math.Log(rest)
		}
	}
	return t
}

// ofCounts is the epsilon of an attack that misses so many positives and mistakes so many
// negatives.
func ofCounts(positive, negative rates, missed, mistaken int) float64 {
	switch {
	case missed == 0 && mistaken == 0:
		return math.Inf(1)
	case missed == 0 || mistaken == 0:
		return 0
	}
	return max(negative.rest[mistaken]-positive.log[missed], positive.rest[missed]-negative.log[mistaken])
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// thresholds are the different margins of both groups, rising, or evenly many of them.
func thresholds(a, b []float64) []float64 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) <= qualityCuts {
		return all
	}
	out := make([]float64, qualityCuts)
	for k := range out {
		out[k] = all[k*(len(all)-1)/(qualityCuts-1)]
	}
	return out
}

// atLeast counts the sorted values that are not below a threshold.
func atLeast(sorted []float64, threshold float64) int {
	i, _ := slices.BinarySearch(sorted, threshold)
	return len(sorted) - i
}

// ForgettingQuality returns the mean over samples of the score 2^-floor(epsilon/0.5), which is 0
// from ceil(log(models - 1)) on: 1 where no attack works, 0 where every sample gives the update
// away. The challenge multiplies it by the accuracies on kept and test samples, relative to
// those of retraining.
func ForgettingQuality(epsilons []float64, models int) (float64, error) {
	if len(epsilons) == 0 || models < 3 {
		return 0, fmt.Errorf("audit: forgetting quality of %d samples and %d models; it needs at least 1 sample and 3 models", len(epsilons), models)
	}
	sum, none := 0.0, math.Ceil(math.Log(float64(models-1)))
	for i, e := range epsilons {
		switch {
		case math.IsNaN(e) || e < 0:
			return 0, fmt.Errorf("audit: the epsilon of sample %d is %v", i, e)
		case e < none:
			sum += math.Exp2(-math.Floor(e / qualityStep))
		}
	}
	return sum / float64(len(epsilons)), nil
}
