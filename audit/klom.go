package audit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Settings of KLOM in the code of its authors.
const (
	klomBins    = 20
	klomClip    = 100.0 // margins are cut at -100 and 100
	klomFloor   = 1e-5  // of the retrained models' share of a bin
	klomShare   = 0.95  // the percentile that is reported
	histogramOf = 100   // models on either side from which on histograms are used
)

// KLOM returns for each sample the KL divergence of the margins of updated models from those of
// retrained ones (KL of margins: Georgiev et al. 2024, arXiv 2410.23232). Both have a row of
// margins for each model, see [Margins]; margins are cut at -100 and 100.
//
// With at least 100 models on either side it is KL(p || q) = sum_b p_b log(p_b / q_b) of histograms
// with 20 bins between the smallest and the largest margin of both, where q_b is at least 1e-5. The
// largest margin lies in the last bin.
//
// With fewer models it is that of two normal distributions, log(s_o/s_u) + (s_u^2 + (m_u - m_o)^2)
// / (2 s_o^2) - 1/2. A spread that few models give is uncertain, so s of a sample is at least the
// root mean square of the spreads of its group over all samples. The spread of a single updated
// model is unknown, and taken to be that of the retrained ones: (m_u - m_o)^2 / (2 s_o^2).
func KLOM(updated, retrained [][]float64) ([]float64, error) {
	n, err := sameWidth(updated, retrained)
	if err != nil {
		return nil, err
	}
	if len(retrained) < 2 {
		return nil, fmt.Errorf("audit: KLOM needs at least 2 retrained models, not %d", len(retrained))
	}
	if len(updated) >= histogramOf && len(retrained) >= histogramOf {
		return histogramKLOM(updated, retrained, n), nil
	}
	return gaussianKLOM(updated, retrained, n)
}

// sameWidth returns the number of samples of all models.
func sameWidth(groups ...[][]float64) (int, error) {
	n := -1
	for _, g := range groups {
		if len(g) == 0 {
			return 0, errors.New("audit: a group without models")
		}
		for _, m := range g {
			if n < 0 {
				n = len(m)
			}
			if len(m) != n || n == 0 {
				return 0, fmt.Errorf("audit: margins of %d samples beside those of %d; all models need those of the same samples", len(m), n)
			}
			for i, v := range m {
				if math.IsNaN(v) {
					return 0, fmt.Errorf("audit: the margin of sample %d is no number", i)
				}
			}
		}
	}
	return n, nil
}

func clip(m float64) float64 { return min(max(m, -klomClip), klomClip) }

func histogramKLOM(updated, retrained [][]float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		low, high := math.Inf(1), math.Inf(-1)
		for _, g := range [][][]float64{updated, retrained} {
			for _, m := range g {
				low, high = min(low, clip(m[i])), max(high, clip(m[i]))
			}
		}
		p, q := histogram(updated, i, low, high), histogram(retrained, i, low, high)
		for b := range p {
			if p[b] > 0 {
				out[i] += p[b] * math.Log(p[b]/max(q[b], klomFloor))
			}
		}
	}
	return out
}

// histogram returns the shares of the models whose margin of sample i lies in each bin.
func histogram(models [][]float64, i int, low, high float64) (shares [klomBins]float64) {
	for _, m := range models {
		bin := 0
		if high > low {
			bin = min(int(float64(klomBins)*(clip(m[i])-low)/(high-low)), klomBins-1)
		}
		shares[bin] += 1 / float64(len(models))
	}
	return shares
}

func gaussianKLOM(updated, retrained [][]float64, n int) ([]float64, error) {
	mu, su := spreads(updated, n)
	mo, so := spreads(retrained, n)
	if len(updated) == 1 {
		su = so
	}
	out := make([]float64, n)
	for i := range out {
		if so[i] == 0 || su[i] == 0 {
			return nil, errors.New("audit: all models of a group answer alike, so that there is no spread to compare with; " +
				"train them with different seeds (a convex model that is trained to its optimum has none: compare its parameters)")
		}
		d := mu[i] - mo[i]
		out[i] = math.Log(so[i]/su[i]) + (su[i]*su[i]+d*d)/(2*so[i]*so[i]) - 0.5
	}
	return out, nil
}

// spreads returns the mean and the standard deviation of each sample's margin, the latter at least
// its root mean square over all samples.
func spreads(models [][]float64, n int) (mean, spread []float64) {
	mean, spread = make([]float64, n), make([]float64, n)
	of, squares := make([]float64, len(models)), 0.0
	for i := range n {
		for k, m := range models {
			of[k] = clip(m[i])
		}
		if mean[i] = of[0]; len(models) > 1 {
			mean[i], spread[i] = stat.MeanStdDev(of, nil)
		}
		squares += spread[i] * spread[i]
	}
	pooled := math.Sqrt(squares / float64(n))
	for i, s := range spread {
		spread[i] = max(s, pooled)
	}
	return mean, spread
}

// Percentile returns the value below which the share p of the values lies, between two values by
// linear interpolation (as NumPy's percentile).
func Percentile(values []float64, p float64) (float64, error) {
	if len(values) == 0 || !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("audit: percentile %g of %d values; give at least 1 value, and a share between 0 and 1", p, len(values))
	}
	sorted := slices.Sorted(slices.Values(values))
	at := p * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low]), nil
}
