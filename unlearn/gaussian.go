package unlearn

import "math"

// The exact Gaussian mechanism (Balle and Wang 2018, "Improving the Gaussian Mechanism for
// Differential Privacy", theorem 8). Two vectors at most Delta apart, each with noise N(0, s^2 I),
// are (epsilon, delta)-close in both orders exactly when
//
//	delta >= Phi(mu/2 - epsilon/mu) - e^epsilon Phi(-mu/2 - epsilon/mu),  mu = Delta/s,
//
// with Phi the standard normal distribution function. It holds for every epsilon of at least 0. Of
// t vectors that are published one after the other, each with noise of its own, the ratios add up
// as mu sqrt(t) (Dong, Roth and Su 2022).

// GaussianDelta returns the smallest delta at which distance over noise mu, at least 0, is
// (epsilon, delta)-close.
func GaussianDelta(epsilon, mu float64) float64 {
	switch {
	case mu == 0:
		return 0
	case math.IsInf(mu, 1):
		return 1
	}
	// With a = epsilon/mu - mu/2 and b = epsilon/mu + mu/2 both terms share a factor, since b^2 =
	// a^2 + 2 epsilon: Phi(-a) - e^epsilon Phi(-b) = e^(-a^2/2) (erfcx(a/sqrt 2) - erfcx(b/sqrt 2))
	// / 2.
	a, b := epsilon/mu-mu/2, epsilon/mu+mu/2
	if a < 0 {
		return max(0, normalTail(a)-math.Exp(-a*a/2)*erfcx(b/math.Sqrt2)/2)
	}
	return max(0, math.Exp(-a*a/2)*(erfcx(a/math.Sqrt2)-erfcx(b/math.Sqrt2))/2)
}

// GaussianMu returns the largest distance over noise that is (epsilon, delta)-close, rounded down;
// epsilon is at least 0 and delta between 0 and 1.
func GaussianMu(epsilon, delta float64) float64 {
	low, _ := crossing(func(mu float64) bool { return GaussianDelta(epsilon, mu) <= delta }) // delta rises with mu and tends to 1
	return low * (1 - 1e-9)                                                                  // rounding in delta is far below that
}

// GaussianEpsilon returns the smallest epsilon, rounded up, at which distance over noise mu is
// (epsilon, delta)-close.
func GaussianEpsilon(mu, delta float64) float64 {
	if GaussianDelta(0, mu) <= delta {
		return 0
	}
	_, high := crossing(func(epsilon float64) bool { return GaussianDelta(epsilon, mu) > delta }) // delta falls with epsilon
	return high * (1 + 1e-9)
}

// crossing returns the two neighbouring numbers from 0 on between which below, true at first,
// becomes false. It looks up to 2^40 only.
func crossing(below func(x float64) bool) (low, high float64) {
	high = 1
	for below(high) && high < 0x1p40 {
		low, high = high, 2*high
	}
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			return low, high
		}
		if below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
}

// normalTail returns Phi(-x) = P(Z > x).
func normalTail(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

// erfcx returns exp(x^2) erfc(x) for x of at least 0.
func erfcx(x float64) float64 {
	if x < 12 {
		return math.Exp(x*x) * math.Erfc(x)
	}
	// 1/(x sqrt pi) (1 - 1/(2x^2) + 3/(4x^4) - ...), whose terms fall below rounding from 12 on.
	sum, term, y := 1.0, 1.0, 2*x*x
	for k := 1; k < 20; k++ {
		next := -term * float64(2*k-1) / y
		if math.Abs(next) < 1e-17 || math.Abs(next) >= math.Abs(term) {
			break
		}
		term = next
		sum += term
	}
	return sum / (x * math.Sqrt(math.Pi))
}
