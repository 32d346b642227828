package unlearn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
)

func TestRDPAgainstOpacus(t *testing.T) {
	// opacus 1.6.0, opacus.accountants.analysis.rdp._compute_rdp(q, noise, alpha), SciPy 1.17.1.
	for _, c := range []struct{ q, noise, alpha, want float64 }{
		{0.01, 1.0, 2, 0.00017181342207453428}, {0.01, 1.0, 8, 0.0008936439076060279}, {0.01, 1.0, 32, 11.246275937048072},
		{0.01, 1.0, 1.5, 0.00012725374351154145}, {0.01, 1.0, 2.5, 0.00021757533233085147}, {0.01, 1.0, 10.9, 0.3876114113003885},
		{256. / 60000, 1.1, 4.3, 5.1222203246512934e-05}, {256. / 60000, 1.1, 18, 1.6602946084469463},
		{0.1, 2.0, 1.25, 0.001737654849052124}, {0.1, 2.0, 7.7, 0.01306285710613141}, {0.5, 0.7, 3.3, 2.3870796175525624},
		{1, 2, 5.5, 0.6875}, {0.001, 0.5, 20, 32.728678653703014}, {0.001, 0.5, 2.2, 6.343406202719222e-05},
		{0.01, 4, 200, 1.622083883599462}, {0.01, 4, 63.5, 0.0002134530645642868},
	} {
		got, err := RDP(c.q, c.noise, c.alpha)
		require.NoError(t, err)
		require.InEpsilon(t, c.want, got, 1e-7, "%v", c)
	}
	zero, err := RDP(0, 1, 2)
	require.NoError(t, err)
	require.Zero(t, zero)
}

// The definition itself, integrated.
func TestRDPAgainstItsIntegral(t *testing.T) {
	for _, c := range []struct{ q, noise, alpha float64 }{{0.05, 1.3, 2}, {0.05, 1.3, 3.7}, {0.3, 2.5, 1.2}, {0.02, 0.8, 6.5}, {0.5, 1, 4}} {
		s := c.noise
		moment := quad.Fixed(func(z float64) float64 {
			ratio := 1 - c.q + c.q*math.Exp((2*z-1)/(2*s*s))
			return math.Exp(-z*z/(2*s*s)) / (s * math.Sqrt(2*math.Pi)) * math.Pow(ratio, c.alpha)
		}, -40*s, 40*s, 20000, quad.Legendre{}, 0)
		got, err := RDP(c.q, c.noise, c.alpha)
		require.NoError(t, err)
		require.InEpsilon(t, math.Log(moment)/(c.alpha-1), got, 1e-6, "%v", c)
	}
}

func TestPrivacySpentAgainstPublishedValues(t *testing.T) {
	// opacus 1.6.0, get_privacy_spent of compute_rdp, orders 1.1 to 10.9 by 0.1 and 12 to 63.
	for _, c := range []struct {
		q, noise float64
		steps    int
		want     float64
	}{
		{0.01, 4, 10000, 1.0354900660362476}, {256. / 60000, 1.3, 14063, 1.9890699006215589}, {256. / 60000, 1.1, 14063, 2.5966555286883684},
		{0.1, 2, 100, 2.5805688086608938}, {1, 5, 1, 0.794522032537103},
	} {
		got, err := PrivacySpent(c.q, c.noise, c.steps, 1e-5)
		require.NoError(t, err)
		require.InEpsilon(t, c.want, got, 1e-7, "%v", c)
	}
	// TensorFlow Privacy, rdp_accountant_test.py: q 0.01, noise 4, 10,000 steps, delta 1e-5 gives
	// 1.258575 at order 20 by the older conversion steps RDP + log(1/delta)/(alpha - 1); Abadi et
	// al. 2016 state 1.26.
	r, err := RDP(0.01, 4, 20)
	require.NoError(t, err)
	require.InDelta(t, 1.258575, 10000*r+math.Log(1e5)/19, 1e-6)

	none, err := PrivacySpent(0.01, 1, 0, 1e-5)
	require.NoError(t, err)
	require.Less(t, none, 0.01)
	for _, bad := range [][3]float64{{-1, 1, 2}, {2, 1, 2}, {0.1, 0, 2}, {0.1, 1, 1}, {0.1, 1, math.Inf(1)}} {
		_, err = RDP(bad[0], bad[1], bad[2])
		require.ErrorContains(t, err, "no RDP")
	}
	_, err = PrivacySpent(0.1, 1, 10, 0)
	require.ErrorContains(t, err, "delta 0")
}

// Logarithms of numbers below 2^-1022, which math.Log gets wrong on amd64: an epsilon that is too
// small would be no guarantee.
func TestLogarithmsOfTheSmallestNumbers(t *testing.T) {
	for e := -1074; e <= -1015; e++ {
		require.InEpsilon(t, float64(e)*math.Ln2, ln(math.Ldexp(1, e)), 1e-15)
	}
	require.True(t, math.IsInf(ln(0), -1))
	require.True(t, math.IsNaN(ln(-1)))
	// Full batches: the smallest over the orders of steps alpha/2 - (ln delta + ln alpha)/(alpha-1)
	// + ln((alpha-1)/alpha).
	want := math.Inf(1)
	for _, alpha := range rdpOrders() {
		want = min(want, 100*alpha/2+(1074*math.Ln2-math.Log(alpha))/(alpha-1)+math.Log((alpha-1)/alpha))
	}
	got, err := PrivacySpent(1, 1, 100, math.SmallestNonzeroFloat64)
	require.NoError(t, err)
	require.InEpsilon(t, want, got, 1e-13)
}
