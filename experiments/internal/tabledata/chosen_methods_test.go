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
		assert.Equal(t, (c.method != nil || c.word != "") && c.Role != engine.RetrainingRow, word != "", c.Label)
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
	assert.Empty(t, s.MethodsSuffix(Compared()), "units of all methods keep their names")
	require.NoError(t, s.Set("methods", "second-order,none"))
	assert.ErrorContains(t, s.Set("methods", "none,second-order,none"), "names none twice")
	assert.Equal(t, " methods=none,second-order", s.MethodsSuffix(Compared()), "in the order of tables")
	assert.True(t, s.Wants("none"))
	assert.False(t, s.Wants("sisa"))
	err := s.Set("methods", "secnd-order")
	assert.ErrorContains(t, err, "Did you mean second-order?")
	assert.ErrorContains(t, s.Set("methods", "retrain"), "must be one of none, dp,")
}

func TestSettingsOfMethodsThatAreNotChosenAreIdle(t *testing.T) {
	s := Defaults(engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Smoke})
	keys := map[string]string{"dp-sigma": "dp", "sisa-shards": "sisa", "sisa-vote": "sisa", "paper-tau": "first-order-paper", "paper-tau-ft": "fine-tune-paper",
		"factor": "second-order", "chunks": "first-order-iterative", "tau": "first-order", "tau-ft": "fine-tune", "epochs": "fine-tune", "ft-regularizer": "fine-tune",
		"batch": "fine-tune-paper", "ridge": "second-order", "solver": "second-order-iterative", "steps": "second-order", "force": "first-order-paper"}
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

// A run chooses what the wanted methods use. Passes of fine-tuning that follow from the cost of
// second order need its ridge.
func TestTheWantedMethodsSayWhatIsChosen(t *testing.T) {
	for _, c := range []struct {
		methods, epochs string
		convex          bool
		want            []string
	}{
		{"all", "1", true, []string{"ridge", "tau", "tau-ft"}},
		{"none,sisa", "0", true, nil},
		{"first-order-iterative", "0", false, []string{"tau"}},
		{"second-order-iterative", "1", true, []string{"ridge"}},
		{"fine-tune", "0", true, []string{"tau-ft"}},
		{"fine-tune", "0", false, []string{"ridge", "tau-ft"}},
		{"fine-tune", "2", false, []string{"tau-ft"}},
		{"fine-tune-paper,first-order-paper", "0", false, nil},
	} {
		s := Defaults(engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Quick})
		require.NoError(t, s.Set("methods", c.methods))
		require.NoError(t, s.Set("epochs", c.epochs))
		require.NoError(t, s.Set("tau-ft", "auto"))
		var got []string
		for _, name := range []string{"ridge", "tau", "tau-ft"} {
			if s.needs(name, c.convex) {
				got = append(got, name)
			}
		}
		assert.Equal(t, c.want, got, "%s, epochs=%s, convex %v", c.methods, c.epochs, c.convex)
	}
}
