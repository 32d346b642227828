package experiments

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
)

func TestTheRecordedCommandRepeatsTheRun(t *testing.T) {
	c := &engine.Config{Experiment: "residual", Dataset: "diabetes", Model: "linear", Profile: engine.Smoke}
	o := &engine.Order{Set: []string{"rate=1", "rows=5, 20", "draws=3", "tau_ft=0.01", "draws=2"}}
	set, err := o.Assignments()
	require.NoError(t, err)
	assert.Equal(t, "experiment run residual --dataset diabetes --model linear --profile smoke --seed 0 "+
		"--set 'rows=5, 20' --set tau-ft=0.01 --set draws=2", o.Command(c, set))
	assert.Equal(t, `'it'\''s'`, engine.Quoted("it's"))
	assert.Equal(t, `''`, engine.Quoted(""))
}

func TestSettingsThatChangeNothingAreNamedOnce(t *testing.T) {
	for _, c := range []struct {
		experiment, dataset string
		set, want           []string
	}{
		{"affected", "spam", []string{"rows=5"}, []string{"--set rows has no effect on spam, linear: whole columns"}},
		{"affected", "spam", []string{"features=5", "pool=all"}, nil},
		{"affected", "spam", []string{"request=labels", "features=5"}, []string{"--set features has no effect on spam, linear: request=labels removes no columns"}},
		{"affected", "diabetes", []string{"features=5", "features=6"}, []string{"--set features has no effect on diabetes, linear: columns of a dense data set"}},
		{"affected", "diabetes", []string{"growth=3", "rows=5", "lambda=2"}, []string{"--set growth has no effect on diabetes, linear: only limits", "--set lambda has no effect on diabetes, linear: affected trains"}},
		{"sigma", "diabetes", []string{"rows=5", "request=labels", "epsilons=1", "lambdas=1", "sigmas=1"}, []string{"--set rows has no effect on diabetes, linear: sigma unlearns",
			"--set request has no effect on diabetes, linear: sigma unlearns", "--set epsilons has no effect on diabetes, linear: only certified, budget, loss-perturbation and loss-budget"}},
		{"budget", "diabetes", []string{"rows=5", "requests=2", "sisa-shards=3"}, []string{"--set rows has no effect on diabetes, linear: budget streams",
			"--set sisa-shards has no effect on diabetes, linear: only residual, fidelity"}},
		{"sharding", "diabetes", []string{"trials=10", "draws=2"}, []string{"--set draws has no effect on diabetes, linear: sharding uses"}},
		{"features", "diabetes", []string{"trials=10", "growth=30", "rows=5", "hidden=3", "draws=1", "tau=1e-3"}, []string{"--set hidden has no effect on diabetes, linear: only the MLP"}},
	} {
		progress := &tried.Noted{}
		o := &engine.Order{Experiment: c.experiment, Dataset: c.dataset, Model: "linear", Profile: engine.Smoke, Set: c.set, Out: t.TempDir(), Progress: progress}
		_, _, err := o.Do(t.Context())
		require.NoError(t, err)
		var got []string
		for _, n := range progress.Notes {
			if len(n) > 5 && n[:5] == "--set" {
				got = append(got, n)
			}
		}
		require.Len(t, got, len(c.want), "%v: %q", c.set, got)
		for i := range got {
			assert.Contains(t, got[i], c.want[i])
		}
	}
}

func TestBatchesLargerThanTheDataAreRefusedBeforeTheStart(t *testing.T) {
	for _, set := range []string{"batch=615", "batches=615"} {
		out := t.TempDir()
		o := &engine.Order{Experiment: "residual", Dataset: "diabetes", Model: "linear", Profile: engine.Smoke, Set: []string{set}, Out: out}
		_, _, err := o.Do(t.Context())
		var usage *engine.UsageError
		require.ErrorAs(t, err, &usage)
		assert.ErrorContains(t, err, set+" is more than the 614 training samples of diabetes")
		assert.NoDirExists(t, filepath.Join(out, "residual"))
	}
}

func TestARepeatedRunThatIsThereNamesOut(t *testing.T) {
	out := t.TempDir()
	dir := tried.Smoke(t, out, "sharding", "linear")
	c, err := engine.ReadConfig(filepath.Join(dir, records.ConfigName))
	require.NoError(t, err)
	_, _, err = (&engine.Order{Repeat: c, Out: out}).Do(t.Context())
	require.ErrorIs(t, err, records.ErrExists)
	assert.ErrorContains(t, err, "--out DIR")
}

func TestRunFoldersLooksTwoLevelsDown(t *testing.T) {
	out := t.TempDir()
	dir := tried.Smoke(t, out, "sharding", "linear")
	for _, d := range []string{dir, filepath.Dir(dir), out} {
		got, err := engine.RunFolders([]string{d})
		require.NoError(t, err, d)
		assert.Equal(t, []string{dir}, got)
	}
	empty := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(empty, "a", "b", "c"), 0o755))
	_, err := engine.RunFolders([]string{empty})
	assert.ErrorContains(t, err, "two levels")
}
