package unlearn

import (
	"fmt"
	"math"
)

// RDP returns the Renyi differential privacy of order alpha > 1 of one step of the subsampled Gaussian mechanism: each sample drawn with
// probability q, noise of noise times the sensitivity (Mironov, Talwar and Zhang 2019, section 3.3):
//
//	log(A_alpha) / (alpha - 1),  A_alpha = E_{z ~ N(0, s^2)} [ ((1-q) + q exp((2z-1)/(2 s^2)))^alpha ],
//
// a finite sum for whole orders, two alternating series for others. Steps add up.
func RDP(q, noise, alpha float64) (float64, error) {
	if !(q >= 0 && q <= 1) || !(noise > 0) || !(alpha > 1) || !finite(noise) || !finite(alpha) {
		return 0, fmt.Errorf("unlearn: no RDP for a sampling rate of %v, noise %v and order %v: want 0 to 1, above 0 and above 1", q, noise, alpha)
	}
	switch {
	case q == 0:
		return 0, nil
	case q == 1:
		return alpha / (2 * noise * noise), nil
	case alpha == math.Trunc(alpha):
		return logMomentWhole(q, noise, int(alpha)) / (alpha - 1), nil
	}
	return logMomentFraction(q, noise, alpha) / (alpha - 1), nil
}

// logMomentWhole returns log A_alpha by the binomial sum.
func logMomentWhole(q, noise float64, alpha int) float64 {
	sum := math.Inf(-1)
	for i := range alpha + 1 {
		k := float64(i)
		_, binomial := logBinomial(float64(alpha), i)
		sum = logAdd(sum, binomial+k*math.Log(q)+(float64(alpha)-k)*math.Log1p(-q)+(k*k-k)/(2*noise*noise))
	}
	return sum
}

// logMomentFraction returns log A_alpha by the two series, over z below and above z0, until their terms are negligible.
func logMomentFraction(q, noise, alpha float64) float64 {
	const negligible = -30 // in logarithms, against sums that are at least about 1/2
	z0 := noise*noise*math.Log(1/q-1) + 0.5
	below, above := signedLog{math.Inf(-1), 1}, signedLog{math.Inf(-1), 1}
	for i := 0; ; i++ {
		k, j := float64(i), alpha-float64(i)
		sign, binomial := logBinomial(alpha, i)
		low := binomial + k*math.Log(q) + j*math.Log1p(-q) + (k*k-k)/(2*noise*noise) - math.Ln2 + logErfc((k-z0)/(math.Sqrt2*noise))
		high := binomial + j*math.Log(q) + k*math.Log1p(-q) + (j*j-j)/(2*noise*noise) - math.Ln2 + logErfc((z0-j)/(math.Sqrt2*noise))
		below, above = below.plus(signedLog{low, sign}), above.plus(signedLog{high, sign})
		if max(low, high) < negligible && k > alpha {
			return logAdd(below.log, above.log)
		}
	}
}

// signedLog is a number by its sign and the logarithm of its size.
type signedLog struct{ log, sign float64 }

func (a signedLog) plus(b signedLog) signedLog {
	if a.log < b.log {
		a, b = b, a
	}
	switch {
	case math.IsInf(b.log, -1):
		return a
	case a.sign == b.sign:
		return signedLog{a.log + math.Log1p(math.Exp(b.log-a.log)), a.sign}
	}
	return signedLog{a.log + math.Log1p(-math.Exp(b.log-a.log)), a.sign}
}

func logAdd(a, b float64) float64 { return signedLog{a, 1}.plus(signedLog{b, 1}).log }

// logBinomial returns sign and logarithm of the size of the binomial coefficient alpha over i.
func logBinomial(alpha float64, i int) (sign, log float64) {
	sign = 1
	for k := range i {
		factor := (alpha - float64(k)) / float64(k+1)
		if factor < 0 {
			sign = -sign
		}
		log += math.Log(math.Abs(factor))
	}
	return sign, log
}

// logErfc returns log(erfc(x)), by its asymptotic series (Abramowitz and Stegun 7.1.23) where erfc itself is too small.
func logErfc(x float64) float64 {
	if x < 20 {
		return math.Log(math.Erfc(x))
	}
	r := 1 / (2 * x * x)
	return -x*x - math.Log(x*math.Sqrt(math.Pi)) + math.Log1p(-r*(1-3*r*(1-5*r*(1-7*r))))
}

// rdpOrders are the orders that [PrivacySpent] tries, those of Opacus.
func rdpOrders() []float64 {
	var orders []float64
	for i := 1; i < 100; i++ {
		orders = append(orders, 1+float64(i)/10)
	}
	for i := 12; i < 64; i++ {
		orders = append(orders, float64(i))
	}
	for i := 64; i <= 1024; i *= 2 {
		orders = append(orders, float64(i))
	}
	return orders
}

// PrivacySpent returns the epsilon at which so many steps are (epsilon, delta)-differentially private for one sample, the smallest over
// many orders of
//
//	steps RDP(alpha) - (log delta + log alpha)/(alpha - 1) + log((alpha - 1)/alpha)
//
// (Balle et al. 2020, theorem 21).
func PrivacySpent(q, noise float64, steps int, delta float64) (epsilon float64, err error) {
	if !(delta > 0 && delta < 1) || steps < 0 {
		return 0, fmt.Errorf("unlearn: no privacy can be counted for delta %v and %d steps: want above 0 and below 1, and 0 or more", delta, steps)
	}
	epsilon = math.Inf(1)
	for _, alpha := range rdpOrders() {
		r, err := RDP(q, noise, alpha)
		if err != nil {
			return 0, err
		}
		if e := float64(steps)*r - (math.Log(delta)+math.Log(alpha))/(alpha-1) + math.Log((alpha-1)/alpha); !math.IsNaN(e) {
			epsilon = min(epsilon, e)
		}
	}
	return max(epsilon, 0), nil
}
