package experiments

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/report"
	"lethe/experiments/internal/tried"
)

var figures = regexp.MustCompile(`(?s)<svg .*?</svg>`)

func TestTheSettingsLineNamesWhatIsNotByDefault(t *testing.T) {
	e, err := engine.Find("limits")
	require.NoError(t, err)
	c := &engine.Config{Experiment: "limits", Dataset: "diabetes", Model: "linear", Profile: engine.Quick}
	set, err := engine.Defaults(e, engine.Key{Dataset: c.Dataset, Model: c.Model, Profile: c.Profile})
	require.NoError(t, err)
	p := &engine.Part{Experiment: e.ID, Settings: set}
	assert.NotContains(t, engine.SettingsLine(e, c, p), "default")
	for _, kv := range [][2]string{{"near", "0.25"}, {"growth", "4"}, {"lambda", "7"}, {"train-steps", "11"}} {
		require.NoError(t, p.Settings.Set(kv[0], kv[1]))
	}
	line := engine.SettingsLine(e, c, p)
	assert.Contains(t, line, " Changed from the default: near 0.25, growth 4.")
	assert.Contains(t, line, "lambda 7")
}

func TestTerminalTablesKeepWithin80Columns(t *testing.T) {
	dir := tried.Smoke(t, t.TempDir(), "features", "linear")
	text, err := engine.Text(dir, 80)
	require.NoError(t, err)
	for _, line := range strings.Split(text, "\n") {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
	}
}

func TestReportOfSeveralRunsIsOnePage(t *testing.T) {
	out := t.TempDir()
	a, b := tried.Smoke(t, out, "affected", "linear"), tried.Smoke(t, out, "sharding", "linear")
	dirs, err := engine.RunFolders([]string{filepath.Dir(a), b})
	require.NoError(t, err)
	assert.Equal(t, []string{a, b}, dirs)
	path := filepath.Join(out, "all.html")
	require.NoError(t, engine.Merge(nil, []*engine.Saved{tried.Must(engine.ReadRun(a)), tried.Must(engine.ReadRun(b))}, nil, path))
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(page), `id="run1-affected"`)
	assert.Contains(t, string(page), `id="run2-sharding"`)
	_, err = engine.RunFolders([]string{t.TempDir()})
	assert.ErrorContains(t, err, "holds no run")
}

// A run may be stopped after any of its units: whatever part of the records is there has a page.
func TestEveryPartOfARunHasAPage(t *testing.T) {
	configs, err := filepath.Glob(filepath.Join("testdata", "*", "config.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, configs)
	for _, config := range configs {
		whole, err := engine.ReadRun(filepath.Dir(config))
		require.NoError(t, err)
		for part := range 12 {
			n := len(whole.Records) * part / 12
			if part == 1 {
				n = min(1, len(whole.Records))
			}
			some := &engine.Saved{Dir: whole.Dir, Config: whole.Config, Records: whole.Records[:n]}
			assert.NotPanics(t, func() {
				d, err := some.Document()
				require.NoError(t, err)
				_, err = report.Page([]*report.Document{d})
				require.NoError(t, err)
				some.Summary()
			}, "%s, %d records", whole.Dir, n)
		}
	}
}
