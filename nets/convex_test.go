package nets

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/graph"
)

// The constants against the curvature itself: the Hessian of each loss in its outputs, written out
// by hand.
func TestConvexityConstantsAreReachedAndNotPassed(t *testing.T) {
	softmax := func(z []float64) []float64 {
		p := make([]float64, len(z))
		for i, v := range z {
			p[i] = math.Exp(v - floats.LogSumExp(z))
		}
		return p
	}
	moment := func(p, u []float64, power float64) (sum float64) {
		mean := floats.Dot(p, u)
		for i, v := range u {
			sum += p[i] * math.Pow(v-mean, power)
		}
		return sum
	}
	sigmoid := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	for _, c := range []struct {
		loss    Loss
		outputs int
		// second and third derivative of the loss at z along the unit vector u
		second, third func(z, u []float64) float64
	}{
		{Logistic, 1, func(z, _ []float64) float64 { q := sigmoid(z[0]); return q * (1 - q) },
			func(z, _ []float64) float64 { q := sigmoid(z[0]); return q * (1 - q) * (1 - 2*q) }},
		{SoftmaxCrossEntropy, 2, func(z, u []float64) float64 { return moment(softmax(z), u, 2) },
			func(z, u []float64) float64 { return moment(softmax(z), u, 3) }},
		{SoftmaxCrossEntropy, 4, func(z, u []float64) float64 { return moment(softmax(z), u, 2) },
			func(z, u []float64) float64 { return moment(softmax(z), u, 3) }},
		{Squared, 3, func(_, _ []float64) float64 { return 1 }, func(_, _ []float64) float64 { return 0 }},
	} {
		m, err := NewModel(Linear{In: 5, Out: c.outputs}, c.loss)
		require.NoError(t, err)
		gamma, gamma2, err := m.Convexity()
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(1, 2))
		most, most3 := 0.0, 0.0
		for range 400000 {
			z, u := make([]float64, c.outputs), make([]float64, c.outputs)
			for i := range z {
				z[i], u[i] = 3*rng.NormFloat64(), rng.NormFloat64()
			}
			floats.Scale(1/floats.Norm(u, 2), u)
			most = max(most, c.second(z, u))
			most3 = max(most3, math.Abs(c.third(z, u)))
		}
		require.LessOrEqual(t, most, gamma+1e-12)
		require.LessOrEqual(t, most3, gamma2+1e-12)
		require.Greater(t, most, 0.8*gamma)
		require.GreaterOrEqual(t, most3, 0.6*gamma2)
	}
}

func TestModelsThatAreNotConvexSayWhy(t *testing.T) {
	other := func(out, y *graph.Node) *graph.Node { return graph.Logistic(out, y) }
	for _, c := range []struct {
		net  Network
		loss Loss
		want string
	}{
		{MLP{In: 3, Hidden: []int{2}, Out: 1}, Logistic, "nets.MLP is not linear in its parameters"},
		{Linear{In: 3, Out: 1, Bias: true}, Logistic, "append a column of ones"},
		{Linear{In: 3, Out: 1}, other, "nothing is known of its loss"},
	} {
		m, err := NewModel(c.net, c.loss)
		require.NoError(t, err)
		_, _, err = m.Convexity()
		require.ErrorContains(t, err, c.want)
	}
	m, err := NewModel(Linear{In: 3, Out: 1, Bias: true}, Logistic)
	require.NoError(t, err)
	part, err := m.Select(m.Init(1), "W")
	require.NoError(t, err)
	require.True(t, part.Selected())
	require.False(t, m.Selected())
	for _, pattern := range []string{"W", "b", "*"} {
		part, err := m.Select(m.Init(1), pattern)
		require.NoError(t, err)
		_, _, err = part.Convexity()
		require.ErrorContains(t, err, "held fixed")
		_, _, err = part.LossSmoothness()
		require.ErrorContains(t, err, "held fixed")
	}
	_, _, err = m.LossSmoothness()
	require.NoError(t, err)
}
