package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"lethe/datasets"
)

// The first layer is scaled by a singular value decomposition of its inputs, the trusted samples
// themselves; the second by that of the hidden units' values, taken from the formula.
func TestSAPIsThatOfASingularValueDecomposition(t *testing.T) {
	b := blobs()
	const alpha, trusted = 30.0, 25
	rest := must(datasets.Without(b.p.Train, b.rows))
	losses := make([]float64, rest.Len())
	order := make([]int, rest.Len())
	for i := range losses {
		order[i], losses[i] = i, b.meanLoss(t, b.theta, rest.Slice(i, i+1))
	}
	slices.SortFunc(order, func(i, j int) int { return int(math.Copysign(1, losses[i]-losses[j])) })
	x := rest.X.(*datasets.Dense)
	w1, b1 := mat.NewDense(6, 32, slices.Clone(b.theta[:192])), b.theta[192:224]
	inputs, hidden := mat.NewDense(trusted, 6, nil), mat.NewDense(trusted, 32, nil)
	for k, i := range order[:trusted] {
		inputs.SetRow(k, x.Data[6*i:6*i+6])
	}
	hidden.Mul(inputs, w1)
	hidden.Apply(func(_, j int, v float64) float64 { return math.Tanh(v + b1[j]) }, hidden)
	want := slices.Clone(b.theta)
	for _, l := range []struct {
		inputs *mat.Dense
		w      []float64
		in     int
	}{{inputs, want[:192], 6}, {hidden, want[224:320], 32}} {
		var svd mat.SVD
		require.True(t, svd.Factorize(l.inputs, mat.SVDThin))
		var v, lambda, p, scaled mat.Dense
		svd.VTo(&v)
		s, total := svd.Values(nil), 0.0
		for _, x := range s {
			total += x * x
		}
		lambda.CloneFrom(v.T())
		for i, x := range s {
			r := x * x / total
			for j := range l.in {
				lambda.Set(i, j, lambda.At(i, j)*alpha*r/((alpha-1)*r+1))
			}
		}
		p.Mul(&v, &lambda)
		weights := mat.NewDense(l.in, len(l.w)/l.in, l.w)
		scaled.Mul(&p, weights)
		weights.Copy(&scaled)
	}
	next := b.carry(t, SAP{Alpha: alpha, Trusted: trusted}, b.repair)
	require.InDeltaSlice(t, want, next, 1e-9)
}

// It heals wrong labels that nobody names: the request names one sample only.
func TestSAPHealsLabelsThatNobodyNames(t *testing.T) {
	b := blobs()
	next := b.carry(t, SAP{Alpha: 30, Trusted: 30}, RemoveSamples(b.rows[0]))
	require.Greater(t, b.tested(t, next), b.tested(t, b.theta)+0.1)
	require.Less(t, b.forgotten(t, next), 0.5)
	require.Greater(t, b.kept(t, next), 0.95)
}
