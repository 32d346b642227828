package tabular

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
)

func TestTheFigureOfLimitsSaysForWhichDrawsItStands(t *testing.T) {
	r := engine.ResultsOf("limits", &engine.Config{Experiment: "limits", Dataset: "diabetes", Model: "linear", Profile: engine.Quick}, nil)
	assert.Contains(t, Limits().Figures(r)[0].Caption, "only the draws that reached them")
}

func TestGrowthEndsWithItsContext(t *testing.T) {
	s, set := session(t, "diabetes")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := grow(ctx, s, "limits", set, 0, 100)
	require.ErrorIs(t, err, context.Canceled)
}
