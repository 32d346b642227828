package unlearn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/nets"
	"lethe/unlearn"
)

// oneHot are samples with a category in each of 5 columns and one badly scaled number, as a table
// becomes.
func oneHot(n, categories int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(7, 1))
	cols := 5*categories + 1
	x, y := &datasets.Dense{N: n, Cols: cols, Data: make([]float64, n*cols)}, make([]float64, n)
	for i := range n {
		row := x.Data[i*cols : (i+1)*cols]
		for c := range 5 {
			row[c*categories+int(float64(categories)*r.Float64()*r.Float64())] = 1
		}
		row[cols-1] = 100 * r.NormFloat64()
		if row[0]+row[categories]+0.01*row[cols-1]+r.NormFloat64() > 0.5 {
			y[i] = 1
		}
	}
	return &datasets.Dataset{Name: "one-hot", X: x, Y: y, Classes: 2}
}

// hidden is an objective without its optional interface HessianWriter.
type hidden struct {
	unlearn.Objective
	unlearn.Predictor
	unlearn.Linearizer
	unlearn.ConvexLoss
	unlearn.LossGradient
}

func hide(m *nets.Model) hidden { return hidden{m, m, m, m, m} }

// Where the Hessian is written out for little, Newton's steps take a few products and end at the
// same optimum: that of retraining from the start. The bits are the same on any number of cores.
func TestAutoWithAHessianThatIsWrittenOut(t *testing.T) {
	d := oneHot(3000, 8)
	r := unlearn.RemoveSamples(3, 17, 290, 1000, 2999)
	var first []float64
	for _, cores := range []int{1, 2, 3} {
		m, err := nets.NewModel(nets.Linear{In: 41, Out: 1, Bias: true}, nets.Logistic, nets.Cores(cores))
		require.NoError(t, err)
		p := &unlearn.Problem{Objective: m, Train: d, L2: 1}
		theta, err := unlearn.Newton{Tolerance: 1e-7}.Train(t.Context(), p, make([]float64, m.Dim()))
		require.NoError(t, err)
		u, err := unlearn.Auto{}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		if first == nil {
			first = u.Theta
			want, err := unlearn.Newton{Tolerance: 1e-9}.Train(t.Context(), p.With(u.Data), make([]float64, m.Dim()))
			require.NoError(t, err)
			require.InDeltaSlice(t, want, u.Theta, 1e-7)
			residual, err := p.With(u.Data).Residual(t.Context(), u.Theta)
			require.NoError(t, err)
			require.Equal(t, residual, u.After, "the residual is measured")
			require.LessOrEqual(t, u.After, 1e-7)

			p.Objective = hide(m)
			slow, err := unlearn.Auto{}.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.InDeltaSlice(t, slow.Theta, u.Theta, 1e-7)
			require.Greater(t, slow.Cost.HVPs, 2.5*u.Cost.HVPs, "with the cost of writing it")
		}
		require.Equal(t, first, u.Theta, "%d cores", cores)
	}
}

// A Hessian without a factor to rely on, that of a model without a regularizer whose columns of
// each category add up to the bias, is left aside.
func TestAutoWithASingularHessian(t *testing.T) {
	d := oneHot(3000, 8)
	m, err := nets.NewModel(nets.Linear{In: 41, Out: 1, Bias: true}, nets.Logistic)
	require.NoError(t, err)
	p := &unlearn.Problem{Objective: m, Train: d}
	theta, err := unlearn.Newton{Tolerance: 1e-5}.Train(t.Context(), p, make([]float64, m.Dim()))
	require.NoError(t, err)
	u, err := unlearn.Auto{}.Unlearn(t.Context(), p, theta, unlearn.RemoveSamples(3, 17, 290))
	require.NoError(t, err)
	require.LessOrEqual(t, u.After, 1e-5)
}
