package exposure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"
)

// largestShape bounds the fitted shape: samples of which the likeliest distribution is a
// half-normal have no likeliest shape, and beyond this one nothing changes.
const largestShape = 1000

// FitSkewNormal returns the skew-normal distribution of largest likelihood for the samples, its
// shape held within +-1,000. Fewer than 3 samples, samples that are all equal or not finite are
// errors.
//
// Nelder and Mead's simplex starts at the distribution with the samples' moments. It needs no
// derivatives, which vanish at Shape 0 whatever the samples are (Azzalini 1985), and would hold a
// gradient method there.
func FitSkewNormal(samples []float64) (SkewNormal, error) {
	if len(samples) < 3 {
		return SkewNormal{}, fmt.Errorf("exposure: a skew-normal distribution cannot be fitted to %d samples; draw 3 or more", len(samples))
	}
	if i := notFinite(samples); i >= 0 {
		return SkewNormal{}, fmt.Errorf("exposure: sample %d of %d for the skew-normal fit is %v", i, len(samples), samples[i])
	}
	unit := unitOf(samples)
	near := make([]float64, len(samples)) // 2^-unit samples, whose squares stay in the range of float64
	for i, x := range samples {
		near[i] = math.Ldexp(x, -unit)
	}
	mean, deviation := stat.PopMeanStdDev(near, nil)
	if deviation <= 1e-12*math.Abs(mean) {
		return SkewNormal{}, fmt.Errorf("exposure: all %d samples for the skew-normal fit are equal (%v): there is no spread to fit",
			len(samples), math.Ldexp(mean, unit))
	}
	standard := make([]float64, len(samples))
	for i, x := range near {
		standard[i] = (x - mean) / deviation
	}
	fit := momentFit(standard)
	for range 2 { // again from its own result: a simplex can collapse before it has arrived
		var err error
		if fit, err = likeliest(standard, fit); err != nil {
			return SkewNormal{}, err
		}
	}
	return SkewNormal{Location: math.Ldexp(mean+deviation*fit.Location, unit), Scale: math.Ldexp(deviation*fit.Scale, unit), Shape: fit.Shape}, nil
}

// momentFit returns the distribution with mean 0, variance 1 and the samples' skewness, which is
// taken back to +-0.99 where no skew-normal distribution has it. It solves Moments for the
// parameters.
func momentFit(standard []float64) SkewNormal {
	third := 0.0
	for _, z := range standard {
		third += z * z * z / float64(len(standard))
	}
	third = max(-0.99, min(0.99, third))
	shift := math.Cbrt(2 * third / (4 - math.Pi)) // mean of z over its deviation
	scale := math.Sqrt(1 + shift*shift)
	delta := shift / scale * math.Sqrt(math.Pi/2)
	return SkewNormal{Location: -shift, Scale: scale, Shape: delta / math.Sqrt(1-delta*delta)}
}

func likeliest(samples []float64, start SkewNormal) (SkewNormal, error) {
	at := func(x []float64) SkewNormal { return SkewNormal{Location: x[0], Scale: math.Exp(x[1]), Shape: x[2]} }
	problem := optimize.Problem{Func: func(x []float64) float64 {
		if math.Abs(x[2]) > largestShape {
			return math.Inf(1)
		}
		s, sum := at(x), 0.0
		for _, v := range samples {
			sum -= s.LogPDF(v)
		}
		return sum / float64(len(samples))
	}}
	settings := &optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-12, Iterations: 30}, MajorIterations: 2000}
	result, err := optimize.Minimize(problem, []float64{start.Location, math.Log(start.Scale), start.Shape}, settings, &optimize.NelderMead{})
	if err != nil {
		return SkewNormal{}, fmt.Errorf("exposure: fit a skew-normal distribution: %w", err)
	}
	return at(result.X), nil
}
