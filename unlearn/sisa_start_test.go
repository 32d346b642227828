package unlearn

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

// hidden is a network with one layer of tanh units and one logistic output, written out by hand: z
// = v'tanh(W x) + c. Where all parameters are zero only c has a slope.
type hidden struct{ in, units int }

func (o hidden) Dim() int { return o.in*o.units + o.units + 1 }

func (o hidden) forward(theta, x []float64) (h []float64, z float64) {
	h = make([]float64, o.units)
	z = theta[o.Dim()-1]
	for k := range h {
		for j, v := range x {
			h[k] += theta[k*o.in+j] * v
		}
		h[k] = math.Tanh(h[k])
		z += theta[o.in*o.units+k] * h[k]
	}
	return h, z
}

func (o hidden) Loss(_ context.Context, theta []float64, d *datasets.Dataset) (sum float64, err error) {
	for i := range d.Len() {
		x := d.X.(*datasets.Dense)
		_, z := o.forward(theta, x.Data[i*x.Cols:(i+1)*x.Cols])
		a := -(2*d.Y[i] - 1) * z
		sum += d.Weight(i) * (max(a, 0) + math.Log1p(math.Exp(-math.Abs(a))))
	}
	return sum, nil
}

func (o hidden) Gradient(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	clear(dst)
	for i := range d.Len() {
		x := d.X.(*datasets.Dense).Data[i*o.in : (i+1)*o.in]
		h, z := o.forward(theta, x)
		s := d.Weight(i) * (1/(1+math.Exp(-z)) - d.Y[i])
		dst[o.Dim()-1] += s
		for k, v := range h {
			dst[o.in*o.units+k] += s * v
			for j, xj := range x {
				dst[k*o.in+j] += s * theta[o.in*o.units+k] * (1 - v*v) * xj
			}
		}
	}
	return nil
}

func (o hidden) HVP(context.Context, []float64, []float64, []float64, *datasets.Dataset) error {
	return errors.New("not needed here")
}

func (o hidden) Outputs(*datasets.Dataset) (int, error) { return 1, nil }

func (o hidden) Predict(_ context.Context, dst, theta []float64, d *datasets.Dataset) error {
	for i := range d.Len() {
		_, dst[i] = o.forward(theta, d.X.(*datasets.Dense).Data[i*o.in:(i+1)*o.in])
	}
	return nil
}

func (o hidden) ClippedSum(ctx context.Context, dst, theta []float64, limit float64, d *datasets.Dataset) error {
	clear(dst)
	g := make([]float64, o.Dim())
	for i := range d.Len() {
		if err := o.Gradient(ctx, g, theta, d.Slice(i, i+1)); err != nil {
			return err
		}
		scale := min(1, limit/norm(g))
		for j, v := range g {
			dst[j] += scale * v
		}
	}
	return nil
}

// initial is a network that knows where its training starts.
type initial struct{ hidden }

func (o initial) Init(seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 4))
	theta := make([]float64, o.Dim())
	for j := range theta {
		theta[j] = rng.NormFloat64() / 2
	}
	return theta
}

// clouds are two clouds of points with one sample on its own far from both, whose label only a
// model that was trained on it knows.
func clouds() *datasets.Dataset {
	rng := rand.New(rand.NewPCG(5, 6))
	x := &datasets.Dense{N: 61, Cols: 2}
	d := &datasets.Dataset{Name: "clouds", X: x, Classes: 2}
	for i := range 60 {
		y := float64(i % 2)
		d.Y = append(d.Y, y)
		x.Data = append(x.Data, 2*y-1+rng.NormFloat64()/5, 2*y-1+rng.NormFloat64()/5)
	}
	x.Data, d.Y = append(x.Data, 4, 4), append(d.Y, 0) // among the ones, by its place
	return d
}

func TestSISAStartsWhereANetworkDoes(t *testing.T) {
	d := clouds()
	p := &Problem{Objective: initial{hidden{2, 6}}, Train: d, L2: 1e-4}
	trainer := LBFGS{NewtonBelow: -1, MaxIterations: 300, Tolerance: 1e-2}
	whole, err := LBFGS{NewtonBelow: -1, MaxIterations: 400, Tolerance: 1e-3}.Train(t.Context(), p, p.Objective.(Initializer).Init(3))
	if _, short := errors.AsType[*NotConvergedError](err); !short {
		require.NoError(t, err)
	}
	classes := must(p.classes(t.Context(), whole, d))
	require.Equal(t, 0.0, classes[60], "the model has learned the odd sample by heart")

	for _, m := range []SISA{{Shards: 3, Trainer: trainer}, {Shards: 3, Slices: 2, Trainer: trainer, MeanOutputs: true}} {
		u, err := m.Unlearn(t.Context(), p, whole, RemoveSamples(60))
		require.NoError(t, err)
		answers := must(u.Predict(t.Context(), d))
		require.Equal(t, d.Y[:60], answers[:60], "the models are trained")
		require.Equal(t, 1.0, answers[60], "and none knows the label of the sample that was removed")
	}
	// Steps so short that they change nothing must not hand the old model back: neither by SISA nor
	// by the private baselines.
	tiny := SGD{Rate: 1e-9}
	for _, m := range []Method{
		SISA{Shards: 2, Trainer: tiny, Seed: 7}, ObjectivePerturbation{Sigma: 1e-12, Trainer: tiny, Seed: 7}, DPSGD{Rate: 1e-9, Noise: 1, Seed: 7},
	} {
		u, err := m.Unlearn(t.Context(), p, whole, RemoveSamples(60))
		require.NoError(t, err)
		start := p.Objective.(Initializer).Init(7)
		var got []float64
		if u.Predict != nil {
			got = must(u.Predict(t.Context(), d))
		} else {
			require.InDeltaSlice(t, start, u.Theta, 1e-6, m.Name())
			got = must(p.classes(t.Context(), u.Theta, d))
		}
		require.Equal(t, must(p.classes(t.Context(), start, d)), got, "%s starts from Init", m.Name())
	}
}

func TestANetworkThatZerosDoNotMoveIsRefused(t *testing.T) {
	p := &Problem{Objective: hidden{2, 6}, Train: clouds(), L2: 1e-4}
	theta := randomVector(19, 2)
	for _, m := range []Method{
		SISA{Shards: 2}, SISA{Shards: 2, Start: make([]float64, 19)}, ObjectivePerturbation{Sigma: 1, Seed: 1}, DPSGD{Rate: 1, Noise: 1, Seed: 1},
	} {
		_, err := m.Unlearn(t.Context(), p, theta, RemoveSamples(60))
		require.ErrorContains(t, err, "the gradient of 18 of 19 parameters is zero", m.Name())
		require.ErrorContains(t, err, "give Start")
	}
	_, err := SISA{Shards: 2, Trainer: SGD{Rate: 0.1}, Start: theta}.Unlearn(t.Context(), p, make([]float64, 19), RemoveSamples(60))
	require.NoError(t, err)
	theta[3] = math.NaN()
	_, err = SISA{Shards: 2, Start: theta}.Unlearn(t.Context(), p, make([]float64, 19), RemoveSamples(60))
	require.ErrorContains(t, err, "SISA.Start is NaN at index 3")
	wrong := *p
	wrong.Objective = badInit{hidden{2, 6}}
	_, err = SISA{Shards: 2}.Train(t.Context(), &wrong)
	require.ErrorContains(t, err, "Init of unlearn.badInit has length 2 for 19 parameters")
	// Convex problems start at zeros, also where the labels balance each other to the last bit.
	balanced := &datasets.Dataset{X: &datasets.Dense{N: 4, Cols: 1, Data: []float64{1, 1, -1, -1}}, Y: []float64{0, 1, 0, 1}, Classes: 2}
	s, err := SISA{Shards: 1}.Train(t.Context(), &Problem{Objective: convexLogistic(1), Train: balanced, L2: 1})
	require.NoError(t, err)
	require.Equal(t, []float64{0}, s.Models()[0])
}

type badInit struct{ hidden }

func (badInit) Init(uint64) []float64 { return []float64{1, 2} }

func TestAnEmptiedShardHasNoVote(t *testing.T) {
	p := sisaProblem()
	for _, mean := range []bool{false, true} {
		for _, slicesOf := range []int{1, 3} {
			m := SISA{Shards: 3, Slices: slicesOf, Trainer: newton{}, Seed: 7, MeanOutputs: mean}
			s, err := m.Train(t.Context(), p)
			require.NoError(t, err)
			gone := slices.Concat(s.shards[1].slices...)
			next, u, err := s.Forget(t.Context(), RemoveSamples(gone...))
			require.NoError(t, err)
			require.Nil(t, next.Models()[1])
			require.Contains(t, u.Notes, "1 of 3 shards have no sample left and no vote")
			two := &Sharded{m: s.m, p: next.p, shards: []shard{next.shards[0], next.shards[2]}}
			require.Equal(t, must(two.Predict(t.Context(), p.Train)), must(u.Predict(t.Context(), p.Train)))
			require.NotEqual(t, must(s.Predict(t.Context(), p.Train)), must(u.Predict(t.Context(), p.Train)))
			// Another request after it, which the empty shard has nothing to do with.
			after, _, err := next.Forget(t.Context(), RemoveSamples(0))
			require.NoError(t, err)
			require.Nil(t, after.Models()[1])
			_, _, err = s.Forget(t.Context(), RemoveSamples(allRows(90)...))
			require.ErrorContains(t, err, "removes all 90 samples")
		}
	}
	// Nor has one whose samples weigh nothing; without any other there is no model.
	weightless := *p.Train
	weightless.Weights = make([]float64, 90)
	_, err := SISA{Shards: 3, Trainer: newton{}}.Train(t.Context(), p.With(&weightless))
	require.ErrorContains(t, err, "no shard of random has a sample of a weight above 0")
	weightless.Weights = slices.Repeat([]float64{1}, 90)
	s, err := SISA{Shards: 90, Trainer: newton{}}.Train(t.Context(), p.With(&weightless))
	require.NoError(t, err)
	require.Equal(t, 90, s.voters())
}

// Two requests to one model, whose slices are on disk, come out as from memory, in any order, and
// after one that was cancelled.
func TestRequestsToOneModelDoNotShareSlices(t *testing.T) {
	p := sisaProblem()
	for name, store := range map[string]SliceStore{"folder": SliceFolder(t.TempDir()), "a store without keys": folderless{}} {
		m := SISA{Shards: 2, Slices: 4, Trainer: SGD{Rate: 0.5}, Seed: 3}
		memory, err := m.Train(t.Context(), p)
		require.NoError(t, err)
		m.Store = store
		stored, err := m.Train(t.Context(), p)
		require.NoError(t, err)
		sl := memory.shards[1].slices
		first, second, third := RemoveSamples(sl[1][0]), RemoveSamples(sl[3][0]), RemoveSamples(sl[2][1])
		compare := func(r Request, what string) {
			want, _, err := memory.Forget(t.Context(), r)
			require.NoError(t, err)
			got, _, err := stored.Forget(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, want.Models(), got.Models(), "%s, %s", name, what)
		}
		compare(first, "first")
		compare(second, "a second request to the same model, from a later slice")
		ctx, cancel := context.WithCancel(t.Context())
		stopping := *stored
		stopping.m.Trainer = stopAfter{SGD{Rate: 0.5}, new(int), 2, cancel}
		_, _, err = stopping.Forget(ctx, first)
		require.ErrorIs(t, err, context.Canceled)
		compare(third, "after a request that was cancelled")
		compare(second, "once more")
		// A chain of requests: the second on what the first left.
		a, _, err := memory.Forget(t.Context(), first)
		require.NoError(t, err)
		b, _, err := stored.Forget(t.Context(), first)
		require.NoError(t, err)
		row := a.shards[1].slices[3][0]
		a, _, err = a.Forget(t.Context(), RemoveSamples(row))
		require.NoError(t, err)
		b, _, err = b.Forget(t.Context(), RemoveSamples(row))
		require.NoError(t, err)
		require.Equal(t, a.Models(), b.Models(), name)
	}
}

// stopAfter cancels after so many trainings.
type stopAfter struct {
	Trainer
	calls  *int
	at     int
	cancel func()
}

func (s stopAfter) Train(ctx context.Context, p *Problem, theta []float64) ([]float64, error) {
	if *s.calls++; *s.calls == s.at {
		s.cancel()
	}
	return s.Trainer.Train(ctx, p, theta)
}

func TestTwoTrainingsInOneFolder(t *testing.T) {
	folder := SliceFolder(t.TempDir())
	p := sisaProblem()
	q := p.With(randomData(90, 5, 2, true, 99))
	m := SISA{Shards: 2, Slices: 3, Trainer: SGD{Rate: 0.5}}
	one, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	m.Store = folder
	first, err := m.Train(t.Context(), p)
	require.NoError(t, err)
	for _, other := range []SISA{
		{Shards: 2, Slices: 3, Trainer: SGD{Rate: 0.1}, Store: folder}, {Shards: 2, Slices: 3, Trainer: SGD{Rate: 0.5}, Seed: 1, Store: folder},
	} {
		_, err = other.Train(t.Context(), p)
		require.NoError(t, err)
	}
	_, err = m.Train(t.Context(), q)
	require.NoError(t, err)
	r := RemoveSamples(one.shards[0].slices[2][3])
	want, _, err := one.Forget(t.Context(), r)
	require.NoError(t, err)
	got, _, err := first.Forget(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, want.Models(), got.Models())
	files := must(os.ReadDir(string(folder)))
	require.Len(t, files, 4*6+1, "and the slice that was trained again")

	// What the models that are no longer needed left can be removed.
	require.NoError(t, os.WriteFile(filepath.Join(string(folder), "notes.txt"), nil, 0o644))
	require.NoError(t, folder.Keep(got))
	require.Len(t, must(os.ReadDir(string(folder))), 6+1)
	_, _, err = got.Forget(t.Context(), RemoveSamples(got.shards[0].slices[2][0]))
	require.NoError(t, err)
	_, _, err = first.Forget(t.Context(), RemoveSamples(one.shards[0].slices[2][0]))
	require.NoError(t, err, "what is not of the last slice is as it was in both")
	_, _, err = first.Forget(t.Context(), RemoveSamples(one.shards[1].slices[0][0]))
	require.NoError(t, err)

	// A damaged or missing file is an error that says which.
	path := filepath.Join(string(folder), folder.name(1, 1, got.shards[1].kept[1].key))
	raw := must(os.ReadFile(path))
	for what, content := range map[string][]byte{
		"cut": raw[:len(raw)/2], "empty": nil, "changed": slices.Concat(raw[:60], []byte("A"), raw[61:]),
		"another's": must(os.ReadFile(filepath.Join(string(folder), folder.name(0, 1, got.shards[0].kept[1].key)))),
	} {
		require.NoError(t, os.WriteFile(path, content, 0o644))
		_, u, err := got.Forget(t.Context(), RemoveSamples(got.shards[1].slices[2][0]))
		require.ErrorContains(t, err, "slice 1 of shard 1 is lost", what)
		require.Nil(t, u.Predict)
	}
	require.NoError(t, os.Remove(path))
	_, _, err = got.Forget(t.Context(), RemoveSamples(got.shards[1].slices[2][0]))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestVotesOnDataOfAnotherKindAreRefused(t *testing.T) {
	p := sisaProblem()
	p.Train.Columns = []string{"a", "b", "c", "d", "e"}
	p.Train.ClassNames = []string{"no", "yes"}
	s, err := SISA{Shards: 3, Trainer: newton{}}.Train(t.Context(), p)
	require.NoError(t, err)
	whole := must(s.Predict(t.Context(), p.Train))
	var zeros []int // all labels of one class: the votes are those of these rows
	for i, y := range p.Train.Y {
		if y == 0 {
			zeros = append(zeros, i)
		}
	}
	one := must(s.Predict(t.Context(), p.Train.Subset(zeros)))
	for k, i := range zeros {
		require.Equal(t, whole[i], one[k])
	}
	change := func(f func(d *datasets.Dataset)) *datasets.Dataset { d := *p.Train; f(&d); return &d }
	for want, d := range map[string]*datasets.Dataset{
		"has 2 classes and random has 1": change(func(d *datasets.Dataset) { d.Classes, d.Y, d.ClassNames = 1, make([]float64, 90), nil }),
		"other columns":                  change(func(d *datasets.Dataset) { d.Columns = []string{"b", "a", "c", "d", "e"} }),
		"the class names":                change(func(d *datasets.Dataset) { d.ClassNames = []string{"yes", "no"} }),
		"samples of shape":               change(func(d *datasets.Dataset) { d.X = randomData(90, 4, 2, true, 1).X; d.Columns = nil }),
		"labels for 90 samples":          change(func(d *datasets.Dataset) { d.Y = d.Y[:80] }),
	} {
		_, err := s.Predict(t.Context(), d)
		require.ErrorContains(t, err, want)
		_, err = MeasureUtility(t.Context(), p, s.Models()[0], 0, d)
		if want == "has 2 classes and random has 1" {
			want = "no classification (1 classes)"
		}
		require.ErrorContains(t, err, want)
	}
	// Outputs that are no answer to the labels.
	three := *p.Train
	three.Classes, three.ClassNames = 3, nil
	_, err = SISA{Shards: 3}.Train(t.Context(), p.With(&three))
	require.ErrorContains(t, err, "the model has 1 outputs a sample, and random has 3 classes")
	_, err = MeasureUtility(t.Context(), p.With(&three), make([]float64, 5), 0, &three)
	require.ErrorContains(t, err, "1 outputs a sample, and random has 3 classes")
	_, err = MeasureUtility(t.Context(), &Problem{Objective: softmax{5, 3}, Train: p.Train}, make([]float64, 15), 0, p.Train)
	require.ErrorContains(t, err, "3 outputs a sample, and random has 2 classes")
	// A class that the test set happens to lack is none of these: F1 counts it as MacroF1 does.
	q := &Problem{Objective: softmax{5, 3}, Train: &three}
	v, err := MeasureUtility(t.Context(), q, randomVector(15, 1), 0, three.Subset(zeros))
	require.NoError(t, err)
	require.False(t, math.IsNaN(v.MacroF1))
	broken := randomVector(15, 1)
	broken[4] = math.NaN()
	_, err = MeasureUtility(t.Context(), q, broken, 0, &three)
	require.Error(t, err)
	_, err = MeasureUtility(t.Context(), q, randomVector(15, 1), 0, three.Slice(0, 0))
	require.ErrorContains(t, err, "no answers")
}
