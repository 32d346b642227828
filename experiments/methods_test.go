package experiments

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

// chosenOnly leaves out the records of rows that are neither chosen nor retrainings, and what was
// tried while their settings were chosen. No update is tried with every choice.
func chosenOnly(all []records.Record, rows ...string) []records.Record {
	return slices.DeleteFunc(untimed(all), func(r records.Record) bool {
		tried := r.Settings[tabledata.SizeTag] != nil && r.Method == "none"
		return !tried && r.Method != "retrain" && r.Method != tabledata.MajorityClass && !slices.Contains(rows, tabledata.Label(r))
	})
}

// Chosen methods have the records that they have in a run of all methods, and the others have none,
// nor is anything chosen for them.
func TestChosenMethodsOnTablesHaveTheRecordsOfARunOfAll(t *testing.T) {
	for _, c := range []struct {
		id, model, methods string
		rows               []string
		set                []string
	}{
		{"residual", "linear", "none,second-order", []string{"none", "second-order"}, []string{"ridge=auto"}},
		{"residual", "linear", "fine-tune", []string{"fine-tune"}, []string{"epochs=0"}},
		{"residual", "mlp", "first-order,fine-tune-paper", []string{"first-order"}, nil},
		{"scatter", "linear", "first-order,first-order-iterative", []string{"first-order", "first-order-iterative"}, nil},
		{"runtime", "linear", "none,second-order", []string{"none", "second-order", tabledata.FactorStored}, nil},
		{"runtime", "mlp", "none,occlusion", []string{"none", "occlusion"}, nil},
		{"limits", "linear", "first-order", []string{"first-order"}, nil},
		{"loss-perturbation", "linear", "none,second-order", []string{"none", "second-order"}, nil},
		{"loss-budget", "linear", "first-order", []string{"first-order"}, nil},
		{"certified", "linear", "output-perturbation", []string{"output-perturbation"}, nil},
		{"budget", "linear", "output-perturbation", []string{"output-perturbation"}, nil},
	} {
		name := c.id + ", " + c.model + ", " + c.methods
		whole := tried.WithoutSeconds(t, tried.Smoke(t, t.TempDir(), c.id, c.model, c.set...))
		dir := tried.Smoke(t, t.TempDir(), c.id, c.model, append(c.set, "methods="+c.methods)...)
		some := untimed(tried.WithoutSeconds(t, dir))
		wanted := chosenOnly(whole, c.rows...)
		if !slices.ContainsFunc(some, func(r records.Record) bool { return r.Settings[tabledata.SizeTag] != nil }) {
			wanted = slices.DeleteFunc(wanted, func(r records.Record) bool { return r.Settings[tabledata.SizeTag] != nil }) // nothing was to be chosen
			for _, r := range whole {
				assert.False(t, r.Text("tried") != "" && slices.Contains(c.rows, r.Method), name)
			}
		}
		if c.id == "limits" { // which carries out second order whatever is chosen
			some = slices.DeleteFunc(some, func(r records.Record) bool { return r.Metric == "chosen-ridge" })
		}
		assert.ElementsMatch(t, wanted, some, name)
		if c.id != "certified" && c.id != "budget" { // which have one method
			assert.Less(t, len(some), len(untimed(whole)), name)
		}
	}
}

// A run of chosen methods becomes the run of all: what is there is neither measured again nor
// recorded twice, and settings are chosen for the new methods.
func TestARunOfChosenMethodsIsExtendedToAll(t *testing.T) {
	for _, c := range []struct {
		id, model, methods string
		set                []string
	}{
		{"runtime", "linear", "first-order", nil}, {"features", "linear", "first-order", nil}, {"limits", "linear", "none", nil}, {"features", "linear", "none,sisa", nil},
		{"residual", "mlp", "fine-tune", []string{"epochs=0", "ridge=auto"}}, {"residual", "linear", "occlusion", []string{"criterion=test-loss"}},
		{"loss-perturbation", "linear", "fine-tune", nil}, {"loss-budget", "linear", "first-order", nil},
	} {
		out := t.TempDir()
		order := func(mode records.Mode, methods string) *engine.Order {
			return &engine.Order{Experiment: c.id, Dataset: "diabetes", Model: c.model, Profile: engine.Smoke, Seed: 7, Out: out, Mode: mode,
				Set: append(slices.Clone(c.set), "methods="+methods)}
		}
		dir := tried.RunOrder(t, order(records.Fresh, c.methods))
		assert.NotEqual(t, "diabetes-linear-smoke-7", filepath.Base(dir))
		assert.Equal(t, dir, tried.RunOrder(t, order(records.Resume, "all")))
		want := tried.WithoutSeconds(t, tried.Smoke(t, t.TempDir(), c.id, c.model, c.set...))
		assert.ElementsMatch(t, untimed(want), untimed(tried.WithoutSeconds(t, dir)), "%s of %s", c.id, c.methods)
	}
}

// Methods of other experiments are an error that lists the own ones. A part without any of the
// chosen methods has no records.
func TestMethodsOfOtherExperimentsAreRefused(t *testing.T) {
	for id, c := range map[string]struct{ methods, want string }{
		"limits":            {"none,sisa", "limits does not have sisa: choose from none, first-order, second-order, all"},
		"scatter":           {"sisa", "scatter does not have sisa"},
		"certified":         {"second-order", "certified does not have second-order: choose from output-perturbation, all"},
		"budget":            {"none", "budget does not have none"},
		"loss-perturbation": {"sisa", "loss-perturbation does not have sisa: choose from none, fine-tune, first-order, second-order, all"},
		"loss-budget":       {"fine-tune", "loss-budget does not have fine-tune"},
		"features":          {"output-perturbation", "features does not have output-perturbation"},
		"residual":          {"output-perturbation", "residual does not have output-perturbation"},
		"sigma":             {"none", "the setting methods belongs to"},
		"solvers":           {"none", "the setting methods belongs to"},
	} {
		o := &engine.Order{Experiment: id, Dataset: "diabetes", Profile: engine.Smoke, Seed: 7, Out: t.TempDir(), Set: []string{"methods=" + c.methods}}
		_, err := o.Plan(t.Context())
		assert.ErrorContains(t, err, c.want, id)
	}
	recs, err := engine.ReadRecords(tried.Smoke(t, t.TempDir(), "features", "linear", "methods=sisa"))
	require.NoError(t, err)
	assert.False(t, slices.ContainsFunc(recs, func(r records.Record) bool { return r.Experiment == "limits" }))
}

// What a run shows of chosen methods speaks of them alone.
func TestPagesOfChosenMethods(t *testing.T) {
	for id, methods := range map[string]string{"residual": "none,fine-tune", "limits": "none", "loss-perturbation": "fine-tune", "loss-budget": "first-order", "features": "sisa"} {
		dir := tried.Smoke(t, t.TempDir(), id, "linear", "methods="+methods)
		page, err := os.ReadFile(filepath.Join(dir, "tables.md"))
		require.NoError(t, err)
		for _, bad := range []string{"NaN", "| second-order", "| first-order ", "How ridge", "How tau was"} {
			if !strings.Contains(methods, strings.TrimSpace(strings.TrimPrefix(bad, "| "))) {
				assert.NotContains(t, string(page), bad, id)
			}
		}
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
