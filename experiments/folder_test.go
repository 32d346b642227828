package experiments

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withoutSeconds returns the records of a folder with the measured times set to 0, and what follows from them.
func withoutSeconds(t *testing.T, dir string) []Record {
	t.Helper()
	records, err := ReadRecords(dir)
	require.NoError(t, err)
	for i := range records {
		switch records[i].Metric {
		case "seconds", "check-seconds", "factor-seconds", "tuning-seconds", "try-seconds", "speed-up", "speed-up-warm", choosingSeconds, criterionSeconds,
			"seconds-with-choosing", "seconds-with-criterion":
			records[i].Value = 0
		}
	}
	return records
}

func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "residual", filepath.Base(from))
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// resume goes on with a copied run and returns its folder.
func resume(t *testing.T, dir, id, model string, set ...string) {
	t.Helper()
	o := Order{Experiment: id, Dataset: "diabetes", Model: model, Profile: Smoke, Seed: 7, Out: filepath.Dir(filepath.Dir(dir)), Set: set, Mode: Resume}
	_, _, err := o.Do(context.Background())
	require.NoError(t, err)
}

func TestResumeAfterAKillAtAnyByte(t *testing.T) {
	for _, model := range Models {
		t.Run(model, func(t *testing.T) {
			whole := smoke(t, t.TempDir(), "residual", model)
			want := withoutSeconds(t, whole)
			for _, name := range []string{recordsName, progressName} {
				full, err := os.ReadFile(filepath.Join(whole, name))
				require.NoError(t, err)
				step := len(full)/9 + 1
				if model == "mlp" {
					step = len(full)/2 - 11
				}
				for cut := 0; cut <= len(full); cut += step {
					dir := copyDir(t, whole)
					require.NoError(t, os.Truncate(filepath.Join(dir, name), int64(cut)))
					resume(t, dir, "residual", model)
					require.Equal(t, want, withoutSeconds(t, dir), "%s cut at byte %d", name, cut)
				}
			}
		})
	}
}

// residualConfig is a run of one part with its default settings.
func residualConfig(t *testing.T) *Config {
	t.Helper()
	e, err := Find("residual")
	require.NoError(t, err)
	set, err := Defaults(e, Key{"diabetes", "linear", Quick})
	require.NoError(t, err)
	return &Config{Experiment: "residual", Dataset: "diabetes", Model: "linear", Profile: Quick, Parts: []Part{{Experiment: "residual", Settings: *set}}}
}

func TestAFolderWithoutAFinishedUnitMayBeTakenOver(t *testing.T) {
	dir, c := t.TempDir(), residualConfig(t)
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	_, err = f.records.WriteString(`{"metric":"x","val`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	c.Seed = 9
	f, err = OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x", Value: 1}}))
	require.NoError(t, f.Close())
	records, err := ReadRecords(dir)
	require.NoError(t, err)
	assert.Equal(t, []float64{1}, values(records))
	taken, err := ReadConfig(filepath.Join(dir, configName))
	require.NoError(t, err)
	assert.Equal(t, uint64(9), taken.Seed)
	_, err = OpenFolder(dir, c, Fresh)
	require.ErrorIs(t, err, ErrExists)

	// What was rendered shows that there was something, whatever became of progress.jsonl.
	require.NoError(t, os.Remove(filepath.Join(dir, progressName)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, reportName), nil, 0o644))
	_, err = OpenFolder(dir, c, Fresh)
	assert.ErrorIs(t, err, ErrExists)
}

func TestForceRemovesWhatWasRendered(t *testing.T) {
	dir, c := t.TempDir(), residualConfig(t)
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x"}}))
	require.NoError(t, f.Close())
	for _, name := range []string{"old.svg", "old.png", tablesName, reportName, "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	f, err = OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.FileExists(t, filepath.Join(dir, "old.svg"))
	f, err = OpenFolder(dir, c, Force)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, name := range []string{"old.svg", "old.png", tablesName, reportName} {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	assert.FileExists(t, filepath.Join(dir, "notes.txt"))
}

func TestADamagedLineOfRecordsIsNamed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, recordsName)
	whole := `{"metric":"x"}` + "\n"
	for _, c := range []struct{ text, want string }{
		{whole + "{{\n" + whole, "line 2 of " + path + " is damaged: restore the file, or start again with --force"},
		{whole + "{{\n", "line 2 of " + path + " is damaged: restore the file, or start again with --force"},
		{whole + `{"met`, "line 2 of " + path + " is half a line, as a kill leaves it: go on with --resume"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
		_, err := ReadRecords(dir)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestRecordsBeyondTheLastFinishedUnitAreCutOff(t *testing.T) {
	dir, c := t.TempDir(), residualConfig(t)
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x", Value: 1}, {Metric: "x", Value: 2}}))
	// A kill in the middle of the next unit: one whole line and a half.
	_, err = f.records.WriteString(`{"metric":"x","value":3}` + "\n" + `{"metric":"x","val`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	f, err = OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	assert.True(t, f.Done("a"))
	assert.False(t, f.Done("b"))
	require.NoError(t, f.Append("b", []Record{{Metric: "x", Value: 4}}))
	require.NoError(t, f.Close())
	records, err := ReadRecords(dir)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 4}, values(records))
}

func TestAFolderIsNotOverwrittenNorSharedNorChanged(t *testing.T) {
	dir := t.TempDir()
	e, err := Find("residual")
	require.NoError(t, err)
	set, err := Defaults(e, Key{"diabetes", "linear", Quick})
	require.NoError(t, err)
	c := &Config{Experiment: "residual", Dataset: "diabetes", Seed: 1, Parts: []Part{{Experiment: "residual", Settings: *set}}}
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	_, err = OpenFolder(dir, c, Resume)
	assert.ErrorIs(t, err, ErrLocked)
	require.NoError(t, f.Append("a", []Record{{Metric: "x"}}))
	require.NoError(t, f.Close())

	_, err = OpenFolder(dir, c, Fresh)
	assert.ErrorIs(t, err, ErrExists)
	other := *c
	set.Draws = 6
	other.Seed, other.Parts = 2, []Part{{Experiment: "residual", Settings: *set}}
	_, err = OpenFolder(dir, &other, Resume)
	assert.ErrorContains(t, err, `draws (the run has "5", asked for "6")`)
	assert.ErrorContains(t, err, `seed (the run has "1", asked for "2")`)

	f, err = OpenFolder(dir, &other, Force)
	require.NoError(t, err)
	assert.False(t, f.Done("a"))
	require.NoError(t, f.Close())
	records, err := ReadRecords(dir)
	require.NoError(t, err)
	assert.Empty(t, records)
}

func TestValuesThatJSONCannotHoldAreErrors(t *testing.T) {
	f, err := OpenFolder(t.TempDir(), &Config{}, Fresh)
	require.NoError(t, err)
	defer f.Close()
	var zero float64
	assert.ErrorContains(t, f.Append("a", []Record{{Metric: "m", Value: 1 / zero}}), "m of")
	assert.False(t, f.Done("a"))
}

// canceller cancels when the given number of units are done.
type canceller struct {
	Quiet
	cancel context.CancelFunc
	left   int
}

func (c *canceller) Done() {
	if c.left--; c.left == 0 {
		c.cancel()
	}
}

func TestAnInterruptedRunGoesOn(t *testing.T) {
	want := withoutSeconds(t, smoke(t, t.TempDir(), "runtime", "linear"))
	out := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	o := Order{Experiment: "runtime", Dataset: "diabetes", Profile: Smoke, Seed: 7, Out: out, Progress: &canceller{cancel: cancel, left: 3}}
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	var stopped *Stopped
	require.True(t, errors.As(err, &stopped))
	records, err := ReadRecords(stopped.Dir)
	require.NoError(t, err)
	assert.NotEmpty(t, records)
	assert.Less(t, len(records), len(want))
	resume(t, stopped.Dir, "runtime", "linear")
	assert.Equal(t, want, withoutSeconds(t, stopped.Dir))
}

func TestConfigRepeatsARun(t *testing.T) {
	for _, set := range [][]string{nil, {"request=labels"}, {"request=samples", "test-share=0.3", "sigma=0.5", "solver=minres"}} {
		first := smoke(t, t.TempDir(), "features", "linear", set...)
		c, err := ReadConfig(filepath.Join(first, configName))
		require.NoError(t, err)
		o := Order{Repeat: c, Out: t.TempDir()}
		runs, _, err := o.Do(context.Background())
		require.NoError(t, err)
		assert.Equal(t, withoutSeconds(t, first), withoutSeconds(t, runs[0].Dir))
		assert.Equal(t, filepath.Base(first), filepath.Base(runs[0].Dir))

		c.Data = "other"
		_, _, err = (&Order{Repeat: c, Out: t.TempDir()}).Do(context.Background())
		assert.ErrorContains(t, err, "fingerprint")
	}
}

// What a kill left half written is removed when the run goes on, and nothing else.
func TestWhatAKillLeftHalfWrittenIsRemoved(t *testing.T) {
	dir, c := t.TempDir(), residualConfig(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, trainedName), 0o755))
	gone := []string{".config.yaml123456", ".tables.md1", ".report.html22", ".residual.svg3", ".residual.png4",
		filepath.Join(trainedName, ".train-3.safetensors98765"), filepath.Join(trainedName, ".train-3.seconds98765")}
	stay := []string{".hidden", "config.yaml7", ".notes.txt12", filepath.Join(trainedName, "train-3.safetensors")}
	for _, name := range append(slices.Clone(gone), stay...) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	f, err := OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, name := range gone {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	for _, name := range stay {
		assert.FileExists(t, filepath.Join(dir, name))
	}
}
