package exposure

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/integrate/quad"
)

// SkewNormal is the distribution with density 2/Scale phi(z) Phi(Shape z), z = (x -
// Location)/Scale, where phi and Phi are those of the standard normal (Azzalini 1985, A class of
// distributions which includes the normal ones). Shape 0 is the normal distribution, a negative one
// leans to the left. Scale is positive and all three are finite; otherwise every result is NaN.
type SkewNormal struct {
	Location, Scale, Shape float64
}

// LogPDF returns the natural logarithm of the density at x.
func (s SkewNormal) LogPDF(x float64) float64 {
	if !s.valid() {
		return math.NaN()
	}
	return standardLogPDF((x-s.Location)/s.Scale, s.Shape) - ln(s.Scale)
}

// CDF returns Pr[X <= x]. Below about 1e-308 it is 0: see LogCDF.
func (s SkewNormal) CDF(x float64) float64 { return math.Exp(s.LogCDF(x)) }

// LogCDF returns ln Pr[X <= x], to about 1e-10 of its value, in the far tails too.
//
// The textbook's Phi(z) - 2 T(z, Shape), with Owen's function T, is a difference of equal numbers
// in the lower tail of a right-leaning distribution and has no digit left where the probability is
// below 1e-17. The density is log-concave: from any point away from the mode it falls ever faster.
// So the tail on the side away from the mode is integrated, relative to the density at x, and above
// the mode the result is the rest to 1.
func (s SkewNormal) LogCDF(x float64) float64 {
	z := (x - s.Location) / s.Scale
	if !s.valid() || math.IsNaN(z) {
		return math.NaN()
	}
	if math.IsInf(z, 0) {
		return min(z, 0)
	}
	if standardSlope(z, s.Shape) >= 0 { // at or below the mode
		return logLowerTail(z, s.Shape)
	}
	upper := logLowerTail(-z, -s.Shape) // X leans to the right where -X leans to the left
	if upper > -math.Ln2 {
		return math.Log(-math.Expm1(upper))
	}
	return math.Log1p(-math.Exp(upper))
}

// Moments returns mean, variance and skewness, the third standardized moment, which lies within
// +-0.9953.
func (s SkewNormal) Moments() (mean, variance, skewness float64) {
	if !s.valid() {
		return math.NaN(), math.NaN(), math.NaN()
	}
	delta := s.Shape / math.Hypot(1, s.Shape)
	shift := delta * math.Sqrt(2/math.Pi) // mean of z
	rest := 1 - shift*shift               // variance of z
	return s.Location + s.Scale*shift, s.Scale * s.Scale * rest, (4 - math.Pi) / 2 * math.Pow(shift/math.Sqrt(rest), 3)
}

func (s SkewNormal) valid() bool {
	return s.Scale > 0 && finite(s.Scale) && finite(s.Location) && finite(s.Shape)
}

const logRootTwoPi = 0.91893853320467274178 // ln sqrt(2 pi)

// standardLogPDF is the log density for Location 0 and Scale 1.
func standardLogPDF(z, shape float64) float64 {
	return math.Ln2 - logRootTwoPi - z*z/2 + logNormalCDF(shape*z)
}

// standardSlope is the derivative of standardLogPDF in z.
func standardSlope(z, shape float64) float64 {
	t := shape * z
	return -z + shape*math.Exp(-t*t/2-logRootTwoPi-logNormalCDF(t))
}

// logNormalCDF returns ln Phi(x). Far below, where erfc underflows, Phi(x) = phi(x)/|x| (1 - 1/x^2
// + 3/x^4 - 15/x^6 + ...), an alternating series whose error is below the first term left out
// (Abramowitz and Stegun 26.2.12).
func logNormalCDF(x float64) float64 {
	switch {
	case x > 0:
		return math.Log1p(-math.Erfc(x/math.Sqrt2) / 2)
	case x > -20:
		return math.Log(math.Erfc(-x/math.Sqrt2) / 2)
	}
	u := 1 / (x * x)
	return -x*x/2 - logRootTwoPi - math.Log(-x) + math.Log1p(u*(-1+u*(3+u*(-15+u*(105-945*u)))))
}

// logLowerTail returns the logarithm of the mass below z of the distribution with Location 0 and
// Scale 1, for a z not above the mode: ln f(z) + ln int_0^inf f(z-s)/f(z) ds.
//
// ln f is concave, with a second derivative of at most -1. So the integrand has fallen by e^-40 at
// the latest where slope s + s^2/2 = 40; from there the end is halved until the fall at half of it
// is less than that. The panels double in width, because near the mode a large Shape bends the
// density on a scale of 1/Shape.
func logLowerTail(z, shape float64) float64 {
	const fall, doublings = 40, 12
	at := standardLogPDF(z, shape)
	if math.IsInf(at, -1) || math.IsNaN(at) {
		return at
	}
	ratio := func(s float64) float64 { return standardLogPDF(z-s, shape) - at }
	slope := max(0, standardSlope(z, shape))
	end := 2 * fall / (slope + math.Sqrt(slope*slope+2*fall))
	for ratio(end/2) < -fall {
		end /= 2
	}
	rule := unitLegendre()
	sum, lo, hi := 0.0, 0.0, math.Ldexp(end, -doublings)
	for range doublings + 1 {
		for i, u := range rule.nodes {
			sum += (hi - lo) * rule.weights[i] * math.Exp(ratio(lo+(hi-lo)*u))
		}
		lo, hi = hi, 2*hi
	}
	return at + math.Log(sum)
}

type quadrature struct{ nodes, weights []float64 }

// unitLegendre is the Gauss-Legendre rule of 20 nodes on [0, 1].
var unitLegendre = sync.OnceValue(func() quadrature {
	q := quadrature{make([]float64, 20), make([]float64, 20)}
	quad.Legendre{}.FixedLocations(q.nodes, q.weights, 0, 1)
	return q
})
