package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// call runs a command line without data sets other than the embedded ones.
func call(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	t.Setenv("LETHE_DATA", filepath.Join(t.TempDir(), "none"))
	var out, errs bytes.Buffer
	err = run(t.Context(), args, &out, &errs)
	return out.String(), errs.String(), err
}

func TestHelpAndLists(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "Usage: experiment"}, {"--help", "bench"}, {"run --help", "--resume"}, {"list", "residual"},
		{"list", "memorization"}, {"list --settings", "Settings of memorization:"}, {"list residual --settings", "default 10,100,1000 (smoke 5,20)"}, {"list --settings sharding", "whole numbers, shards"},
		{"help data fetch", "Usage: experiment data fetch"}, {"help", "Usage: experiment"}, {"help run", "--dry-run"}, {"help sharding", "trials"}, {"run --help", "--checkpoint"}, {"list --settings", "tau-ft"}, {"data list", "diabetes"}, {"data list", "data fetch cifar10"},
	} {
		out, _, err := call(t, strings.Fields(c.args)...)
		require.NoError(t, err, c.args)
		assert.Contains(t, out, c.want)
		for _, line := range strings.Split(out, "\n") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
		}
	}
}

func TestWrongCommandLinesExitWith2(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"fly", "unknown command \"fly\"; known: list, run"}, {"run", "name an experiment"}, {"run nope", "known: features"}, {"run residual --nope", "unknown flag"},
		{"run residual limits residual", "experiment residual is named twice"},
		{"run residual --set nope=1", "residual reads request"}, {"run residual --set drwas=1", "did you mean draws?"}, {"run residaul", "did you mean residual?"},
		{"rnu", "did you mean run?"}, {"run residual --datset spam", "did you mean \"--dataset\"?"}, {"run residual --dataset diabets", "did you mean diabetes?"},
		{"run residual --seed 1 --seed 2", "--seed is given twice"}, {"run residual --quiet --quiet", "--quiet is given twice"}, {"run residual --set draws=1 --set draws=2", "--set gives draws twice, as 1 and as 2"},
		{"run residual --seed x", `"x" is not a whole number of 0 to`}, {"run residual --set growth=2", "the setting growth belongs to limits; residual reads"},
		{"run residual --json --tables", "exclude each other"}, {"run memorization --dataset alcie", "Did you mean alice?"}, {"run residual --name a/b", "--name takes"},
		{"list residaul", "did you mean residual?"}, {"list --settings residual --model tree", "known: linear, mlp"}, {"list --settings sigma --model mlp", "use --model linear"}, {"list --settings residual --dataset nope", "known: diabetes"},
		{"help rnu", "did you mean"}, {"completion tcsh", "must be one of"}, {"data fetch adlut", "did you mean adult?"}, {"data fetch adult adult", "named twice"}, {"bench drebn", "did you mean drebin?"},
		{"run residual affected --dataset diabetes --profile smoke --set rows=5 --set features=3", "--set features=3 has no effect"}, {"run residual --dataset nope", "known: diabetes"}, {"run features --dataset digits", "digits holds images"}, {"run residual --model nope", "known: linear"},
		{"run residual --resume --force", "exclude"}, {"run residual --config x.yaml", "omit the experiment"},
		{"run --config x.yaml --seed 1", "--seed and --set"}, {"run --config x.yaml --profile quick", "--profile, --seed"}, {"run --config x.yaml --dataset spam", "--dataset"},
		{"run --config x.yaml --set draws=1", "and --set"}, {"run limits --set growth=1", "at least 2"}, {"bench nope", "known: drebin"},
		{"run residual --text x.txt", "--text is for memorization"}, {"run memorization --secret x", "--secret needs --prompt"},
		{"run memorization --prompt a --secret bcd --replace xy", "--replace has 2 characters and --secret 3"}, {"run memorization --dataset diabetes", "knows alice"},
		{"run --config x.yaml --secret x", "omit --prompt, --secret and --replace"}, {"data fetch nope", "known: diabetes"},
	} {
		_, _, err := call(t, strings.Fields(c.args)...)
		require.ErrorContains(t, err, c.want, c.args)
		assert.Equal(t, misused, exitCode(err), c.args)
	}
}

func TestAnAbsentDataSetIsAnErrorOnlyWhenNamed(t *testing.T) {
	_, _, err := call(t, "run", "affected", "--dataset", "adult", "--out", t.TempDir())
	require.ErrorContains(t, err, "experiment data fetch adult")
	assert.Equal(t, failed, exitCode(err))

	out, errs, err := call(t, "run", "affected", "--profile", "smoke", "--out", t.TempDir())
	require.NoError(t, err)
	for _, name := range []string{"adult", "drebin", "enron"} {
		assert.Contains(t, errs, "data fetch "+name)
	}
	assert.Contains(t, out, "Share of affected")
	assert.Contains(t, out, "Combined report")
}

func TestRunReportResumeForce(t *testing.T) {
	out := t.TempDir()
	args := []string{"run", "residual", "--dataset", "diabetes", "--profile", "smoke", "--out", out, "--quiet"}
	stdout, stderr, err := call(t, args...)
	require.NoError(t, err)
	dir := filepath.Join(out, "residual", "diabetes-linear-smoke-1")
	assert.Equal(t, dir+"\n", stdout)
	assert.Empty(t, stderr)

	_, _, err = call(t, args...)
	assert.ErrorContains(t, err, "--force")
	_, _, err = call(t, append(args, "--resume")...)
	require.NoError(t, err)
	_, _, err = call(t, append(args, "--resume", "--set", "solver=minres")...)
	assert.ErrorContains(t, err, `solver (the run has "cg", requested "minres")`)
	assert.Equal(t, misused, exitCode(err))
	stdout, _, err = call(t, append(args, "--resume", "--set", "draws=3")...)
	require.NoError(t, err)
	assert.Equal(t, dir+"\n", stdout, "the run is extended in its folder")
	_, _, err = call(t, append(args, "--resume")...)
	assert.ErrorContains(t, err, "A run can get more draws and methods, not fewer")
	_, _, err = call(t, append(args, "--force")...)
	require.NoError(t, err)

	tables := filepath.Join(dir, "tables.md")
	before, err := os.ReadFile(tables)
	require.NoError(t, err)
	require.NoError(t, os.Remove(tables))
	stdout, _, err = call(t, "report", dir)
	require.NoError(t, err)
	assert.Contains(t, stdout, filepath.Join(dir, "report.html"))
	after, err := os.ReadFile(tables)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))

	_, _, err = call(t, "run", "--config", filepath.Join(dir, "config.yaml"), "--out", t.TempDir())
	assert.NoError(t, err)
}

// The networks of one run are kept, and another begins with them.
func TestNetworksAreKept(t *testing.T) {
	out, kept := t.TempDir(), filepath.Join(t.TempDir(), "kept")
	args := []string{"run", "poisoning", "--profile", "smoke", "--set", "methods=none,retrain", "--name", "first", "--out"}
	_, _, err := call(t, append(args, out)...)
	require.NoError(t, err)
	stdout, _, err := call(t, "networks", filepath.Join(out, "poisoning", "digits-cnn-smoke-1-first"), kept)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(kept, "train-10000-0.safetensors")+"\n"+filepath.Join(kept, "clean-0.safetensors")+"\n", stdout)
	_, _, err = call(t, append(args, t.TempDir(), "--networks", kept)...)
	require.NoError(t, err)
	_, _, err = call(t, append(args, t.TempDir(), "--networks", kept, "--seed", "2")...)
	require.ErrorContains(t, err, "belongs to another training")
	assert.Equal(t, misused, exitCode(err))
}

func TestAnInterruptExitsWith130AndSaysHowToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	err := run(ctx, []string{"run", "sharding", "--dataset", "diabetes", "--profile", "smoke", "--out", t.TempDir()}, &out, &errs)
	require.Error(t, err)
	assert.Equal(t, interrupted, exitCode(err))
}

func TestExitCodes(t *testing.T) {
	assert.Equal(t, 0, exitCode(nil))
	assert.Equal(t, failed, exitCode(errors.New("x")))
	assert.Equal(t, interrupted, exitCode(context.Canceled))
}

func TestBenchPrintsOneObjectALine(t *testing.T) {
	if testing.Short() {
		t.Skip("times the MLP")
	}
	out, _, err := call(t, "bench", "mlp", "--json")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2)
	for i, what := range []string{"gradient", "hvp"} {
		var m struct {
			Work, What   string
			Batch        int
			Seconds      float64
			BoundSeconds float64 `json:"bound_seconds"`
			Ratio        float64
		}
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &m))
		assert.Equal(t, []any{"mlp", what, 512}, []any{m.Work, m.What, m.Batch})
		assert.InEpsilon(t, m.Seconds/m.BoundSeconds, m.Ratio, 1e-9)
		assert.Positive(t, m.Seconds)
	}
}

func TestDoctorFindsTheDerivativesRight(t *testing.T) {
	out, _, err := call(t, "doctor")
	require.NoError(t, err)
	for _, want := range []string{"cores", "BLAS", "GFLOP/s", "diabetes available", "fashion available", "cifar10 missing", "MLP with tanh, logistic loss: correct"} {
		assert.Contains(t, out, want)
	}
}

func TestARepeatWithoutOutNamesIt(t *testing.T) {
	out := t.TempDir()
	_, _, err := call(t, "run", "sharding", "--dataset", "diabetes", "--profile", "smoke", "--out", out, "--quiet")
	require.NoError(t, err)
	_, _, err = call(t, "run", "--config", filepath.Join(out, "sharding", "diabetes-linear-smoke-1", "config.yaml"), "--out", out)
	assert.ErrorContains(t, err, "--out DIR repeats it in another folder")
}

func TestBenchNamesWhatItLeavesOut(t *testing.T) {
	if testing.Short() {
		t.Skip("times the MLP")
	}
	out, errs, err := call(t, "bench", "cores")
	require.NoError(t, err)
	assert.Contains(t, out, "mlp gradient")
	assert.Contains(t, errs, "skipped: drebin gradient, all cores; get it by `experiment data fetch drebin`")
}

// A secret of the user's own is not told on the screen, whether the run succeeds or not, unless
// --show-secret asks for it; neither is what stands in the text in its place.
func TestNothingOnTheScreenTellsASecret(t *testing.T) {
	text := filepath.Join(t.TempDir(), "my.txt")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("Some words of a text, like all others.\n\n", 60)+"The key is Xy7<k.\n\n"), 0o644))
	args := []string{"run", "memorization", "--text", text, "--profile", "smoke", "--set", "characters=0", "--set", "held-out=0", "--set", "methods=none", "--out"}
	for secret, fails := range map[string]bool{"Xy7<k": false, "Xz7<k": true, "xy7<K": true} {
		for _, shown := range []bool{false, true} {
			line := append(append([]string{}, args...), t.TempDir(), "--prompt", "The key is ", "--secret", secret, "--tables")
			if shown {
				line = append(line, "--show-secret")
			}
			for _, line := range [][]string{line, append(append([]string{}, line...), "--dry-run")} {
				out, errs, err := call(t, line...)
				if err != nil {
					errs += message(err)
				}
				dry := line[len(line)-1] == "--dry-run"
				assert.Equal(t, fails, err != nil, errs) // a dry run finds it too
				told := strings.Contains(out+errs, "Xy7<k") || strings.Contains(out+errs, secret)
				if !shown || fails || dry { // the tables of a terminal have no notes, which name the secret
					assert.Equal(t, shown, told, out+errs)
				}
			}
		}
	}
}
