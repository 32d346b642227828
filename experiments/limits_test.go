package experiments

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheFigureOfLimitsSaysForWhichDrawsItStands(t *testing.T) {
	r := resultsOf("limits", &Config{Experiment: "limits", Dataset: "diabetes", Model: "linear", Profile: Quick}, nil)
	assert.Contains(t, limitsExperiment().Figures(r)[0].Caption, "the draws that got so far")
}

func TestGrowthEndsWithItsContext(t *testing.T) {
	s, set := session(t, "diabetes")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.grow(ctx, "limits", set, 0, 100)
	require.ErrorIs(t, err, context.Canceled)
}
