package unlearn

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

func sisaProblem() *Problem {
	return &Problem{Objective: full{logistic(5)}, Train: randomData(90, 5, 2, true, 3), L2: 1}
}

func TestForgettingEqualsTrainingOnWhatIsLeft(t *testing.T) {
	p := sisaProblem()
	for _, slicesOf := range []int{1, 3} {
		for name, r := range requests(t, p.Train) {
			// A trainer with a fixed number of steps, whose result depends on where it starts and
			// on what slices came before.
			m := SISA{Shards: 4, Slices: slicesOf, Trainer: SGD{Rate: 0.5, Epochs: 2}, Seed: 7}
			s, err := m.Train(t.Context(), p)
			require.NoError(t, err)
			before := slices.Clone(s.shards)
			next, u, err := s.Forget(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, before, s.shards, "the old models are as they were")
			applied, err := r.Apply(p.Train)
			require.NoError(t, err)
			require.Equal(t, samples(applied.Data), samples(u.Data))
			fresh := &Sharded{m: next.m, p: p.With(applied.Data), shards: slices.Clone(next.shards)}
			for i := range fresh.shards {
				fresh.shards[i].after = make([][]float64, slicesOf)
				require.NoError(t, fresh.train(t.Context(), fresh.p, i, 0))
			}
			require.Equal(t, fresh.Models(), next.Models(), "%s, %d slices", name, slicesOf)
			require.Nil(t, u.Theta)
			require.True(t, math.IsNaN(u.Before) && math.IsNaN(u.After))
			// Every row that is left is in one slice.
			var rows []int
			for _, sh := range next.shards {
				rows = append(rows, slices.Concat(sh.slices...)...)
			}
			slices.Sort(rows)
			for i, row := range rows {
				require.Equal(t, i, row)
			}
			require.Len(t, rows, applied.Data.Len())
		}
	}
}

func TestOnlyTouchedShardsAreRetrainedFromTheRightSlice(t *testing.T) {
	p := sisaProblem()
	trainer := &counting{}
	s, err := SISA{Shards: 3, Slices: 5, Trainer: trainer, Seed: 7}.Train(t.Context(), p)
	require.NoError(t, err)
	require.Len(t, trainer.sizes, 15)
	require.Equal(t, []int{6, 12, 18, 24, 30}, trainer.sizes[:5], "each slice is trained with those before it")
	trainer.sizes = nil
	// A sample of the fourth slice of shard 1, and two of shard 2, the earlier one in its second.
	rows := []int{s.shards[1].slices[3][0], s.shards[2].slices[4][1], s.shards[2].slices[1][0]}
	next, u, err := s.Forget(t.Context(), RemoveSamples(rows...))
	require.NoError(t, err)
	require.Equal(t, []int{23, 29, 11, 17, 23, 28}, trainer.sizes)
	require.Equal(t, s.Models()[0], next.Models()[0])
	require.Contains(t, u.Notes[0], "2 of 3 shards")
	require.Equal(t, 23.0+29+11+17+23+28, u.Cost.Gradients)
	// And once more, on what was left.
	trainer.sizes = nil
	_, _, err = next.Forget(t.Context(), RemoveSamples(next.shards[0].slices[4][0]))
	require.NoError(t, err)
	require.Equal(t, []int{29}, trainer.sizes)
	// A slice that loses all its samples.
	trainer.sizes = nil
	_, _, err = s.Forget(t.Context(), RemoveSamples(s.shards[1].slices[0]...))
	require.NoError(t, err)
	require.Equal(t, []int{6, 12, 18, 24}, trainer.sizes, "of the first slice nothing is left to train on")
}

func TestVotes(t *testing.T) {
	one := &datasets.Dataset{X: &datasets.Dense{N: 2, Cols: 1, Data: []float64{1, -1}}, Y: []float64{0, 0}, Classes: 2}
	sharded := func(o Objective, mean bool, thetas ...[]float64) *Sharded {
		s := &Sharded{m: SISA{MeanOutputs: mean}, p: &Problem{Objective: o}}
		for _, theta := range thetas {
			s.shards = append(s.shards, shard{theta: theta})
		}
		return s
	}
	predict := func(s *Sharded, d *datasets.Dataset) []float64 { return must(s.Predict(t.Context(), d)) }
	binary := [][]float64{{1}, {1}, {-5}}
	require.Equal(t, []float64{1, 0}, predict(sharded(convexLogistic(1), false, binary...), one), "two against one")
	require.Equal(t, []float64{0, 1}, predict(sharded(convexLogistic(1), true, binary...), one), "but the one is surer")
	require.Equal(t, []float64{0, 0}, predict(sharded(convexLogistic(1), false, []float64{1}, []float64{-1}), one), "a tie goes to the lowest class")
	three := *one
	three.Classes = 3
	many := [][]float64{{0, 1, 0}, {0, 1, 0}, {9, 0, 0}}
	require.Equal(t, []float64{1, 0}, predict(sharded(softmax{1, 3}, false, many...), &three))
	require.Equal(t, []float64{0, 2}, predict(sharded(softmax{1, 3}, true, many...), &three))
	target := *one
	target.Classes = 0
	require.InDeltaSlice(t, []float64{-1, 1}, predict(sharded(convexSquares(1), false, binary...), &target), 1e-15)
}

// folderless keeps slices as a store on disk would.
type folderless map[string][]float64

func (f folderless) Save(shard, slice int, theta []float64) error {
	f[fmt.Sprint(shard, slice)] = slices.Clone(theta)
	return nil
}

func (f folderless) Load(shard, slice int) ([]float64, error) {
	if theta, ok := f[fmt.Sprint(shard, slice)]; ok {
		return theta, nil
	}
	return nil, errors.New("lost")
}

func TestSlicesFromAStoreAreThoseFromMemory(t *testing.T) {
	p := sisaProblem()
	store := folderless{}
	m := SISA{Shards: 3, Slices: 4, Trainer: SGD{Rate: 0.5}}
	memory, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	m.Store = store
	stored, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	require.Len(t, store, 12)
	r := RemoveSamples(memory.shards[2].slices[2][0])
	a, _, err := memory.Forget(t.Context(), r)
	require.NoError(t, err)
	b, _, err := stored.Forget(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, a.Models(), b.Models())
	store["2 1"] = []float64{1}
	_, _, err = stored.Forget(t.Context(), r)
	require.ErrorContains(t, err, "1 numbers for slice 1 of shard 2")
	delete(store, "2 1")
	_, u, err := stored.Forget(t.Context(), r)
	require.ErrorContains(t, err, "lost")
	require.Nil(t, u.Predict)
}

func TestSlicesFromAFolderAreThoseFromMemory(t *testing.T) {
	p := sisaProblem()
	folder := SliceFolder(filepath.Join(t.TempDir(), "slices"))
	m := SISA{Shards: 3, Slices: 4, Trainer: SGD{Rate: 0.5}}
	memory, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	m.Store = folder
	stored, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	r := RemoveSamples(memory.shards[2].slices[2][0])
	a, _, err := memory.Forget(t.Context(), r)
	require.NoError(t, err)
	b, _, err := stored.Forget(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, a.Models(), b.Models())
	files, err := filepath.Glob(filepath.Join(string(folder), "shard-2-slice-1-*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1, "what is not trained again is not written again")
	require.NoError(t, os.WriteFile(files[0], []byte("{}"), 0o644))
	_, _, err = stored.Forget(t.Context(), r)
	require.ErrorContains(t, err, "slice 1 of shard 2 is lost")
}

func TestPrivateModelsAreLeftAsTheyAre(t *testing.T) {
	p := sisaProblem()
	private, err := ObjectivePerturbation{Sigma: 3, Trainer: newton{}, Seed: 4}.Train(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, Budget{Sigma: 3}.tilt(5, 4, 0), private.Tilt)
	q := *p
	q.Tilt = private.Tilt
	residual, err := q.Residual(t.Context(), private.Theta)
	require.NoError(t, err)
	require.Less(t, residual, 1e-9, "trained with its noise")
	u, err := private.Unlearn(t.Context(), p, make([]float64, 5), RemoveSamples(1, 2))
	require.NoError(t, err)
	require.Equal(t, private.Theta, u.Theta)
	require.Equal(t, private.Tilt, u.Tilt)
	after, err := q.With(u.Data).Residual(t.Context(), u.Theta)
	require.NoError(t, err)
	require.InDelta(t, after, u.After, 1e-12)
	g := make([]float64, 5)
	applied, err := RemoveSamples(1, 2).Apply(p.Train)
	require.NoError(t, err)
	require.NoError(t, p.Difference(t.Context(), g, private.Theta, applied))
	require.InDelta(t, norm(g), u.After, 1e-8, "r0 + ||G||, r0 being 0")
	require.NotZero(t, floats.Norm(g, 2))
}

// counting is a trainer that takes one gradient, moves a little, and notes on how many samples.
type counting struct{ sizes []int }

func (c *counting) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	c.sizes = append(c.sizes, p.Train.Len())
	g := make([]float64, len(theta))
	if err := p.Gradient(ctx, g, theta); err != nil {
		return nil, err
	}
	floats.AddScaled(theta, -1e-3, g)
	return theta, nil
}

func TestShardsThatNobodyTrained(t *testing.T) {
	const want = "SISA.Train makes them"
	for _, s := range []*Sharded{nil, {}} {
		_, err := s.Predict(t.Context(), randomData(3, 2, 2, false, 1))
		require.ErrorContains(t, err, want)
		_, _, err = s.Forget(t.Context(), RemoveSamples(1))
		require.ErrorContains(t, err, want)
	}
}

// Where all shards hold the same samples, k losses l + (lambda/2k)||theta||^2 + b'theta/k add up to
// L, so that each has L's optimum.
func TestShardsTakeTheirShareOfTheRegularizer(t *testing.T) {
	const k = 4
	for _, name := range []string{"least squares, dense", "least squares, sparse", "logistic, dense, tilted", "logistic, sparse, all"} {
		p := *problems(t)[name]
		p.L2, p.Tilt = 3, randomVector(p.Dim(), 5)
		n := p.Train.Len()
		rows := slices.Concat(allRows(n), allRows(n), allRows(n), allRows(n))
		copies := p.With(p.Train.Subset(rows))
		whole := trained(t, copies)
		for _, m := range []SISA{{Shards: k, Trainer: newton{}}, {Shards: k, Trainer: newton{}, WholeL2: true}} {
			s := &Sharded{m: m, p: copies, shards: make([]shard, k)}
			s.m.Start, s.m.Slices = make([]float64, p.Dim()), 1
			for i := range s.shards {
				s.shards[i] = shard{slices: [][]int{allRows(n)}, after: make([][]float64, 1)}
				for j := range n {
					s.shards[i].slices[0][j] += i * n
				}
				require.NoError(t, s.train(t.Context(), copies, i, 0))
			}
			off := 0.0
			for _, theta := range s.Models() {
				off = max(off, floats.Distance(theta, whole, math.Inf(1)))
			}
			if m.WholeL2 {
				require.Greater(t, off, 1e-2, "%s: the authors' rule regularizes every shard k times as much", name)
			} else {
				require.Less(t, off, 1e-8, name)
			}
		}
	}
}

// The share follows from the number of shards alone: a request leaves the shards that it does not
// touch, and their share, as they were.
func TestTheShareStaysWhenSamplesGo(t *testing.T) {
	p := sisaProblem()
	p.Tilt = randomVector(5, 8)
	m := SISA{Shards: 3, Trainer: newton{}}
	s, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	next, _, err := s.Forget(t.Context(), RemoveSamples(s.shards[1].slices[0][:20]...))
	require.NoError(t, err)
	for i, sh := range next.shards {
		part := &Problem{Objective: p.Objective, Train: next.p.Train.Subset(sh.slices[0]), L2: p.L2 / 3, Tilt: make([]float64, 5)}
		floats.ScaleTo(part.Tilt, 1.0/3, p.Tilt)
		require.Less(t, must(part.Residual(t.Context(), sh.theta)), 1e-9, "shard %d", i)
	}
	require.Equal(t, 1.0, p.L2)
}

func TestSlicesOfEitherRegularizerAreKeptApart(t *testing.T) {
	folder := SliceFolder(t.TempDir())
	p := sisaProblem()
	var models [2]*Sharded
	for i, whole := range []bool{false, true} {
		m := SISA{Shards: 2, Slices: 2, Trainer: SGD{Rate: 0.5}, Store: folder, WholeL2: whole}
		s, err := m.Train(t.Context(), p)
		require.NoError(t, err)
		models[i] = s
	}
	require.Len(t, must(os.ReadDir(string(folder))), 8)
	for i, s := range models {
		memory := s.m
		memory.Store = nil
		want, err := memory.Train(t.Context(), p)
		require.NoError(t, err)
		r := RemoveSamples(want.shards[1].slices[1][0])
		a, _, err := want.Forget(t.Context(), r)
		require.NoError(t, err)
		b, _, err := s.Forget(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, a.Models(), b.Models(), "%d", i)
	}
}
