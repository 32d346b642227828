//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project"
	"lethe/project/data"
)

func TestHelpAndVersion(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "Usage: lethe"}, {"--help", "3 refused by a check"}, {"help unlearn", "--max-loss"}, {"--version", "BLAS"}, {"train --help", "--certify"},
		{"completion bash", "_lethe"}, {"complete -- unl", "unlearn"}, {"complete -- unlearn --method s", "second"},
	} {
		out, _, err := call(t, strings.Fields(c.line)...)
		require.NoError(t, err, c.line)
		assert.Contains(t, out, c.want)
		for _, line := range strings.Split(out, "\n") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 125, line)
		}
	}
}

// Three requests in a row, each with the original file: the second names by a value, the third
// removes a sample that the second corrected. The model is the one that the corrected data give.
func TestThreeRequestsInARow(t *testing.T) {
	dir := workshop(t)
	old := state(t, filepath.Join(dir, "model"))
	must(t, dir, "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/m1 --test @/test.csv --compare retrain")
	must(t, dir, "unlearn --model @/m1 --data @/train.csv --request @/two.yaml --out @/m2 --write-data @/kept.csv")
	must(t, dir, "unlearn --model @/m2 --data @/train.csv --request @/three.yaml --out @/m3")
	must(t, dir, "unlearn --model @/m2 --data @/kept.csv --request @/three.yaml --out @/m3b")
	a, err := os.ReadFile(filepath.Join(dir, "m3", "model.safetensors"))
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(dir, "m3b", "model.safetensors"))
	require.NoError(t, err)
	assert.Equal(t, a, b, "from the original and from the corrected file the same bits")
	changes, err := os.ReadFile(filepath.Join(dir, "m3", "changes.json"))
	require.NoError(t, err)
	assert.NotContains(t, string(changes), "cells", "the correction of a sample that was removed is gone")
	for _, m := range []string{"model", "m1", "m2", "m3", "m3b"} {
		assert.Contains(t, must(t, dir, "verify @/"+m), "as recorded")
	}
	assert.Equal(t, old, state(t, filepath.Join(dir, "model")), "the old folder is as it was")

	_, _, err = call(t, in(dir, "unlearn --model @/m3 --data @/train.csv --request @/one.yaml --out @/m4")...)
	require.ErrorContains(t, err, "removed by an earlier request")
	assert.Equal(t, refused, exitCode(err))
	_, _, err = call(t, in(dir, "unlearn --model @/m3 --data @/kept.csv --request @/one.yaml --out @/m4")...)
	require.ErrorContains(t, err, "as they were after line")
	must(t, dir, "unlearn --model @/m2 --data @/kept.csv --trust-data --request @/three.yaml --out @/m5")
	out := must(t, dir, "inspect @/m3")
	assert.Contains(t, out, "1 column forgotten")
	assert.Contains(t, out, "2 samples removed")
}

// A forgotten column is unseen wherever the model answers, whatever a file has in it.
func TestAForgottenColumnIsUnseen(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "forget_columns: [age]\n")
	_, _, err := call(t, in(dir, unlearnIt)...)
	require.ErrorContains(t, err, "points", "the age is what tells who buys")
	assert.Equal(t, refused, exitCode(err))
	must(t, dir, unlearnIt+" --max-loss 50")
	table := customers(40, 3)
	put(t, filepath.Join(dir, "a.csv"), table)
	lines := strings.Split(table, "\n")
	for i, line := range lines[1:] {
		if cells := strings.Split(line, ","); len(cells) == 5 {
			cells[2] = fmt.Sprint(90 - i)
			lines[i+1] = strings.Join(cells, ",")
		}
	}
	put(t, filepath.Join(dir, "b.csv"), strings.Join(lines, "\n"))
	answers := map[string]string{}
	for _, m := range []string{"model", "new"} {
		for _, data := range []string{"a", "b"} {
			must(t, dir, "predict --model @/"+m+" --data @/"+data+".csv --out @/"+m+data+".csv")
			text, err := os.ReadFile(filepath.Join(dir, m+data+".csv"))
			require.NoError(t, err)
			answers[m+data] = string(text)
		}
	}
	assert.NotEqual(t, answers["modela"], answers["modelb"])
	assert.Equal(t, answers["newa"], answers["newb"])
}

// Every method is checked: a step that is far too long ruins the model, and is not "done".
func TestNoMethodMayRuinTheModel(t *testing.T) {
	dir := workshop(t)
	must(t, dir, "train --data @/train.csv --label bought --id id --network mlp:8 --epochs 40 --rate 0.01 --out @/mlp")
	must(t, dir, "train --data @/train.csv --label age --regression --id id --network mlp:8 --epochs 40 --rate 0.01 --out @/ages")
	for _, model := range []string{"model", "mlp", "ages"} {
		for _, flags := range []string{"fine-tune --rate 1e9", "fine-tune --rate 1e3", "fine-tune --rate 1e3 --max-loss 100", "first --rate 1e3"} {
			_, _, err := call(t, in(dir, "unlearn --model @/"+model+" --data @/train.csv --request @/one.yaml --out @/new --method "+flags)...)
			require.Error(t, err, "%s, %s", model, flags)
			assert.Equal(t, refused, exitCode(err), err)
			assert.NoDirExists(t, filepath.Join(dir, "new"))
		}
	}
	put(t, filepath.Join(dir, "r.yaml"), "forget_columns: [age]\n")
	for _, method := range []string{"newton", "retrain"} { // they do what is asked for, and the age is what tells who buys
		_, _, err := call(t, in(dir, unlearnIt+" --method "+method)...)
		require.ErrorContains(t, err, "points, and 1 are allowed", method)
		assert.Equal(t, refused, exitCode(err))
	}
	must(t, dir, "unlearn --model @/mlp --data @/train.csv --request @/one.yaml --out @/again --method retrain")
}

// The evidence says that data.yaml still knows the forgotten rows, wherever it does. It does: the
// age of somebody who was removed follows from the mean and the other rows.
func TestTheEvidenceSaysWhatDataYamlKeeps(t *testing.T) {
	dir := workshop(t)
	out := must(t, dir, "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/new --method retrain")
	said := strings.Join(strings.Fields(out), " ")
	assert.Contains(t, said, "keeps means and scales and names of categories of the first training data in data.yaml")
	assert.Contains(t, said, "work out exact values")
	assert.Contains(t, said, "Only a new model, trained from the start")
	sum, missing := 0.0, 0.0
	for i, line := range strings.Split(strings.TrimSpace(customers(200, 1)), "\n")[1:] {
		age, err := strconv.ParseFloat(strings.Split(line, ",")[2], 64)
		require.NoError(t, err)
		if sum += age; i == 3 || i == 14 {
			missing += age
		}
	}
	description, err := data.Read(filepath.Join(dir, "new", "data.yaml"))
	require.NoError(t, err)
	at := slices.IndexFunc(description.Columns, func(c data.Column) bool { return c.Name == "age" })
	assert.InDelta(t, missing, 200*description.Columns[at].Shift-(sum-missing), 1e-6, "the page's warning is true")

}

// Numbers are hardly ever the same, so of a regression the evidence says how far apart they are.
func TestARegressionHasNoSameAnswers(t *testing.T) {
	dir := workshop(t)
	must(t, dir, "train --data @/train.csv --label age --regression --id id --out @/ages")
	out := must(t, dir, "unlearn --model @/ages --data @/train.csv --request @/one.yaml --out @/new --method first --compare retrain")
	assert.NotContains(t, out, "same answer")
	var report struct {
		Measured struct{ Retraining map[string]*float64 }
	}
	text, err := os.ReadFile(filepath.Join(dir, "new", "report.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &report))
	r := report.Measured.Retraining
	require.Contains(t, r, "agreement")
	assert.Nil(t, r["agreement"])
	require.NotNil(t, r["apart"])
	assert.Positive(t, *r["apart"])
	assert.Less(t, *r["apart"], 0.1)
	assert.Contains(t, strings.Join(strings.Fields(out), " "), "of their standard deviation (root mean square)")
}

// explain, the report and the history name the method by the same word: what is carried out, not
// what was asked for.
func TestTheMethodIsWhatWasDone(t *testing.T) {
	dir := workshop(t)
	must(t, dir, "train --data @/train.csv --label bought --id id --network mlp:8 --epochs 40 --rate 0.01 --l2 0.1 --out @/mlp")
	must(t, dir, "train --data @/train.csv --label bought --id id --certify 1,1e-3 --out @/c0")
	for i, c := range []struct{ model, flags, want string }{
		{"model", "", "newton"}, {"model", " --method newton", "newton"}, {"model", " --method first", "first"}, {"model", " --method second", "second"},
		{"mlp", " --method retrain --max-loss 50", "retrain"}, {"c0", "", "output-perturbation"}, {"mlp", " --max-loss 50", ""},
	} {
		flags := " --model @/" + c.model + " --data @/train.csv --request @/one.yaml --json" + c.flags
		var planned, done struct {
			Record struct{ Method string }
			Report struct {
				Done    struct{ Method string }
				History []struct{ Method string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(must(t, dir, "explain"+flags)), &planned))
		require.NoError(t, json.Unmarshal([]byte(must(t, dir, fmt.Sprintf("unlearn --out @/new%d%s", i, flags))), &done))
		want := c.want
		if want == "" { // auto on a network tries before it chooses
			assert.Equal(t, "auto", planned.Report.Done.Method)
			planned, want = done, done.Record.Method
			assert.NotEqual(t, "auto", want)
		}
		assert.Equal(t, want, planned.Report.Done.Method, flags)
		assert.Equal(t, want, done.Report.Done.Method, flags)
		assert.Equal(t, want, done.Record.Method, flags)
		assert.Equal(t, want, done.Report.History[1].Method, flags)
	}
}

// The command of the report has every flag that matters, and one is not many.
func TestTheReportsCommandIsWhole(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "correct:\n  - {id: u-20, column: age, value: 41}\n")
	out := must(t, dir, unlearnIt+" --write-data @/kept.csv --show-ids --seed 7 --max-loss 3")
	assert.Contains(t, out, "1 cell in samples that stay")
	assert.NotContains(t, out, "1 cells")
	assert.Contains(t, must(t, dir, "verify @/new"), "1 request carried out")
	assert.Contains(t, state(t, dir)[filepath.Join(dir, "new", "report.json")],
		`lethe unlearn --model model --data train.csv --request r.yaml --out new --method auto --max-loss 3 --seed 7 --write-data kept.csv --show-ids`)
	out, _, err := call(t, "train", "--help")
	require.NoError(t, err)
	assert.NotContains(t, out, "default: label")
}

// Neither the evidence nor anything else of the new folder names an id that was forgotten.
func TestNoForgottenIDIsWritten(t *testing.T) {
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "remove:\n  - ids: [u-117, u-118]\n")
	must(t, dir, unlearnIt)
	must(t, dir, "unlearn --model @/model --data @/train.csv --request @/r.yaml --out @/shown --show-ids")
	for path, text := range state(t, filepath.Join(dir, "new")) {
		assert.NotContains(t, text, "u-117", path)
	}
	assert.Contains(t, state(t, dir)[filepath.Join(dir, "shown", "report.json")], "u-117")
}

func TestExplainWritesNothing(t *testing.T) {
	dir := workshop(t)
	before := state(t, dir)
	out := must(t, dir, "explain --model @/model --data @/train.csv --request @/two.yaml")
	assert.Contains(t, out, "no model was written")
	assert.Contains(t, out, "newton")
	assert.Equal(t, before, state(t, dir))
}

// A certified model carries out request after request in copies of its ledger. The same request
// twice gives the same release: a second one would let the noise be averaged out.
func TestCertifiedThreeTimes(t *testing.T) {
	dir := workshop(t)
	_, notes, err := call(t, in(dir, "train --data @/train.csv --label bought --id id --certify 1e-300,1e-300 --out @/chance")...)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(strings.Fields(notes), " "), "as large as the parameters")
	_, notes, err = call(t, in(dir, "train --data @/train.csv --label bought --id id --l2 100 --certify 10,0.1 --out @/clear")...)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(strings.Fields(notes), " "), "as large as the parameters")
	must(t, dir, "train --data @/train.csv --label bought --id id --certify 0.5,1e-3 --out @/c0")
	for i, request := range []string{"one", "two", "three"} {
		must(t, dir, fmt.Sprintf("unlearn --model @/c%d --data @/train.csv --request @/%s.yaml --out @/c%d", i, request, i+1))
		assert.Contains(t, must(t, dir, fmt.Sprintf("verify @/c%d", i+1)), "as recorded")
	}
	assert.Contains(t, must(t, dir, "inspect @/c3"), "all 4 releases together")
	must(t, dir, "unlearn --model @/c0 --data @/train.csv --request @/one.yaml --out @/again")
	all := state(t, dir)
	assert.Equal(t, all[filepath.Join(dir, "c1", "model.safetensors")], all[filepath.Join(dir, "again", "model.safetensors")])
	assert.NotEqual(t, all[filepath.Join(dir, "c1", "model.safetensors")], all[filepath.Join(dir, "c2", "model.safetensors")])

	for _, c := range []struct{ line, want string }{
		{"--method first", "leave --method first out"}, {"--certify 1,1e-3", "certified at 0.5,0.001"}, {"--trust-data", "leave --trust-data out"},
	} {
		_, _, err := call(t, in(dir, "unlearn --model @/c3 --data @/train.csv --request @/one.yaml --out @/c4 "+c.line)...)
		require.ErrorContains(t, err, c.want)
		assert.Equal(t, misused, exitCode(err))
	}
	must(t, dir, "unlearn --model @/model --data @/train.csv --request @/one.yaml --out @/plain")
	_, _, err = call(t, in(dir, "unlearn --model @/plain --data @/train.csv --request @/three.yaml --out @/c5 --certify 1,1e-3")...)
	require.ErrorContains(t, err, "without a certificate")
	assert.Equal(t, refused, exitCode(err))
}

// One byte changed in any file of a folder: verify says which.
func TestVerifyNamesTheFile(t *testing.T) {
	dir := workshop(t)
	must(t, dir, "train --data @/train.csv --label bought --id id --certify 0.5,1e-3 --out @/c0")
	must(t, dir, "unlearn --model @/c0 --data @/train.csv --request @/one.yaml --out @/c1")
	for path, text := range state(t, filepath.Join(dir, "c1")) {
		if text == "folder" || text == "" {
			continue
		}
		name, err := filepath.Rel(filepath.Join(dir, "c1"), path)
		require.NoError(t, err)
		for _, at := range []int{0, len(text) / 2, len(text) - 1} {
			changed := []byte(text)
			changed[at] ^= 4
			require.NoError(t, os.WriteFile(path, changed, 0o600))
			_, _, err := call(t, in(dir, "verify @/c1")...)
			require.ErrorContains(t, err, name)
			require.Equal(t, refused, exitCode(err))
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	must(t, dir, "verify @/c1")
}

func TestJSONOfEveryCommand(t *testing.T) {
	dir := workshop(t)
	for _, line := range []string{
		"train --data @/train.csv --label bought --id id --test @/test.csv --out @/j0", "unlearn --model @/j0 --data @/train.csv --request @/one.yaml --out @/j1",
		"explain --model @/j0 --data @/train.csv --request @/one.yaml", "evaluate --model @/j1 --data @/test.csv", "predict --model @/j1 --data @/test.csv --out @/a.csv",
		"inspect @/j1", "verify @/j1",
	} {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(must(t, dir, line+" --json")), &v), line)
		assert.NotEmpty(t, v)
	}
	answers, err := os.ReadFile(filepath.Join(dir, "a.csv"))
	require.NoError(t, err)
	lines := strings.Split(string(answers), "\n")
	assert.Equal(t, "id,bought,probability", lines[0])
	assert.True(t, strings.HasPrefix(lines[1], "u-0,"), lines[1])
	assert.Len(t, lines, 82)
	assert.Equal(t, failed, exitCode(errors.New("x")))
	assert.Equal(t, refused, exitCode(&project.RefusedError{Reason: "x"}))
}

// child starts the program as a process of its own.
func child(t *testing.T, dir, line string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(append(os.Environ(), childArgs+"="+strings.Join(in(dir, line), "\n")), env...)
	return cmd
}

// A disk that is full anywhere leaves nothing but the error.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "remove: [{ids: [u-3]}]\n")
	for _, limit := range []int{0, 100, 1500} {
		before := state(t, dir)
		cmd := child(t, dir, unlearnIt, fmt.Sprint(childLimit, "=", limit))
		var errs bytes.Buffer
		cmd.Stderr = &errs
		require.Error(t, cmd.Run(), limit)
		assert.Equal(t, failed, cmd.ProcessState.ExitCode(), errs.String())
		assert.Contains(t, errs.String(), "file too large")
		assert.Equal(t, before, state(t, dir))
	}
	must(t, dir, unlearnIt)
}

// A training that is stopped, by a signal or a kill, is gone on with to the same bits.
func TestAStoppedTrainingIsResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	const train = "train --data @/train.csv --label bought --id id --network mlp:8 --epochs 400 --out "
	whole := workshop(t)
	must(t, whole, train+"@/mlp")
	want, err := os.ReadFile(filepath.Join(whole, "mlp", "model.safetensors"))
	require.NoError(t, err)
	for sent, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGKILL: -1} {
		dir := workshop(t)
		cmd := child(t, dir, train+"@/mlp")
		var errs bytes.Buffer
		cmd.Stderr = &errs
		require.NoError(t, cmd.Start())
		kept := filepath.Join(dir, "mlp.lethe-draft", "training.safetensors")
		for range 6000 {
			if _, err := os.Stat(kept); err == nil {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
		require.NoError(t, cmd.Process.Signal(sent))
		require.Error(t, cmd.Wait())
		assert.Equal(t, code, cmd.ProcessState.ExitCode(), errs.String())
		assert.NoDirExists(t, filepath.Join(dir, "mlp"))
		assert.FileExists(t, kept)
		if sent != syscall.SIGKILL {
			assert.Contains(t, errs.String(), "--resume")
		}
		_, _, err := call(t, in(dir, train+"@/mlp")...)
		require.ErrorContains(t, err, "--resume")
		assert.Equal(t, refused, exitCode(err))
		for _, c := range []struct{ flags, want string }{
			{"--rate 0.5", "rate was 0.001, is 0.5"}, {"--batch 7", "batch was 32, is 7"}, {"--drop income", "the layers of the network are others"}, {"--seed 9", "seed was 1, is 9"},
			{"--classes yes,maybe", "none of the classes"},
		} {
			before := state(t, dir)
			_, _, err := call(t, append(in(dir, train+"@/mlp --resume"), strings.Fields(c.flags)...)...)
			require.ErrorContains(t, err, c.want)
			assert.Contains(t, err.Error(), "--resume")
			assert.NotContains(t, err.Error(), "Path")
			assert.NotContains(t, err.Error(), "<nil>")
			assert.Equal(t, before[kept], state(t, dir)[kept], "what the training did is still there")
		}
		must(t, dir, train+"@/mlp --resume")
		got, err := os.ReadFile(filepath.Join(dir, "mlp", "model.safetensors"))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.NoDirExists(t, filepath.Join(dir, "mlp.lethe-draft"))
		must(t, dir, "verify @/mlp")
	}
}

// Kills at any moment of unlearn leave the old folder, and the new one whole or not at all; the
// command can be repeated.
func TestKilledUnlearning(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := workshop(t)
	put(t, filepath.Join(dir, "r.yaml"), "remove: [{ids: [u-3]}]\n")
	for wait := range 8 {
		cmd := child(t, dir, unlearnIt)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(wait*wait) * 3 * time.Millisecond)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
			must(t, dir, "verify @/new")
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "new")))
		}
		must(t, dir, "verify @/model")
	}
	must(t, dir, unlearnIt)
	assert.NoDirExists(t, filepath.Join(dir, "new.lethe-draft"))
}
