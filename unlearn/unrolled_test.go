package unlearn

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// gradientDescent is the parameters after so many steps of plain gradient descent from zeros.
func gradientDescent(t *testing.T, p *Problem, rate float64, steps int) []float64 {
	out, err := SGD{Rate: rate, Batch: p.Train.Len(), Epochs: steps}.Train(t.Context(), p, make([]float64, p.Dim()))
	require.NoError(t, err)
	return out
}

// TestUnrolledIsReplayedTraining: on a quadratic loss the response is the difference of the same
// gradient descent with and without the request, stopped early too. Corrected labels have the same
// gradient along the whole training, so that one segment is enough; removed samples take a segment
// a step. The limit of small steps comes near.
func TestUnrolledIsReplayedTraining(t *testing.T) {
	p := &Problem{Objective: full{leastSquares(5)}, Train: randomData(40, 5, 2, false, 4), L2: 0.7}
	const rate, steps = 0.1, 8
	theta := gradientDescent(t, p, rate, steps)

	labels := CorrectLabels([]int{3, 9, 20}, []float64{1 - p.Train.Y[3], 1 - p.Train.Y[9], 1 - p.Train.Y[20]})
	applied, err := labels.Apply(p.Train)
	require.NoError(t, err)
	want := gradientDescent(t, p.With(applied.Data), rate, steps)
	u, err := UnrolledResponse{Segments: []Segment{{Time: rate * steps, Steps: steps}}, Force: true}.Unlearn(t.Context(), p, theta, labels)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want, u.Theta, 1e-8)
	limit, err := UnrolledResponse{Time: rate * steps, Force: true}.Unlearn(t.Context(), p, theta, labels)
	require.NoError(t, err)
	moved := floats.Distance(theta, want, 2)
	assert.Less(t, floats.Distance(limit.Theta, want, 2), 0.1*moved)
	newton, err := SecondOrder{Solver: CG{Tolerance: 1e-12}, Force: true}.Unlearn(t.Context(), p, theta, labels)
	require.NoError(t, err)
	assert.Greater(t, floats.Distance(newton.Theta, want, 2), 0.2*moved, "the Newton step goes on to the optimum, where training had not come")

	removal := RemoveSamples(3, 9, 20)
	applied, err = removal.Apply(p.Train)
	require.NoError(t, err)
	var segments []Segment
	for step := range steps {
		at := make([]float64, 5)
		if step > 0 {
			at = gradientDescent(t, p, rate, step)
		}
		segments = append(segments, Segment{Theta: at, Time: rate, Steps: 1})
	}
	u, err = UnrolledResponse{Segments: segments, Force: true}.Unlearn(t.Context(), p, theta, removal)
	require.NoError(t, err)
	assert.InDeltaSlice(t, gradientDescent(t, p.With(applied.Data), rate, steps), u.Theta, 1e-8)
}

// TestUnrolledTendsToSecondOrder where training goes on for ever.
func TestUnrolledTendsToSecondOrder(t *testing.T) {
	p := &Problem{Objective: full{logistic(5)}, Train: randomData(40, 5, 2, false, 4), L2: 0.7}
	theta := trained(t, p)
	want, err := exact().Unlearn(t.Context(), p, theta, RemoveSamples(3, 9))
	require.NoError(t, err)
	got, err := UnrolledResponse{Time: 1e9}.Unlearn(t.Context(), p, theta, RemoveSamples(3, 9))
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.Theta, got.Theta, 1e-8)
}

// TestUnrolledByAdam compares two segments with Adam's preconditioner with dense matrix functions.
func TestUnrolledByAdam(t *testing.T) {
	p := &Problem{Objective: full{leastSquares(5)}, Train: randomData(40, 5, 2, false, 4), L2: 0.7}
	theta, squares := randomVector(5, 3), []float64{1e-4, 1e-2, 1, 0.3, 4}
	r := CorrectLabels([]int{3, 9}, []float64{1 - p.Train.Y[3], 1 - p.Train.Y[9]})
	applied, err := r.Apply(p.Train)
	require.NoError(t, err)
	h, err := p.With(applied.Data).Hessian(t.Context(), theta, GaussNewton)
	require.NoError(t, err)
	a, err := Materialize(t.Context(), h, 0)
	require.NoError(t, err)
	g, root := make([]float64, 5), make([]float64, 5)
	require.NoError(t, p.Difference(t.Context(), g, theta, applied))
	for i := range root {
		root[i] = 1 / math.Sqrt(math.Sqrt(squares[i])+1e-3)
	}
	for i := range root {
		g[i] *= root[i]
		for j := i; j < 5; j++ {
			a.SetSym(i, j, a.At(i, j)*root[i]*root[j])
		}
	}
	d := make([]float64, 5)
	for _, time := range []float64{0.03, 0.1} {
		back := denseFunction(t, a, d, func(s float64) float64 { return math.Exp(-time / 40 * s) })
		floats.SubTo(d, back, denseFunction(t, a, g, func(s float64) float64 { return (1 - math.Exp(-time/40*s)) / s }))
	}
	want := make([]float64, 5)
	floats.MulTo(want, root, d)
	floats.Add(want, theta)
	u, err := UnrolledResponse{Segments: []Segment{{Time: 0.03}, {Time: 0.1}}, Squares: squares, Epsilon: 1e-3, Curvature: GaussNewton, Force: true}.
		Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want, u.Theta, 1e-10)
}

// TestTrainingTime adds up the rates of a training's steps as its checkpoint records them.
func TestTrainingTime(t *testing.T) {
	p := &Problem{Objective: full{logistic(5)}, Train: randomData(40, 5, 2, false, 4)}
	path := filepath.Join(t.TempDir(), "c.safetensors")
	_, err := SGD{Rate: 0.1, Momentum: 0.9, Batch: 12, Epochs: 3, Checkpoint: Checkpoint{Path: path}}.Train(t.Context(), p, make([]float64, 5))
	require.NoError(t, err)
	s, err := ReadCheckpoint(path)
	require.NoError(t, err)
	got, err := TrainingTime(s)
	require.NoError(t, err)
	assert.InDelta(t, 0.1*12/(1-0.9), got, 1e-12)
	_, err = AdamSquares(s)
	assert.ErrorContains(t, err, `trainer "sgd"`)

	path = filepath.Join(t.TempDir(), "a.safetensors")
	_, err = Adam{Rate: 0.1, Schedule: OneCycle, Batch: 40, Epochs: 10, Checkpoint: Checkpoint{Path: path}}.Train(t.Context(), p, make([]float64, 5))
	require.NoError(t, err)
	s, err = ReadCheckpoint(path)
	require.NoError(t, err)
	want := 0.0
	for step := range 10 {
		want += 0.1 * OneCycle.Factor(step+1, 10)
	}
	got, err = TrainingTime(s)
	require.NoError(t, err)
	assert.InDelta(t, want, got, 1e-12)
	squares, err := AdamSquares(s)
	require.NoError(t, err)
	assert.InDelta(t, s.Vectors[1][2]/(1-math.Pow(0.999, 10)), squares[2], 1e-15)
	delete(s.Settings, "rate")
	_, err = TrainingTime(s)
	assert.ErrorContains(t, err, "rate")
}

func TestUnrolledThatCannotBe(t *testing.T) {
	p := &Problem{Objective: full{logistic(5)}, Train: randomData(40, 5, 2, false, 4)}
	for text, m := range map[string]UnrolledResponse{
		"needs Time":                   {},
		"Squares has length 2":         {Time: 1, Squares: []float64{1, 1}},
		"Segments[0].Theta has length": {Segments: []Segment{{Theta: []float64{1}, Time: 1}}},
		"Segments[0]":                  {Segments: []Segment{{Time: math.NaN()}}},
	} {
		_, err := m.Unlearn(t.Context(), p, make([]float64, 5), RemoveSamples(1))
		assert.ErrorContains(t, err, text)
	}
}
