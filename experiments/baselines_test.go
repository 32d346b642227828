package experiments

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"

	"lethe/experiments/internal/records"
)

func TestSISATakesTheRegulariserThatIsSet(t *testing.T) {
	named, err := datasets.Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	s := onTables(newSession(&Config{Dataset: "diabetes", Model: Models[0], Profile: Smoke, Seed: 3}, named, nil, Quiet{}))
	set, err := typed[tableSettings](Defaults(must(Find("residual")), Key{"diabetes", Models[0], Smoke}))
	require.NoError(t, err)
	sub, err := s.subject(t.Context(), set)
	require.NoError(t, err)
	norms := map[string]float64{}
	for _, rule := range []string{"share", "whole"} {
		require.NoError(t, set.Set("sisa-regulariser", rule))
		all, err := s.baselines(t.Context(), sub, set)
		require.NoError(t, err)
		last := all[len(all)-1]
		require.Equal(t, rule, last.tags["sisa-regulariser"])
		models, err := s.sharded(t.Context(), sub, set)
		require.NoError(t, err)
		for _, v := range models.Models()[0] {
			norms[rule] += v * v
		}
	}
	assert.Greater(t, norms["share"], 1.05*norms["whole"], "the whole regulariser in each shard shrinks its parameters more")
}

func TestTablesSayHowSISAIsRegularised(t *testing.T) {
	note := func(tags Tags) string {
		return (&Results{Results: records.Results{Records: []Record{{Method: "sisa", Settings: tags}}}}).sisaNote()
	}
	assert.Contains(t, note(Tags{"vote": "majority", "sisa-regulariser": "share"}), "its share of the regulariser")
	assert.Contains(t, note(Tags{"vote": "majority", "sisa-regulariser": "whole"}), "counts whole in each shard")
	assert.Contains(t, note(Tags{"vote": "majority"}), "counts whole in each shard", "records of when there was no choice")
	assert.Empty(t, note(Tags{"source": "formula"}), "sharding trains no model")
}
