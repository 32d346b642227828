package experiments

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/compare"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// madeRun writes a run of residual on drebin that measured what the records say, and returns its
// folder. Each pair changes the text of its configuration.
func madeRun(t *testing.T, name string, recs []records.Record, changes ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.Mkdir(dir, 0o755))
	c, err := engine.ReadConfig(filepath.Join("testdata", "drebin-linear-quick-1", records.ConfigName))
	require.NoError(t, err)
	for i := range c.Parts {
		if c.Parts[i].Experiment == "residual" {
			c.Parts, c.Experiment = c.Parts[i:i+1], "residual"
			break
		}
	}
	require.Len(t, c.Parts, 1)
	config := string(c.Encode())
	for i := 0; i < len(changes); i += 2 {
		require.Contains(t, config, changes[i])
		config = strings.Replace(config, changes[i], changes[i+1], 1)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, records.ConfigName), []byte(config), 0o644))
	data, err := records.Encode(recs)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, records.RecordsName), data, 0o644))
	return dir
}

// measuredRecord is a value of a metric in a draw of 10 features.
func measuredRecord(method, metric string, draw int, v float64, tags ...any) records.Record {
	r := records.Record{Experiment: "residual", Dataset: "drebin", Model: "linear", Method: method, Metric: metric, Unit: "1", Value: v, Seed: 1, Draw: draw,
		Settings: map[string]any{"features": 10.0, "request": "features"}}
	if metric == "test-accuracy" {
		r.Unit = "share"
	}
	for i := 0; i < len(tags); i += 2 {
		r.Settings[tags[i].(string)] = tags[i+1]
	}
	return r
}

func compared(t *testing.T, a, b string, choice compare.Choice) *compare.Comparison {
	t.Helper()
	c, err := compareFolders(a, b, choice)
	require.NoError(t, err)
	return c
}

func compareFolders(a, b string, choice compare.Choice) (*compare.Comparison, error) {
	x, err := compare.Read(a)
	if err != nil {
		return nil, err
	}
	y, err := compare.Read(b)
	if err != nil {
		return nil, err
	}
	return compare.Two(x, y, choice)
}

// rowOf returns the only row of a method's metric.
func rowOf(t *testing.T, c *compare.Comparison, method, metric string) compare.Row {
	t.Helper()
	var out []compare.Row
	for _, r := range c.Rows {
		if r.Method == method && r.Metric.Name == metric {
			out = append(out, r)
		}
	}
	require.Len(t, out, 1, "%s of %s", metric, method)
	return out[0]
}

// Draws that differ by a thousandfold are paired: a small change that all of them share is decided.
// Of other seeds it is not.
func TestRunsOfTheSameDrawsAreComparedDrawByDraw(t *testing.T) {
	var a, b []records.Record
	for d := range 6 {
		scale := math.Pow(10, float64(d))
		a = append(a, measuredRecord("second-order", "gradient-residual", d, scale), measuredRecord("second-order", "test-accuracy", d, 0.5+float64(d)/20))
		// In another order, and with a draw that only b has.
		b = append([]records.Record{measuredRecord("second-order", "gradient-residual", d, scale*(0.9+0.001*float64(d))), measuredRecord("second-order", "test-accuracy", d, 0.49+float64(d)/20)}, b...)
	}
	b = append(b, measuredRecord("second-order", "gradient-residual", 6, 1e9))
	first, second := madeRun(t, "a", a), madeRun(t, "b", b, "lambda: 1", "lambda: 2")
	c := compared(t, first, second, compare.Choice{})
	assert.True(t, c.Paired)
	require.Len(t, c.Differ, 1)
	assert.Equal(t, "lambda", c.Differ[0].Title)
	assert.Equal(t, []string{"1", "2"}, c.Differ[0].Values)
	r := rowOf(t, c, "second-order", "gradient-residual")
	assert.Equal(t, compare.Better, r.Verdict)
	assert.True(t, r.Ratio)
	assert.Equal(t, 6, r.N)
	assert.Equal(t, "6 draws in common", r.Note)
	// Six ratios: the interval leaves out 2 of the 21 Walsh averages on each side, since
	// P(T <= 2) = 3/64 <= 0.05 < 5/64.
	assert.InDelta(t, 1-6.0/64, r.Confidence, 1e-12)
	assert.InDelta(t, math.Sqrt(0.900*0.902), r.Low, 1e-4)
	assert.InDelta(t, 0.9025, r.Estimate, 1e-4)
	accuracy := rowOf(t, c, "second-order", "test-accuracy")
	assert.Equal(t, compare.Worse, accuracy.Verdict, "larger is better")
	assert.False(t, accuracy.Ratio)
	assert.InDelta(t, -0.01, accuracy.Estimate, 1e-12)

	other := madeRun(t, "c", b, "seed: 1", "seed: 2")
	c = compared(t, first, other, compare.Choice{})
	assert.False(t, c.Paired)
	assert.Contains(t, c.Pairing, "different seeds")
	assert.Equal(t, compare.Undecided, rowOf(t, c, "second-order", "gradient-residual").Verdict)
	for _, change := range [][2]string{{"pool: ", "pool: all #"}, {"data: ", "data: other #"}} {
		assert.False(t, compared(t, first, madeRun(t, "d", b, change[0], change[1]), compare.Choice{}).Paired, change)
	}
}

// The same run is equal in everything, and a draw of chance more is not.
func TestEqualRunsAreEqual(t *testing.T) {
	var a []records.Record
	for d := range 5 {
		a = append(a, measuredRecord("none", "gradient-residual", d, float64(d)))
	}
	dir := madeRun(t, "a", a)
	c := compared(t, dir, dir, compare.Choice{})
	assert.Empty(t, c.Differ)
	assert.Equal(t, map[compare.Word]int{compare.Equal: 1}, c.Counts())
	assert.Contains(t, c.Text(80), "Nothing differs between them")
	a[4].Value = math.Nextafter(a[4].Value, 5)
	assert.Equal(t, compare.Undecided, compared(t, dir, madeRun(t, "b", a), compare.Choice{}).Rows[0].Verdict)
}

// Draws that one run alone failed in decide nothing, however clear the others are.
func TestFailuresLeaveAComparisonUndecided(t *testing.T) {
	var a, b []records.Record
	for d := range 8 {
		a = append(a, measuredRecord("second-order", "gradient-residual", d, 1))
		b = append(b, measuredRecord("second-order", "gradient-residual", d, 0.1+float64(d)/100))
	}
	same := measuredRecord("second-order", "failed", 9, 1, "reason", "diverged")
	clear := compared(t, madeRun(t, "a", append(a, same)), madeRun(t, "b", append(b, same)), compare.Choice{})
	assert.Equal(t, compare.Better, clear.Rows[0].Verdict, "both failed in the same draw")
	b[3] = measuredRecord("second-order", "failed", 3, 1, "reason", "diverged")
	r := compared(t, madeRun(t, "a", a), madeRun(t, "b", b), compare.Choice{}).Rows[0]
	assert.Equal(t, compare.Undecided, r.Verdict)
	assert.Equal(t, 1, r.B.Failed)
	assert.Equal(t, "B failed in 1 of 8 draws; 7 draws in common", r.Note)
}

// Repetitions within a draw are no further draws.
func TestRepetitionsOfADrawAreOneValue(t *testing.T) {
	var a, b []records.Record
	for k := range 20 {
		a = append(a, measuredRecord("retrain", "gradient-residual", 0, 1+float64(k), "init-seed", float64(k)))
		b = append(b, measuredRecord("retrain", "gradient-residual", 0, 100+float64(k), "init-seed", float64(k)))
	}
	r := compared(t, madeRun(t, "a", a), madeRun(t, "b", b), compare.Choice{}).Rows[0]
	assert.Equal(t, 1, r.N)
	assert.Equal(t, 10.5, r.A.Median)
	assert.Equal(t, compare.Undecided, r.Verdict)
}

func TestComparisonsThatCannotBeMade(t *testing.T) {
	a := madeRun(t, "a", []records.Record{measuredRecord("none", "gradient-residual", 0, 1)})
	rows := measuredRecord("none", "gradient-residual", 0, 1)
	delete(rows.Settings, "features")
	rows.Settings["rows"] = 10.0
	b := madeRun(t, "b", []records.Record{rows})
	_, err := compareFolders(a, b, compare.Choice{})
	require.ErrorContains(t, err, "the runs have nothing in common: "+a+" measured residual by features; "+b+" measured residual by rows")
	_, err = compareFolders(a, b, compare.Choice{Metrics: []string{"residuum"}})
	require.ErrorContains(t, err, `unknown metric "residuum"; known: gradient-residual, `)
	_, err = compareFolders(a, b, compare.Choice{Metrics: []string{"test-loss"}})
	require.ErrorContains(t, err, a+" has no value of these metrics")
	_, err = compareFolders(a, t.TempDir(), compare.Choice{})
	require.ErrorContains(t, err, "is not a run's folder")
}

// A smoke run shows that things run, and nothing else.
func TestSmokeRunsHaveNoVerdicts(t *testing.T) {
	var a, b []records.Record
	for d := range 8 {
		a, b = append(a, measuredRecord("none", "gradient-residual", d, 1)), append(b, measuredRecord("none", "gradient-residual", d, 2))
	}
	c := compared(t, madeRun(t, "a", a), madeRun(t, "b", b, "profile: quick", "profile: smoke"), compare.Choice{})
	assert.Equal(t, map[compare.Word]int{compare.NoWord: 1}, c.Counts())
	assert.Contains(t, c.Text(80), "No verdicts: a smoke run")
}

func TestComparisonsFitTheTerminal(t *testing.T) {
	a, b := filepath.Join("testdata", "drebin-linear-quick-1"), filepath.Join("testdata", "features-linear-smoke-7")
	for _, pair := range [][2]string{{a, a}, {b, b}, {filepath.Join("testdata", "alice-lstm-quick-1"), filepath.Join("testdata", "alice-lstm-quick-1")}} {
		c := compared(t, pair[0], pair[1], compare.Choice{All: true})
		for _, width := range []int{40, 60, 80, 120} {
			for _, line := range strings.Split(c.Text(width), "\n") {
				assert.LessOrEqual(t, utf8.RuneCountInString(line), width, line)
			}
		}
	}
}

// Every run under testdata, and what is exported of it, agrees with its records.
func TestJSONOfAComparison(t *testing.T) {
	dir := filepath.Join("testdata", "drebin-linear-quick-1")
	c := compared(t, dir, dir, compare.Choice{})
	data, err := c.JSON()
	require.NoError(t, err)
	var got struct {
		A, B        string
		Paired      bool
		Differences []any
		Comparisons []struct {
			Experiment, Metric, Method, Unit, Verdict, By string
			Draws                                         int
			A, B                                          struct{ Median, Smallest, Largest *float64 }
			Estimate, Low, High                           *float64
		}
	}
	require.NoError(t, json.Unmarshal(data, &got))
	assert.True(t, got.Paired)
	assert.Equal(t, []any{}, got.Differences)
	require.Len(t, got.Comparisons, len(c.Rows))
	for i, r := range got.Comparisons {
		assert.Equal(t, "equal", r.Verdict)
		assert.Equal(t, c.Rows[i].A.Median, *r.A.Median)
		assert.Equal(t, c.Rows[i].B.High, *r.B.Largest)
	}
	assert.NotEmpty(t, c.Tables())
}

// bytesBelow returns the content of all files of a folder by path.
func bytesBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			out[path] = string(data)
		}
		return err
	}))
	return out
}

// Runs that differ in the seed alone become one column, with a mean and an interval over seeds;
// other runs a column each, whose heading says what differs.
func TestRunsSideBySide(t *testing.T) {
	run := func(name string, v float64, changes ...string) string {
		var recs []records.Record
		for d, factor := range []float64{0.5, 1, 4} {
			recs = append(recs, measuredRecord("none", "gradient-residual", d, v*factor))
		}
		return madeRun(t, name, recs, changes...)
	}
	dirs := []string{run("s1", 1), run("s2", 10, "seed: 1", "seed: 2"), run("other", 7, "lambda: 1", "lambda: 3"), run("s3", 100, "seed: 1", "seed: 3")}
	all, err := compare.Tables(dirs)
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, []string{"run", "seed", "lambda"}, all[0].Table.Header)
	assert.Equal(t, *report.NewRow(dirs[2], "1", "3"), all[0].Table.Rows[2])
	table := all[1].Table
	assert.Equal(t, "gradient-residual (smaller is better), features 10", table.Title)
	assert.Equal(t, []string{"method", "lambda 1, mean over seeds 1, 2, 3", "lambda 3"}, table.Header)
	mean := table.Rows[0][1].Value
	assert.Equal(t, 3, mean.N)
	assert.InDelta(t, 10, mean.Median, 1e-9)
	half := 0.95 * math.Sqrt(2/(1-0.95*0.95)) * math.Ln10 / math.Sqrt(3)
	assert.InDelta(t, 10*math.Exp(half), mean.High, 1e-3)
	assert.Equal(t, "7.00 (3.50 to 28.0)", table.Rows[0][2].String())

	// Of seeds alone each has a column.
	all, err = compare.Tables([]string{dirs[0], dirs[1]})
	require.NoError(t, err)
	assert.Equal(t, []string{"method", "seed 1", "seed 2", "mean over seeds 1, 2"}, all[1].Table.Header)
	assert.Equal(t, 10.0, all[1].Table.Rows[0][2].Value.Median)
	// The same run twice is no second seed.
	all, err = compare.Tables([]string{dirs[0], dirs[0]})
	require.NoError(t, err)
	assert.Equal(t, []string{"method", "run 1", "run 2"}, all[1].Table.Header)
}

// A page of several runs has a name of its own for each set of runs and state of them, overwrites
// nothing that it was not told to, and leaves the runs as they are.
func TestAPageOfSeveralRunsOverwritesNothing(t *testing.T) {
	out := t.TempDir()
	var dirs []string
	for seed := range 3 {
		rec := measuredRecord("none", "gradient-residual", 0, float64(seed+1))
		made := madeRun(t, "run", []records.Record{rec}, "seed: 1", "seed: "+strconv.Itoa(seed+1))
		dir := filepath.Join(out, "residual", fmt.Sprint("run-", seed))
		require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o755))
		require.NoError(t, os.Rename(made, dir))
		dirs = append(dirs, dir)
	}
	require.NoError(t, os.WriteFile(filepath.Join(out, "residual", "report.html"), []byte("mine"), 0o644))
	before := bytesBelow(t, out)
	three, err := compare.Page(dirs, "", false)
	require.NoError(t, err)
	two, err := compare.Page(dirs[:2], "", false)
	require.NoError(t, err)
	again, err := compare.Page(dirs[:2], "", false)
	require.NoError(t, err)
	assert.Equal(t, two, again)
	assert.NotEqual(t, two, three)
	for _, path := range []string{two, three} {
		path, err := filepath.Abs(path)
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(out, "residual"), filepath.Dir(path), "the folder that holds the runs")
	}
	page, err := os.ReadFile(three)
	require.NoError(t, err)
	for _, want := range []string{"mean over seeds 1, 2, 3", "(seed 2)", "The runs and what differs between them"} {
		assert.Contains(t, string(page), want)
	}
	after := bytesBelow(t, out)
	for path, text := range before {
		assert.Equal(t, text, after[path], path)
	}
	assert.Len(t, after, len(before)+2)

	path := filepath.Join(out, "residual", "report.html")
	_, err = compare.Page(dirs, path, false)
	require.ErrorContains(t, err, "report.html is there already: name another file, or overwrite it with --force")
	assert.Equal(t, "mine", bytesBelow(t, out)[path])
	_, err = compare.Page(dirs, path, true)
	require.NoError(t, err)

	data, err := os.ReadFile(filepath.Join(dirs[1], records.RecordsName))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dirs[1], records.RecordsName), append(data, data...), 0o644))
	changed, err := compare.Page(dirs[:2], "", false)
	require.NoError(t, err)
	assert.NotEqual(t, two, changed, "the same runs with more records")
}

// Runs are paired by what their settings say of draws, and not by a list of names.
func TestWhatADrawDependsOnIsTaggedAtTheSetting(t *testing.T) {
	drawn := map[string]bool{}
	for _, e := range engine.Experiments() {
		for _, f := range e.Domain.New().Fields() {
			drawn[f.Name] = drawn[f.Name] || f.Drawn
		}
	}
	for name, want := range map[string]bool{"request": true, "pool": true, "test-share": true, "images": true, "characters": true, "times": true, "length": true, "lambda": false, "draws": false, "tau": false} {
		assert.Equal(t, want, drawn[name], name)
	}
}
