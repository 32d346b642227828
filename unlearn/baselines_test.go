package unlearn

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
)

// flippedBlobs is a network that has learned 90 points of three classes in six dimensions by heart,
// 18 of them by wrong labels.
type flippedBlobs struct {
	p       *Problem
	model   *nets.Model
	theta   []float64
	rows    []int
	right   []float64         // labels of rows
	test    *datasets.Dataset // 300 other points, with true labels
	removal Request
	repair  Request
}

var blobs = sync.OnceValue(func() *flippedBlobs {
	rng := rand.New(rand.NewPCG(3, 3))
	draw := func(n int) *datasets.Dataset {
		x, y := make([]float64, 6*n), make([]float64, n)
		for i := range y {
			y[i] = float64(i % 3)
			for j := range 6 {
				x[6*i+j] = 0.6 * rng.NormFloat64()
			}
			x[6*i+int(y[i])] += 2
		}
		return &datasets.Dataset{Name: "blobs", X: &datasets.Dense{N: n, Cols: 6, Data: x}, Y: y, Classes: 3}
	}
	b := &flippedBlobs{test: draw(300)}
	d := draw(90)
	for i := 0; i < 90; i += 5 {
		b.rows, b.right = append(b.rows, i), append(b.right, d.Y[i])
	}
	wrong := slices.Clone(b.right)
	for i := range wrong {
		wrong[i] = math.Mod(wrong[i]+1, 3)
	}
	d, err := datasets.SetLabels(d, b.rows, wrong)
	if err != nil {
		panic(err)
	}
	if b.model, err = nets.NewModel(nets.MLP{In: 6, Hidden: []int{32}, Out: 3}, nets.SoftmaxCrossEntropy); err != nil {
		panic(err)
	}
	b.p = &Problem{Objective: b.model, Train: d, L2: 1e-4}
	if b.theta, err = (Adam{Rate: 0.02, Batch: 32, Epochs: 400, Seed: 1}).Train(context.Background(), b.p, b.model.Init(4)); err != nil {
		panic(err)
	}
	b.removal, b.repair = RemoveSamples(b.rows...), CorrectLabels(b.rows, b.right)
	return b
})

// carry returns the parameters that a method makes of the network.
func (b *flippedBlobs) carry(t *testing.T, m Method, r Request) []float64 {
	t.Helper()
	u, err := m.Unlearn(t.Context(), b.p, b.theta, r)
	require.NoError(t, err)
	require.NotEqual(t, b.theta, u.Theta)
	require.Greater(t, u.Cost.Gradients, u.Check.Gradients, "its own work is counted")
	return u.Theta
}

// forgotten, kept and tested are the shares of the wrong labels, of the other training points and
// of the test points that the parameters answer.
func (b *flippedBlobs) forgotten(t *testing.T, theta []float64) float64 {
	return b.accuracy(t, theta, b.p.Train.Subset(b.rows))
}
func (b *flippedBlobs) kept(t *testing.T, theta []float64) float64 {
	return b.accuracy(t, theta, must(datasets.Without(b.p.Train, b.rows)))
}
func (b *flippedBlobs) tested(t *testing.T, theta []float64) float64 {
	return b.accuracy(t, theta, b.test)
}

func (b *flippedBlobs) accuracy(t *testing.T, theta []float64, d *datasets.Dataset) float64 {
	t.Helper()
	return must(b.model.Accuracy(t.Context(), theta, d))
}

// meanLoss is the mean loss of samples.
func (b *flippedBlobs) meanLoss(t *testing.T, theta []float64, d *datasets.Dataset) float64 {
	t.Helper()
	return must(b.model.Loss(t.Context(), theta, d)) / float64(d.Len())
}

// outputs are the network's outputs, one row a sample.
func (b *flippedBlobs) outputs(t *testing.T, theta []float64, d *datasets.Dataset) [][]float64 {
	t.Helper()
	z := make([]float64, 3*d.Len())
	require.NoError(t, b.model.Predict(t.Context(), z, theta, d))
	return slices.Collect(slices.Chunk(z, 3))
}

// tempered is a softmax at a temperature, written again for the oracles.
func tempered(z []float64, temperature float64) []float64 {
	sum, out := 0.0, make([]float64, len(z))
	for _, v := range z {
		sum += math.Exp(v / temperature)
	}
	for k, v := range z {
		out[k] = math.Exp(v/temperature) / sum
	}
	return out
}

// meanKL is the mean of T^2 KL(p_T || q_T) over samples of outputs p and q.
func meanKL(p, q [][]float64, temperature float64) float64 {
	sum := 0.0
	for i := range p {
		a, b := tempered(p[i], temperature), tempered(q[i], temperature)
		for k := range a {
			sum += temperature * temperature * a[k] * math.Log(a[k]/b[k])
		}
	}
	return sum / float64(len(p))
}

// requireStep compares a step of a rate from theta with the central differences of the function
// that it goes down.
func requireStep(t *testing.T, theta, next []float64, rate float64, f func(theta []float64) float64) {
	t.Helper()
	moved := 0.0
	for j, g := range differences(theta, f) {
		require.InDelta(t, -rate*g, next[j]-theta[j], 1e-7*rate+1e-6*rate*math.Abs(g), "parameter %d", j)
		moved = max(moved, math.Abs(next[j]-theta[j]))
	}
	require.Greater(t, moved, 1e-4*rate, "the step is none")
}

// regularized is the regularizer that belongs to a mean over n samples.
func (b *flippedBlobs) regularized(theta []float64, n int) float64 {
	sum := 0.0
	for _, v := range theta {
		sum += v * v
	}
	return b.p.L2 / 2 * sum / float64(n)
}

// differences is the gradient of f by central differences.
func differences(theta []float64, f func(theta []float64) float64) []float64 {
	const h = 1e-5
	at, g := slices.Clone(theta), make([]float64, len(theta))
	for j := range theta {
		at[j] = theta[j] + h
		up := f(at)
		at[j] = theta[j] - h
		g[j] = (up - f(at)) / (2 * h)
		at[j] = theta[j]
	}
	return g
}
