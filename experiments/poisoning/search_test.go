package poisoning

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// failing makes the tries of some steps end in values that are not numbers.
type failing struct {
	unlearn.FirstOrder
	search *search
	fails  func(step int) bool
}

func (m failing) Unlearn(ctx context.Context, p *unlearn.Problem, theta []float64, r unlearn.Request) (*unlearn.Update, error) {
	m.Search = func(ctx context.Context, theta, g []float64) (float64, error) {
		m.search.begin(theta)
		if m.fails(len(m.search.choices)) {
			_, err := m.search.try(ctx, nil, records.Tags{"tau": 1.0}, errors.New("no numbers"))
			return 0, err
		}
		_, err := m.search.try(ctx, trial.Along(theta, g, 1e-5), records.Tags{"tau": 1e-5}, nil)
		return 1e-5, err
	}
	return m.FirstOrder.Unlearn(ctx, p, theta, r)
}

type failingRule func(step int) bool

func (f failingRule) method(t *target, s *search) unlearn.Method {
	return failing{unlearn.FirstOrder{Force: true, Sample: t.c.set.Sample, Seed: t.c.sampleSeed()}, s, f}
}

// A chunk of which every try failed leaves all as it was, the statistics too; a method of which
// every try failed came to nothing.
func TestStepsOfWhichEveryTryFails(t *testing.T) {
	c := poisonRequest(t, 1, "chunks=3")
	target, err := c.target(t.Context(), false)
	require.NoError(t, err)
	records, err := c.stepRecords(t.Context(), target, "method", failingRule(func(step int) bool { return step == 2 }), true, reestimated)
	require.NoError(t, err)
	r := engine.ResultsOf("poisoning", &engine.Config{}, records)
	require.Empty(t, r.Part("failed"))
	failed := r.Part("try-failed")
	require.Len(t, failed, 1)
	require.Equal(t, []any{2.0, "no numbers"}, []any{failed[0].Settings["chunk"], failed[0].Settings["reason"]})
	at := r.Part("chunk-accuracy")
	require.Len(t, at, 4)
	for k, taken := range []bool{true, true, false, true} {
		require.Equal(t, taken, at[k].Settings["taken"], k)
	}
	require.Equal(t, at[1].Value, at[2].Value, "the accuracy that stays")

	for _, iterative := range []bool{false, true} {
		records, err := c.stepRecords(t.Context(), target, "method", failingRule(func(int) bool { return true }), iterative, reestimated)
		require.NoError(t, err)
		r := engine.ResultsOf("poisoning", &engine.Config{}, records)
		failed := r.Part("failed")
		require.Len(t, failed, 1)
		require.Equal(t, "every setting that was tried failed: no numbers", failed[0].Settings["reason"])
		require.Empty(t, r.Part("test-accuracy"))
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
		require.ErrorContains(t, try.failed, "positive definite")
		require.True(t, math.IsNaN(try.score))
	}
}

// A solve that meets an overflow takes no step, and says why: in what it follows, in a product of
// the space, in that with the solution.
func TestKrylovSearchWithAnOverflow(t *testing.T) {
	c := poisonRequest(t, 1, "products-grid=2")
	target, err := c.target(t.Context(), false)
	require.NoError(t, err)
	for _, tt := range []struct {
		follows  float64
		at       int // the product that overflows
		products float64
	}{{math.Inf(1), 0, 0}, {2, 1, 1}, {2, 2, 2}, {2, 3, 3}} {
		b, x := make([]float64, len(target.theta)), make([]float64, len(target.theta))
		b[3], b[4], x[5] = tt.follows, 1, 7
		s := &search{t: target, way: kept}
		st, err := krylovSearch{s, target.theta}.Solve(t.Context(), x, &overflowing{n: len(b), at: tt.at}, b)
		require.NoError(t, err)
		require.Equal(t, make([]float64, len(b)), x)
		require.Equal(t, 1.0, st.Residual)
		require.Equal(t, tt.products, st.Products)
		require.Contains(t, st.Chosen, "not finite, no step is taken")
		require.Nil(t, s.step().best())
		require.NotEmpty(t, s.step().tries)
		require.True(t, slices.ContainsFunc(s.step().tries, func(try stepTry) bool { return try.failed != nil && strings.Contains(try.failed.Error(), "not finite") }))
	}
}

// overflowing is a matrix with the diagonal 1, 2, 3, ..., of which one product overflows.
type overflowing struct{ n, at, products int }

func (m *overflowing) Dim() int { return m.n }

func (m *overflowing) MulVecTo(_ context.Context, dst, x []float64) error {
	m.products++
	for i, v := range x {
		dst[i] = float64(i+1) * v
		if m.products == m.at {
			dst[i] = math.Inf(1)
		}
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

// What has its statistics re-estimated comes first: a run that is stopped has the table that
// counts.
func TestUnitsWithKeptStatisticsComeLast(t *testing.T) {
	const before, after, retrain = "first-order statistics=re-estimated", "first-order statistics=kept", "retrain"
	for _, tt := range []struct {
		statistics, reestimate string
		want                   []string
	}{
		{"re-estimated,kept", "100", []string{before, retrain, after}},
		{"kept,re-estimated", "100", []string{before, retrain, after}},
		{"re-estimated", "100", []string{before, retrain}},
		{"kept", "100", []string{after, retrain}},
		{"re-estimated,kept", "0", []string{after, retrain}},
	} {
		s, set := poisonSession(t, "methods=first-order,retrain", "statistics="+tt.statistics, "reestimate="+tt.reestimate)
		var names []string
		for _, u := range requestUnits(set) {
			names = append(names, u.name)
		}
		require.Equal(t, tt.want, names)
		require.NoError(t, s.checkImages(set))
	}
	s, set := poisonSession(t, "statistics=re-estimated", "reestimate=100")
	require.NoError(t, set.Set("reestimate", "0"))
	require.ErrorContains(t, s.checkImages(set), "leaves no images to estimate them on")
	require.ErrorContains(t, set.Set("statistics", "new"), "must be one of re-estimated, kept")
}
