package unlearn

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
)

func TestMacroF1(t *testing.T) {
	labels := []float64{0, 1, 1, 2, 2, 2}
	answers := []float64{0, 1, 0, 2, 2, 1}
	// scikit-learn 1.5, f1_score(labels, answers, average="macro"): per class 2/3, 1/2, 4/5.
	f1, err := MacroF1(answers, labels, 3)
	require.NoError(t, err)
	require.InDelta(t, 0.6555555555555556, f1, 1e-15)
	f1, err = MacroF1(answers, labels, 4)
	require.NoError(t, err)
	require.InDelta(t, 0.6555555555555556*3/4, f1, 1e-15)
	// Weights count as repeated samples do.
	weights := []float64{1, 2, 3, 0, 1, 2}
	var a, y []float64
	for i, w := range weights {
		for range int(w) {
			a, y = append(a, answers[i]), append(y, labels[i])
		}
	}
	repeated, err := MacroF1(a, y, 3)
	require.NoError(t, err)
	weighted, err := macroF1(answers, labels, weights, 3)
	require.NoError(t, err)
	require.InDelta(t, repeated, weighted, 1e-15)
}

// A model whose outputs were all NaN answered class 0: an accuracy of 100 % where that is the
// class.
func TestAnswersThatAreNoneAreErrors(t *testing.T) {
	nan := math.NaN()
	for want, call := range map[string]func() (float64, error){
		"macro F1 of 0 classes: give the number": func() (float64, error) { return MacroF1([]float64{0}, []float64{0}, 0) },
		"macro F1 of -1 classes":                 func() (float64, error) { return MacroF1([]float64{0}, []float64{0}, -1) },
		"macro F1 of no answers":                 func() (float64, error) { return MacroF1(nil, nil, 2) },
		"macro F1: label 0 is NaN":               func() (float64, error) { return MacroF1([]float64{0, 1}, []float64{nan, 1}, 2) },
		"macro F1 of 1 answers for 0 labels":     func() (float64, error) { return MacroF1([]float64{0}, nil, 2) },
		"macro F1: answer 0 is NaN":              func() (float64, error) { return MacroF1([]float64{nan}, []float64{0}, 2) },
		"sample 0 has label 0 and answer 2":      func() (float64, error) { return MacroF1([]float64{2}, []float64{0}, 2) },
		"sample 0 has label -1 and answer 1":     func() (float64, error) { return MacroF1([]float64{1}, []float64{-1}, 2) },
		"sample 0 has label 0 and answer 0.5":    func() (float64, error) { return MacroF1([]float64{0.5}, []float64{0}, 2) },
	} {
		_, err := call()
		require.ErrorContains(t, err, want)
	}
	inf := math.Inf(1)
	d := shortRows(4, 5, 3, true, 3).Subset([]int{2, 3})
	for _, row := range [][]float64{{nan, 1, 2}, {1, nan, 2}, {1, 2, nan}, {nan, nan, nan}, {inf, inf, 0}, {-inf, -inf, -inf}, {nan}} {
		_, err := classesOf(append([]float64{5, 4, 3}[:len(row)], row...), len(row), d)
		require.ErrorContains(t, err, "the model gives row 3 of", "%v", row)
	}
	classes, err := classesOf([]float64{-inf, -inf, -5, inf, 2, 1}, 3, d)
	require.NoError(t, err)
	require.Equal(t, []float64{2, 0}, classes)
	classes, err = classesOf([]float64{inf, -inf}, 1, d)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 0}, classes)
}

func TestJudgeAndSISARefuseOutputsThatAreNoNumbers(t *testing.T) {
	d := shortRows(40, 5, 2, true, 3)
	p := &Problem{Objective: convexLogistic(5), Train: d, L2: 1}
	theta := []float64{math.NaN(), 0, 0, 0, 0}
	_, err := MeasureUtility(t.Context(), p, theta, 0, d)
	require.ErrorContains(t, err, "no answer")
	for _, mean := range []bool{false, true} {
		s, err := SISA{Shards: 2, MeanOutputs: mean, Trainer: newton{}}.Train(t.Context(), p)
		require.NoError(t, err)
		s.shards[1].theta = theta
		_, err = s.Predict(t.Context(), d)
		require.ErrorContains(t, err, "no answer")
	}
}

func TestACertificateThatRuinsTheModelIsCalledWorthless(t *testing.T) {
	train, test := shortRows(300, 5, 2, true, 3), shortRows(300, 5, 2, true, 3)
	p := &Problem{Objective: convexLogistic(5), Train: train, L2: 1}
	good, err := MeasureUtility(t.Context(), p, trained(t, p), 0, test)
	require.NoError(t, err)
	require.Greater(t, good.Accuracy, 0.7)
	require.False(t, good.Vacuous())
	require.NotContains(t, good.String(), "worth nothing")

	count := [2]float64{}
	for _, y := range test.Y {
		count[int(y)]++
	}
	require.InDelta(t, max(count[0], count[1])/300, good.Majority, 1e-15)
	share := good.Majority
	require.InDelta(t, share/(1+share), good.MajorityF1, 1e-12) // F1 2s/(1+s) of the one class, 0 of the other

	m := Certified{Budget: Budget{0.1, 0.01, 1e5}, Seed: 4}
	noisy, theta, err := m.Train(t.Context(), p, make([]float64, 5))
	require.NoError(t, err)
	bad, err := MeasureUtility(t.Context(), noisy, theta, m.Budget.Sigma, test)
	require.NoError(t, err)
	require.True(t, bad.Vacuous())
	require.Contains(t, bad.String(), "no better than the majority class, so the certificate is worth nothing")

	_, err = MeasureUtility(t.Context(), p, theta, 0, shortRows(10, 5, 0, true, 3))
	require.ErrorContains(t, err, "no classification")
	_, err = MeasureUtility(t.Context(), &Problem{Objective: logistic(5), Train: train}, theta, 0, test)
	require.ErrorContains(t, err, "implement Predictor")
}

// What there is nothing to compare with, or to be right on, is no figure.
func TestJudgeOnNothing(t *testing.T) {
	d := shortRows(60, 5, 2, true, 3)
	p := &Problem{Objective: convexLogistic(5), Train: d, L2: 1}
	theta := trained(t, p)
	_, err := MeasureUtility(t.Context(), p, theta, 0, nil)
	require.ErrorContains(t, err, "the test data: datasets: there is no data set: it is nil")
	_, err = MeasureUtility(t.Context(), p, theta, 0, d.Subset(nil))
	require.ErrorContains(t, err, "no answers")
	weightless := *d
	weightless.Weights = make([]float64, 60)
	for _, train := range []*datasets.Dataset{d.Subset(nil), &weightless} {
		_, err = MeasureUtility(t.Context(), p.With(train), theta, 0, d)
		require.ErrorContains(t, err, "they have no majority class to compare with")
	}
	theta[2] = math.Inf(1) // its outputs are infinite, and have a largest
	_, err = MeasureUtility(t.Context(), p, theta, 0, d)
	require.ErrorContains(t, err, "theta is +Inf at index 2")
}

func TestScoresSayWhichAnswerIsNone(t *testing.T) {
	d := shortRows(60, 5, 3, true, 3).Slice(10, 50)
	answers := slices.Clone(d.Y)
	answers[4] = 7
	targets := shortRows(60, 5, 0, true, 3)
	for _, score := range []func([]float64, *datasets.Dataset) (float64, error){datasets.Accuracy, MacroF1On} {
		_, err := score(answers, d)
		require.ErrorContains(t, err, "the answer for row 14 of random is 7; classes are 0 to 2")
	}
	_, err := MacroF1On(targets.Y, targets)
	require.ErrorContains(t, err, "random is a regression")
}
