package unlearn

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
)

// By definition delta is the mass by which N(mu, 1) exceeds e^epsilon N(0, 1), which is an integral
// of one variable.
func TestGaussianDeltaIsTheIntegral(t *testing.T) {
	for _, epsilon := range []float64{0, 0.01, 0.1, 1, 5, 30} {
		for _, mu := range []float64{0.001, 0.01, 0.1, 0.5, 1, 3, 10} {
			density := func(x, at float64) float64 { return math.Exp(-(x-at)*(x-at)/2) / math.Sqrt(2*math.Pi) }
			from := epsilon/mu + mu/2 // where the first density is e^epsilon times the second
			integrand := func(x float64) float64 { return -density(x, mu) * math.Expm1(epsilon+mu*mu/2-mu*x) }
			top := max(from, mu) + 12
			want := 0.0
			for k := range 40 {
				lo, hi := from+(top-from)*float64(k)/40, from+(top-from)*float64(k+1)/40
				want += quad.Fixed(integrand, lo, hi, 30, nil, 0)
			}
			got := GaussianDelta(epsilon, mu)
			require.InDelta(t, 1, (got+1e-300)/(want+1e-300), 2e-8, "epsilon %v, mu %v: %v, not %v", epsilon, mu, got, want)
		}
	}
	require.Zero(t, GaussianDelta(1, 0))
	require.Equal(t, 1.0, GaussianDelta(1, math.Inf(1)))
}

func TestGaussianInverses(t *testing.T) {
	for _, epsilon := range []float64{0, 1e-3, 0.1, 1, 8} {
		for _, delta := range []float64{1e-12, 1e-6, 0.01, 0.3} {
			mu := GaussianMu(epsilon, delta)
			require.LessOrEqual(t, GaussianDelta(epsilon, mu), delta)
			require.Greater(t, GaussianDelta(epsilon, mu*(1+1e-6)), delta)
			if epsilon > 0 {
				require.InEpsilon(t, epsilon, GaussianEpsilon(mu, delta), 1e-5)
			}
		}
	}
	// What the classical constant sqrt(2 ln(1.5/delta)) allows is 3.3 times less at (0.1, 0.01).
	classical := Budget{Epsilon: 0.1, Delta: 0.01, Sigma: 1}.Residual()
	require.InDelta(t, 3.3, GaussianMu(0.1, 0.01)/classical, 0.05)
	// At epsilon 0 it is the total variation distance 2 Phi(mu/2) - 1.
	require.InEpsilon(t, math.Erf(0.5/(2*math.Sqrt2)), GaussianDelta(0, 0.5), 1e-14)
}

// Sampling knows nothing of the formula: the best test of one against the other is a half-line.
func TestGaussianDeltaBySampling(t *testing.T) {
	const draws = 200_000
	rng := rand.New(rand.NewPCG(3, 3))
	epsilon, mu := 0.5, 0.8
	at := epsilon/mu + mu/2
	p, q := 0.0, 0.0
	for range draws {
		if rng.NormFloat64()+mu > at {
			p++
		}
		if rng.NormFloat64() > at {
			q++
		}
	}
	got := (p - math.Exp(epsilon)*q) / draws
	require.InDelta(t, GaussianDelta(epsilon, mu), got, 3*math.Sqrt(0.25/draws)*(1+math.Exp(epsilon)))
}

func TestErfcx(t *testing.T) {
	for x := 0.0; x < 40; x += 0.37 {
		require.InEpsilon(t, erfcxBig(x), erfcx(x), 4e-14, "%v", x)
	}
}

// erfcxBig sums the continued fraction of exp(x^2) erfc(x) sqrt(pi)/2 from its far end (above 2),
// and Taylor's series below.
func erfcxBig(x float64) float64 {
	const precision = 300
	f := func(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }
	if x < 2 {
		// erf(x) = 2/sqrt(pi) exp(-x^2) sum 2^k x^(2k+1)/(2k+1)!!, so erfcx(x) = exp(x^2) -
		// 2/sqrt(pi) sum.
		sum, term := f(x), f(x)
		exp, power := f(1), f(1)
		for k := 1; k < 200; k++ {
			term.Mul(term, f(2*x)).Mul(term, f(x)).Quo(term, f(float64(2*k+1)))
			sum.Add(sum, term)
			power.Mul(power, f(x)).Mul(power, f(x)).Quo(power, f(float64(k)))
			exp.Add(exp, power)
		}
		pi, _ := new(big.Float).SetPrec(precision).SetString("3.14159265358979323846264338327950288419716939937510582097494459")
		root := new(big.Float).SetPrec(precision).Sqrt(pi)
		sum.Mul(sum, f(2)).Quo(sum, root)
		v, _ := exp.Sub(exp, sum).Float64()
		return v
	}
	c := f(x)
	for k := 2000; k >= 1; k-- {
		c = new(big.Float).SetPrec(precision).Quo(f(float64(k)/2), c)
		c.Add(c, f(x))
	}
	v, _ := new(big.Float).SetPrec(precision).Quo(f(1), c).Float64()
	return v / math.Sqrt(math.Pi)
}
