package unlearn

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"

	"lethe/datasets"
)

// streamOf opens a stream on streamProblem; a residual of 3.16 may be spent at sigma 100.
func streamOf(t require.TestingT, m Certified, dir string) *Stream {
	s, err := m.Open(context.Background(), streamProblem(), make([]float64, 5), dir)
	require.NoError(t, err)
	return s
}

// streamProblem has 60 rows of norm 0.7, so that single values may change.
func streamProblem() *Problem {
	d := shortRows(60, 5, 2, true, 3)
	floats.Scale(0.7, d.X.(*datasets.CSR).Values)
	return &Problem{Objective: convexLogistic(5), Train: d, L2: 1}
}

func streamMethod() Certified {
	return Certified{Method: SecondOrder{Solver: &LaggedCholesky{}}, Budget: Budget{0.1, 0.01, 100}, Trainer: newton{}, Seed: 8}
}

// agree checks what a ledger has to be: sums, the triangle inequality, and the exact residual of
// the parameters it holds.
func agree(t require.TestingT, s *Stream) {
	total := 0.0
	for _, e := range s.Ledger().Entries() {
		if e.Kind != entryRequest {
			total = 0
		}
		total += e.Added
		require.Equal(t, total, e.Total)
		require.LessOrEqual(t, e.Exact, e.Total*(1+1e-12)+1e-12)
		if e.Bound > 0 {
			require.LessOrEqual(t, e.Added, e.Bound*(1+1e-9)+1e-9)
		}
	}
	exact, err := s.Problem().Residual(context.Background(), s.Theta())
	require.NoError(t, err)
	entries := s.Ledger().Entries()
	require.InDelta(t, entries[len(entries)-1].Exact, exact, 1e-9)
}

// A stream ends with the same data as one request, whatever order the requests come in and wherever
// it is interrupted.
func TestStreamOnRandomRequests(t *testing.T) {
	root := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		dir := filepath.Join(root, string(rune('a'+run%26)), string(rune('a'+run/26%26)), string(rune('a'+run/676)))
		defer func() { require.NoError(t, os.RemoveAll(dir)) }()
		m := streamMethod()
		s := streamOf(t, m, dir)
		original := s.Problem().Train
		rows := rapid.Permutation([]int{0, 3, 7, 8, 9, 11, 15, 20, 59, 58, 33}).Draw(t, "rows")
		var all []Request
		for i := 0; i < 9; i++ {
			var r Request
			switch row := rows[i]; rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				r = RemoveSamples(row)
			case 1:
				r = CorrectLabels([]int{row}, []float64{1 - original.Y[row]})
			case 2:
				r = CorrectFeatures([]int{row, rows[i+1]}, []int{1, 4}, [][]float64{{0.1, -0.2}, {0, 0.3}})
				i++
			case 3:
				if i > 0 {
					continue
				}
				r = RemoveFeatures(2)
			}
			_, err := s.Unlearn(t.Context(), r)
			require.NoError(t, err)
			all = append(all, r)
			if rapid.IntRange(0, 4).Draw(t, "reopen") == 0 {
				before := s.Theta()
				require.NoError(t, s.Close())
				s = streamOf(t, m, dir)
				require.Equal(t, before, s.Theta())
			}
		}
		applied, err := merge(t, all...).Apply(original)
		require.NoError(t, err)
		require.Equal(t, samples(applied.Data), samples(s.Problem().Train))
		agree(t, s)
		require.NoError(t, s.Close())
	})
}

func TestSpentBudgetEndsTheStreamOrRetrains(t *testing.T) {
	m := streamMethod()
	m.Method, m.Budget.Sigma = None{}, 50
	dir := t.TempDir()
	s := streamOf(t, m, dir)
	spent := -1
	for row := range 20 {
		u, err := s.Unlearn(t.Context(), RemoveSamples(row))
		if err == nil {
			require.True(t, u.Certificate.Issued)
			continue
		}
		budget, ok := errors.AsType[*BudgetError](err)
		require.True(t, ok, "%v", err)
		require.Nil(t, u.Theta)
		require.Equal(t, row, budget.Requests)
		require.Greater(t, budget.Certificate.Spent, m.Budget.Residual())
		require.Less(t, budget.Reset, 1e-8)
		require.ErrorContains(t, err, "the sum of the ledger")
		spent = row
		break
	}
	require.Greater(t, spent, 1)
	require.Equal(t, 60-spent, s.Problem().Train.Len(), "what was refused has not happened")
	left, known := s.RequestsLeft()
	require.True(t, known)
	require.LessOrEqual(t, left, 2)
	require.Contains(t, s.String(), "more at the present rate")
	agree(t, s)

	// The same request again, by retraining: a fresh tilt, an empty account, and it goes on from
	// there after a restart.
	require.NoError(t, s.Close())
	m.Retrain = true
	s = streamOf(t, m, dir)
	tilt := s.Problem().Tilt
	u, err := s.Unlearn(t.Context(), RemoveSamples(spent))
	require.NoError(t, err)
	require.Equal(t, "retrain", u.Method)
	require.True(t, u.Certificate.Issued)
	require.Equal(t, 59-spent, s.Problem().Train.Len())
	require.NotEqual(t, tilt, s.Problem().Tilt)
	require.Less(t, s.Ledger().Total(), 1e-8)
	require.Positive(t, u.Cost.Gradients)
	_, err = s.Unlearn(t.Context(), RemoveSamples(spent+1))
	require.NoError(t, err)
	agree(t, s)
	require.NoError(t, s.Close())
	s = streamOf(t, m, dir)
	require.Equal(t, 1, s.Ledger().Requests())
	agree(t, s)

	// Asked for without a request.
	_, err = s.Retrain(t.Context())
	require.NoError(t, err)
	require.Zero(t, s.Ledger().Requests())
	agree(t, s)
	require.NoError(t, s.Close())
}

func TestStreamOfAnotherTrainingIsRefused(t *testing.T) {
	dir := t.TempDir()
	m := streamMethod()
	s := streamOf(t, m, dir)
	_, err := m.Open(t.Context(), streamProblem(), make([]float64, 5), dir)
	require.ErrorIs(t, err, ErrLedgerLocked)
	_, err = s.Unlearn(t.Context(), merge(t, RemoveSamples(4), RemoveFeatures(1)))
	require.NoError(t, err)
	for _, c := range []struct {
		r    Request
		want string
	}{
		{CorrectLabels([]int{4}, []float64{1}), "row 4 (correct labels) was removed by an earlier request"},
		{CorrectFeatures([]int{5}, []int{1}, [][]float64{{0.1}}), "column 1 (correct features) was removed"},
		{RemoveFeatures(1), "column 1 (remove features) was removed"},
		{CorrectSamples([]int{5}, streamProblem().Train.Slice(0, 1)), "does not hold whole samples"},
		{RemoveSamples(99), "row 99 at index 0 is outside the 60 samples"},
	} {
		_, err = s.Unlearn(t.Context(), c.r)
		require.ErrorContains(t, err, c.want)
	}
	require.Len(t, s.Ledger().Entries(), 2)
	require.NoError(t, s.Close())
	for _, c := range []struct {
		change func(m *Certified, p *Problem)
		want   string
	}{
		{func(m *Certified, _ *Problem) { m.Budget.Sigma = 3 }, "sigma was 100, is 3"},
		{func(m *Certified, _ *Problem) { m.Budget.Epsilon = 1 }, "epsilon was 0.1, is 1"},
		{func(_ *Certified, p *Problem) { p.L2 = 2 }, "l2 was 1, is 2"},
		{func(_ *Certified, p *Problem) { p.Train = shortRows(60, 5, 2, true, 4) }, "data was"},
		{func(m *Certified, _ *Problem) { m.Seed = 9 }, "Seed, the data or the model is another"},
		{func(_ *Certified, p *Problem) { p.Tilt = make([]float64, 5) }, "leave Problem.Tilt nil"},
		{func(_ *Certified, p *Problem) { p.Objective = full{neuron(5)} }, "no certificate"},
	} {
		m, p := streamMethod(), streamProblem()
		c.change(&m, p)
		_, err := m.Open(t.Context(), p, make([]float64, 5), dir)
		require.ErrorContains(t, err, c.want)
	}
	agree(t, streamOf(t, streamMethod(), dir))
}

func TestStoredSolvesAStreamWithFewProducts(t *testing.T) {
	solver := &LaggedCholesky{}
	p := streamProblem()
	theta := trained(t, p)
	solve := func() (Stats, float64) {
		h, err := p.Hessian(t.Context(), theta, FullHessian)
		require.NoError(t, err)
		x, b := make([]float64, 5), randomVector(5, 3)
		st, err := solver.Solve(t.Context(), x, h, b)
		require.NoError(t, err)
		r := make([]float64, 5)
		require.NoError(t, h.MulVecTo(t.Context(), r, x))
		return st, floats.Distance(r, b, 2) / norm(b)
	}
	st, residual := solve()
	require.GreaterOrEqual(t, st.Products, 5.0, "the factor is counted")
	require.LessOrEqual(t, residual, 1e-8)
	p.Train = p.Train.Slice(1, 60)
	st, residual = solve()
	require.LessOrEqual(t, st.Products, 5.0)
	require.LessOrEqual(t, residual, 1e-8)
	solver.Refactor = 1
	solve()
	st, _ = solve()
	require.Greater(t, st.Products, 5.0, "factored again")
	_, err := (&LaggedCholesky{MaxDim: 2}).Solve(t.Context(), make([]float64, 5), must(p.Hessian(t.Context(), theta, FullHessian)), randomVector(5, 3))
	require.ErrorContains(t, err, "limit 2")
}
