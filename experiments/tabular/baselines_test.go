package tabular

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

func TestSISATakesTheRegulariserThatIsSet(t *testing.T) {
	named, err := datasets.Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	s := tabledata.OnTables(engine.NewSession(&engine.Config{Dataset: "diabetes", Model: tabledata.Models[0], Profile: engine.Smoke, Seed: 3}, named, nil, engine.Quiet{}))
	set, err := tried.Typed[tabledata.Settings](engine.Defaults(tried.Must(engine.Find("residual")), engine.Key{Dataset: "diabetes", Model: tabledata.Models[0], Profile: engine.Smoke}))
	require.NoError(t, err)
	sub, err := s.Subject(t.Context(), set)
	require.NoError(t, err)
	norms := map[string]float64{}
	for _, rule := range []string{"share", "whole"} {
		require.NoError(t, set.Set("sisa-regulariser", rule))
		all, err := s.Baselines(t.Context(), sub, set)
		require.NoError(t, err)
		last := all[len(all)-1]
		require.Equal(t, rule, last.Tags["sisa-regulariser"])
		models, err := s.Sharded(t.Context(), sub, set)
		require.NoError(t, err)
		for _, v := range models.Models()[0] {
			norms[rule] += v * v
		}
	}
	assert.Greater(t, norms["share"], 1.05*norms["whole"], "the whole regulariser in each shard shrinks its parameters more")
}

func TestTablesSayHowSISAIsRegularised(t *testing.T) {
	note := func(tags records.Tags) string {
		return tabledata.SisaNote((&engine.Results{Results: records.Results{Records: []records.Record{{Method: "sisa", Settings: tags}}}}))
	}
	assert.Contains(t, note(records.Tags{"vote": "majority", "sisa-regulariser": "share"}), "its share of the regulariser")
	assert.Contains(t, note(records.Tags{"vote": "majority", "sisa-regulariser": "whole"}), "counts whole in each shard")
	assert.Contains(t, note(records.Tags{"vote": "majority"}), "counts whole in each shard", "records of when there was no choice")
	assert.Empty(t, note(records.Tags{"source": "formula"}), "sharding trains no model")
}
