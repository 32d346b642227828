package experiments

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/compare"
	"lethe/experiments/internal/engine"
)

// partsOf is a run of features with two parts, whose numbers of draws are these.
func partsOf(t *testing.T, residual, fidelity string) *engine.Config {
	t.Helper()
	c := &engine.Config{Experiment: "features", Dataset: "diabetes", Model: "linear", Profile: engine.Smoke, Seed: 7, Data: "d"}
	for _, part := range [][2]string{{"residual", residual}, {"fidelity", fidelity}} {
		e, err := engine.Find(part[0])
		require.NoError(t, err)
		set, err := engine.Defaults(e, engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Smoke})
		require.NoError(t, err)
		require.NoError(t, set.Set("draws", part[1]))
		c.Parts = append(c.Parts, engine.Part{Experiment: part[0], Settings: set})
	}
	return c
}

// titles are what the comparison of two runs says differs.
func titles(a, b *engine.Config) map[string][]string {
	out := map[string][]string{}
	for _, d := range compare.Differences([]*compare.Run{{Saved: &engine.Saved{Config: a}}, {Saved: &engine.Saved{Config: b}}}) {
		out[d.Title] = d.Values
	}
	return out
}

// Resuming and comparing find the same differences, but for what a run was made on, which may
// change when it is resumed.
func TestResumingAndComparingFindTheSameDifferences(t *testing.T) {
	for name, change := range map[string]func(c *engine.Config){
		"experiment":         func(c *engine.Config) { c.Experiment = "other" },
		"data set":           func(c *engine.Config) { c.Dataset = "other" },
		"model":              func(c *engine.Config) { c.Model = "other" },
		"profile":            func(c *engine.Config) { c.Profile = "other" },
		"seed":               func(c *engine.Config) { c.Seed = 8 },
		"data (fingerprint)": func(c *engine.Config) { c.Data = "other" },
		"networks":           func(c *engine.Config) { c.Networks = "other" },
		"checkpoint":         func(c *engine.Config) { c.Given = &engine.Given{Loaded: "other"} },
		"prompt":             func(c *engine.Config) { c.Given = &engine.Given{Prompt: "other"} },
	} {
		a, b := partsOf(t, "2", "2"), partsOf(t, "2", "2")
		require.NoError(t, a.SameRun(b))
		assert.Empty(t, titles(a, b))
		change(b)
		assert.Error(t, a.SameRun(b), name)
		assert.Contains(t, titles(a, b), name)
		assert.Len(t, titles(a, b), 1, name)
	}
	a, b := partsOf(t, "2", "2"), partsOf(t, "2", "2")
	b.MadeOn.Cores = 64
	require.NoError(t, a.SameRun(b))
	assert.Equal(t, map[string][]string{"cores": {"0", "64"}}, titles(a, b))
}

func TestSettingsOfSeveralExperimentsAreNamedByThem(t *testing.T) {
	both := titles(partsOf(t, "5", "5"), partsOf(t, "2", "2"))
	assert.Equal(t, map[string][]string{"draws": {"5", "2"}}, both)
	one := titles(partsOf(t, "5", "5"), partsOf(t, "5", "2"))
	assert.Equal(t, map[string][]string{"draws of fidelity": {"5", "2"}}, one)
	err := partsOf(t, "5", "5").SameRun(partsOf(t, "5", "2"))
	assert.EqualError(t, err, `cannot resume with settings that differ from the run's: fidelity.draws (the run has "5", requested "2"). A run can get more draws and methods, not fewer`)
	assert.NoError(t, partsOf(t, "5", "2").SameRun(partsOf(t, "5", "5")), "a part may get more draws")
	missing := partsOf(t, "5", "5")
	missing.Parts = missing.Parts[:1]
	assert.Error(t, partsOf(t, "5", "5").SameRun(missing))
	assert.Empty(t, titles(partsOf(t, "5", "5"), missing), "settings that only one run has are not compared")
}
