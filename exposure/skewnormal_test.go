package exposure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
)

func TestSkewNormalAgainstSciPy(t *testing.T) {
	// scipy 1.17.1: skewnorm.logpdf and .cdf (2.5, shape, loc=1, scale=2),
	// skewnorm.stats(moments="mvs").
	for _, tt := range []struct{ shape, logPDF, cdf, mean, variance, skewness float64 }{
		{-3, -5.604503914357945, 0.9992199734914898, -0.5138795132120961, 1.708168819476707, -0.6670235701524082},
		{0, -1.893335713764618, 0.7733726476231317, 1, 4, 0},
		{1.5, -1.3397891832954614, 0.5671338270383148, 2.3277601673272907, 2.237052938059005, 0.30026723517535947},
	} {
		s := SkewNormal{Location: 1, Scale: 2, Shape: tt.shape}
		require.InEpsilon(t, tt.logPDF, s.LogPDF(2.5), 1e-13)
		require.InEpsilon(t, tt.cdf, s.CDF(2.5), 1e-12)
		mean, variance, skewness := s.Moments()
		require.InDelta(t, tt.mean, mean, 1e-14)
		require.InDelta(t, tt.variance, variance, 1e-14)
		require.InDelta(t, tt.skewness, skewness, 1e-14)
	}
}

// The logarithm of the integral of the density up to z, by mpmath 1.4.1 (quad, 40 digits). SciPy's
// own cdf is 0 at -40 and half of this at shape 50, z -0.5.
func TestLogCDFAgainstMpmath(t *testing.T) {
	for _, tt := range []struct{ z, shape, want float64 }{
		{-40, -50, -803.9152948331514}, {-12, -50, -74.717525821008851}, {-3, -50, -5.9145790409504042},
		{-0.5, -50, -0.4827645810336733}, {0, -50, -0.006385694317785949}, {0.01, -50, -0.0031605642220396925},
		{-40, -0.5, -803.91529483315858}, {-12, -0.5, -74.717525821795096}, {-3, -0.5, -5.9676930263776807},
		{-0.5, -0.5, -0.82664487221865035}, {0, -0.5, -0.43450735451772821}, {1, -0.5, -0.075290378894860117},
		{4, -0.5, -1.1266886919704875e-6}, {1, -3, -5.6246015489349943e-5},
		{-40, 0, -804.60844201371853}, {-12, 0, -75.410673001568796}, {0, 0, -0.69314718055994531}, {4, 0, -3.1671743377489264e-5},
		{-40, 0.5, -1008.0559657714792}, {-12, 0.5, -95.681277653652183}, {-0.5, 0.5, -1.7172440103642926},
		{1, 0.5, -0.28075232030723767}, {4, 0.5, -6.2217731091873272e-5},
		{-40, 3, -8011.9238805759937}, {-12, 3, -729.51789563295759}, {-3, 3, -51.776419664344138}, {-0.5, 3, -5.0562417512463643},
		{0, 3, -2.2787085952902987}, {0.01, 3, -2.2400471932692797}, {1, 3, -0.38163276314317255}, {4, 3, -6.3344489886078092e-5},
		{-40, 50, -2000820.2589584801}, {-0.5, 50, -324.12467659417223}, {0, 50, -5.0568862015054332},
		{0.01, 50, -4.4977259654167262}, {1, 50, -0.38171514630212607}, {4, 50, -6.3344489886078092e-5},
		{-40, 1000, -800000829.24575564}, {-0.5, 1000, -125020.60671436146}, {0, 1000, -8.0524854981647261},
		{0.003, 1000, -6.0348084667906207}, {0.004, 1000, -5.7472531508689359}, {0.0045, 1000, -5.6294724555778866}, // about the mode
		{0.05, 50, -3.2211398232674119}, {0.07, 50, -2.8858511140284761}, {0.5, 3, -0.94341947316783384},
		{0.01, 1000, -4.8309782051883747}, {1, 1000, -0.38171514630212607},
	} {
		s := SkewNormal{Location: -7, Scale: 3, Shape: tt.shape}
		require.InEpsilon(t, tt.want, s.LogCDF(-7+3*tt.z), 1e-11, "shape %v, z %v", tt.shape, tt.z)
	}
}

func TestLogNormalCDF(t *testing.T) {
	for x, want := range map[float64]float64{ // mpmath 1.4.1, ln(erfc(-x/sqrt 2)/2)
		-100: -5005.5242086942051, -37.5: -707.66898931750719, -25: -316.63940800802026, -20.5: -214.0667289632638,
		-19.5: -194.0169657774975, -3: -6.6077262215103495, 2: -0.023012909328963488, 9: -1.1285884059538406e-19,
	} {
		require.InEpsilon(t, want, logNormalCDF(x), 5e-14, "x %v", x)
	}
}

// Owen's T by its defining integral, a route that LogCDF does not take: T(h, a) = 1/(2 pi) int_0^a
// exp(-h^2 (1+x^2)/2)/(1+x^2) dx.
func owenT(h, a float64) float64 {
	f := func(x float64) float64 { return math.Exp(-h*h*(1+x*x)/2) / (1 + x*x) / (2 * math.Pi) }
	return math.Copysign(quad.Fixed(f, 0, math.Abs(a), 200, quad.Legendre{}, 0), a)
}

func TestCDFAgainstOwensT(t *testing.T) {
	require.InEpsilon(t, 0.1415806036539784, owenT(0.5, 2), 1e-13) // scipy 1.17.1: special.owens_t
	require.InEpsilon(t, 0.005928608030898514, owenT(2, 0.3), 1e-13)
	for _, shape := range []float64{-8, -2, -0.1, 0, 0.7, 5} {
		for z := -4.0; z <= 4; z += 0.25 {
			want := math.Erfc(-z/math.Sqrt2)/2 - 2*owenT(z, shape)
			require.InDelta(t, want, SkewNormal{Scale: 1, Shape: shape}.CDF(z), 2e-14, "shape %v, z %v", shape, z)
		}
	}
}

func TestDensityIntegratesToTheCDF(t *testing.T) {
	s := SkewNormal{Location: 40, Scale: 6, Shape: -2}
	for _, x := range []float64{25, 33, 38, 44} {
		want := quad.Fixed(func(v float64) float64 { return math.Exp(s.LogPDF(v)) }, -20, x, 400, quad.Legendre{}, 0)
		require.InEpsilon(t, want, s.CDF(x), 1e-12)
	}
}

func TestLogCDFStaysFinite(t *testing.T) {
	for _, shape := range []float64{-1000, -1, 0, 2, 1000} {
		before := math.Inf(-1)
		for _, z := range []float64{-1e6, -1e4, -1e3, -100, -38, -37, -20.1, -19.9, -5, -1, -0.1, 0, 0.1, 1, 3, 5} {
			p := SkewNormal{Scale: 1, Shape: shape}.LogCDF(z)
			require.True(t, finite(p), "shape %v, z %v: %v", shape, z, p)
			require.LessOrEqual(t, before, p)
			require.LessOrEqual(t, p, 0.0)
			before = p
		}
	}
	require.Equal(t, math.Inf(-1), SkewNormal{Scale: 1}.LogCDF(math.Inf(-1)))
	require.Zero(t, SkewNormal{Scale: 1}.LogCDF(math.Inf(1)))
}

// skewed draws z = delta |u| + sqrt(1 - delta^2) v with u, v normal, which is skew-normal (Azzalini
// 1985).
func skewed(s SkewNormal, n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	delta := s.Shape / math.Hypot(1, s.Shape)
	x := make([]float64, n)
	for i := range x {
		x[i] = s.Location + s.Scale*(delta*math.Abs(rng.NormFloat64())+math.Sqrt(1-delta*delta)*rng.NormFloat64())
	}
	return x
}

func TestFitSkewNormalIsTheLikeliest(t *testing.T) {
	// The likeliest distribution by scipy 1.17.1, optimize.minimize (Nelder-Mead, xatol 1e-11) on
	// skewnorm.logpdf.
	samples := []float64{28.5, 28.7, 29.3, 30.0, 31.1, 31.8, 31.9, 32.5, 32.5, 32.5, 32.8, 32.9, 33.2, 33.5, 33.5, 33.6, 33.8, 33.9, 33.9,
		34.0, 34.0, 34.0, 34.4, 34.5, 34.8, 35.4, 35.6, 36.2, 36.4, 36.7, 36.9, 37.5, 38.0, 38.4, 39.2, 41.6, 41.7, 42.8, 43.1, 43.4}
	fit, err := FitSkewNormal(samples)
	require.NoError(t, err)
	require.InEpsilon(t, 30.8083627, fit.Location, 1e-6)
	require.InEpsilon(t, 5.5907245, fit.Scale, 1e-6)
	require.InEpsilon(t, 2.7570385, fit.Shape, 1e-6)
	loss := 0.0
	for _, x := range samples {
		loss -= fit.LogPDF(x)
	}
	require.InEpsilon(t, 107.62812156235005, loss, 1e-12)
}

func TestFitSkewNormalRecoversParameters(t *testing.T) {
	for _, s := range []SkewNormal{{30, 6, 4}, {30, 6, -4}, {-100, 0.01, 1.5}, {1e6, 1e3, -2}, {0, 1, 20}} {
		fit, err := FitSkewNormal(skewed(s, 10000, 7))
		require.NoError(t, err)
		require.InDelta(t, s.Location, fit.Location, 0.06*s.Scale)
		require.InEpsilon(t, s.Scale, fit.Scale, 0.06)
		require.InEpsilon(t, s.Shape, fit.Shape, 0.2)
	}
	fit, err := FitSkewNormal(skewed(SkewNormal{5, 2, 0}, 10000, 7))
	require.NoError(t, err)
	mean, variance, _ := fit.Moments()
	require.InDelta(t, 5, mean, 0.06)
	require.InDelta(t, 4, variance, 0.15)
	require.Less(t, math.Abs(fit.Shape), 0.5, "near Shape 0 the likelihood is flat to the third order")
}

func TestFitSkewNormalBeyondTheAttainableSkewness(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	samples := make([]float64, 2000)
	for i := range samples {
		samples[i] = 10 + rng.ExpFloat64() // skewness 2
	}
	fit, err := FitSkewNormal(samples)
	require.NoError(t, err)
	require.Greater(t, fit.Shape, 20.0)
	require.LessOrEqual(t, fit.Shape, 1000.0)
	require.InDelta(t, slices.Min(samples), fit.Location, 0.05)
	for i := range samples {
		samples[i] = -samples[i]
	}
	mirrored, err := FitSkewNormal(samples)
	require.NoError(t, err)
	require.Less(t, mirrored.Shape, -20.0)
	require.InDelta(t, -fit.Location, mirrored.Location, 0.01)
}

func TestFitSkewNormalErrors(t *testing.T) {
	for want, samples := range map[string][]float64{
		"2 samples":            {1, 2},
		"are equal (4)":        {4, 4, 4, 4},
		"sample 1 of 3":        {1, math.NaN(), 3},
		"sample 2 of 4 for th": {1, 2, math.Inf(1), 3},
	} {
		_, err := FitSkewNormal(samples)
		require.ErrorContains(t, err, want)
	}
}

func TestKolmogorovSmirnov(t *testing.T) {
	samples := []float64{28.5, 28.7, 29.3, 30.0, 31.1, 31.8, 31.9, 32.5, 32.5, 32.5, 32.8, 32.9, 33.2, 33.5, 33.5, 33.6, 33.8, 33.9, 33.9,
		34.0, 34.0, 34.0, 34.4, 34.5, 34.8, 35.4, 35.6, 36.2, 36.4, 36.7, 36.9, 37.5, 38.0, 38.4, 39.2, 41.6, 41.7, 42.8, 43.1, 43.4}
	// scipy 1.17.1: kstest(samples, "skewnorm", args=(4, 30, 6)) gives the distance and the exact
	// p-value 0.28726.
	distance := kolmogorovSmirnov(samples, SkewNormal{30, 6, 4}.CDF)
	require.InEpsilon(t, 0.15154251334027974, distance, 1e-12)
	require.InDelta(t, 0.28726188027978017, kolmogorovPValue(distance, len(samples)), 0.01)
	// special.kolmogorov, the limit for many samples.
	const n = 1e10
	for limit, want := range map[float64]float64{
		0.3: 0.9999906941986655, 0.5: 0.9639452436648751, 0.8276: 0.49995841656354456, 1.3581: 0.0499996304316674, 2: 0.0006709252557796953,
	} {
		require.InDelta(t, want, kolmogorovPValue(limit/math.Sqrt(n), n), 1e-5)
	}
	require.Equal(t, 1.0, kolmogorovPValue(0, 10))
}

func TestSkewNormalFitOfEverySize(t *testing.T) {
	samples := skewed(SkewNormal{30, 6, 4}, 500, 7)
	want, err := FitSkewNormal(samples)
	require.NoError(t, err)
	for _, e := range []int{-900, -600, 600, 900} {
		scaled := make([]float64, len(samples))
		for i, v := range samples {
			scaled[i] = math.Ldexp(v, e)
		}
		got, err := FitSkewNormal(scaled)
		require.NoError(t, err)
		require.InEpsilon(t, want.Location, math.Ldexp(got.Location, -e), 1e-6)
		require.InEpsilon(t, want.Scale, math.Ldexp(got.Scale, -e), 1e-6)
		require.InEpsilon(t, want.Shape, got.Shape, 1e-5)
		require.InDelta(t, want.LogCDF(35), got.LogCDF(math.Ldexp(35, e)), 1e-6)
	}
	for _, bad := range []SkewNormal{{}, {0, -1, 0}, {0, math.NaN(), 0}, {math.NaN(), 1, 0}, {0, 1, math.Inf(1)}} {
		mean, variance, skewness := bad.Moments()
		for _, v := range []float64{bad.LogPDF(1), bad.CDF(1), bad.LogCDF(1), mean, variance, skewness} {
			require.True(t, math.IsNaN(v), "%v", bad)
		}
	}
}

func TestDensityOfASubnormalScale(t *testing.T) {
	density := SkewNormal{Scale: math.Ldexp(1, -1070)}.LogPDF(0)
	require.InEpsilon(t, 1070*math.Ln2-math.Log(2*math.Pi)/2, density, 1e-14)
}
