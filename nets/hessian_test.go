package nets_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
	"lethe/unlearn"
)

var _ unlearn.HessianWriter = (*nets.Model)(nil)

// A Hessian that is written out has the columns that products with the unit vectors give, which
// come from the graph's derivatives, and the same bits on any number of cores.
func TestWriteHessian(t *testing.T) {
	for _, c := range []struct {
		name    string
		net     nets.Network
		loss    nets.Loss
		classes int
	}{
		{"logistic", nets.Linear{In: 7, Out: 1}, nets.Logistic, 2},
		{"logistic, bias", &nets.Linear{In: 7, Out: 1, Bias: true}, nets.Logistic, 2},
		{"softmax", nets.Linear{In: 7, Out: 3}, nets.SoftmaxCrossEntropy, 3},
		{"softmax, bias", nets.Linear{In: 7, Out: 4, Bias: true}, nets.SoftmaxCrossEntropy, 4},
		{"squared, bias", nets.Linear{In: 7, Out: 1, Bias: true}, nets.Squared, 0},
	} {
		d := dense(3, 300, 7, c.classes)
		csr, full := sparse(d)
		n, _ := repeats(300)
		for what, d := range map[string]*datasets.Dataset{"dense": d, "sparse": csr, "sparse, stored densely": full, "weights": weighted(csr, n)} {
			name := fmt.Sprintf("%s, %s", c.name, what)
			m, err := nets.NewModel(c.net, c.loss, nets.Cores(1))
			require.NoError(t, err)
			theta, p := m.Init(4), m.Dim()
			got := make([]float64, p*p)
			require.NoError(t, m.WriteHessian(t.Context(), got, theta, d), name)
			v, column := make([]float64, p), make([]float64, p)
			for j := range p {
				v[j] = 1
				require.NoError(t, m.HVP(t.Context(), column, theta, v, d))
				v[j] = 0
				near(t, column, got[j*p:(j+1)*p], 1e-12, name)
			}
			require.False(t, math.IsInf(m.HessianProducts(d), 1), name)
			m, err = nets.NewModel(c.net, c.loss, nets.Cores(3))
			require.NoError(t, err)
			again := make([]float64, p*p)
			require.NoError(t, m.WriteHessian(t.Context(), again, theta, d), name)
			require.Equal(t, got, again, name)
		}
	}
}

// What is not a row of a linear model is refused.
func TestHessiansThatAreNotWritten(t *testing.T) {
	d := dense(3, 30, 7, 2)
	for name, of := range map[string]func() (*nets.Model, error){
		"not linear": func() (*nets.Model, error) {
			return nets.NewModel(nets.MLP{In: 7, Hidden: []int{2}, Out: 1}, nets.Logistic)
		},
		"single precision": func() (*nets.Model, error) {
			return nets.NewModel(nets.Linear{In: 7, Out: 1}, nets.Logistic, nets.Float32())
		},
		"another loss": func() (*nets.Model, error) {
			return nets.NewModel(nets.Linear{In: 7, Out: 1}, func(out, y *graph.Node) *graph.Node { return nets.Squared(out, y) })
		},
	} {
		m, err := of()
		require.NoError(t, err)
		require.True(t, math.IsInf(m.HessianProducts(d), 1), name)
		err = m.WriteHessian(t.Context(), make([]float64, m.Dim()*m.Dim()), m.Init(1), d)
		require.True(t, errors.Is(err, errors.ErrUnsupported), "%s: %v", name, err)
	}
	m, err := nets.NewModel(nets.Linear{In: 7, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	require.ErrorContains(t, m.WriteHessian(t.Context(), make([]float64, 7), m.Init(1), d), "49 entries")
}

// Writing a Hessian out is cheap beside products for sparse rows and few parameters, and not for
// many parameters of few samples.
func TestHessianProducts(t *testing.T) {
	oneHot := &datasets.Dense{N: 5000, Cols: 100, Data: make([]float64, 500000)}
	for i := range oneHot.N {
		for k := range 10 {
			oneHot.Data[i*100+k*10+(i+k)%10] = 1
		}
	}
	d := &datasets.Dataset{X: oneHot, Y: make([]float64, 5000), Classes: 2}
	m, err := nets.NewModel(nets.Linear{In: 100, Out: 1}, nets.Logistic)
	require.NoError(t, err)
	// 10 entries a row: 50 products of two of them, against 20 for a product with a vector; and the
	// factor takes 100^3/6 for all.
	require.InEpsilon(t, (50+1e6/6/5000)/20, m.HessianProducts(d), 0.01)
	require.Greater(t, m.HessianProducts(d.Slice(0, 20)), 100.0)
}
