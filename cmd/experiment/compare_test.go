package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// madeRuns are committed runs, which commands only read.
var (
	drebinRun   = filepath.Join("..", "..", "experiments", "testdata", "drebin-linear-quick-1")
	residualRun = filepath.Join("..", "..", "results", "reference", "residual", "drebin-linear-paper-1-10-draws")
	certified   = filepath.Join("..", "..", "results", "reference", "certified")
)

func TestCompareSaysWhatDiffersAndEndsWellWhateverTheVerdicts(t *testing.T) {
	labels, samples := filepath.Join(certified, "spam-linear-paper-1-labels"), filepath.Join(certified, "spam-linear-paper-1-samples")
	text, _, err := call(t, "compare", labels, samples)
	require.NoError(t, err)
	for _, want := range []string{"A: ", labels, "  request: labels -> samples\n", "Unpaired: request differs", "better", "worse", " ~ "} {
		assert.Contains(t, text, want)
	}
	text, _, err = call(t, "compare", labels, samples, "--json", "--metric", "test-accuracy")
	require.NoError(t, err)
	var got struct{ Comparisons []struct{ Metric string } }
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	require.NotEmpty(t, got.Comparisons)
	for _, c := range got.Comparisons {
		assert.Equal(t, "test-accuracy", c.Metric)
	}
	for _, form := range []string{"--csv", "--latex"} {
		text, _, err = call(t, "compare", labels, samples, form, "--table", "test-accuracy")
		require.NoError(t, err)
		assert.Contains(t, text, "B against A: test-accuracy")
		assert.NotContains(t, text, "B against A: seconds")
	}
}

func TestCommandLinesOfCompareThatCannotBeUnderstood(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"compare", drebinRun, filepath.Join(certified, "spam-linear-paper-1")}, "nothing in common", misused},
		{[]string{"compare", drebinRun, certified}, "holds 12 runs: name one of them", misused},
		{[]string{"compare", drebinRun, t.TempDir()}, "holds no run", failed},
		{[]string{"compare", drebinRun, drebinRun, "--metric", "speed"}, `unknown metric "speed"`, misused},
		{[]string{"compare", drebinRun, drebinRun, "--table", "x"}, "give one of them", misused},
		{[]string{"compare", drebinRun, drebinRun, "--csv", "--json"}, "--csv and --json", misused},
		{[]string{"compare", drebinRun}, "b", misused},
		{[]string{"report", drebinRun, "--table", "x"}, "give one of them", misused},
		{[]string{"report", drebinRun, "--csv", "--table", "no such"}, "no table is called \"no such\"; there are\n", misused},
	} {
		_, _, err := call(t, c.args...)
		require.ErrorContains(t, err, c.want, "%v", c.args)
		assert.Equal(t, c.code, exitCode(err), "%v: %v", c.args, err)
	}
}

// Tables of a run are printed from its records, and nothing is written.
func TestTablesArePrintedInEveryForm(t *testing.T) {
	before, err := os.ReadDir(residualRun)
	require.NoError(t, err)
	text, _, err := call(t, "report", residualRun, "--csv", "--table", "gradient residual")
	require.NoError(t, err)
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	assert.Greater(t, len(lines), 30)
	found := false
	for _, l := range lines {
		if strings.HasPrefix(l[2], "second") && !strings.Contains(l[2], "iterative") && strings.HasPrefix(l[3], "10 features") {
			found = true
			assert.Greater(t, len(l[4]), 12, "in full precision: %v", l)
			assert.Equal(t, "10", l[7])
		}
	}
	assert.True(t, found)
	text, _, err = call(t, "report", residualRun, "--json")
	require.NoError(t, err)
	assert.True(t, json.Valid([]byte(text)))
	text, _, err = call(t, "report", residualRun, "--latex")
	require.NoError(t, err)
	assert.Equal(t, strings.Count(text, `\begin{table}`), strings.Count(text, `\end{table}`))
	after, err := os.ReadDir(residualRun)
	require.NoError(t, err)
	assert.Len(t, after, len(before))

	path := filepath.Join(t.TempDir(), "tables.csv")
	said, _, err := call(t, "report", residualRun, "--csv", "--out", path)
	require.NoError(t, err)
	assert.Equal(t, path+"\n", said)
	_, _, err = call(t, "report", residualRun, "--csv", "--out", path)
	require.ErrorContains(t, err, "--force")
	_, _, err = call(t, "report", residualRun, "--csv", "--out", path, "--force")
	require.NoError(t, err)
}

// A report of the runs of a folder leaves them, and what lies beside them, as they are.
func TestAReportOfAFolderWritesOnePage(t *testing.T) {
	out := t.TempDir()
	for _, id := range []string{"sharding", "affected"} {
		_, _, err := call(t, "run", id, "--dataset", "diabetes", "--profile", "smoke", "--out", out, "--quiet")
		require.NoError(t, err)
	}
	mine := filepath.Join(out, "report.html")
	page := filepath.Join(out, "sharding", "diabetes-linear-smoke-1", "report.html")
	for _, path := range []string{mine, page} {
		require.NoError(t, os.WriteFile(path, []byte("mine"), 0o644))
	}
	stdout, _, err := call(t, "report", out)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(stdout, "\n"))
	assert.FileExists(t, strings.TrimSpace(stdout))
	for _, path := range []string{mine, page} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, "mine", string(text))
	}
	_, _, err = call(t, "report", out, "--out", mine)
	require.ErrorContains(t, err, "is there already")
}
