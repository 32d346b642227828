package experiments

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"
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
	c := &engine.Config{Experiment: "residual", Dataset: "diabetes", Model: "linear", Profile: engine.Quick, Seed: 1, Parts: []engine.Part{{Experiment: "residual", Settings: set}}}
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
	more.Draws = 4
	other.Seed, other.Parts = 2, []engine.Part{{Experiment: "residual", Settings: &more}}
	_, err = engine.OpenFolder(dir, &other, records.Resume)
	assert.ErrorContains(t, err, `draws (the run has "5", requested "4")`)
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

// The folder of a default run is named after data set, model, profile and seed; other settings, or
// a name, make another folder.
func TestFoldersCarryWhatDiffers(t *testing.T) {
	out := t.TempDir()
	dir := func(o engine.Order) string {
		o.Experiment, o.Dataset, o.Profile, o.Seed, o.Out = "affected", "diabetes", engine.Smoke, 7, out
		planned, err := o.Plan(t.Context())
		require.NoError(t, err)
		require.Len(t, planned, 1)
		assert.Equal(t, engine.Beginning, planned[0].State)
		dir := tried.RunOrder(t, &o)
		assert.Equal(t, planned[0].Dir, dir)
		return filepath.Base(dir)
	}
	assert.Equal(t, "diabetes-linear-smoke-7", dir(engine.Order{}))
	labels, samples := dir(engine.Order{Set: []string{"request=labels"}}), dir(engine.Order{Set: []string{"request=samples"}})
	assert.Regexp(t, "^diabetes-linear-smoke-7-[0-9a-f]{6}$", labels)
	assert.Regexp(t, "^diabetes-linear-smoke-7-[0-9a-f]{6}$", samples)
	assert.NotEqual(t, labels, samples)
	assert.Equal(t, "diabetes-linear-smoke-7-again", dir(engine.Order{Name: "again"}))

	// A default that is written out is the default, and the order of settings counts for nothing.
	c := func(set ...string) string {
		o := engine.Order{Experiment: "affected", Dataset: "diabetes", Profile: engine.Smoke, Seed: 8, Set: set, Out: out}
		planned, err := o.Plan(t.Context())
		require.NoError(t, err)
		return filepath.Base(planned[0].Dir)
	}
	assert.Equal(t, "diabetes-linear-smoke-8", c("request=features", "draws=2"))
	assert.Equal(t, c("draws=3", "request=labels"), c("request=labels", "draws=3"))
}

// The name of a folder says nothing of a secret.
func TestFoldersDoNotTellSecrets(t *testing.T) {
	name := func(secret string) string {
		c := &engine.Config{Experiment: "memorization", Dataset: "a.txt", Model: "lstm", Profile: engine.Smoke, Given: &engine.Given{Prompt: "pin ", Secret: secret, Replacement: secret}}
		return c.Name()
	}
	assert.Regexp(t, "^a.txt-lstm-smoke-0-[0-9a-f]{6}$", name("1234"))
	assert.Equal(t, name("1234"), name("9999"))
}

// A run that is extended has the records of one that was made at once, for every experiment that
// reads a setting which may be extended.
func TestAnExtendedRunEqualsOneMadeAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("runs each experiment three times")
	}
	for _, e := range engine.Experiments() {
		if len(e.Parts) > 0 {
			continue
		}
		cases := [][2]string{}
		if e.Takes("draws") {
			cases = append(cases, [2]string{"draws=1", "draws=2"})
		}
		if e.Takes("methods") && slices.Contains(e.Words["methods"], "none") || e.Takes("methods") && e.Words == nil { // not of those with a single method
			cases = append(cases, [2]string{"methods=none,first-order", "methods=none,first-order,second-order"})
		}
		for _, c := range cases {
			t.Run(e.ID+" "+c[1], func(t *testing.T) {
				order := func(out, set string) *engine.Order {
					o := &engine.Order{Experiment: e.ID, Dataset: tried.Dataset(e), Profile: engine.Smoke, Seed: 7, Out: out, Set: []string{set}}
					if e.Takes("cold-draws") {
						o.Set = append(o.Set, "cold-draws=1")
					}
					return o
				}
				want := tried.WithoutSeconds(t, tried.RunOrder(t, order(t.TempDir(), c[1])))
				out := t.TempDir()
				first := tried.RunOrder(t, order(out, c[0]))
				more := order(out, c[1])
				more.Mode = records.Resume
				assert.Equal(t, first, tried.RunOrder(t, more), "the run is found")
				assert.ElementsMatch(t, untimed(want), untimed(tried.WithoutSeconds(t, first)))
				config, err := engine.ReadConfig(filepath.Join(first, records.ConfigName))
				require.NoError(t, err)
				key, value, _ := strings.Cut(c[1], "=")
				assert.Equal(t, value, config.Parts[0].Settings.Text(key), "and recorded as it has become")

				less := order(out, c[0])
				less.Mode = records.Resume
				_, _, err = less.Do(t.Context())
				assert.ErrorContains(t, err, "not fewer")
			})
		}
	}
}

// What is to be resumed and differs in what cannot be extended is an error that lists it; what lies
// where a former version put it is found.
func TestResumeFindsTheRunOrSaysWhatDiffers(t *testing.T) {
	out := t.TempDir()
	whole := tried.Smoke(t, out, "affected", "linear")
	o := func(mode records.Mode, set ...string) *engine.Order {
		return &engine.Order{Experiment: "affected", Dataset: "diabetes", Profile: engine.Smoke, Seed: 7, Out: out, Mode: mode, Set: set}
	}
	_, _, err := o(records.Resume, "request=labels").Do(t.Context())
	require.ErrorContains(t, err, `request (the run has "features", requested "labels")`)
	require.ErrorContains(t, err, "without --resume a new run begins in "+whole+"-")
	var usage *engine.UsageError
	require.ErrorAs(t, err, &usage)

	labels := tried.RunOrder(t, o(records.Fresh, "request=labels"))
	former := whole + "-by-hand"
	require.NoError(t, os.Rename(labels, former))
	assert.Equal(t, former, tried.RunOrder(t, o(records.Resume, "request=labels")))
	_, _, err = o(records.Fresh, "request=labels").Do(t.Context())
	require.ErrorIs(t, err, records.ErrExists, "it is not made again under another name")
	require.ErrorContains(t, err, former)

	require.NoError(t, os.RemoveAll(whole))
	require.NoError(t, os.Rename(former, whole)) // as a former version named it
	assert.Equal(t, whole, tried.RunOrder(t, o(records.Resume, "request=labels")))
	_, _, err = o(records.Fresh).Do(t.Context())
	require.ErrorIs(t, err, records.ErrExists)
	require.ErrorContains(t, err, `it is another one, which differs in request (the run has "labels", requested "features"): --name NAME`)

	one, two := whole+"-one", whole+"-two"
	require.NoError(t, os.CopyFS(one, os.DirFS(whole)))
	require.NoError(t, os.Rename(whole, two))
	_, _, err = o(records.Resume, "request=labels").Do(t.Context())
	require.ErrorContains(t, err, "several folders hold this run: "+one+", "+two)
	named := o(records.Resume, "request=labels")
	named.Name = "two"
	assert.Equal(t, two, tried.RunOrder(t, named))
}

// untimed sets all times to 0, and what follows from them.
func untimed(all []records.Record) []records.Record {
	for i, r := range all {
		if r.Unit == "s" || r.Unit == "1/s" || strings.Contains(r.Metric, "second") || strings.HasPrefix(r.Metric, "speed-up") {
			all[i].Value = 0
		}
	}
	return all
}

// A folder in which another run is going on is noticed before the first run of an order begins.
func TestALockedFolderStopsAnOrderBeforeItsFirstRun(t *testing.T) {
	out := t.TempDir()
	order := func(id string) *engine.Order {
		return &engine.Order{Experiment: id, Dataset: "diabetes", Profile: engine.Smoke, Out: out}
	}
	first, second := order("affected"), order("sharding")
	require.NoError(t, engine.Prepare(t.Context(), second))
	plan, err := order("sharding").Plan(t.Context())
	require.NoError(t, err)
	dir := plan[0].Dir
	require.NoError(t, os.MkdirAll(dir, 0o755))
	lock := flock.New(filepath.Join(dir, records.RecordsName))
	require.NoError(t, lock.Lock())
	defer func() { assert.NoError(t, lock.Unlock()) }()
	err = engine.Prepare(t.Context(), first, second)
	require.ErrorIs(t, err, records.ErrLocked)
	assert.ErrorContains(t, err, dir)
	assert.NoDirExists(t, filepath.Join(out, "affected"), "the first run has not begun")
	require.NoError(t, records.Unlocked(filepath.Join(out, "nowhere")))
	assert.NoDirExists(t, filepath.Join(out, "nowhere"))
}
