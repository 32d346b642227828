package unlearn_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/unlearn"
)

// own is a method that a user writes: what it says of itself, it says by exported interfaces alone.
type own struct{ inner unlearn.ChunkedMethod }

func (own) Name() string { return "own" }

func (m own) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	return m.inner.Unlearn(ctx, p, theta, r)
}

func (m own) Sampling() unlearn.Sampling { return m.inner.(unlearn.SampledMethod).Sampling() }

func (m own) Forces() bool { return m.inner.(unlearn.ForcingMethod).Forces() }

func (m own) InChunks(chunks int, more bool) unlearn.Method {
	return own{m.inner.InChunks(chunks, more).(unlearn.ChunkedMethod)}
}

// drifting goes anywhere, and knows of a better method.
type drifting struct{}

func (drifting) Name() string    { return "drifting" }
func (drifting) Instead() string { return "Retrain" }

func (drifting) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	applied, err := r.Apply(p.Train)
	if err != nil {
		return nil, err
	}
	next := slices.Clone(theta)
	next[0] += 10
	after, err := p.With(applied.Data).Residual(ctx, next)
	return &unlearn.Update{Method: "drifting", Theta: next, Data: applied.Data, After: after}, err
}

// shifting is a regression whose first parameter is a statistic of the data.
type shifting struct{ regression }

func (shifting) EstimateStatistics(_ context.Context, theta []float64, d *datasets.Dataset) ([]float64, error) {
	next := slices.Clone(theta)
	next[0] += float64(d.Len())
	return next, nil
}

func TestAMethodOfOnesOwnBehavesAsOurs(t *testing.T) {
	x := &datasets.Dense{N: 12, Cols: 2}
	y := make([]float64, x.N)
	for i := range y {
		x.Data = append(x.Data, float64(i%5)-1, float64(i*i%7)/3)
		y[i] = float64(i%3) - float64(i%4)/2
	}
	train := &datasets.Dataset{Name: "own", X: x, Y: y}
	p := &unlearn.Problem{Objective: shifting{regression{2}}, Train: train, L2: 1}
	theta, err := unlearn.LBFGS{}.Train(t.Context(), p, make([]float64, 2))
	require.NoError(t, err)
	_, err = unlearn.Iterative{Method: drifting{}, Chunks: 1}.Unlearn(t.Context(), p, theta, unlearn.RemoveSamples(1, 4))
	require.ErrorContains(t, err, "; use Retrain, use other steps in Method, or set its Force to keep it")
	for name, inner := range map[string]unlearn.ChunkedMethod{
		"forced":           unlearn.FirstOrder{Tau: 5, Force: true},
		"of a subsample":   unlearn.SecondOrder{Sample: 6, Seed: 3, Force: true},
		"in chunks":        unlearn.SecondOrder{},
		"first, in chunks": unlearn.FirstOrder{Tau: 1e-3},
	} {
		for around, wrap := range map[string]func(unlearn.Method) unlearn.Method{
			"iterative":   func(m unlearn.Method) unlearn.Method { return unlearn.Iterative{Method: m, Chunks: 2} },
			"reestimated": func(m unlearn.Method) unlearn.Method { return unlearn.ReestimateStatistics{Method: m} },
			"both": func(m unlearn.Method) unlearn.Method {
				return unlearn.Iterative{Method: unlearn.ReestimateStatistics{Method: m, Force: true}, Chunks: 2}
			},
		} {
			t.Run(name+" "+around, func(t *testing.T) {
				r := unlearn.RemoveSamples(1, 4, 6, 9)
				want, failed := wrap(inner).Unlearn(t.Context(), p, theta, r)
				got, err := wrap(own{inner}).Unlearn(t.Context(), p, theta, r)
				require.Equal(t, failed == nil, err == nil, "%v, %v", failed, err)
				if failed != nil {
					require.IsType(t, failed, err)
					return
				}
				require.Equal(t, want.Theta, got.Theta)
				require.Equal(t, []float64{want.Before, want.After}, []float64{got.Before, got.After})
				require.Equal(t, len(want.Of(unlearn.Forced)), len(got.Of(unlearn.Forced)))
				if name == "forced" && around == "iterative" {
					require.Len(t, got.Of(unlearn.Forced), 3, "of each chunk, and of the whole")
				}
			})
		}
	}
}
