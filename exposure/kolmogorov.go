package exposure

import "math"

// kolmogorovSmirnov returns the largest distance between cdf and the empirical distribution of the
// samples, which rise.
func kolmogorovSmirnov(samples []float64, cdf func(float64) float64) float64 {
	n, distance := float64(len(samples)), 0.0
	for i, x := range samples {
		p := cdf(x)
		distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
	}
	return distance
}

// kolmogorovPValue returns the probability that n samples of a distribution lie at least so far
// from it, 2 sum_k (-1)^(k-1) exp(-2 k^2 t^2) with t = (sqrt n + 0.12 + 0.11/sqrt n) distance
// (Stephens 1970, as in Press et al., Numerical Recipes, section 14.3).
func kolmogorovPValue(distance float64, n int) float64 {
	root := math.Sqrt(float64(n))
	t := (root + 0.12 + 0.11/root) * distance
	if t < 0.2 { // 1 to 12 digits, where the series hardly converges
		return 1
	}
	p, sign := 0.0, 2.0
	for k := 1.0; k <= 100; k++ {
		p += sign * math.Exp(-2*k*k*t*t)
		sign = -sign
	}
	return max(0, min(1, p))
}
