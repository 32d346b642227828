package experiments

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/memorization"
	"lethe/unlearn"
)

func TestSettingsAreReadAndWrittenAlike(t *testing.T) {
	e, err := engine.Find("residual")
	require.NoError(t, err)
	for _, c := range []struct{ key, text, want string }{
		{"features", "10, 50", "10,50"}, {"draws", "40", "40"}, {"draws", "1e2", "100"}, {"tau", "1e-3", "0.001"}, {"tau", "auto", "auto"},
		{"rate", "1e-4", "1e-4"}, {"request", "labels", "labels"}, {"lambda", "0", "0"}, {"factor", "false", "false"}, {"ridge", "2.5e-9", "2.5e-9"},
		{"epsilons", "0.1, 1", "0.1,1"}, {"sigmas", "0,1e4,1e7", "0,10000,1e7"},
	} {
		s, err := engine.Defaults(e, engine.Key{Dataset: "drebin", Model: "linear", Profile: engine.Quick})
		require.NoError(t, err)
		require.NoError(t, s.Set(c.key, c.text), c.key)
		field, ok := tabledata.Form.Field(c.key)
		require.True(t, ok, c.key)
		key := field.Name
		assert.Equal(t, c.want, s.Text(key))
		again := tabledata.Settings{}
		require.NoError(t, again.Set(key, s.Text(key)))
		assert.Equal(t, s.Text(key), again.Text(key))
	}
}

func TestWrongSettingsAreErrorsAndChangeNothing(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"feature", "1", "did you mean features?"}, {"xyz", "1", "known: request, features, rows"}, {"draws", "0", "above 0"}, {"draws", "x", "whole number"}, {"draws", "1.5", "whole number"},
		{"features", "10,-1", "above 0"}, {"lambda", "-1", "above 0"}, {"lambda", "NaN", "finite"}, {"near", "Inf", "finite"}, {"train-tolerance", "+Inf", "finite"}, {"ridge", "-inf", "finite"}, {"request", "rows", "one of features, labels, samples"},
		{"solver", "lbfgs", "one of cg"}, {"test-share", "1", "below 1"}, {"tau", "fast", "is not"}, {"factor", "maybe", "is not"},
		{"tau", "0", "above 0"}, {"tau-ft", "0", "above 0"}, {"growth", "1", "at least 2"}, {"growth", "0", "above 0"},
		{"hidden", "200,100001", "at most 100000"}, {"draws", "1000001", "at most 1000000"}, {"tune-draws", "1001", "at most 1000"},
		{"trials", "1e9", "at most 100000000"}, {"rows", "2e9", "at most 1000000000"}, {"rows", "1e300", "whole number"}, {"steps", "1001", "at most 1000"},
		{"epsilons", "0.1,2", "at most 1"}, {"epsilons", "0", "above 0"}, {"delta", "1", "below 1"}, {"lambdas", "1,x", "is not"}, {"sigmas", "1,-1", "above 0"},
		{"lambda", "1e-400", "too small"}, {"tau", "0x0.1p-2000", "too small"}, {"rows", "0.0000e1", "above 0"}, {"tolerance", "1", "below 1"},
		{"rows", "5,20,5", "names 5 twice"}, {"sigmas", "0,-0", "names 0 twice"},
		{"tolerance", "NaN", "finite"}, {"tolerance", "-1", "above 0"},
		{"draws", "", `"" is not a whole number`}, {"lambda", "abc", `"abc" is not a number`},
		{"lambda", "1e400", `"1e400" is too large`}, {"factor", "2", `"2" is not true or false`}, {"tau", "", `"" is not a number`},
		{"sisa-vote", "loudest", "one of majority, mean"}, {"sisa-regularizer", "half", "one of share, whole"},
	} {
		s := tabledata.Settings{Draws: 3}
		assert.ErrorContains(t, s.Set(c.key, c.text), c.want, c.key)
		assert.Equal(t, tabledata.Settings{Draws: 3}, s)
	}
}

func TestDefaultsFollowThePaper(t *testing.T) {
	for _, c := range []struct {
		id   string
		k    engine.Key
		want string
	}{
		{"residual", engine.Key{Dataset: "drebin", Model: "linear", Profile: engine.Paper}, "features=10,50,100 draws=40 pool=top400 lambda=1 tau=auto tau-ft=auto ft-regularizer=share epochs=0 tune-draws=5 tune-size=0 paper-tau=0.001 paper-tau-ft=0.0001"},
		{"residual", engine.Key{Dataset: "enron", Model: "linear", Profile: engine.Paper}, "features=10,50,100 draws=10 pool=top400 lambda=1 tau=auto tau-ft=auto tune-draws=5 paper-tau=0.0001 paper-tau-ft=0.0001"},
		{"scatter", engine.Key{Dataset: "drebin", Model: "linear", Profile: engine.Quick}, "features=20"},
		{"residual", engine.Key{Dataset: "adult", Model: "mlp", Profile: engine.Paper}, "rows=10,100,1000 hidden=200,200 seeds=5 draws=10 ridge=auto curvature=gauss-newton criterion=test-loss tune-draws=5 paper-tau=0"},
		{"residual", engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Quick}, "rows=10,100,1000 draws=5 tau=auto batch=32 chunks=10 solver=cg steps=1"},
	} {
		e, err := engine.Find(c.id)
		require.NoError(t, err)
		s, err := engine.Defaults(e, c.k)
		require.NoError(t, err)
		for _, kv := range strings.Fields(c.want) {
			key, value, _ := strings.Cut(kv, "=")
			assert.Equal(t, value, s.Text(key), "%v %s", c.k, key)
		}
	}
}

func TestEverySettingIsExplainedAndPassesItsOwnCheck(t *testing.T) {
	names, docs := engine.Keys()
	for i, n := range names {
		assert.NotEmpty(t, n)
		assert.NotEmpty(t, docs[i], n)
		assert.Equal(t, strings.ToLower(n), n)
	}
	for _, e := range engine.Experiments() {
		for _, profile := range engine.Profiles {
			for _, model := range e.Models() {
				for _, d := range append(slices.Clone(e.Domain.Datasets), memorization.EmbeddedText) {
					s, err := engine.Defaults(e, engine.Key{Dataset: d, Model: model, Profile: profile})
					require.NoError(t, err)
					for _, f := range s.Fields() {
						assert.NoError(t, s.Check(f.Name), "%s of %s on %s, %s", f.Name, e.ID, d, model)
						assert.NotEmpty(t, f.Scope, "what depends on %s of %s?", f.Name, e.ID)
					}
				}
			}
		}
	}
}

// What is measured and what settings are chosen on never overlap.
func TestTheMeasuredDrawsStayBelowThoseOfTuning(t *testing.T) {
	draws, ok := tabledata.Form.Field("draws")
	require.True(t, ok)
	assert.Less(t, *draws.Max, float64(tabledata.TuningDraw))
}

// The words that stand in tags are those of the code that reads them.
func TestWordsOfTagsAreThoseOfTheCode(t *testing.T) {
	f, ok := tabledata.Form.Field("against")
	require.True(t, ok)
	assert.Equal(t, []string{unlearn.ExactOptimum.String(), unlearn.SameMechanism.String()}, f.Words)
}

func TestOrdersThatCannotBeUnderstood(t *testing.T) {
	for _, c := range []struct {
		o    engine.Order
		want string
	}{
		{engine.Order{Experiment: "nope"}, "known: features, residual"},
		{engine.Order{Experiment: "residual", Dataset: "mnist"}, "known: diabetes, spam"},
		{engine.Order{Experiment: "residual", Model: "tree"}, "known: linear, mlp"},
		{engine.Order{Experiment: "residual", Profile: "slow"}, "known: smoke, quick, paper"},
		{engine.Order{Experiment: "residual", Set: []string{"draws"}}, "key=value"},
		{engine.Order{Experiment: "residual", Set: []string{"foo=1"}}, "unknown setting \"foo\""},
		{engine.Order{Experiment: "residaul"}, "did you mean residual?"}, {engine.Order{Experiment: "residual", Dataset: "diabets"}, "did you mean diabetes?"},
		{engine.Order{Experiment: "residual", Model: "liner"}, "did you mean linear?"}, {engine.Order{Experiment: "residual", Profile: "smok"}, "did you mean smoke?"},
		{engine.Order{Experiment: "residual", Name: "a/b"}, "--name takes"}, {engine.Order{Experiment: "residual", Name: ".."}, "--name takes"},
	} {
		c.o.Out = t.TempDir()
		_, _, err := c.o.Do(t.Context())
		var usage *engine.UsageError
		assert.ErrorAs(t, err, &usage)
		assert.ErrorContains(t, err, c.want)
	}
}
