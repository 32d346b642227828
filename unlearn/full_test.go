package unlearn

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// With Full a step follows the gradient of the corrected data: all of them, or the subsample that
// is drawn for it, which is another than that of the trust check.
func TestStepsThatFollowTheFullGradient(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	floats.AddConst(0.05, theta) // as training that ended early would leave it
	r := mixed(t)
	a := applied(t, p, r)
	exact, difference := make([]float64, len(theta)), make([]float64, len(theta))
	require.NoError(t, p.With(a.Data).Gradient(t.Context(), exact, theta))
	require.NoError(t, p.Difference(t.Context(), difference, theta, a))
	require.Greater(t, floats.Distance(exact, difference, 2), 1e-3, "training left something")
	for name, tt := range map[string]struct {
		sample, full int
		exact        bool
	}{
		"no sample": {0, 0, true}, "no sample, and a size that does not count": {0, 5, true}, "as many": {5, 0, false}, "more": {5, 9, false}, "all": {5, 40, true},
	} {
		var followed []float64
		first := FirstOrder{Force: true, Full: true, Sample: tt.sample, FullSample: tt.full, Seed: 3,
			Search: func(_ context.Context, _, g []float64) (float64, error) { followed = slices.Clone(g); return 1e-2, nil }}
		u, err := first.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		want := exact
		if !tt.exact {
			size := max(tt.sample, tt.full)
			s, err := drawFor(a, size, 3, stepSample, 0)
			require.NoError(t, err)
			require.Equal(t, size, s.Others.Len())
			want = make([]float64, len(theta))
			require.NoError(t, s.Gradient(t.Context(), p, want, theta))
			require.Greater(t, floats.Distance(exact, want, 2), 1e-3, name)
		}
		require.InDeltaSlice(t, want, followed, 1e-12, name)
		next := slices.Clone(theta)
		floats.AddScaled(next, -1e-2, want)
		require.InDeltaSlice(t, next, u.Theta, 1e-12, name)

		// What the step follows is work, G is not needed where nothing judges by it, and the check
		// is the rest.
		gradients := 38.0 + 4 + 2
		if tt.sample > 0 {
			gradients = 2 + min(float64(max(tt.sample, tt.full)), 36)
		}
		require.Equal(t, gradients, u.Cost.Minus(u.Check).Gradients, name)

		second := SecondOrder{Solver: CG{Tolerance: 1e-8}, Ridge: 1, Force: true, Gradient: FullGradient, Sample: tt.sample, FullSample: tt.full, Seed: 3}
		u, err = second.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		// (H + ridge I) (theta - theta') is what the step followed.
		h, err := p.With(a.Data).Hessian(t.Context(), theta, FullHessian)
		require.NoError(t, err)
		if tt.sample > 0 {
			s, err := a.Subsample(tt.sample, 3)
			require.NoError(t, err)
			h, err = s.Hessian(t.Context(), p, theta, FullHessian)
			require.NoError(t, err)
		}
		step, got := make([]float64, len(theta)), make([]float64, len(theta))
		floats.SubTo(step, theta, u.Theta)
		require.NoError(t, Ridge(h, 1).MulVecTo(t.Context(), got, step))
		require.InDeltaSlice(t, want, got, 1e-6*floats.Norm(want, 2), name)
	}
	for _, m := range []Method{FirstOrder{Tau: 1, FullSample: -1}, SecondOrder{FullSample: -1}} {
		_, err := m.Unlearn(t.Context(), p, theta, r)
		require.ErrorContains(t, err, "FullSample is -1")
	}
}

// In chunks, a step that follows the full gradient also mends what the steps before it left: the
// residual at the end is that of the last step alone, where those that follow the differences add
// up.
func TestChunksThatFollowTheFullGradientMendWhatWasLeft(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	r := RemoveSamples(0, 4, 7, 9, 20, 21)
	at := func(g StepGradient) float64 {
		u, err := Iterative{Method: SecondOrder{Gradient: g, Force: true}, Chunks: 6}.Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		return u.After
	}
	require.Less(t, at(FullGradient), 0.1*at(DifferenceThenFull))
}
