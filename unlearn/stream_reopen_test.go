package unlearn

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// A stream that is opened again after each request writes the same ledger, bounds included, bit for
// bit, as one that stays open.
func TestAStreamOpenedAgainWritesTheSameLedger(t *testing.T) {
	const dim = 60 // more than Lanczos' steps, so that ||X|| is bounded and not exact
	d := shortRows(150, dim, 2, true, 3)
	floats.Scale(0.7, d.X.(*datasets.CSR).Values)
	weighted := *d
	for i := range d.Len() {
		weighted.Weights = append(weighted.Weights, float64(i%4)/2)
	}
	dense := *d
	x := &datasets.Dense{N: 150, Cols: dim}
	for _, row := range samples(d) {
		x.Data = append(x.Data, row[:dim]...)
	}
	dense.X = x
	one := []float64{0.1, -0.2}
	asked := []Request{
		RemoveSamples(3, 77), CorrectLabels([]int{5, 90}, []float64{1 - d.Y[5], 1 - d.Y[90]}), RemoveFeatures(7), {},
		CorrectFeatures([]int{9, 4}, []int{1, 2}, [][]float64{one, {0, 0.3}}), RemoveSamples(12), CorrectLabels([]int{6}, []float64{d.Y[6]}),
		merge(t, RemoveSamples(44), RemoveFeatures(11), CorrectLabels([]int{45}, []float64{1 - d.Y[45]}), CorrectFeatures([]int{46}, []int{3}, [][]float64{{0.4}})),
		CorrectFeatures([]int{9}, []int{1}, [][]float64{{0}}), RemoveSamples(9), CorrectLabels([]int{5}, []float64{d.Y[5]}), RemoveSamples(100, 101),
	}
	for name, data := range map[string]*datasets.Dataset{"sparse": d, "dense": &dense, "weighted": &weighted} {
		for kind, m := range map[string]Certified{
			"second order":             {Method: SecondOrder{}},
			"two steps":                {Method: SecondOrder{Steps: 2, Solver: CG{Tolerance: 1e-3}, Force: true}},
			"first order":              {Method: FirstOrder{Tau: 1e-3, Force: true}},
			"a bound that was given":   {Method: SecondOrder{}, Norm: 20},
			"retraining in the middle": {Method: SecondOrder{}, Retrain: true, Budget: Budget{0.1, 0.01, 2e-2}},
		} {
			if name != "sparse" && kind != "second order" {
				continue
			}
			m.Trainer, m.Seed = LBFGS{}, 8
			if m.Budget == (Budget{}) {
				m.Budget = Budget{1, 0.01, 20}
			}
			p := &Problem{Objective: convexLogistic(dim), Train: data, L2: 1}
			stays, opened := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			s, err := m.Open(t.Context(), p, make([]float64, dim), stays)
			require.NoError(t, err)
			bounds := 0
			for k, r := range asked {
				want, err := s.Unlearn(t.Context(), r)
				require.NoError(t, err, "%s, %s, request %d", name, kind, k)
				again, err := m.Open(t.Context(), p, make([]float64, dim), opened)
				require.NoError(t, err)
				got, err := again.Unlearn(t.Context(), r)
				require.NoError(t, err)
				require.Equal(t, want.Certificate, got.Certificate, "%s, %s, request %d", name, kind, k)
				require.Equal(t, want.Theta, got.Theta)
				require.NoError(t, again.Close())
				if e := s.Ledger().Entries(); e[len(e)-1].Bound > 0 {
					bounds++
				}
				if s.xnorm > 0 { // whatever the requests, it stays an upper bound
					largest, err := dataNorm(t.Context(), s.Problem().Train)
					require.NoError(t, err)
					require.GreaterOrEqual(t, s.xnorm*1.055, largest)
				}
			}
			require.Greater(t, bounds, 4, "%s, %s", name, kind)
			retrained := slices.ContainsFunc(s.Ledger().Entries(), func(e Entry) bool { return e.Kind == entryRetrain })
			require.Equal(t, m.Retrain, retrained)
			require.Len(t, s.Ledger().Entries(), 1+len(asked)-2, "what changes nothing has no entry")
			require.NoError(t, s.Close())
			require.Equal(t, string(must(os.ReadFile(filepath.Join(stays, ledgerName)))), string(must(os.ReadFile(filepath.Join(opened, ledgerName)))))
			require.Equal(t, must(os.ReadFile(filepath.Join(stays, modelName))), must(os.ReadFile(filepath.Join(opened, modelName))))
		}
	}
}

// A request on several labels a sample, and after it on a row that was renumbered, names rows as
// the caller counts them.
func TestAStreamOfSeveralLabels(t *testing.T) {
	p := severalProblem()
	m := Certified{Budget: Budget{0.1, 0.01, 100}, Trainer: newton{}, Seed: 8}
	dir := t.TempDir()
	s, err := m.Open(t.Context(), p, make([]float64, 15), dir)
	require.NoError(t, err)
	_, err = s.Unlearn(t.Context(), RemoveSamples(2, 3))
	require.NoError(t, err)
	_, err = s.Unlearn(t.Context(), CorrectLabels([]int{4, 10}, []float64{1, 1, 1, 0, 0, 0}))
	require.NoError(t, err)
	require.Equal(t, []float64{1, 1, 1}, s.Problem().Train.Y[2*3:3*3])
	_, err = s.Unlearn(t.Context(), CorrectLabels([]int{11}, []float64{1, 1, 2}))
	require.ErrorContains(t, err, "labels[2] (row 11) is 2")
	_, err = s.Unlearn(t.Context(), CorrectLabels([]int{60}, []float64{1, 1, 1}))
	require.ErrorContains(t, err, "row 60 at index 0 is outside the 60 samples")
	data := s.Problem().Train
	require.NoError(t, s.Close())
	s, err = m.Open(t.Context(), p, make([]float64, 15), dir)
	require.NoError(t, err)
	require.Equal(t, data.Y, s.Problem().Train.Y)
	require.NoError(t, s.Close())
}

// Rows that have grown in a request that was answered by retraining are in the bounds of what comes
// after it.
func TestBoundsAfterRetrainingKnowRowsThatHaveGrown(t *testing.T) {
	d := shortRows(60, 5, 2, false, 3)
	floats.Scale(0.01, d.X.(*datasets.Dense).Data)
	norm, err := DataNorm(t.Context(), d)
	require.NoError(t, err)
	m := Certified{Seed: 1, Budget: Budget{0.1, 0.01, 1}, Trainer: newton{}, Retrain: true, Norm: norm, Method: SecondOrder{Force: true}}
	s, err := m.Open(t.Context(), &Problem{Objective: convexLogistic(5), Train: d, L2: 1}, make([]float64, 5), t.TempDir())
	require.NoError(t, err)
	rows := allRows(30)
	u, err := s.Unlearn(t.Context(), CorrectFeatures(rows, []int{1}, slices.Repeat([][]float64{{0.9}}, 30)))
	require.NoError(t, err)
	require.Equal(t, "retrain", u.Method)
	largest, err := DataNorm(t.Context(), s.Problem().Train)
	require.NoError(t, err)
	require.Greater(t, largest, 50*norm)
	require.GreaterOrEqual(t, s.xnorm, largest*(1-1e-6))
	require.NoError(t, s.Close())
}
