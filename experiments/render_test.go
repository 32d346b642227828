package experiments

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

var figures = regexp.MustCompile(`(?s)<svg .*?</svg>`)

// TestGoldenRendering renders the records under testdata, which are made up, and compares tables and report; figures are checked by
// their number only, since their coordinates end in digits that differ between processors.
func TestGoldenRendering(t *testing.T) {
	for _, name := range []string{"drebin-linear-quick-1", "adult-mlp-quick-1", "alice-lstm-quick-1", "digits-cnn-quick-1"} {
		from := filepath.Join("testdata", name)
		dir := t.TempDir()
		for _, file := range []string{configName, recordsName} {
			data, err := os.ReadFile(filepath.Join(from, file))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), data, 0o644))
		}
		require.NoError(t, Render(dir))
		text, err := Text(dir, 80)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "text.txt"), []byte(text), 0o644))
		for _, file := range []string{tablesName, reportName, "text.txt"} {
			got, err := os.ReadFile(filepath.Join(dir, file))
			require.NoError(t, err)
			got = figures.ReplaceAll(got, []byte("<svg/>"))
			golden := filepath.Join(from, file)
			if *update {
				require.NoError(t, os.WriteFile(golden, got, 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got), golden)
		}
	}
}

func TestTheSettingsLineNamesWhatIsNotByDefault(t *testing.T) {
	e, err := Find("limits")
	require.NoError(t, err)
	c := &Config{Experiment: "limits", Dataset: "diabetes", Model: "linear", Profile: Quick}
	set, err := Defaults(e, Key{c.Dataset, c.Model, c.Profile})
	require.NoError(t, err)
	p := &Part{Experiment: e.ID, Settings: *set}
	assert.NotContains(t, settingsLine(e, c, p), "by default")
	for _, kv := range [][2]string{{"near", "0.25"}, {"growth", "4"}, {"lambda", "7"}, {"train-steps", "11"}} {
		require.NoError(t, p.Settings.Set(kv[0], kv[1]))
	}
	line := settingsLine(e, c, p)
	assert.Contains(t, line, " Other than by default: near 0.25, growth 4.")
	assert.Contains(t, line, "lambda 7")
}

func TestTerminalTablesKeepWithin80Columns(t *testing.T) {
	dir := smoke(t, t.TempDir(), "features", "linear")
	text, err := Text(dir, 80)
	require.NoError(t, err)
	for _, line := range strings.Split(text, "\n") {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
	}
}

func TestMarkdownIsAligned(t *testing.T) {
	table := Table{Header: []string{"method", "x"}, Rows: [][]string{{"a", "1 ± 2"}, {"second-order", "-"}}, Note: "n"}
	assert.Equal(t, ""+
		"| method       |     x |\n"+
		"|--------------|------:|\n"+
		"| a            | 1 ± 2 |\n"+
		"| second-order |     - |\n"+
		"\nn\n", table.Markdown())
}

func TestNumbersInTables(t *testing.T) {
	for _, c := range []struct {
		s    spread
		f    style
		want string
	}{
		{spread{0, math.NaN(), math.NaN()}, plain, "-"}, {spread{1, 0.2325, 0}, plain, "0.233"}, {spread{40, 7.6, 5.5}, plain, "7.60 ± 5.5"},
		{spread{5, 28.31, 14.7}, plain, "28.3 ± 15"}, {spread{5, 0.97723, 0.0001}, percent, "97.72 ± 0.01"}, {spread{5, 1234567, 1000}, plain, "1.23e6 ± 1000"},
		{spread{5, 0.00012345, 0.0000021}, plain, "1.23e-4 ± 2.1e-6"}, {spread{2, 0, 0}, plain, "0 ± 0"}, {spread{2, 999.96, 0.3}, plain, "1000 ± 0.30"},
		{spread{3, -0.5, 0.25}, plain, "-0.500 ± 0.25"},
	} {
		assert.Equal(t, c.want, c.f.text(c.s))
	}
}

func TestSpreadIsThatOfTheDraws(t *testing.T) {
	s := spreadOf([]float64{1, 2, 4})
	assert.InDelta(t, 7.0/3, s.mean, 1e-15)
	assert.InDelta(t, math.Sqrt(7.0/3), s.sd, 1e-15) // (1/2) sum (x - 7/3)^2 = 7/3
}

func TestReportOfSeveralRunsIsOnePage(t *testing.T) {
	out := t.TempDir()
	a, b := smoke(t, out, "affected", "linear"), smoke(t, out, "sharding", "linear")
	dirs, err := RunFolders([]string{filepath.Dir(a), b})
	require.NoError(t, err)
	assert.Equal(t, []string{a, b}, dirs)
	path := filepath.Join(out, "all.html")
	require.NoError(t, Merge(dirs, path))
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(page), `id="run1-affected"`)
	assert.Contains(t, string(page), `id="run2-sharding"`)
	_, err = RunFolders([]string{t.TempDir()})
	assert.ErrorContains(t, err, "holds no run")
}

func TestClaimsSayWhatIsMissed(t *testing.T) {
	c := atMost("x", 3, 1.5)
	assert.False(t, c.Met)
	assert.Equal(t, "2.0 times too large", c.Short)
	assert.True(t, atMost("x", 1, 1.5).Met)
	c = within("x", 0.98, 0.977, 0.002, percent, "%")
	assert.False(t, c.Met)
	assert.Equal(t, "0.30 % off", c.Short)
	assert.True(t, within("x", 0.978, 0.977, 0.002, percent, "%").Met)
	assert.False(t, within("x", math.NaN(), 0.977, 0.002, percent, "%").Met)
	assert.False(t, atMost("x", math.NaN(), 1).Met)
}

// A ratio is taken over the draws that both methods have, and a method that failed in one fails the claim.
func TestNearerComparesTheSameDraws(t *testing.T) {
	rec := func(method, metric string, draw int, v float64) Record {
		return Record{Experiment: "scatter", Model: "linear", Method: method, Metric: metric, Draw: draw, Value: v, Settings: map[string]any{"features": 10.0}}
	}
	r := &Results{ID: "scatter", Config: &Config{}, Records: []Record{
		rec("second-order", "loss-distance", 0, 1), rec("second-order", "loss-distance", 1, 2),
		rec("none", "loss-distance", 0, 2), rec("none", "loss-distance", 1, 1.5), rec("none", "loss-distance", 2, 99)}}
	c := r.nearer("x", "loss-distance", "none", 10, 1)
	assert.True(t, c.Met)
	assert.Equal(t, "1.38× (median; nearer in 1 of 2 draws)", c.Measured) // of 2 and 0.75
	assert.False(t, r.nearer("x", "loss-distance", "none", 10, 2).Met)
	assert.False(t, r.nearer("x", "loss-distance", "second-order", 10, 1).Met, "a tie is not nearer")
	r.Records = append(r.Records, rec("none", "failed", 3, 1))
	assert.False(t, r.nearer("x", "loss-distance", "none", 10, 1).Met)
}
