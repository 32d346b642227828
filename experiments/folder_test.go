package experiments

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "residual", filepath.Base(from))
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	return to
}

// resume continues a copied run and returns its folder.
func resume(t *testing.T, dir, id, model string, set ...string) {
	t.Helper()
	o := engine.Order{Experiment: id, Dataset: "diabetes", Model: model, Profile: engine.Smoke, Seed: 7, Out: filepath.Dir(filepath.Dir(dir)), Set: set, Mode: records.Resume}
	_, _, err := o.Do(context.Background())
	require.NoError(t, err)
}

func TestResumeAfterAKillAtAnyByte(t *testing.T) {
	for _, model := range tabledata.Models {
		t.Run(model, func(t *testing.T) {
			whole := tried.Smoke(t, t.TempDir(), "residual", model)
			want := tried.WithoutSeconds(t, whole)
			for _, name := range []string{records.RecordsName, records.ProgressName} {
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
					require.Equal(t, want, tried.WithoutSeconds(t, dir), "%s cut at byte %d", name, cut)
				}
			}
		})
	}
}

func TestAFolderIsNotOverwrittenNorSharedNorChanged(t *testing.T) {
	dir := t.TempDir()
	e, err := engine.Find("residual")
	require.NoError(t, err)
	set, err := tried.Typed[tabledata.Settings](engine.Defaults(e, engine.Key{Dataset: "diabetes", Model: "linear", Profile: engine.Quick}))
	require.NoError(t, err)
	c := &engine.Config{Experiment: "residual", Dataset: "diabetes", Seed: 1, Parts: []engine.Part{{Experiment: "residual", Settings: set}}}
	f, err := engine.OpenFolder(dir, c, records.Fresh)
	require.NoError(t, err)
	_, err = engine.OpenFolder(dir, c, records.Resume)
	assert.ErrorIs(t, err, records.ErrLocked)
	require.NoError(t, f.Append("a", []records.Record{{Metric: "x"}}, 1))
	require.NoError(t, f.Close())

	_, err = engine.OpenFolder(dir, c, records.Fresh)
	assert.ErrorIs(t, err, records.ErrExists)
	other := *c
	more := *set
	more.Draws = 6
	other.Seed, other.Parts = 2, []engine.Part{{Experiment: "residual", Settings: &more}}
	_, err = engine.OpenFolder(dir, &other, records.Resume)
	assert.ErrorContains(t, err, `draws (the run has "5", requested "6")`)
	assert.ErrorContains(t, err, `seed (the run has "1", requested "2")`)

	f, err = engine.OpenFolder(dir, &other, records.Force)
	require.NoError(t, err)
	assert.False(t, f.Done("a"))
	require.NoError(t, f.Close())
	records, err := engine.ReadRecords(dir)
	require.NoError(t, err)
	assert.Empty(t, records)
}

func TestAnInterruptedRunGoesOn(t *testing.T) {
	want := tried.WithoutSeconds(t, tried.Smoke(t, t.TempDir(), "runtime", "linear"))
	out := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	o := engine.Order{Experiment: "runtime", Dataset: "diabetes", Profile: engine.Smoke, Seed: 7, Out: out, Progress: &tried.Canceller{Cancel: cancel, Left: 3}}
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	var stopped *engine.Stopped
	require.True(t, errors.As(err, &stopped))
	records, err := engine.ReadRecords(stopped.Dir)
	require.NoError(t, err)
	assert.NotEmpty(t, records)
	assert.Less(t, len(records), len(want))
	resume(t, stopped.Dir, "runtime", "linear")
	assert.Equal(t, want, tried.WithoutSeconds(t, stopped.Dir))
}

func TestConfigRepeatsARun(t *testing.T) {
	for _, set := range [][]string{nil, {"request=labels"}, {"request=samples", "test-share=0.3", "sigma=0.5", "solver=minres"}} {
		first := tried.Smoke(t, t.TempDir(), "features", "linear", set...)
		c, err := engine.ReadConfig(filepath.Join(first, records.ConfigName))
		require.NoError(t, err)
		o := engine.Order{Repeat: c, Out: t.TempDir()}
		runs, _, err := o.Do(context.Background())
		require.NoError(t, err)
		assert.Equal(t, tried.WithoutSeconds(t, first), tried.WithoutSeconds(t, runs[0].Dir))
		assert.Equal(t, filepath.Base(first), filepath.Base(runs[0].Dir))

		c.Data = "other"
		_, _, err = (&engine.Order{Repeat: c, Out: t.TempDir()}).Do(context.Background())
		assert.ErrorContains(t, err, "fingerprint")
	}
}
