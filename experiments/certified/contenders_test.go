package certified

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

// A method has one row and one mark, and the mark of the other experiments on tables.
func TestContendersAreOneListOfRows(t *testing.T) {
	marks := map[int]string{}
	for _, r := range tabledata.AllRows() {
		marks[r.Mark] = r.Label
	}
	seen := map[string]bool{}
	for _, c := range contenders {
		assert.False(t, seen[c.Label], c.Label)
		seen[c.Label] = true
		if other, ok := marks[c.Mark]; ok {
			assert.Equal(t, other, c.Label, "mark %d", c.Mark)
		}
		marks[c.Mark] = c.Label
	}
	assert.Len(t, rows(), len(contenders))
	assert.Equal(t, []string{"none", "first-order", "second-order"}, streamMethods())
	assert.Equal(t, []string{"none", "fine-tune", "first-order", "second-order"}, lossMethods())
	assert.Equal(t, []string{released}, releaseMethods())
	assert.Equal(t, []string{released}, releasesMethods())
	field, _ := tabledata.Form.Field("methods")
	for _, w := range wordsOf(func(c contender) bool {
		return c.release != nil || c.releases != nil || c.loss != nil || c.stream != nil
	}) {
		assert.Contains(t, field.Words, w, "a word of --set methods")
	}
	_, err := (&streamed{}).method("fine-tune")
	assert.Error(t, err)
}

// The methods that a draw carries out have the labels of their rows; what others are measured
// against comes first.
func TestContendersHaveTheLabelsOfTheirRows(t *testing.T) {
	s, set := tableSession(t, "diabetes")
	sub, err := noiseless(t.Context(), s, set)
	require.NoError(t, err)
	labels := func(label func(records.Record) string, r *releasing) (out []string) {
		for _, m := range r.contenders() {
			out = append(out, label(records.Record{Method: m.Name(), Model: "linear", Settings: m.Tags}))
		}
		return out
	}
	assert.Equal(t, []string{tabledata.WarmNewton, "retrain, cold", released}, labels(startLabel, &releasing{s, sub, set, 0}))
	assert.Equal(t, []string{tabledata.WarmNewton, released}, labels(startLabel, &releasing{s, sub, set, set.ColdDraws}), "cold in the first draws")
	methods, err := (&lossy{s, &noisy{Fitted: sub}, set}).contenders(nil)
	require.NoError(t, err)
	var got []string
	for _, m := range methods {
		got = append(got, tabledata.Label(records.Record{Method: m.Name(), Model: "linear", Settings: m.Tags}))
	}
	assert.Equal(t, []string{"retrain", "none", "fine-tune", "first-order", "second-order"}, got)
}

// Every method of a run has a row, by which tables and figures order it.
func TestEveryMethodOfACertificateHasARow(t *testing.T) {
	for _, e := range []*engine.Experiment{Certified(), Budget(), LossPerturbation(), LossBudget()} {
		recs, err := engine.ReadRecords(tried.Smoke(t, t.TempDir(), e.ID, "linear", "test-share=0.2"))
		require.NoError(t, err)
		require.NotEmpty(t, recs)
		label := e.Label
		if label == nil {
			label = tabledata.Label
		}
		for _, r := range recs {
			assert.True(t, hasRow(e.Rows, label(r)), "%s: %s", e.ID, label(r))
		}
	}
}

func hasRow(rows []engine.Row, label string) bool {
	for _, r := range rows {
		if r.Label == label {
			return true
		}
	}
	return false
}
