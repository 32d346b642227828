package experiments

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
)

// A run that is older than a setting can still be read: the setting has its default. A key that
// nobody knows is an error.
func TestReadConfigOfAnOlderRun(t *testing.T) {
	whole := filepath.Join("testdata", "adult-mlp-quick-1", records.ConfigName)
	data, err := os.ReadFile(whole)
	require.NoError(t, err)
	older := filepath.Join(t.TempDir(), records.ConfigName)
	require.NoError(t, os.WriteFile(older, regexp.MustCompile(`(?m)^ *(ft-regulari[sz]er|growth):.*\n`).ReplaceAll(data, nil), 0o644))
	want, err := engine.ReadConfig(whole)
	require.NoError(t, err)
	got, err := engine.ReadConfig(older)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	require.NoError(t, os.WriteFile(older, regexp.MustCompile(`(?m)growth:`).ReplaceAll(data, []byte("grwoth:")), 0o644))
	_, err = engine.ReadConfig(older)
	assert.ErrorContains(t, err, "grwoth")

	require.NoError(t, os.WriteFile(older, regexp.MustCompile(`(?m)growth:`).ReplaceAll(data, []byte("units:")), 0o644))
	_, err = engine.ReadConfig(older)
	assert.ErrorContains(t, err, "does not take the setting units")
}

// A setting that was renamed is read by its former name, but not by both.
func TestReadConfigWithFormerNamesOfSettings(t *testing.T) {
	whole := filepath.Join("testdata", "adult-mlp-quick-1", records.ConfigName)
	want, err := engine.ReadConfig(whole)
	require.NoError(t, err)
	require.Contains(t, string(want.Encode()), "sisa-regularizer:")
	former := regexp.MustCompile(`(ft|sisa)-regularizer:`).ReplaceAll(want.Encode(), []byte("$1-regulariser:"))
	path := filepath.Join(t.TempDir(), records.ConfigName)
	require.NoError(t, os.WriteFile(path, former, 0o644))
	got, err := engine.ReadConfig(path)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	both := regexp.MustCompile(`( *)sisa-regularizer: .*\n`).ReplaceAll(want.Encode(), []byte("$0${1}sisa-regulariser: whole\n"))
	require.NoError(t, os.WriteFile(path, both, 0o644))
	_, err = engine.ReadConfig(path)
	assert.ErrorContains(t, err, "sisa-regulariser and sisa-regularizer are the same setting")
}

func TestReadConfigOfWhatIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), records.ConfigName)
	for _, c := range []struct{ text, want string }{
		{"", "is empty: restore"}, {"# nothing\n", "is empty: restore"},
		{"experiment: residual\ndataset: diabetes\n", "names no parts"}, {"experiment: residual\nparts: []\n", "names no parts"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
		_, err := engine.ReadConfig(path)
		require.ErrorContains(t, err, path+" ")
		assert.ErrorContains(t, err, c.want)
	}
}

// What a configuration does not hold, or holds only nearly, is not taken for something else.
func TestReadConfigTakesNoNumberForAnother(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "adult-mlp-quick-1", records.ConfigName))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), records.ConfigName)
	for _, c := range []struct{ line, to, want string }{
		{`seed: .*`, "seed: 1.5", `the seed "1.5" is not a whole number`}, {`seed: .*`, "seed: 18446744073709551616", "is not a whole number of 0 to 18446744073709551615"},
		{`seed: .*`, "seed: 1e3", `the seed "1e3" is not`}, {`seed: .*`, "seed: -1", `line 5: the seed "-1" is not a whole number`}, {`seed: .*`, "seed:", `the seed "" is not`}, {`seed: .*\n`, "", "names no seed"},
		{`      lambda: .*`, "      lambda:", `setting lambda=: "" is not a number`}, {`      lambda: .*`, "      lambda: ~", `"" is not a number`},
		{`      lambda: .*`, "      lambda: null", `"" is not a number`}, {`      draws: .*`, `      draws: ""`, `"" is not a whole number`},
		{`      force: .*`, "      force:", `"" is not true or false`}, {`      ridge: .*`, "      ridge:", `"" is not a number`},
	} {
		changed := regexp.MustCompile(`(?m)^`+c.line).ReplaceAll(data, []byte(c.to))
		require.NotEqual(t, string(data), string(changed), c.line)
		require.NoError(t, os.WriteFile(path, changed, 0o644))
		_, err := engine.ReadConfig(path)
		require.ErrorContains(t, err, c.want, c.to)
		require.ErrorContains(t, err, path)
	}
	require.NoError(t, os.WriteFile(path, regexp.MustCompile(`(?m)^seed: .*`).ReplaceAll(data, []byte("seed: 18446744073709551615")), 0o644))
	got, err := engine.ReadConfig(path)
	require.NoError(t, err)
	require.Equal(t, uint64(1<<64-1), got.Seed)
}

// A configuration whose parts, model or profile do not fit its experiment is not run as if they
// did.
func TestARepeatedRunIsSound(t *testing.T) {
	for want, change := range map[string]func(*engine.Config){
		`unknown profile "nope"`:            func(c *engine.Config) { c.Profile = "nope" },
		`unknown model "../x"`:              func(c *engine.Config) { c.Model = "../x" },
		"names the part scatter, which":     func(c *engine.Config) { c.Parts[0].Experiment = "scatter" },
		"the part residual twice":           func(c *engine.Config) { c.Parts = append(c.Parts, c.Parts[0]) },
		`unknown experiment "nope"`:         func(c *engine.Config) { c.Parts[0].Experiment = "nope" },
		`which scatter with the model line`: func(c *engine.Config) { c.Experiment = "scatter" },
	} {
		e, err := engine.Find("residual")
		require.NoError(t, err)
		s, err := engine.Defaults(e, engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Smoke})
		require.NoError(t, err)
		c := &engine.Config{Experiment: "residual", Dataset: "diabetes", Model: "linear", Profile: engine.Smoke, Seed: 1, Parts: []engine.Part{{Experiment: "residual", Settings: s}}}
		change(c)
		out := t.TempDir()
		_, _, err = (&engine.Order{Repeat: c, Out: out}).Do(t.Context())
		require.ErrorContains(t, err, want)
		entries, err := os.ReadDir(out)
		require.NoError(t, err)
		require.Empty(t, entries, "nothing is begun")
	}
}

// A run without a version is of the first. A newer version than this program's is an error that
// says so, whatever else the file holds.
func TestVersionsOfRecords(t *testing.T) {
	whole := filepath.Join("testdata", "adult-mlp-quick-1", records.ConfigName)
	old, err := engine.ReadConfig(whole)
	require.NoError(t, err)
	assert.Equal(t, 1, old.RecordsVersion)
	old.RecordsVersion = 0
	present := old.Encode()
	require.Contains(t, string(present), "\nrecords-version: 2\n")
	got, err := engine.DecodeConfig("config.yaml", present)
	require.NoError(t, err)
	assert.Equal(t, records.Version, got.RecordsVersion)
	for _, c := range []struct{ version, want string }{
		{"3\nnew-field: 1", "config.yaml: the run was written by a newer version of this program: its records have version 3, and this program reads versions up to 2"},
		{"0", `records-version is "0"; it is a whole number from 1`}, {"2.5", `is "2.5"`}, {"", `is ""`}, {"two", `is "two"`},
	} {
		_, err := engine.DecodeConfig("config.yaml", []byte(strings.Replace(string(present), "records-version: 2", "records-version: "+c.version, 1)))
		assert.ErrorContains(t, err, c.want)
	}
}
