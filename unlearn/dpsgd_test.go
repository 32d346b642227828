package unlearn

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// With hardly any noise, no clipping and every sample in every batch it is gradient descent on L/n.
func TestDPSGDWithoutNoiseIsGradientDescent(t *testing.T) {
	p := sisaProblem()
	n := p.Train.Len()
	m := DPSGD{Rate: 0.5, Clip: 1e6, Noise: 1e-14, Batch: n, Steps: 7, Seed: 1, Start: randomVector(5, 2)}
	private, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	want, g := randomVector(5, 2), make([]float64, 5)
	for range 7 {
		require.NoError(t, p.Gradient(t.Context(), g, want))
		floats.AddScaled(want, -0.5/float64(n), g)
	}
	require.InDeltaSlice(t, want, private.Theta, 1e-7)
	require.Equal(t, "dp-sgd", private.Name())
	require.Greater(t, private.Epsilon, 1e6, "nothing is private without noise")
}

// drawn notes the batches and adds up nothing.
type drawn struct {
	full
	batches []int
	limit   float64
}

func (o *drawn) ClippedSum(_ context.Context, dst, _ []float64, limit float64, d *datasets.Dataset) error {
	clear(dst)
	o.batches, o.limit = append(o.batches, d.Len()), limit
	return nil
}

// Batches are Poisson samples, and what is left of a step without gradients is the noise.
func TestDPSGDSamplesAndNoise(t *testing.T) {
	const dim, steps, batch, n = 400, 500, 30, 90
	o := &drawn{full: full{logistic(dim)}}
	p := &Problem{Objective: o, Train: randomData(n, dim, 2, false, 3)}
	m := DPSGD{Rate: 2, Clip: 0.3, Noise: 1.7, Batch: batch, Steps: steps, Seed: 3}
	private, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, 0.3, o.limit)
	require.Len(t, o.batches, steps) // the chance of an empty batch is 1e-16
	mean, variance := 0.0, 0.0
	for _, b := range o.batches {
		mean += float64(b) / steps
	}
	for _, b := range o.batches {
		variance += (float64(b) - mean) * (float64(b) - mean) / steps
	}
	require.InDelta(t, batch, mean, 4*math.Sqrt(20.0/steps)) // n q (1 - q) = 20
	require.InDelta(t, 20, variance, 4*20*math.Sqrt(2.0/steps))
	// theta is a sum of steps normal numbers of deviation Rate Noise Clip / Batch.
	deviation := 2 * 1.7 * 0.3 / batch * math.Sqrt(steps)
	require.InEpsilon(t, deviation, floats.Norm(private.Theta, 2)/math.Sqrt(dim), 4/math.Sqrt(2*dim))
	spent, err := PrivacySpent(1.0/3, 1.7, steps, 1e-5)
	require.NoError(t, err)
	require.Equal(t, spent, private.Epsilon)
	require.Equal(t, 1e-5, private.Delta)
	again, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, private.Theta, again.Theta)
	m.Seed++
	other, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	require.NotEqual(t, private.Theta, other.Theta)
}

// n is a public constant: on the corrected data it stays what it was. A start far away and a large
// regularizer tell 1,000 from 999 samples otherwise, at an epsilon of next to nothing.
func TestTheNumberOfSamplesIsPublic(t *testing.T) {
	d := randomData(1000, 1, 2, false, 3)
	p := &Problem{Objective: full{logistic(1)}, Train: d, L2: 1000}
	m := DPSGD{Rate: 1, Noise: 20, Batch: 1, Steps: 1, Start: []float64{1e8}, Seed: 1}
	applied, err := RemoveSamples(3).Apply(d)
	require.NoError(t, err)
	q := p.With(applied.Data)
	for seed := range uint64(10) {
		m.Seed, m.Samples = seed+1, 0
		private, err := m.Train(t.Context(), p)
		require.NoError(t, err)
		require.Less(t, private.Epsilon, 0.1)
		require.Equal(t, 1000, private.Samples)
		m.Samples = private.Samples
		corrected, err := m.Train(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, private.Epsilon, corrected.Epsilon)
		for _, theta := range [][]float64{private.Theta, corrected.Theta} {
			require.Less(t, math.Abs(theta[0]), 6*20.0+1, "noise and one gradient are all that is left")
		}
	}
	// The batches, and the number of steps, follow from it too.
	o := &drawn{full: full{logistic(1)}}
	m = DPSGD{Rate: 1, Noise: 1, Batch: 200, Samples: 4000, Seed: 1}
	private, err := m.Train(t.Context(), &Problem{Objective: o, Train: d})
	require.NoError(t, err)
	require.Len(t, o.batches, 20)
	sum := 0
	for _, b := range o.batches {
		sum += b
	}
	require.InDelta(t, 20*50, sum, 4*math.Sqrt(20*1000*0.05*0.95))
	spent, err := PrivacySpent(0.05, 1, 20, 1e-5)
	require.NoError(t, err)
	require.Equal(t, spent, private.Epsilon)
	m.Samples = -1
	_, err = m.Train(t.Context(), p)
	require.ErrorContains(t, err, "DPSGD.Samples is -1")
	m.Samples = 100
	_, err = m.Train(t.Context(), p)
	require.ErrorContains(t, err, "ask for batches of 1 to 100")
}

// The seed that everybody tries first takes the noise off.
func TestNoiseNeedsASecretSeed(t *testing.T) {
	p := sisaProblem()
	_, err := DPSGD{Rate: 0.1, Noise: 1}.Train(t.Context(), p)
	require.ErrorContains(t, err, "DPSGD.Seed is 0, which anybody would guess")
	_, err = ObjectivePerturbation{Sigma: 1}.Train(t.Context(), p)
	require.ErrorContains(t, err, "ObjectivePerturbation.Seed is 0, which anybody would guess")
}

func TestDPSGDClipsAndLearns(t *testing.T) {
	p := sisaProblem()
	m := DPSGD{Rate: 1, Clip: 0.1, Noise: 1e-12, Batch: 90, Steps: 1, Seed: 1}
	private, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	require.LessOrEqual(t, norm(private.Theta), 0.1*(1+1e-9), "a step is no longer than the clipped mean")
	m = DPSGD{Rate: 0.5, Noise: 0.5, Batch: 30, Steps: 300, Seed: 1}
	private, err = m.Train(t.Context(), p)
	require.NoError(t, err)
	before, err := p.Loss(t.Context(), make([]float64, 5))
	require.NoError(t, err)
	after, err := p.Loss(t.Context(), private.Theta)
	require.NoError(t, err)
	require.Less(t, after, 0.9*before)
	_, err = m.Train(t.Context(), &Problem{Objective: logistic(5), Train: p.Train})
	require.ErrorContains(t, err, "implement Clipper")
	_, err = DPSGD{Rate: 1e300, Noise: 1, Steps: 50, Seed: 1}.Train(t.Context(), &Problem{Objective: p.Objective, Train: p.Train, L2: 1e10})
	require.ErrorContains(t, err, "lower Rate")
}

// With every sample in every batch the steps are a Gaussian mechanism whose exact law is known: k
// samples apart, the ratio of distance to noise is k mu with mu = sqrt(steps)/noise. A corrected
// label is two samples apart, and the epsilon of one does not cover it.
func TestACorrectionCountsTwice(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	n := p.Train.Len()
	for _, noise := range []float64{4, 15, 60} {
		const steps = 20
		m, err := DPSGD{Rate: 0.1, Noise: noise, Batch: n, Steps: steps, Delta: 1e-3, Seed: 1}.Train(t.Context(), p)
		require.NoError(t, err)
		mu := math.Sqrt(steps) / noise
		require.LessOrEqual(t, GaussianDelta(m.Epsilon, mu), m.Delta, "one sample is removed")
		require.Greater(t, GaussianDelta(m.Epsilon, 2*mu), m.Delta, "the same epsilon does not cover a replacement")
		both, err := Merge(RemoveSamples(8), CorrectLabels([]int{3}, []float64{1 - p.Train.Y[3]}))
		require.NoError(t, err)
		other := func(row int) float64 { return 1 - p.Train.Y[row] }
		for _, tt := range []struct {
			r     Request
			apart int
		}{
			{RemoveSamples(3), 1}, {RemoveSamples(3, 8), 2}, {CorrectLabels([]int{3}, []float64{other(3)}), 2},
			{CorrectLabels([]int{3, 9}, []float64{other(3), other(9)}), 4}, {both, 3},
			{CorrectSamples([]int{5}, p.Train.Subset([]int{6})), 2}, {CorrectLabels([]int{3}, []float64{p.Train.Y[3]}), 0},
		} {
			epsilon, delta, err := m.Guarantee(tt.r, p.Train)
			require.NoError(t, err)
			require.InDelta(t, float64(tt.apart)*m.Epsilon, epsilon, 1e-12)
			require.LessOrEqual(t, GaussianDelta(epsilon, float64(tt.apart)*mu), delta)
			if tt.apart == 2 {
				require.InEpsilon(t, min(1, m.Delta*(1+math.Exp(m.Epsilon))), delta, 1e-12)
			}
			u, err := m.Unlearn(t.Context(), p, nil, tt.r)
			require.NoError(t, err)
			if tt.apart > 0 {
				require.Contains(t, fmt.Sprint(u.Notes), fmt.Sprintf("epsilon %.4g and delta %.4g", epsilon, delta))
			}
		}
	}
	_, _, err := (&Private{Method: "dp"}).Guarantee(RemoveSamples(1), p.Train)
	require.ErrorContains(t, err, "no epsilon was counted")
	epsilon, delta := (&Private{Epsilon: math.Inf(1), Delta: 1e-5}).group(2)
	require.Equal(t, [2]float64{math.Inf(1), 1}, [2]float64{epsilon, delta})
}
