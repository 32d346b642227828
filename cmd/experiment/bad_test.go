package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Calls that a new user may make by mistake. Each is answered by what is wrong and what to do, in
// words of the program. Words are divided by spaces; ” stands for an empty one.
func TestBadCallsAreAnswered(t *testing.T) {
	const on = "run residual --dataset diabetes --dry-run "
	for _, c := range []struct{ line, want string }{
		// Commands.
		{"version", `unknown command "version": did you mean --version?`},
		{"foo", `unknown command "foo"; known: list, run, report, compare, networks, data, bench, doctor, help, completion`},
		{"rnu", "did you mean run?"},
		{"residual", "residual is an experiment, not a command: did you mean run residual, or help residual?"},
		{"features --dataset diabetes", "did you mean run features"},
		{"help foo", `unknown command or experiment "foo"; known: list`},
		{"help residaul", "did you mean residual?"},
		{"help version", `unknown command or experiment "version"`},
		{"help data foo", `unknown command "foo"; known: list, fetch, verify (experiment data --help)`},
		{"data", "data needs one of list, fetch, verify (experiment data --help)"},
		{"data foo", `unknown command "foo"; known: list, fetch, verify`},
		{"data fetch", "data fetch needs <name>"},
		{"data fetch ''", `unknown data set ""; known: diabetes`},
		{"report", "report needs <dir>"},
		{"report --csv --json x", "--csv and --json exclude each other"},
		{"compare a", "compare needs <b> (experiment compare --help)"},
		{"networks", "networks needs <run> <to>"},
		{"completion", "completion needs <shell>"},
		{"doctor foo", `doctor does not take "foo"`},
		{"bench ''", `unknown workload ""; known: drebin`},
		{"list ''", `unknown experiment ""; known: features`},
		{"--color red list", `--color must be one of "auto","always","never"`},
		// Words in the place of an experiment.
		{"run ''", `unknown experiment ""; known: features`},
		{"run diabetes", `"diabetes" is not an experiment: did you mean --dataset diabetes?`},
		{"run mlp", "did you mean --model mlp?"},
		{"run paper", "did you mean --profile paper?"},
		{"run residual draws=3", `"draws=3" is not an experiment: did you mean --set draws=3?`},
		{"run residual --set draws=3 draws=4", `run does not take "draws=4" (experiment run --help)`},
		// Flags.
		{"-v", "unknown flag -v"},
		{"--verison", `did you mean "--version"?`},
		{"run residual --Dataset diabetes", `did you mean "--dataset"?`},
		{"run residual --dataset ''", "--dataset is empty: give a value, or omit the flag"},
		{on + "--model ''", "--model is empty"},
		{on + "--profile ''", "--profile is empty"},
		{on + "--out ''", "--out is empty"},
		{on + "--name ''", "--name is empty"},
		{on + "--data ''", "--data is empty"},
		{on + "--config ''", "--config is empty"},
		{on + "--set ''", "--set is empty"},
		{"run residual --seed ''", `"" is not a whole number of 0 to`},
		{"run residual --seed", "--seed needs a value (experiment run --help)"},
		{"run residual --seed -1", "--seed needs a value; one that begins with - is written --seed=-1"},
		{"run residual --seed=-1", `"-1" is not a whole number of 0 to`},
		{"run residual --tables=maybe", `--tables takes no value: omit "maybe"`},
		{"compare a b --metric ''", "--metric is empty"},
		// Settings.
		{on + "--set draws", `--set "draws" has no =: write key=value`},
		{on + "--set =3", "--set =3 names no setting: write key=value, for example --set draws=3"},
		{on + "--set draws=", `setting draws=: "" is not a whole number`},
		{on + "--set draws=3.5", `"3.5" is not a whole number`},
		{on + "--set draws=1e-3", `"1e-3" is not a whole number`},
		{on + "--set draws=0", "must be above 0"},
		{on + "--set draws=-1", "must be above 0"},
		{on + "--set draws=1e7", "must be at most 1,000,000"},
		{on + "--set rows=1,,2", `"" is not a whole number`},
		{on + "--set rows=5,5", "names 5 twice"},
		{on + "--set rows=5000", "rows=5000 is more than there is: diabetes has 614 training samples"},
		{on + "--set methods=", "must be one of none, dp"},
		{on + "--set methods=none,none", "names none twice"},
		{on + "--set methods=retrain", "must be one of none, dp"},
		{on + "--set methods=sceond-order", "Did you mean second-order?"},
		{on + "--set lambda=NaN", "must be a finite number"},
		{on + "--set lambda=x", `"x" is not a number`},
		{on + "--set tau=automatic", `"automatic" is not a number`},
		{on + "--set force=maybe", `"maybe" is not true or false`},
		{on + "--set features=10", "has no effect on residual"},
	} {
		words := strings.Fields(c.line)
		for i := range words {
			if words[i] == "''" {
				words[i] = ""
			}
		}
		_, _, err := call(t, words...)
		require.ErrorContains(t, err, c.want, c.line)
		assert.Equal(t, misused, exitCode(err), c.line)
		for _, raw := range []string{"expected", "EOL", "strconv", "unexpected argument version", "%!"} {
			assert.NotContains(t, err.Error(), raw, c.line)
		}
		assert.NotContains(t, message(err), "experiment: experiment", c.line)
	}
}

// 1e3 is a whole number, as the page of settings says, and spaces around a value do not count.
func TestWholeNumbersMayHaveAnExponent(t *testing.T) {
	plan := func(set ...string) string {
		args := []string{"run", "sharding", "--dataset", "diabetes", "--profile", "smoke", "--out", t.TempDir(), "--dry-run"}
		for _, s := range set {
			args = append(args, "--set", s)
		}
		out, _, err := call(t, args...)
		require.NoError(t, err)
		_, folder, _ := strings.Cut(out, "begins ")
		return filepath.Base(strings.Fields(folder)[0])
	}
	assert.Equal(t, plan("trials=2000"), plan("trials=2e3"))
	assert.Equal(t, plan("trials=2000"), plan(" trials = 2000 "))
	assert.NotEqual(t, plan("trials=2000"), plan("trials=2001"))
}

// A dry run without the data says what it did not check, on the screen and as JSON.
func TestADryRunSaysWhatItCouldNotCheck(t *testing.T) {
	out, _, err := call(t, "run", "residual", "--dataset", "adult", "--set", "rows=100000000", "--set", "draws=3", "--dry-run")
	require.NoError(t, err)
	assert.Contains(t, out, "without the data it is not checked whether rows and draws can be fulfilled, and whether each has an effect")
	out, _, err = call(t, "run", "residual", "--dataset", "adult", "--dry-run", "--json")
	require.NoError(t, err)
	assert.Contains(t, out, `"unchecked": "without the data it is not checked whether the defaults ask for more than the data have"`)
	out, _, err = call(t, "run", "residual", "--dataset", "diabetes", "--dry-run")
	require.NoError(t, err)
	assert.NotContains(t, out, "not checked")
	out, _, err = call(t, "run", "residual", "--dataset", "spam", "--set", "pool=top400", "--dry-run")
	require.NoError(t, err)
	assert.Contains(t, out, "not checked whether the pool top400 has as many columns as features asks for")
}
