package unlearn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// Reference: the recursions of Kingma and Ba and of Reddi et al. in closed form for gradients that
// are known.
func TestAdamFollowsItsRule(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	for _, amsgrad := range []bool{false, true} {
		theta := randomVector(p.Dim(), 6)
		start := append([]float64(nil), theta...)
		const steps, rate, b1, b2, epsilon = 12, 0.05, 0.7, 0.8, 1e-3
		var past [][]float64 // the gradients so far
		for k := 1; k <= steps; k++ {
			g := make([]float64, p.Dim())
			require.NoError(t, p.Gradient(t.Context(), g, theta))
			floats.Scale(1.0/40, g)
			past = append(past, g)
			for j := range theta {
				theta[j] -= rate * mean(past, j, b1, k, 1) / (1 - math.Pow(b1, float64(k))) /
					(math.Sqrt(largest(past, j, b2, k, amsgrad)/(1-math.Pow(b2, float64(k)))) + epsilon)
			}
		}
		got, err := Adam{Rate: rate, Beta1: b1, Beta2: b2, Epsilon: epsilon, AMSGrad: amsgrad, Batch: 40,
			Epochs: steps}.Train(t.Context(), p, start)
		require.NoError(t, err)
		require.InDeltaSlice(t, theta, got, 1e-12)
	}
}

// mean is (1-beta) sum_i beta^(k-i) g_i^power over the first k gradients.
func mean(past [][]float64, j int, beta float64, k int, power float64) float64 {
	sum := 0.0
	for i := range k {
		sum += (1 - beta) * math.Pow(beta, float64(k-1-i)) * math.Pow(past[i][j], power)
	}
	return sum
}

func largest(past [][]float64, j int, beta float64, k int, ever bool) float64 {
	v := mean(past, j, beta, k, 2)
	for i := 1; ever && i < k; i++ {
		v = max(v, mean(past, j, beta, i, 2))
	}
	return v
}

func TestAdamsFirstStepIsTheRateAlongTheSign(t *testing.T) {
	p := problems(t)["least squares, dense"]
	start := randomVector(p.Dim(), 6)
	g := make([]float64, p.Dim())
	require.NoError(t, p.Gradient(t.Context(), g, start))
	got, err := Adam{Batch: 40}.Train(t.Context(), p, start)
	require.NoError(t, err)
	for j := range got {
		require.InDelta(t, start[j]-math.Copysign(1e-3, g[j]), got[j], 1e-9)
	}
}

func TestAMSGradIsNotAdam(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	start := randomVector(p.Dim(), 6)
	adam, err := Adam{Rate: 0.1, Batch: 8, Epochs: 20}.Train(t.Context(), p, start)
	require.NoError(t, err)
	ams, err := Adam{Rate: 0.1, Batch: 8, Epochs: 20, AMSGrad: true}.Train(t.Context(), p, start)
	require.NoError(t, err)
	require.NotEqual(t, adam, ams)
}
