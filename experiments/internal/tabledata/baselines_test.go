package tabledata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

func TestSISATakesTheRegularizerThatIsSet(t *testing.T) {
	named, err := datasets.Load(t.Context(), "diabetes", "")
	require.NoError(t, err)
	s := OnTables(engine.NewSession(&engine.Config{Dataset: "diabetes", Model: Models[0], Profile: engine.Smoke, Seed: 3}, named, nil, engine.Quiet{}))
	set := Defaults(engine.Key{Dataset: "diabetes", Model: Models[0], Profile: engine.Smoke})
	sub, err := s.Subject(t.Context(), set)
	require.NoError(t, err)
	norms := map[string]float64{}
	for _, rule := range []string{"share", "whole"} {
		require.NoError(t, set.Set("sisa-regularizer", rule))
		c, err := (&comparison{Session: s, ctx: t.Context(), sub: sub, set: set}).sisa()
		require.NoError(t, err)
		require.Equal(t, rule, c.Tags["sisa-regularizer"])
		models, err := s.Sharded(t.Context(), sub, set)
		require.NoError(t, err)
		for _, v := range models.Models()[0] {
			norms[rule] += v * v
		}
	}
	assert.Greater(t, norms["share"], 1.05*norms["whole"], "the whole regularizer in each shard shrinks its parameters more")
}

func TestTablesSayHowSISAIsRegularized(t *testing.T) {
	note := func(tags records.Tags) string {
		return SisaNote((&engine.Results{Results: records.Results{Records: []records.Record{{Method: "sisa", Settings: tags}}}}))
	}
	assert.Contains(t, note(records.Tags{"vote": "majority", "sisa-regularizer": "share"}), "its share of the regularizer")
	assert.Contains(t, note(records.Tags{"vote": "majority", "sisa-regularizer": "whole"}), "each shard uses the whole regularizer")
	assert.Contains(t, note(records.Tags{"vote": "majority"}), "each shard uses the whole regularizer", "records of when there was no choice")
	assert.Empty(t, note(records.Tags{"source": "formula"}), "sharding trains no model")
}

// Every row stands once in the list, and a method's records are shown in the row that is made for
// it.
func TestContendersAreRowsOfTheirRecords(t *testing.T) {
	for _, model := range Models {
		named, err := datasets.Load(t.Context(), "diabetes", "")
		require.NoError(t, err)
		s := OnTables(engine.NewSession(&engine.Config{Dataset: "diabetes", Model: model, Seed: 3}, named, nil, engine.Quiet{}))
		set := Defaults(engine.Key{Dataset: "diabetes", Model: model, Profile: engine.Smoke})
		set.PaperTau, set.PaperTauFT, set.Request, s.Sparse = 1e-3, 1e-4, "features", true
		sub, err := s.Subject(t.Context(), set)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, x := range contenders {
			require.False(t, seen[x.Label], x.Label)
			seen[x.Label] = true
			if x.method == nil {
				continue
			}
			m, err := x.method(&comparison{s, t.Context(), sub, set, steps{Tau: 1, TauFT: 1, Ridge: 1, Epochs: 1}})
			require.NoError(t, err)
			if m != nil {
				assert.Equal(t, x.Label, Label(records.Record{Method: m.Name(), Model: model, Settings: m.Tags}), model)
				tuned := map[string]string{"fine-tune": "fine-tune", "first-order": "first-order", "first-order-iterative": "first-order",
					"second-order": "second-order", "second-order-iterative": "second-order"}
				assert.Equal(t, tuned[x.Label], m.Tuned, "whose chosen setting %s has", x.Label)
				assert.Equal(t, x.Label == "none" || x.Label == "occlusion", m.Untimed, x.Label)
			}
		}
		all, err := s.contenders(t.Context(), sub, set, steps{Tau: 1, TauFT: 1, Ridge: 1, Epochs: 1}, rowsOf(func(*contender, string) bool { return true }))
		require.NoError(t, err)
		assert.Equal(t, "retrain", all[0].Name(), "the reference of the others")
	}
}
