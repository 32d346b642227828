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
	o := &engine.Order{Set: []string{"rows=5, 20", "tau_ft=0.01", "draws=2"}}
	set, err := o.Assignments()
	require.NoError(t, err)
	assert.Equal(t, "experiment run residual --dataset diabetes --model linear --profile smoke --seed 0 "+
		"--set 'rows=5, 20' --set tau-ft=0.01 --set draws=2", o.Command(c, set))
	assert.Equal(t, `'it'\''s'`, engine.Quoted("it's"))
	assert.Equal(t, `''`, engine.Quoted(""))
}

func TestASettingThatIsGivenTwiceIsAnError(t *testing.T) {
	for _, set := range [][]string{{"draws=3", "draws=2"}, {"rate=1", "tau_ft=0.01"}, {"tau-ft=1", "rate=1"}} {
		_, err := (&engine.Order{Set: set}).Assignments()
		require.ErrorContains(t, err, "twice", set)
	}
	_, err := (&engine.Order{Set: []string{"rate=1", "tau_ft=0.01"}}).Assignments()
	assert.ErrorContains(t, err, "--set gives tau-ft twice, as 1 and as 0.01")
}

// What an experiment does not read, what changes nothing in any run, what asks for more than there
// is and what asks for a choice where nothing is chosen: an error before anything is begun.
func TestSettingsWithoutEffectAreErrors(t *testing.T) {
	for _, c := range []struct {
		experiment, dataset, set, want string
	}{
		{"residual", "diabetes", "units=5", "the setting units belongs to memorization; residual reads request, features, rows"},
		{"residual", "diabetes", "growth=3", "the setting growth belongs to limits; residual reads"},
		{"affected", "diabetes", "lambda=2", "the setting lambda belongs to residual, fidelity, scatter, runtime, limits, solvers"},
		{"sigma", "diabetes", "rows=5", "; sigma reads draws, train-tolerance, train-steps, test-share, sigmas, lambdas"},
		{"sharding", "diabetes", "draws=2", "; sharding reads test-share, shards, points, trials"},
		{"budget", "diabetes", "sisa-shards=3", "the setting sisa-shards belongs to residual, fidelity and runtime"},
		{"limits", "diabetes", "rows=5", "; limits reads"}, {"features", "diabetes", "requests=3", "the setting requests belongs to budget and loss-budget"},
		{"memorization", "", "growth=3", "the setting growth belongs to limits; memorization reads"},
		{"residual", "diabetes", "drwas=3", `unknown setting "drwas": did you mean draws?`},
		{"residual", "diabetes", "growht=3", `unknown setting "growht": did you mean growth?`},
		{"residual", "diabetes", "xyz=3", `unknown setting "xyz"; residual reads request`},
		{"residual", "diabetes", "request=label", "must be one of features, labels, samples. Did you mean labels?"},
		{"affected", "spam", "rows=5", "--set rows=5 has no effect on affected: whole columns"},
		{"affected", "diabetes", "features=5", "--set features=5 has no effect on affected: columns of a dense data set"},
		{"residual", "diabetes", "hidden=3", "only the MLP"}, {"residual", "diabetes", "batches=3", "only solver=lissa"},
		{"poisoning", "", "methods=none,fist-order", "fist-order must be one of"}, {"poisoning", "", "methods=none,fist-order", "Did you mean first-order?"},
		{"affected", "diabetes", "rows=5,100000", "rows=5,100000 is more than there is: diabetes has 614 training samples; lower it by --set rows, to 5,614"},
		{"affected", "spam", "features=100000", "columns; lower it by --set features, to 252 for example"},
		{"certified", "diabetes", "cold-draws=9", "draws is 2"}, {"budget", "diabetes", "requests=308", "half may be removed"},
		{"sharding", "diabetes", "points=5,615", "to 5,614"}, {"memorization", "", "characters=1e8", "the training text has"},
		{"loss-perturbation", "diabetes", "tau=auto", "setting tau=auto: loss-perturbation chooses no settings: give a number"},
		{"solvers", "diabetes", "ridge=auto", "setting ridge=auto: solvers chooses no settings"}, {"loss-perturbation", "diabetes", "epochs=0", "give the number of passes"},
	} {
		tried.Refused(t, engine.Order{Experiment: c.experiment, Dataset: c.dataset, Set: []string{c.set}}, c.want)
	}
}

// A setting that changes something in one of the order's runs is taken, said of the others, and
// recorded there as unused.
func TestSettingsWithoutEffectInSomeRunsAreSaidAndRecorded(t *testing.T) {
	progress := &tried.Noted{}
	o := &engine.Order{Experiment: "features", Dataset: "diabetes", Profile: engine.Smoke, Out: t.TempDir(), Progress: progress,
		Set: []string{"hidden=3,3", "draws=1"}}
	require.NoError(t, engine.Prepare(t.Context(), o))
	require.Equal(t, 2, o.Runs())
	o.Model = "linear"
	_, _, err := o.Do(t.Context())
	require.NoError(t, err)
	assert.Contains(t, progress.Notes, "--set hidden has no effect on diabetes, linear: only the MLP uses it")
	assert.NotContains(t, progress.Notes, "--set hidden has no effect on diabetes, mlp: only the MLP uses it")
}

// Defaults that ask for more than there is are said, and recorded as used.
func TestDefaultsThatAreCutAreSaidAndRecorded(t *testing.T) {
	progress := &tried.Noted{}
	o := &engine.Order{Experiment: "affected", Dataset: "diabetes", Out: t.TempDir(), Progress: progress, Set: []string{"draws=1"}}
	runs, _, err := o.Do(t.Context())
	require.NoError(t, err)
	assert.Contains(t, progress.Notes, "diabetes, linear: rows is 10,100,614 in place of 10,100,1000: diabetes has 614 training samples")
	c, err := engine.ReadConfig(filepath.Join(runs[0].Dir, records.ConfigName))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"rows": "10,100,614"}, c.Parts[0].Used)
	found, err := engine.ReadRecords(runs[0].Dir)
	require.NoError(t, err)
	assert.Equal(t, 614.0, found[len(found)-1].Settings["rows"])
	e, err := engine.Find("affected")
	require.NoError(t, err)
	assert.Contains(t, engine.SettingsLine(e, c, &c.Parts[0]), "As many as there are: rows 10,100,614 (in place of 10,100,1000).")
}

// All runs of a command are checked before the first begins.
func TestTheLastRunIsCheckedBeforeTheFirstBegins(t *testing.T) {
	out := t.TempDir()
	tried.Smoke(t, out, "sharding", "linear")
	whole := func(id string) *engine.Order {
		return &engine.Order{Experiment: id, Dataset: "diabetes", Profile: engine.Smoke, Seed: 7, Out: out}
	}
	for _, last := range []*engine.Order{whole("sharding"), {Experiment: "affected", Dataset: "diabetes", Profile: engine.Smoke, Out: out, Set: []string{"rows=1000"}}} {
		require.Error(t, engine.Prepare(t.Context(), whole("residual"), last))
		assert.NoDirExists(t, filepath.Join(out, "residual"))
	}
}

func TestBatchesLargerThanTheDataAreRefusedBeforeTheStart(t *testing.T) {
	for _, set := range []string{"batch=615"} {
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
