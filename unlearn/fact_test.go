package unlearn

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was forced is a fact of the update, whichever method forced it and however deep it stands.
func TestWhatWasForcedIsAFact(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	worse := FirstOrder{Tau: 5, Force: true}
	short := SecondOrder{Solver: CG{Tolerance: 1e-14, MaxProducts: 1}, Force: true}
	fine := SecondOrder{Steps: 3}
	for name, tt := range map[string]struct {
		m      Method
		chunks []int // of the forced facts, in their order; 0 = the whole
	}{
		"not":                    {fine, nil},
		"first order":            {worse, []int{0}},
		"a short solve":          {short, []int{0}},
		"two short solves":       {SecondOrder{Solver: short.Solver, Steps: 2, Force: true}, []int{0, 0}},
		"retraining":             {Retrain{Trainer: LBFGS{Tolerance: 1e-12, MaxIterations: 1}, Force: true}, []int{0}},
		"chunks of second order": {Iterative{Method: short, Chunks: 3}, []int{1, 2, 3}},
		"chunks of first order":  {Iterative{Method: worse, Chunks: 2}, []int{1, 2, 0}},
		"no chunk":               {Iterative{Method: fine, Chunks: 2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := tt.m.Unlearn(t.Context(), p, theta, RemoveSamples(4, 9, 20))
			require.NoError(t, err)
			var chunks []int
			for _, f := range u.Of(Forced) {
				chunks = append(chunks, f.Chunk)
				require.Error(t, f.Err)
				require.Contains(t, u.Notes, f.String())
				require.NotContains(t, f.Err.Error(), "Force", "it is set")
			}
			require.Equal(t, tt.chunks, chunks, "%v", u.Notes)
		})
	}
}

// A chunk that was forced and then refused is not in the parameters, so they are not marked as
// forced by it.
func TestAForcedChunkThatIsRefusedIsNotForced(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	scores := []float64{1, 0, 1}
	m := Iterative{Method: SecondOrder{Solver: CG{Tolerance: 1e-14, MaxProducts: 1}, Force: true}, Chunks: 2,
		Accept: func(context.Context, []float64) (float64, error) {
			s := scores[0]
			scores = scores[1:]
			return s, nil
		}}
	u, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(4, 9))
	require.NoError(t, err)
	require.Len(t, u.Of(Forced), 1)
	require.Equal(t, 2, u.Of(Forced)[0].Chunk)
	require.Equal(t, "chunk 1 of 2: refused: the score would have gone from 1 to 0", u.Of(Refused)[0].String())
}

func TestRemediesLeaveOutForceWhereItIsSet(t *testing.T) {
	for _, tt := range []struct {
		r             remedy
		open, already string
	}{
		{remedy{[]string{"lower Tau", "use SecondOrder"}, setForce}, "lower Tau, use SecondOrder, or set Force to keep it", "lower Tau, or use SecondOrder"},
		{remedy{[]string{"use other steps in Method"}, setInnerForce}, "use other steps in Method, or set its Force to keep it", "use other steps in Method"},
		{remedy{[]string{"the steps diverged: lower Rate"}, ""}, "the steps diverged: lower Rate", "the steps diverged: lower Rate"},
		{remedy{[]string{"set Full", "set a Ridge", "use it"}, setInnerForce}, "set Full, set a Ridge, use it, or set its Force to keep it",
			"set Full, set a Ridge, or use it"},
	} {
		require.Equal(t, tt.open, tt.r.text(false))
		require.Equal(t, tt.already, tt.r.text(true))
		require.Equal(t, tt.open, tt.r.text(false), "the remedy stays as it was")
	}
}
