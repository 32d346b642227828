package tabledata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// The pool of the largest weights depends on how the model that ranks them is trained, and on no
// regularizer but its own.
func TestPoolsAreKeptByTheTrainingThatRanksThem(t *testing.T) {
	named, err := datasets.Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	s := OnTables(engine.NewSession(&engine.Config{Dataset: "diabetes", Model: Models[0], Profile: engine.Smoke, Seed: 3}, named, nil, engine.Quiet{}))
	set := Defaults(engine.Key{Dataset: "diabetes", Model: Models[0], Profile: engine.Smoke})
	set.Pool = "top400"
	for _, c := range []struct {
		change func()
		kept   int
	}{
		{func() {}, 1}, {func() { set.Lambda *= 2 }, 1}, {func() { set.TrainSteps = 1 }, 2}, {func() { set.TrainTolerance *= 10 }, 3}, {func() { set.Draws++ }, 3},
	} {
		c.change()
		_, err := s.Pool(t.Context(), set)
		require.NoError(t, err)
		assert.Len(t, s.pools, c.kept)
	}
}

// Whether a try failed its metric says, not its reason.
func TestARecalledTryFailedIfItsMetricSaysSo(t *testing.T) {
	failed := recalledTrial(records.Record{Method: "first-order", Metric: "failed", Value: 1})
	assert.NotEmpty(t, failed.Failed)
	assert.Empty(t, failed.Metrics)
	worked := recalledTrial(records.Record{Method: "first-order", Metric: CriterionMetric, Value: 2, Settings: records.Tags{"reason": "of something else"}})
	assert.Empty(t, worked.Failed)
	assert.Equal(t, 2.0, worked.Get(CriterionMetric))
}

func TestWhatTheOthersAreMeasuredAgainst(t *testing.T) {
	assert.Equal(t, []string{"retrain", "retrain, warm"}, Ideals())
}
