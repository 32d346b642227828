package unlearn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMacroF1AndAccuracy(t *testing.T) {
	labels := []float64{0, 1, 1, 2, 2, 2}
	answers := []float64{0, 1, 0, 2, 2, 1}
	require.InDelta(t, 4.0/6, Accuracy(answers, labels), 1e-15)
	// scikit-learn 1.5, f1_score(labels, answers, average="macro"): per class 2/3, 1/2, 4/5.
	require.InDelta(t, 0.6555555555555556, MacroF1(answers, labels, 3), 1e-15)
	require.InDelta(t, 0.6555555555555556*3/4, MacroF1(answers, labels, 4), 1e-15)
}

func TestACertificateThatRuinsTheModelIsCalledWorthless(t *testing.T) {
	train, test := shortRows(300, 5, 2, true, 3), shortRows(300, 5, 2, true, 3)
	p := &Problem{Objective: convexLogistic(5), Train: train, L2: 1}
	good, err := Judge(t.Context(), p, trained(t, p), 0, test)
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

	m := Certified{Budget: Budget{0.1, 0.01, 1e5}, Seed: 3}
	noisy, theta, err := m.Train(t.Context(), p, make([]float64, 5))
	require.NoError(t, err)
	bad, err := Judge(t.Context(), noisy, theta, m.Budget.Sigma, test)
	require.NoError(t, err)
	require.True(t, bad.Vacuous())
	require.Contains(t, bad.String(), "no better than the majority class, so the certificate is worth nothing")

	_, err = Judge(t.Context(), p, theta, 0, shortRows(10, 5, 0, true, 3))
	require.ErrorContains(t, err, "no classification")
	_, err = Judge(t.Context(), &Problem{Objective: logistic(5), Train: train}, theta, 0, test)
	require.ErrorContains(t, err, "implement Predictor")
}
