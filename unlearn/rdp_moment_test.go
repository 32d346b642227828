package unlearn

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// logExcessWhole is log(A_alpha - 1) of a whole order, by the binomial sum of C(alpha, k) q^k
// (1-q)^(alpha-k) (e^((k^2-k)/(2 s^2)) - 1).
func logExcessWhole(q, noise float64, alpha int) float64 {
	sum := math.Inf(-1)
	n, _ := math.Lgamma(float64(alpha + 1))
	for k := 2; k <= alpha; k++ {
		i, _ := math.Lgamma(float64(k + 1))
		rest, _ := math.Lgamma(float64(alpha - k + 1))
		x := float64(k) * float64(k-1) / (2 * noise * noise)
		factor := x
		if x < 500 {
			factor = math.Log(math.Expm1(x))
		}
		term := n - i - rest + float64(k)*math.Log(q) + float64(alpha-k)*math.Log1p(-q) + factor
		top := max(sum, term)
		sum = top + math.Log(math.Exp(sum-top)+math.Exp(term-top))
	}
	return sum
}

func logOnePlus(x float64) float64 {
	if x > 40 {
		return x
	}
	return math.Log1p(math.Exp(x))
}

func TestRDPAgainstTheBinomialSum(t *testing.T) {
	for _, q := range []float64{1e-12, 1e-5, 0.004, 0.01, 0.1, 0.5, 0.9, 0.999999} {
		for _, noise := range []float64{1e-3, 0.009, 0.011, 0.05, 0.2, 0.5, 1, 1.1, 3, 10, 100, 1e4, 1e7} {
			for _, alpha := range []int{2, 3, 5, 17, 64, 500, 4000} {
				got, err := RDP(q, noise, float64(alpha))
				require.NoError(t, err)
				want := logOnePlus(logExcessWhole(q, noise, alpha)) / float64(alpha-1)
				require.InEpsilon(t, want, got, 2e-11, "q %v, noise %v, order %v", q, noise, alpha)
			}
		}
	}
}

// logExcessByTrapezoids integrates the definition by a rule that converges geometrically, on a fine
// grid of z/s, in logarithms.
func logExcessByTrapezoids(q, s, alpha float64) float64 {
	h := min(0.05, s/40)
	lo, hi := -40.0, alpha/s+40
	logs := make([]float64, 0, int((hi-lo)/h)+1)
	top := math.Inf(-1)
	for x := lo; x <= hi; x += h {
		y := x/s - 1/(2*s*s)
		var bracket float64 // its logarithm
		if u := q * math.Expm1(y); y < 300 && alpha*math.Log1p(u) < 300 {
			if math.Abs(u)*alpha < 1e-3 { // Taylor's polynomial
				term, total := alpha*u, 0.0
				for k := 2.0; k < 9; k++ {
					term *= (alpha - k + 1) * u / k
					total += term
				}
				bracket = math.Log(total)
			} else {
				bracket = math.Log(math.Expm1(alpha*math.Log1p(u)) - alpha*u)
			}
		} else {
			bracket = alpha * (math.Log(q) + y + math.Log1p(math.Exp(math.Log1p(-q)-math.Log(q)-y)))
		}
		if v := bracket - x*x/2; !math.IsNaN(v) {
			logs, top = append(logs, v), max(top, v)
		}
	}
	sum := 0.0
	for _, v := range logs {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum*h/math.Sqrt(2*math.Pi))
}

func TestRDPOfFractionalOrdersAgainstTrapezoids(t *testing.T) {
	for _, q := range []float64{1e-5, 0.01, 0.3, 0.5, 0.97} {
		for _, noise := range []float64{0.1, 0.4, 1, 1.1, 4, 30, 100, 1e4} {
			for _, alpha := range []float64{1.01, 1.1, 1.5, 2.5, 7.3, 10.9, 63.5} {
				got, err := RDP(q, noise, alpha)
				require.NoError(t, err)
				want := logOnePlus(logExcessByTrapezoids(q, noise, alpha)) / (alpha - 1)
				require.InEpsilon(t, want, got, 1e-10, "q %v, noise %v, order %v", q, noise, alpha)
			}
		}
	}
}

// (alpha-1) RDP is convex in alpha, RDP rises with alpha and q and falls with the noise, and the
// two regimes of little noise meet.
func TestRDPIsSmoothEverywhere(t *testing.T) {
	rdp := func(q, noise, alpha float64) float64 {
		r, err := RDP(q, noise, alpha)
		require.NoError(t, err)
		require.False(t, math.IsNaN(r))
		return r
	}
	for _, q := range []float64{1e-300, 1e-20, 1e-3, 0.5, 1 - 1e-12} {
		for _, noise := range []float64{1e-3, 0.0099, 0.0101, 0.3, 1, 40, 1e5, 1e9} {
			before := 0.0
			for _, alpha := range []float64{1 + 1e-9, 1.001, 1.3, 2, 2.1, 7, 50.5, 999, 1e4 + 0.5, 1e6, 1e9, 1e15} {
				r := rdp(q, noise, alpha)
				require.GreaterOrEqual(t, r*(1+1e-9), before, "q %v, noise %v, order %v", q, noise, alpha)
				require.LessOrEqual(t, r, rdp(math.Sqrt(q), noise, alpha)*(1+1e-9))
				require.LessOrEqual(t, rdp(q, noise*1.01, alpha), r*(1+1e-9))
				require.LessOrEqual(t, r, alpha/(2*noise*noise)*(1+1e-9), "never more than without sampling")
				before = r
			}
		}
	}
	for _, q := range []float64{1e-200, 1e-6, 0.5} {
		for _, alpha := range []float64{1 + 1e-6, 1.0001, 1.001, 1.05, 1.5} {
			below, above := rdp(q, littleNoise*(1-1e-13), alpha), rdp(q, littleNoise*(1+1e-13), alpha)
			require.InEpsilon(t, above, below, 1e-9, "q %v, order %v", q, alpha)
		}
	}
}

func TestRDPOfLargeNoise(t *testing.T) {
	// log(A) / (alpha-1) = alpha q^2 / (2 s^2) + O(s^-4)
	for _, q := range []float64{1e-9, 0.01, 0.5} {
		for _, alpha := range []float64{1.1, 2, 9.7} {
			got, err := RDP(q, 1e8, alpha)
			require.NoError(t, err)
			require.InEpsilon(t, alpha*q*q/2e16, got, 1e-12)
		}
	}
}

func TestRDPEndsInTimeAndAtTheExtremes(t *testing.T) {
	start := time.Now()
	for _, c := range []struct{ q, noise, alpha, want float64 }{
		{0.5, 100, 1.1, 0}, {0.5, 1e4, 1.1, 0}, {0.01, 1e-170, 1.1, math.Inf(1)}, {0.01, 1e-170, 2, math.Inf(1)}, {1, 1e-170, 2, math.Inf(1)},
		{0.5, 5e-324, 1.5, math.Inf(1)}, {0.5, 1e-150, 1.5, 0.75e300}, {0.5, 1e300, 1.5, -1}, {1e-300, 1, 2, -1}, {0.5, 1, 1e300, 0.5e300},
		{5e-324, 1, 1.5, -1}, {0.5, 1e-3, 1 + 1e-12, 0}, {math.Nextafter(1, 0), 1, 1.5, 0.75}, {0.5, 1, 1e9, 0}, {0.5, math.MaxFloat64, math.MaxFloat64, 0},
	} {
		got, err := RDP(c.q, c.noise, c.alpha)
		require.NoError(t, err, "%v", c)
		switch {
		case math.IsInf(c.want, 1):
			require.Equal(t, c.want, got, "%v", c)
		case c.want > 0:
			require.InEpsilon(t, c.want, got, 1e-9, "%v", c)
		case c.want < 0:
			require.Zero(t, got, "%v", c)
		default:
			require.GreaterOrEqual(t, got, 0.0, "%v", c)
			require.True(t, finite(got), "%v", c)
		}
	}
	for _, noise := range []float64{1e-170, 1e-3, 0.3, 1, 100, 1e4, 1e8} {
		_, err := PrivacySpent(0.5, noise, 1000, 1e-5)
		require.NoError(t, err)
	}
	require.Less(t, time.Since(start), 3*time.Second) // 0.1 s on an idle machine; it was minutes
	infinite, err := PrivacySpent(0.5, 1e-170, 10, 1e-5)
	require.NoError(t, err)
	require.Equal(t, math.Inf(1), infinite)
	for _, noise := range []float64{1e-170, 1} {
		none, err := PrivacySpent(0.5, noise, 0, 1e-5)
		require.NoError(t, err)
		require.Zero(t, none, "nothing was released")
	}
}
