package unlearn

import (
	"fmt"
	"math"
)

// RDP returns the Renyi differential privacy of order alpha > 1 of one step of the subsampled
// Gaussian mechanism: each sample drawn with probability q, noise of noise times the sensitivity
// (Mironov, Talwar and Zhang 2019, section 3.3):
//
//	log(A_alpha) / (alpha - 1),  A_alpha = E_{z ~ N(0, s^2)} [ ((1-q) + q exp((2z-1)/(2 s^2)))^alpha ].
//
// Steps add up. It takes less than a millisecond whatever the numbers, and its relative error is
// below 1e-10. What is too large for float64, as with hardly any noise, is +Inf.
func RDP(q, noise, alpha float64) (float64, error) {
	if !(q >= 0 && q <= 1) || !(noise > 0) || !(alpha > 1) || !finite(noise) || !finite(alpha) {
		return 0, fmt.Errorf("unlearn: no RDP for a sampling rate of %v, noise %v and order %v: want 0 to 1, above 0 and above 1", q, noise, alpha)
	}
	switch {
	case q == 0:
		return 0, nil
	case q == 1:
		return alpha / noise / noise / 2, nil
	}
	r := logMoment(q, noise, alpha)
	if math.IsNaN(r) {
		return 0, fmt.Errorf("unlearn: the RDP for a sampling rate of %v, noise %v and order %v cannot be had in float64: take a smaller order", q, noise, alpha)
	}
	return r, nil
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

// PrivacySpent returns the epsilon at which so many steps are (epsilon, delta)-differentially
// private for adding or removing one sample, the smallest over many orders of
//
//	steps RDP(alpha) - (log delta + log alpha)/(alpha - 1) + log((alpha - 1)/alpha)
//
// (Balle et al. 2020, theorem 21).
func PrivacySpent(q, noise float64, steps int, delta float64) (epsilon float64, err error) {
	if !(delta > 0 && delta < 1) || steps < 0 {
		return 0, fmt.Errorf("unlearn: no privacy can be counted for delta %v and %d steps: want above 0 and below 1, and 0 or more", delta, steps)
	}
	if steps == 0 { // nothing was released
		_, err := RDP(q, noise, 2)
		return 0, err
	}
	epsilon = math.Inf(1)
	for _, alpha := range rdpOrders() {
		r, err := RDP(q, noise, alpha)
		if err != nil {
			return 0, err
		}
		if e := float64(steps)*r - (ln(delta)+math.Log(alpha))/(alpha-1) + math.Log((alpha-1)/alpha); !math.IsNaN(e) {
			epsilon = min(epsilon, e)
		}
	}
	return max(epsilon, 0), nil
}
