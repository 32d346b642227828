package experiments

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/unlearn"
)

func TestSettingsAreReadAndWrittenAlike(t *testing.T) {
	e, err := Find("residual")
	require.NoError(t, err)
	for _, c := range []struct{ key, text, want string }{
		{"features", "10, 50", "10,50"}, {"draws", "40", "40"}, {"draws", "1e2", "100"}, {"tau", "1e-3", "0.001"}, {"tau", "auto", "auto"},
		{"rate", "1e-4", "0.0001"}, {"request", "labels", "labels"}, {"lambda", "0", "0"}, {"factor", "false", "false"}, {"ridge", "2.5e-9", "2.5e-09"},
		{"epsilons", "0.1, 1", "0.1,1"}, {"sigmas", "0,1e4,1e7", "0,10000,1e+07"},
	} {
		s, err := Defaults(e, Key{"drebin", "linear", Quick})
		require.NoError(t, err)
		require.NoError(t, s.Set(c.key, c.text), c.key)
		key := form.Name(c.key)
		assert.Equal(t, c.want, s.Text(key))
		again := Settings{}
		require.NoError(t, again.Set(key, s.Text(key)))
		assert.Equal(t, s.Text(key), again.Text(key))
	}
}

func TestWrongSettingsAreErrorsAndChangeNothing(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"feature", "1", "known: request, features, rows"}, {"draws", "0", "above 0"}, {"draws", "x", "whole number"}, {"draws", "1.5", "whole number"},
		{"features", "10,-1", "above 0"}, {"lambda", "-1", "above 0"}, {"lambda", "NaN", "finite"}, {"near", "Inf", "finite"}, {"train-tolerance", "+Inf", "finite"}, {"ridge", "-inf", "finite"}, {"request", "rows", "one of features, labels, samples"},
		{"solver", "lbfgs", "one of cg"}, {"test-share", "1", "below 1"}, {"tau", "fast", "invalid syntax"}, {"factor", "maybe", "invalid syntax"},
		{"tau", "0", "above 0"}, {"tau-ft", "0", "above 0"}, {"growth", "1", "at least 2"}, {"growth", "0", "above 0"},
		{"hidden", "200,100001", "at most 100000"}, {"draws", "1000001", "at most 1000000"}, {"tune-draws", "1001", "at most 1000"},
		{"trials", "1e9", "at most 100000000"}, {"rows", "2e9", "at most 1000000000"}, {"rows", "1e300", "whole number"}, {"steps", "1001", "at most 1000"},
		{"epsilons", "0.1,2", "at most 1"}, {"epsilons", "0", "above 0"}, {"delta", "1", "below 1"}, {"lambdas", "1,x", "invalid syntax"}, {"sigmas", "1,-1", "above 0"},
		{"lambda", "1e-400", "too small"}, {"tau", "0x0.1p-2000", "too small"}, {"rows", "0.0000e1", "above 0"}, {"tolerance", "1", "below 1"},
		{"rows", "5,20,5", "names 5 twice"}, {"sigmas", "0,-0", "names 0 twice"},
		{"tolerance", "NaN", "finite"}, {"tolerance", "-1", "above 0"}, {"train-rate", "Inf", "finite"}, {"dropout", "nan", "finite"}, {"max-loss", "-1", "above 0"},
		{"max-loss", "-1", "must be above 0, or 0"}, {"draws", "", `"" is not a whole number`}, {"lambda", "abc", `"abc" is not a number: invalid syntax`},
		{"lambda", "1e400", `"1e400" is not a number: value out of range`}, {"factor", "2", `"2" is not true or false`}, {"tau", "", `"" is not a number`},
		{"sisa-vote", "loudest", "one of majority, mean"}, {"sisa-regulariser", "half", "one of share, whole"},
	} {
		s := Settings{Draws: 3}
		assert.ErrorContains(t, s.Set(c.key, c.text), c.want, c.key)
		assert.Equal(t, Settings{Draws: 3}, s)
	}
}

func TestDefaultsFollowThePaper(t *testing.T) {
	for _, c := range []struct {
		id   string
		k    Key
		want string
	}{
		{"residual", Key{"drebin", "linear", Paper}, "features=10,50,100 draws=40 pool=top400 lambda=1 tau=auto tau-ft=auto ft-regulariser=share epochs=0 tune-draws=5 tune-size=0 paper-tau=0.001 paper-tau-ft=0.0001"},
		{"residual", Key{"enron", "linear", Paper}, "features=10,50,100 draws=10 pool=top400 lambda=1 tau=auto tau-ft=auto tune-draws=5 paper-tau=0.0001 paper-tau-ft=0.0001"},
		{"scatter", Key{"drebin", "linear", Quick}, "features=20"},
		{"residual", Key{"adult", "mlp", Paper}, "rows=10,100,1000 hidden=200,200 seeds=5 draws=10 ridge=auto curvature=gauss-newton criterion=test-loss tune-draws=5 paper-tau=0"},
		{"residual", Key{"diabetes", "linear", Quick}, "rows=10,100,1000 draws=5 tau=auto batch=32 chunks=10 solver=cg steps=1"},
	} {
		e, err := Find(c.id)
		require.NoError(t, err)
		s, err := Defaults(e, c.k)
		require.NoError(t, err)
		for _, kv := range strings.Fields(c.want) {
			key, value, _ := strings.Cut(kv, "=")
			assert.Equal(t, value, s.Text(key), "%v %s", c.k, key)
		}
	}
}

func TestEverySettingIsExplainedAndPassesItsOwnCheck(t *testing.T) {
	names, docs := Keys()
	for i, n := range names {
		assert.NotEmpty(t, n)
		assert.NotEmpty(t, docs[i], n)
		assert.Equal(t, strings.ToLower(n), n)
	}
	for _, e := range Experiments() {
		for _, profile := range Profiles {
			for _, model := range e.Models() {
				for _, d := range slices.Concat(tabular, pictures, []string{embeddedText}) {
					s, err := Defaults(e, Key{d, model, profile})
					require.NoError(t, err)
					for _, n := range names {
						assert.NoError(t, form.Check(s, n), "%s of %s on %s, %s", n, e.ID, d, model)
					}
				}
			}
		}
	}
}

// What is measured and what settings are chosen on never overlap.
func TestTheMeasuredDrawsStayBelowThoseOfTuning(t *testing.T) {
	draws, ok := form.Field("draws")
	require.True(t, ok)
	assert.Less(t, *draws.Max, float64(tuningDraw))
}

// The words that stand in tags are those of the code that reads them.
func TestWordsOfTagsAreThoseOfTheCode(t *testing.T) {
	for name, want := range map[string][]string{
		"against": {unlearn.ExactOptimum.String(), unlearn.SameMechanism.String()}, "statistics": {reestimated, kept},
	} {
		f, ok := form.Field(name)
		require.True(t, ok)
		assert.Equal(t, want, f.Words)
	}
}

func TestOrdersThatCannotBeUnderstood(t *testing.T) {
	for _, c := range []struct {
		o    Order
		want string
	}{
		{Order{Experiment: "nope"}, "known: features, residual"},
		{Order{Experiment: "residual", Dataset: "mnist"}, "known: diabetes, spam"},
		{Order{Experiment: "residual", Model: "tree"}, "known: linear, mlp"},
		{Order{Experiment: "residual", Profile: "slow"}, "known: smoke, quick, paper"},
		{Order{Experiment: "residual", Set: []string{"draws"}}, "key=value"},
		{Order{Experiment: "residual", Set: []string{"foo=1"}}, "unknown setting \"foo\""},
	} {
		c.o.Out = t.TempDir()
		_, _, err := c.o.Do(t.Context())
		var usage *UsageError
		assert.ErrorAs(t, err, &usage)
		assert.ErrorContains(t, err, c.want)
	}
}
