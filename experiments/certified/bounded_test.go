package certified

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/trial"
	"lethe/unlearn"
)

// jumping is a method that says nothing of how it depends on the tilt.
type jumping struct{}

func (jumping) Name() string { return "jumping" }

func (jumping) Unlearn(context.Context, *unlearn.Problem, []float64, unlearn.Request) (*unlearn.Update, error) {
	return nil, errors.New("it was carried out before")
}

// A contender without a bound is judged by its residual, whatever its type.
func TestWithoutABoundTheResidualSaysAll(t *testing.T) {
	s, set := tableSession(t, "diabetes")
	n, err := trainNoisy(t.Context(), s, set, 100, 0)
	require.NoError(t, err)
	allowed := n.certified.Budget.Residual()
	for _, m := range []unlearn.Method{jumping{}, unlearn.FineTune{Rate: 0.1}, unlearn.SecondOrder{Sample: 5}} {
		for residual, share := range map[float64]float64{allowed / 2: 1, allowed * 2: 0} {
			o := trial.Outcome{Metrics: []engine.Metric{{Name: "gradient-residual", Value: residual}}}
			require.NoError(t, n.certificate(t.Context(), trial.Contender{Method: m}, unlearn.RemoveSamples(1), &o), m.Name())
			assert.Equal(t, share, o.Get("certified-share"), m.Name())
			assert.Len(t, o.Metrics, 2, m.Name())
		}
	}
	for _, m := range []unlearn.Method{unlearn.None{}, unlearn.FirstOrder{Tau: 1}, unlearn.SecondOrder{}} {
		assert.True(t, bounded(m), m.Name())
	}
}
