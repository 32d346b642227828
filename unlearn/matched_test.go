package unlearn

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"lethe/datasets"
)

// long is a matching that goes on until its squared distance is at its minimum.
func long(m MatchedPrediction) MatchedPrediction {
	m.Rate, m.Decay, m.Passes, m.Batch, m.Others = 0.1, 0.97, 600, 8, 10
	return m
}

// TestMatchedPredictionReproducesSecondOrder in convex problems, of which it has the closed form:
// the outputs x'theta are linear, so that the only parameters with the predicted outputs are those
// of the update. Least squares is the retrained optimum then.
func TestMatchedPredictionReproducesSecondOrder(t *testing.T) {
	for name, link := range map[string]func(int) glm{"least squares": leastSquares, "logistic": logistic} {
		p := &Problem{Objective: full{link(4)}, Train: randomData(30, 4, 2, false, 3), L2: 0.5}
		theta := trained(t, p)
		for kind, r := range map[string]Request{"removal": RemoveSamples(2, 7, 11), "correction": CorrectLabels([]int{2, 7}, []float64{1 - p.Train.Y[2], 1 - p.Train.Y[7]})} {
			want, err := exact().Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			got, err := long(MatchedPrediction{Method: exact()}).Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			moved := floats.Distance(want.Theta, theta, 2)
			assert.Less(t, floats.Distance(got.Theta, want.Theta, 2), 1e-6*moved, "%s, %s", name, kind)
			if name == "least squares" {
				assert.Less(t, floats.Distance(got.Theta, ridgeRegression(t, p.With(want.Data)), 2), 1e-6*moved, kind)
			}
			longer, err := long(MatchedPrediction{Method: exact(), Scale: 2}).Unlearn(t.Context(), p, theta, r)
			require.NoError(t, err)
			assert.InDelta(t, 2, floats.Distance(longer.Theta, theta, 2)/moved, 1e-5, "Scale predicts from so many times the step")
		}
	}
}

// TestMatchedPredictionOfRetrainedOutputs is oracle matching: with the outputs of the retrained
// model as targets it comes to the retrained model, by the squared distance and by cross-entropy.
func TestMatchedPredictionOfRetrainedOutputs(t *testing.T) {
	p := &Problem{Objective: full{logistic(4)}, Train: randomData(30, 4, 2, false, 3), L2: 0.5}
	theta, r := trained(t, p), RemoveSamples(2, 7, 11)
	applied, err := r.Apply(p.Train)
	require.NoError(t, err)
	want := trained(t, p.With(applied.Data))
	for _, loss := range []TargetLoss{"", SoftTargets} {
		u, err := long(MatchedPrediction{Targets: OutputsOf(p, want), Loss: loss}).Unlearn(t.Context(), p, theta, r)
		require.NoError(t, err)
		assert.Less(t, floats.Distance(u.Theta, want, 2), 1e-5*floats.Distance(theta, want, 2), loss)
	}
}

// TestMatchedLabels: where the step is nothing and all other samples keep their old answers, only
// the corrected labels move the model, and their loss falls.
func TestMatchedLabels(t *testing.T) {
	p := &Problem{Objective: full{logistic(4)}, Train: randomData(30, 4, 2, false, 3), L2: 0.5}
	theta := trained(t, p)
	r := CorrectLabels([]int{2, 7}, []float64{1 - p.Train.Y[2], 1 - p.Train.Y[7]})
	u, err := MatchedPrediction{Method: None{}, Loss: SoftTargets, Labels: true, Rate: 0.01}.Unlearn(t.Context(), p, theta, r)
	require.NoError(t, err)
	corrected := u.Data.Subset([]int{2, 7})
	before, err := p.Objective.Loss(t.Context(), theta, corrected)
	require.NoError(t, err)
	after, err := p.Objective.Loss(t.Context(), u.Theta, corrected)
	require.NoError(t, err)
	assert.Less(t, after, before)
}

// TestMatchedPassesAreOneTraining: the passes go on with Adam's state, so that without samples of
// which some are drawn again, and at one rate, two passes are two epochs but for their order.
func TestMatchedPassesAreOneTraining(t *testing.T) {
	p := &Problem{Objective: full{leastSquares(4)}, Train: randomData(8, 4, 2, false, 3)}
	once, err := Adam{Rate: 0.1, Batch: 8, Epochs: 3}.Train(t.Context(), p, make([]float64, 4))
	require.NoError(t, err)
	state, theta := &continued{}, make([]float64, 4)
	for range 3 {
		theta, err = Adam{Rate: 0.1, Batch: 8, continues: state}.Train(t.Context(), p, theta)
		require.NoError(t, err)
	}
	assert.InDeltaSlice(t, once, theta, 1e-12)
}

// TestPredictedByDifference compares the central difference with the derivative of a linear output.
func TestPredictedByDifference(t *testing.T) {
	d := randomData(20, 4, 2, false, 3)
	theta, v := randomVector(4, 1), randomVector(4, 2)
	got, err := predicted(t.Context(), full{logistic(4)}, theta, v, d)
	require.NoError(t, err)
	want := make([]float64, d.Len())
	floats.Add(theta, v)
	require.NoError(t, full{logistic(4)}.Predict(t.Context(), want, theta, d))
	assert.InDeltaSlice(t, want, got, 1e-8)
}

func TestMatchedPredictionThatCannotBe(t *testing.T) {
	p := &Problem{Objective: full{logistic(4)}, Train: randomData(30, 4, 2, false, 3)}
	targets := func(_ context.Context, d *datasets.Dataset) ([]float64, error) { return make([]float64, d.Len()), nil }
	nan := func(_ context.Context, d *datasets.Dataset) ([]float64, error) {
		return append(make([]float64, d.Len()-1), math.NaN()), nil
	}
	for text, m := range map[string]MatchedPrediction{
		"needs a Method":            {},
		"not both":                  {Method: exact(), Targets: targets},
		"FromUpdate needs":          {Targets: targets, FromUpdate: true},
		`Loss is "cubic"`:           {Targets: targets, Loss: "cubic"},
		"Labels needs Loss":         {Targets: targets, Labels: true},
		"none that is removed":      {Targets: targets, Labels: true, Loss: SoftTargets},
		"not parameters alone":      {Method: Occlusion{}},
		"the predicted output 1 is": {Targets: nan},
	} {
		r := RemoveSamples(1, 5)
		if text == "not parameters alone" {
			r = RemoveFeatures(1)
		}
		_, err := m.Unlearn(t.Context(), p, make([]float64, 4), r)
		assert.ErrorContains(t, err, text)
	}
	p.Objective = logistic(4)
	_, err := MatchedPrediction{Targets: targets}.Unlearn(t.Context(), p, make([]float64, 4), RemoveSamples(1))
	assert.ErrorContains(t, err, "WithTargets")
}
