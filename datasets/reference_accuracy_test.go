package datasets

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// logistic is sum_i log(1 + exp(-y_i theta'x_i)) + (lambda/2)||theta||^2 without an intercept,
// written here a second time so that the data sets are judged by something other than the packages
// that use them.
type logistic struct {
	d      *Dataset
	lambda float64
}

// each calls f with the margin theta'x_i, and with add(c), which adds c*x_i to dst.
func (l logistic) scores(theta []float64) []float64 {
	scores := make([]float64, l.d.Len())
	switch x := l.d.X.(type) {
	case *Dense:
		for i := range scores {
			scores[i] = floats.Dot(x.Data[i*x.Cols:(i+1)*x.Cols], theta)
		}
	case *CSR:
		for i := range scores {
			for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
				scores[i] += x.Values[k] * theta[x.Indices[k]]
			}
		}
	}
	return scores
}

func (l logistic) loss(theta []float64) float64 {
	sum := l.lambda / 2 * floats.Dot(theta, theta)
	for i, s := range l.scores(theta) {
		margin := s * (2*l.d.Y[i] - 1)
		sum += math.Log1p(math.Exp(-math.Abs(margin))) + max(0, -margin)
	}
	return sum
}

func (l logistic) gradient(dst, theta []float64) {
	floats.ScaleTo(dst, l.lambda, theta)
	for i, s := range l.scores(theta) {
		c := 1/(1+math.Exp(-s)) - l.d.Y[i]
		switch x := l.d.X.(type) {
		case *Dense:
			floats.AddScaled(dst, c, x.Data[i*x.Cols:(i+1)*x.Cols])
		case *CSR:
			for k := x.Indptr[i]; k < x.Indptr[i+1]; k++ {
				dst[x.Indices[k]] += c * x.Values[k]
			}
		}
	}
}

// fitted trains by L-BFGS from zero and returns the share of test samples on the right side.
func fitted(t *testing.T, n *Named) (theta []float64, accuracy float64) {
	t.Helper()
	l := logistic{d: n.Train, lambda: 1}
	theta = make([]float64, n.Train.X.Shape()[0])
	p := optimize.Problem{Func: l.loss, Grad: l.gradient}
	result, err := optimize.Minimize(p, theta, &optimize.Settings{GradientThreshold: 1e-2, MajorIterations: 500}, &optimize.LBFGS{})
	require.NoError(t, err)
	return result.X, testAccuracy(n.Test, result.X)
}

func testAccuracy(test *Dataset, theta []float64) float64 {
	right := 0
	for i, s := range (logistic{d: test}).scores(theta) {
		if (s > 0) == (test.Y[i] == 1) {
			right++
		}
	}
	return float64(right) / float64(test.Len())
}

func loadHere(t *testing.T, name string) *Named {
	t.Helper()
	if ok, how := Available(name, ""); !ok {
		t.Skipf("%s is not here: %s", name, how)
	}
	n, err := Load(t.Context(), name, "")
	require.NoError(t, err)
	return n
}

// The authors' figures at lambda 1 without an intercept; that of spam is our own.
func TestTestAccuracyOfLinearModels(t *testing.T) {
	for _, c := range []struct {
		name     string
		accuracy float64
	}{{"adult", .847}, {"drebin", .977}, {"enron", .984}, {"spam", .975}} {
		t.Run(c.name, func(t *testing.T) {
			_, accuracy := fitted(t, loadHere(t, c.name))
			t.Logf("%s: %.4f", c.name, accuracy)
			require.InDelta(t, c.accuracy, accuracy, .003)
		})
	}
}
