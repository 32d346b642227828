package unlearn

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCosts(t *testing.T) {
	// 40 samples, 2 removed, 1 relabelled: 38 stay, 3 are affected, 2 of them gone.
	const stay, old, corrected = 38, 3, 1
	r := merge(t, RemoveSamples(0, 7), CorrectLabels([]int{3}, []float64{1}))
	plain, fast := problems(t)["logistic, sparse, all"], problems(t)["logistic, dense, tilted"]
	linearized := 0.0 // gradients that a linearization counts as
	for _, p := range []*Problem{plain, fast} {
		theta := trained(t, p)
		run := func(m Method) *Update {
			u, err := m.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.Positive(t, u.Cost.Seconds)
			require.LessOrEqual(t, u.Check.Seconds, u.Cost.Seconds)
			return u
		}
		u := run(None{})
		require.Equal(t, [2]float64{stay, 0}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		u = run(FirstOrder{Tau: 1e-3, Force: true})
		require.Equal(t, [2]float64{2*stay + old + corrected, 0}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, [2]float64{2 * stay, 0}, [2]float64{u.Check.Gradients, u.Check.HVPs})
		u = run(SecondOrder{Force: true})
		require.Len(t, u.Solves, 1)
		require.Positive(t, u.Solves[0].Products)
		require.LessOrEqual(t, u.Solves[0].Residual, 1e-3)
		require.Equal(t, [2]float64{2*stay + old + corrected + linearized, stay * u.Solves[0].Products}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, 2.0*stay, u.Check.Gradients)
		u = run(SecondOrder{Steps: 3, Force: true})
		require.Len(t, u.Solves, 3)
		products := u.Solves[0].Products + u.Solves[1].Products + u.Solves[2].Products
		require.Equal(t, [2]float64{4*stay + old + corrected + 3*linearized, stay * products}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, 2.0*stay, u.Check.Gradients, "the gradients between the steps are the steps' own")
		u = run(FineTune{Rate: 1e-3, Epochs: 4})
		require.Equal(t, 6.0*stay, u.Cost.Gradients)
		u = run(Iterative{Method: FirstOrder{Tau: 1e-3, Force: true}, Chunks: 10}) // two chunks: {0, label of 3}, {7}
		require.Equal(t, float64(stay+2*39+2*stay+old+corrected), u.Cost.Gradients)
		require.Equal(t, float64(stay+2*39+2*stay), u.Check.Gradients)
		u = run(Retrain{Trainer: fixedWork{}})
		require.Equal(t, [2]float64{2*stay + 5*stay + linearized, 2 * stay}, [2]float64{u.Cost.Gradients, u.Cost.HVPs})
		require.Equal(t, 2.0*stay, u.Check.Gradients)
		linearized = stay
	}
}

// fixedWork is a trainer that takes five gradients and two products, and stays where it is.
type fixedWork struct{}

func (fixedWork) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	dst := make([]float64, len(theta))
	for range 5 {
		if _, err := p.LossGradient(ctx, dst, theta); err != nil {
			return nil, err
		}
	}
	h, err := p.Hessian(ctx, theta, FullHessian)
	if err != nil {
		return nil, err
	}
	return theta, errors.Join(h.MulVecTo(ctx, dst, theta), h.MulVecTo(ctx, dst, theta))
}
