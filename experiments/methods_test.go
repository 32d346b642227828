package experiments

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

// chosenOnly leaves out the records of rows that are neither chosen nor retrainings. What is tried
// while settings are chosen stays: that serves all methods.
func chosenOnly(all []records.Record, rows ...string) []records.Record {
	return slices.DeleteFunc(untimed(all), func(r records.Record) bool {
		label := tabledata.Label(r)
		return r.Settings[tabledata.SizeTag] == nil && r.Method != "retrain" && !slices.Contains(rows, label)
	})
}

// Chosen methods have the records that they have in a run of all methods, and the others have none.
func TestChosenMethodsOnTablesHaveTheRecordsOfARunOfAll(t *testing.T) {
	for _, model := range tabledata.Models {
		for _, id := range []string{"residual", "scatter", "runtime"} {
			whole := tried.WithoutSeconds(t, tried.Smoke(t, t.TempDir(), id, model))
			dir := tried.Smoke(t, t.TempDir(), id, model, "methods=none,second-order")
			rows := []string{"none", "second-order", tabledata.FactorStored}
			some := untimed(tried.WithoutSeconds(t, dir))
			assert.ElementsMatch(t, chosenOnly(whole, rows...), some, "%s, %s", id, model)
			assert.Less(t, len(some), len(untimed(whole)), "%s, %s", id, model)
		}
	}
}

// A run of chosen methods becomes the run of all: what is there is neither measured again nor
// recorded twice.
func TestARunOfChosenMethodsIsExtendedToAll(t *testing.T) {
	for _, id := range []string{"runtime", "features"} {
		out := t.TempDir()
		order := func(mode records.Mode, set ...string) *engine.Order {
			return &engine.Order{Experiment: id, Dataset: "diabetes", Model: "linear", Profile: engine.Smoke, Seed: 7, Out: out, Mode: mode, Set: set}
		}
		dir := tried.RunOrder(t, order(records.Fresh, "methods=first-order"))
		assert.NotEqual(t, "diabetes-linear-smoke-7", filepath.Base(dir))
		assert.Equal(t, dir, tried.RunOrder(t, order(records.Resume, "methods=all")))
		want := tried.WithoutSeconds(t, tried.Smoke(t, t.TempDir(), id, "linear"))
		assert.ElementsMatch(t, untimed(want), untimed(tried.WithoutSeconds(t, dir)), id)
	}
}

// steps keeps the steps that it was told.
type steps struct {
	engine.Quiet
	texts []string
}

func (s *steps) Step(text string, _, _ int) { s.texts = append(s.texts, text) }

// SISA's votes have no loss, so that scatter does not train its shards, nor does limits, which
// shows three methods.
func TestWhatNoTableShowsIsNotTrained(t *testing.T) {
	for _, id := range []string{"scatter", "limits", "residual"} {
		progress := &steps{}
		o := &engine.Order{Experiment: id, Dataset: "diabetes", Model: "linear", Profile: engine.Smoke, Seed: 7, Out: t.TempDir(), Progress: progress}
		_, _, err := o.Do(t.Context())
		require.NoError(t, err)
		trained := slices.ContainsFunc(progress.texts, func(s string) bool { return s == "training the 3 shards of SISA" })
		assert.Equal(t, id == "residual", trained, id)
	}
}
