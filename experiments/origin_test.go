package experiments

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tried"
)

// A page says when and how the run was made, and leads to its files and to the runs beside it.
func TestAPageSaysHowItsRunWasMade(t *testing.T) {
	out := t.TempDir()
	before := time.Now().Add(-time.Second)
	dir := tried.Smoke(t, out, "affected", "linear")
	c, err := engine.ReadConfig(filepath.Join(dir, records.ConfigName))
	require.NoError(t, err)
	started, err := time.Parse(time.RFC3339, c.MadeOn.Started)
	require.NoError(t, err)
	assert.WithinRange(t, started, before, time.Now())
	assert.Positive(t, c.MadeOn.Units)
	other := filepath.Join(out, "affected", "other")
	require.NoError(t, os.CopyFS(other, os.DirFS(dir)))
	first, err := os.ReadFile(filepath.Join(dir, records.ReportName))
	require.NoError(t, err)
	assert.Contains(t, string(first), `href="tables.csv"`, "written with the page")
	require.NoError(t, engine.Render(dir))
	page, err := os.ReadFile(filepath.Join(dir, records.ReportName))
	require.NoError(t, err)
	for _, want := range []string{started.UTC().Format("2 January 2006, 15:04 UTC"), `href="config.yaml"`, `href="records.jsonl"`, `href="tables.md"`, `href="tables.csv"`, `href="../other/report.html"`,
		`href="affected.svg"`, "A smoke run only shows", "data-copy"} {
		assert.Contains(t, string(page), want)
	}
	assert.NotContains(t, string(page), "records.jsonl.gz", "it is not there")
	assert.NotContains(t, string(page), "not finished")
	path := filepath.Join(out, "all.html")
	require.NoError(t, engine.Merge(nil, []*engine.Saved{tried.Must(engine.ReadRun(dir)), tried.Must(engine.ReadRun(other))}, nil, path))
	page, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(page), `href="affected/other/records.jsonl"`, "as the combined page finds it")
}

// A run that lacks units says how many and how to go on, in its page and in its tables.
func TestAnUnfinishedRunSaysSo(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "affected", "linear")
	path := filepath.Join(dir, records.ProgressName)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := bytes.SplitAfter(data, []byte("\n"))
	require.Len(t, lines, 3, "two units")
	require.NoError(t, os.WriteFile(path, lines[0], 0o644))
	require.NoError(t, engine.Render(dir))
	for _, name := range []string{records.ReportName, records.TablesName} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Contains(t, string(text), "This run is not finished: 1 of 2 units are.")
		assert.Contains(t, string(text), "--resume")
	}
	require.NoError(t, os.Remove(path)) // as in a packed run
	d, err := engine.Load(dir)
	require.NoError(t, err)
	assert.Empty(t, d.Unfinished)
}

// A smoke run shows that things run: it answers nothing, compares nothing and has no targets, on its
// page, in its tables and on a terminal.
func TestASmokeRunHasNoAnswers(t *testing.T) {
	runs, err := filepath.Glob(filepath.Join("testdata", "*-smoke-*"))
	require.NoError(t, err)
	require.NotEmpty(t, runs)
	for _, dir := range runs {
		d, err := engine.Load(dir)
		require.NoError(t, err)
		page, err := report.Page([]*report.Document{d})
		require.NoError(t, err)
		for _, text := range []string{string(page), d.Markdown(), d.Text(100)} {
			assert.Contains(t, text, "A smoke run only shows that everything runs.")
			for _, word := range []string{"Comparisons", "nearer", "times faster", `class="undecided"`, "no verdict", "Targets"} {
				assert.NotContains(t, text, word, dir)
			}
		}
	}
}

// The page links the other runs of its experiment in the same folder of results, whatever their data
// set, and those of other experiments behind them.
func TestThePageLinksRunsOfOtherDataSets(t *testing.T) {
	out := t.TempDir()
	own := filepath.Join(out, "residual", "drebin-linear-quick-1")
	run := os.DirFS(filepath.Join("testdata", "drebin-linear-quick-1"))
	for _, dir := range []string{own, filepath.Join(out, "residual", "adult-linear-quick-1"), filepath.Join(out, "fidelity", "spam-linear-quick-1")} {
		require.NoError(t, os.CopyFS(dir, run))
		require.NoError(t, os.WriteFile(filepath.Join(dir, records.ReportName), nil, 0o644))
	}
	d, err := engine.Load(own)
	require.NoError(t, err)
	assert.Equal(t, []report.Link{{Text: "adult-linear-quick-1", Path: "../adult-linear-quick-1/report.html"},
		{Text: "fidelity/spam-linear-quick-1", Path: "../../fidelity/spam-linear-quick-1/report.html"}}, d.Others)
}

// What older runs did not record is left out, and not said to be missing.
func TestWhatWasNotRecordedIsLeftOut(t *testing.T) {
	d, err := engine.Load(filepath.Join("testdata", "drebin-linear-quick-1"))
	require.NoError(t, err)
	for _, f := range d.Facts {
		assert.NotContains(t, f.Text, "not recorded")
		assert.NotContains(t, []string{"date", "duration", "commit"}, f.Name)
	}
}

// Every experiment answers its question.
func TestEveryExperimentHasAnswers(t *testing.T) {
	for _, e := range engine.Experiments() {
		if len(e.Parts) == 0 {
			assert.NotNil(t, e.Answers, e.ID)
		}
	}
}
