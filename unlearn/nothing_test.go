package unlearn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// idle are requests that change nothing in d, with what is said of each.
func idle(t *testing.T, d *datasets.Dataset) map[string]Request {
	const asks = "samples that it names are already as it asks"
	return map[string]Request{
		"it names no sample and no feature": {},
		"names no sample":                   merge(t, RemoveSamples(), RemoveFeatures(), CorrectLabels(nil, nil), CorrectFeatures([]int{3}, nil, [][]float64{{}})),
		"the features that it removes are zero in every sample already": RemoveFeatures(4),
		"the 3 " + asks:      CorrectLabels([]int{4, 9, 20}, []float64{d.Y[4], d.Y[9], d.Y[20]}),
		"the 2 " + asks:      CorrectFeatures([]int{1, 5}, []int{0, 4}, [][]float64{{value(d, 1, 0), 0}, {value(d, 5, 0), 0}}),
		"the 1 " + asks:      CorrectSamples([]int{7}, d.Slice(7, 8)),
		"the 4 " + asks + "": merge(t, RemoveFeatures(4), CorrectSamples([]int{7, 8}, d.Slice(7, 9)), CorrectLabels([]int{1, 2}, d.Y[1:3])),
	}
}

func value(d *datasets.Dataset, row, column int) float64 { return samples(d)[row][column] }

func TestRequestsThatChangeNothingSaySo(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		d, err := datasets.ZeroColumns(randomData(40, 5, 2, sparse, 2), []int{4})
		require.NoError(t, err)
		p := &Problem{Objective: full{logistic(5)}, Train: d, L2: 1}
		theta := randomVector(5, 5) // no optimum
		for want, r := range idle(t, d) {
			a, err := r.Apply(d)
			require.NoError(t, err)
			require.Contains(t, a.Nothing(), want)
			for _, m := range everyMethod() {
				u, err := m.Unlearn(t.Context(), p, theta, r)
				require.NoError(t, err, "%s: %s", m.Name(), want)
				private := strings.HasPrefix(m.Name(), "dp") // their models are other than theta, and stay
				require.True(t, u.Unchanged, m.Name())
				require.True(t, slices.ContainsFunc(u.Notes, func(n string) bool { return strings.Contains(n, want) }), "%s: %v", m.Name(), u.Notes)
				require.Equal(t, samples(d), samples(u.Data))
				if u.Predict == nil && !private {
					require.Equal(t, theta, u.Theta, m.Name())
				}
			}
		}
		for kind, r := range requests(t, d) {
			u, err := FirstOrder{Tau: 1e-4, Force: true}.Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			require.False(t, u.Unchanged, kind)
			require.False(t, slices.ContainsFunc(u.Notes, func(n string) bool { return strings.Contains(n, "changes nothing") }), kind)
		}
	}
}

func TestAnEmptyChunkIsNoted(t *testing.T) {
	p := problems(t)["logistic, dense, tilted"]
	theta := trained(t, p)
	d := p.Train
	// The label of the second row stays.
	r := CorrectLabels([]int{4, 9, 20}, []float64{1 - d.Y[4], d.Y[9], 1 - d.Y[20]})
	u, err := Iterative{Method: SecondOrder{}, Chunks: 3}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	require.False(t, u.Unchanged)
	require.Contains(t, u.Notes, "chunk 2 of 3: the request changes nothing: the 1 samples that it names are already as it asks")
	u, err = Iterative{Method: SecondOrder{}, Chunks: 3}.Unlearn(t.Context(), p, theta, CorrectLabels([]int{4, 9}, []float64{d.Y[4], d.Y[9]}))
	require.NoError(t, err)
	require.True(t, u.Unchanged)
	require.Equal(t, theta, u.Theta)
}

func TestSamplesThatDifferAreTold(t *testing.T) {
	images := &datasets.Dataset{X: &datasets.Images{N: 2, Height: 1, Width: 2, Channels: 1, Pixels: []uint8{1, 2, 3, 4}, Scale: 1}, Y: []float64{0, 1}, Classes: 2}
	other := *images
	other.X = &datasets.Images{N: 2, Height: 1, Width: 2, Channels: 1, Pixels: []uint8{1, 2, 3, 5}, Scale: 1}
	tokens := &datasets.Dataset{X: &datasets.Tokens{Length: 2, Vocabulary: 9, Text: []int32{1, 2, 3, 1, 2, 4}, Starts: []int{0, 3, 1}}, Y: []float64{1, 1, 1}, Classes: 9}
	moved := *tokens
	moved.X = &datasets.Tokens{Length: 2, Vocabulary: 9, Text: []int32{1, 2, 3, 1, 2, 4}, Starts: []int{3, 0, 2}}
	sparse := func(indptr []int, indices []int32, values ...float64) *datasets.Dataset {
		return &datasets.Dataset{X: &datasets.CSR{N: 1, Cols: 3, Indptr: indptr, Indices: indices, Values: values}, Y: []float64{0}}
	}
	tensors := &datasets.Dataset{X: &datasets.Tensor{N: 2, Sample: []int{1, 2}, Data: []float64{1, 2, 3, 4}}, Y: []float64{0, 1}, Classes: 2}
	changed := *tensors
	changed.X = &datasets.Tensor{N: 2, Sample: []int{1, 2}, Data: []float64{1, 2, 3, 5}}
	one := sparse([]int{0, 2}, []int32{0, 2}, 1, 2)
	for _, tt := range []struct {
		a, b *datasets.Dataset
		i    int
		same bool
	}{
		{tensors, &changed, 0, true}, {tensors, &changed, 1, false}, {images, &other, 0, true}, {images, &other, 1, false}, {tokens, &moved, 0, true}, {tokens, &moved, 1, true}, {tokens, &moved, 2, false},
		{one, sparse([]int{0, 3}, []int32{0, 1, 2}, 1, 0, 2), 0, true}, {one, sparse([]int{0, 3}, []int32{0, 1, 2}, 1, 3, 2), 0, false},
		{one, sparse([]int{0, 1}, []int32{0}, 1), 0, false}, {one, sparse([]int{0, 2}, []int32{0, 1}, 1, 2), 0, false},
		{one, sparse([]int{0, 2}, []int32{0, 2}, 1, -2), 0, false}, {sparse([]int{0, 1}, []int32{0}, 0), sparse([]int{0, 0}, nil), 0, true},
	} {
		require.Equal(t, tt.same, sameSample(tt.a, tt.b, tt.i), fmt.Sprint(tt.a.X, tt.b.X))
	}
}

// Every kind of samples is compared: one that is not would have requests that change nothing pass
// for done.
func TestRequestsThatChangeNothingSaySoOfEveryKindOfSamples(t *testing.T) {
	numbers := make([]float64, 24)
	for i := range numbers {
		numbers[i] = float64(i)
	}
	text := []int32{1, 2, 3, 4, 5, 6, 7}
	for _, x := range []datasets.Features{
		&datasets.Dense{N: 4, Cols: 6, Data: numbers}, compressed(&datasets.Dense{N: 4, Cols: 6, Data: numbers}),
		&datasets.Images{N: 4, Height: 2, Width: 3, Channels: 1, Pixels: make([]uint8, 24), Scale: 255},
		&datasets.Tokens{Length: 3, Vocabulary: 9, Text: text, Starts: []int{0, 1, 2, 3}}, &datasets.Tensor{N: 4, Sample: []int{2, 3}, Data: numbers},
	} {
		d := &datasets.Dataset{X: x, Y: []float64{0, 1, 0, 1}, Classes: 2}
		for _, r := range []Request{CorrectLabels([]int{1, 2}, []float64{1, 0}), CorrectSamples([]int{3, 0}, d.Subset([]int{3, 0}))} {
			a, err := r.Apply(d)
			require.NoError(t, err)
			require.Contains(t, a.Nothing(), "the 2 samples that it names are already as it asks", "%T", x)
		}
		a, err := CorrectLabels([]int{1, 2}, []float64{1, 1}).Apply(d)
		require.NoError(t, err)
		require.Empty(t, a.Nothing(), "%T", x)
	}
}

// A stream does not count what changes nothing, and goes on after it as if it had not been asked.
func TestAStreamDoesNotCountWhatChangesNothing(t *testing.T) {
	p := streamProblem()
	d, err := datasets.ZeroColumns(p.Train, []int{4})
	require.NoError(t, err)
	p = p.With(d)
	dir := t.TempDir()
	m := streamMethod()
	m.Method = SecondOrder{}
	s, err := m.Open(t.Context(), p, make([]float64, 5), dir)
	require.NoError(t, err)
	_, err = s.Unlearn(t.Context(), RemoveSamples(30))
	require.NoError(t, err)
	theta, total := slices.Clone(s.Theta()), s.Ledger().Total()
	for want, r := range idle(t, d) {
		u, err := s.Unlearn(t.Context(), r)
		if slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Kind == SampleCorrection }) {
			require.ErrorContains(t, err, "whole samples")
			continue
		}
		require.NoError(t, err)
		require.True(t, u.Unchanged, want)
		require.Contains(t, strings.Join(u.Notes, "\n"), want)
		require.Contains(t, u.Notes, "the ledger has no entry for this request")
		require.True(t, u.Certificate.Issued)
		require.Equal(t, total, u.Certificate.Spent)
		require.Equal(t, theta, u.Theta)
	}
	require.Equal(t, 1, s.Ledger().Requests())
	require.Len(t, s.Ledger().Entries(), 2)
	require.Equal(t, total, s.Ledger().Total())
	require.Equal(t, theta, s.Theta())
	require.NoError(t, s.Close())

	// A sample of weight 0 leaves the data, so that it is in the ledger: it must not come back.
	weighted := *d
	weighted.Weights = slices.Repeat([]float64{1}, 60)
	weighted.Weights[5] = 0
	dir = t.TempDir()
	s, err = m.Open(t.Context(), p.With(&weighted), make([]float64, 5), dir)
	require.NoError(t, err)
	u, err := s.Unlearn(t.Context(), RemoveSamples(5))
	require.NoError(t, err)
	require.True(t, u.Unchanged)
	require.Equal(t, 59, s.Problem().Train.Len())
	require.Equal(t, 1, s.Ledger().Requests())
	require.NoError(t, s.Close())
	s, err = m.Open(t.Context(), p.With(&weighted), make([]float64, 5), dir)
	require.NoError(t, err)
	require.Equal(t, 59, s.Problem().Train.Len())
	require.NoError(t, s.Close())
}
