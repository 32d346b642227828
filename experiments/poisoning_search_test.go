package experiments

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/unlearn"
)

// failing has the tries of some steps come to no numbers.
type failing struct {
	unlearn.FirstOrder
	search *search
	fails  func(step int) bool
}

func (m failing) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	m.Search = func(ctx context.Context, theta, g []float64) (float64, error) {
		m.search.begin(theta)
		if m.fails(len(m.search.choices)) {
			_, err := m.search.try(ctx, nil, Tags{"tau": 1.0}, errors.New("no numbers"))
			return 0, err
		}
		_, err := m.search.try(ctx, along(theta, g, 1e-5), Tags{"tau": 1e-5}, nil)
		return 1e-5, err
	}
	return m.FirstOrder.Unlearn(ctx, p, theta, r)
}

type failingRule func(step int) bool

func (f failingRule) method(t *target, s *search) unlearn.Method {
	return failing{unlearn.FirstOrder{Force: true, Sample: t.c.set.Sample, Seed: t.c.sampleSeed()}, s, f}
}

// A chunk of which every try failed leaves all as it was, the statistics too; a method of which every try failed came to nothing.
func TestStepsOfWhichEveryTryFails(t *testing.T) {
	c := poisonRequest(t, 1, "chunks=3")
	target, err := c.target(t.Context(), false)
	require.NoError(t, err)
	records, err := c.stepRecords(t.Context(), target, "method", failingRule(func(step int) bool { return step == 2 }), true, anew)
	require.NoError(t, err)
	r := resultsOf("poisoning", &Config{}, records)
	require.Empty(t, r.part("failed"))
	failed := r.part("try-failed")
	require.Len(t, failed, 1)
	require.Equal(t, []any{2.0, "no numbers"}, []any{failed[0].Settings["chunk"], failed[0].Settings["reason"]})
	at := r.part("chunk-accuracy")
	require.Len(t, at, 4)
	for k, taken := range []bool{true, true, false, true} {
		require.Equal(t, taken, at[k].Settings["taken"], k)
	}
	require.Equal(t, at[1].Value, at[2].Value, "the accuracy that stays")

	for _, iterative := range []bool{false, true} {
		records, err := c.stepRecords(t.Context(), target, "method", failingRule(func(int) bool { return true }), iterative, anew)
		require.NoError(t, err)
		r := resultsOf("poisoning", &Config{}, records)
		failed := r.part("failed")
		require.Len(t, failed, 1)
		require.Equal(t, "every setting that was tried failed: no numbers", failed[0].Settings["reason"])
		require.Empty(t, r.part("test-accuracy"))
	}
}

// A solve that follows nothing, and one whose ridges all fail, take no step.
func TestKrylovSearchWithoutASolution(t *testing.T) {
	c := poisonRequest(t, 1)
	target, err := c.target(t.Context(), false)
	require.NoError(t, err)
	h := negative{len(target.theta)}
	b := make([]float64, h.n)
	s := &search{t: target, way: kept}
	x := make([]float64, h.n)
	st, err := krylovSearch{s, target.theta}.Solve(t.Context(), x, h, b)
	require.NoError(t, err)
	require.Zero(t, st.Residual)
	require.Empty(t, s.step().tries)
	b[3], x[5] = 2, 7
	st, err = krylovSearch{s, target.theta}.Solve(t.Context(), x, h, b)
	require.NoError(t, err)
	require.Equal(t, make([]float64, h.n), x)
	require.Equal(t, 1.0, st.Residual)
	require.Nil(t, s.step().best())
	for _, try := range s.step().tries {
		require.Contains(t, try.failed, "positive definite")
		require.True(t, math.IsNaN(try.score))
	}
}

// A solve whose products overflow takes no step, and says why.
func TestKrylovSearchWithAnOverflow(t *testing.T) {
	c := poisonRequest(t, 1)
	target, err := c.target(t.Context(), false)
	require.NoError(t, err)
	b, x := make([]float64, len(target.theta)), make([]float64, len(target.theta))
	b[3], x[5] = 2, 7
	s := &search{t: target, way: kept}
	st, err := krylovSearch{s, target.theta}.Solve(t.Context(), x, overflowing{negative{len(b)}}, b)
	require.NoError(t, err)
	require.Equal(t, make([]float64, len(b)), x)
	require.Equal(t, 1.0, st.Residual)
	require.Equal(t, noStep, st.Chosen)
	require.Len(t, s.step().tries, 1)
	require.Contains(t, s.step().tries[0].failed, "not finite")
}

// overflowing is a matrix of which every product overflows.
type overflowing struct{ negative }

func (m overflowing) MulVecTo(_ context.Context, dst, x []float64) error {
	for i := range dst {
		dst[i] = math.Inf(1)
	}
	return nil
}

// negative is -I.
type negative struct{ n int }

func (m negative) Dim() int { return m.n }

func (m negative) MulVecTo(_ context.Context, dst, x []float64) error {
	for i, v := range x {
		dst[i] = -v
	}
	return nil
}

// Of settings that lead to the same accuracy the shortest step is taken.
func TestTheShorterOfEqualSteps(t *testing.T) {
	short, long := &stepTry{score: 80, length: 1}, &stepTry{score: 80, length: 2}
	require.True(t, short.better(long))
	require.False(t, long.better(short))
	require.True(t, (&stepTry{score: 80.1, length: 9}).better(short))
}

// What has its statistics anew comes first: a run that is stopped has the table that counts.
func TestUnitsWithKeptStatisticsComeLast(t *testing.T) {
	_, set := poisonSession(t, "methods=first-order,retrain")
	var names []string
	for _, u := range requestUnits(set) {
		names = append(names, u.name)
	}
	require.Equal(t, []string{"first-order statistics=anew", "retrain", "first-order statistics=kept"}, names)
	require.NoError(t, set.Set("statistics", "anew"))
	names = nil
	for _, u := range requestUnits(set) {
		names = append(names, u.name)
	}
	require.Equal(t, []string{"first-order statistics=anew", "retrain"}, names)
	require.NoError(t, set.Set("reestimate", "0"))
	names = nil
	for _, u := range requestUnits(set) {
		names = append(names, u.name)
	}
	require.Equal(t, []string{"first-order statistics=kept", "retrain"}, names)
}
