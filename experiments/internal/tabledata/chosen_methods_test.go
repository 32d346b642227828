package tabledata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
)

// The words come from the list of contenders: one for each row that can be chosen, and all.
func TestEveryContenderHasAWordOrIsARetraining(t *testing.T) {
	field, ok := Form.Field("methods")
	require.True(t, ok)
	assert.Equal(t, append(methodWords(), "all"), field.Words)
	words, seen := methodWords(), map[string]bool{}
	for i := range contenders {
		c := &contenders[i]
		word := c.methodWord()
		assert.Equal(t, c.method != nil && c.Role != engine.RetrainingRow, word != "", c.Label)
		assert.NotContains(t, word, ",", "words are separated by commas")
		assert.False(t, word != "" && seen[word], word)
		seen[word] = true
	}
	for _, w := range []string{"none", "first-order", "second-order", "sisa", "fine-tune-paper"} {
		assert.Contains(t, words, w)
	}
}

func TestChosenMethodsNameTheirUnits(t *testing.T) {
	s := Defaults(engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Smoke})
	assert.Empty(t, s.methodsSuffix(), "units of all methods keep their names")
	require.NoError(t, s.Set("methods", "second-order,none,none"))
	assert.Equal(t, " methods=none,second-order", s.methodsSuffix(), "in the order of tables, each once")
	assert.True(t, s.Wants("none"))
	assert.False(t, s.Wants("sisa"))
	err := s.Set("methods", "secnd-order")
	assert.ErrorContains(t, err, "Did you mean second-order?")
	assert.ErrorContains(t, s.Set("methods", "retrain"), "must be one of none, dp,")
}

func TestSettingsOfMethodsThatAreNotChosenAreIdle(t *testing.T) {
	s := Defaults(engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Smoke})
	keys := map[string]string{"dp-sigma": "dp", "sisa-shards": "sisa", "sisa-vote": "sisa", "paper-tau": "first-order-paper", "paper-tau-ft": "fine-tune-paper",
		"factor": "second-order", "chunks": "first-order-iterative"}
	for key, word := range keys {
		require.NoError(t, s.Set("methods", "all"))
		assert.Empty(t, s.idleMethod(key), key)
		require.NoError(t, s.Set("methods", word))
		assert.Empty(t, s.idleMethod(key), key)
		require.NoError(t, s.Set("methods", "none"))
		assert.NotEmpty(t, s.idleMethod(key), key)
	}
	assert.Empty(t, s.idleMethod("lambda"))
}
