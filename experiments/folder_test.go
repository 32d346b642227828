package experiments

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
