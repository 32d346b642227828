//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longRun is a run that takes longer than a test.
func longRun(out string) string {
	return command("run", "residual", "--dataset", "diabetes", "--profile", "smoke", "--set", "draws=100000", "--out", out)
}

// begun waits until a run has finished a unit.
func begun(t *testing.T, out string) string {
	t.Helper()
	for range 600 {
		found, err := filepath.Glob(filepath.Join(out, "*", "*", "progress.jsonl"))
		require.NoError(t, err)
		for _, path := range found {
			if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte("\n")) {
				return filepath.Dir(path)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	require.Fail(t, "the run does not begin")
	return ""
}

// A run that a signal stops exits with 128 and its number, in one line of error with one prefix
// that says how to go on, and nothing of it is lost.
func TestSignalsToARun(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	caught := make(chan os.Signal, 1) // else a child of tests that ignore SIGHUP, as by nohup, does too
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(caught)
	for sent, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		out := t.TempDir()
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), longRun(out), "LETHE_DATA=none")
		var stdout, stderr bytes.Buffer
		child.Stdout, child.Stderr = &stdout, &stderr
		require.NoError(t, child.Start())
		dir := begun(t, out)
		require.NoError(t, child.Process.Signal(sent))
		err := child.Wait()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, stderr.String())
		assert.Equal(t, code, exit.ExitCode(), "%v: %s", sent, stderr.String())
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		last := lines[len(lines)-1]
		assert.True(t, strings.HasPrefix(last, "experiment: "), last)
		assert.Contains(t, last, dir+"; repeat the command with --resume")
		assert.Equal(t, 1, strings.Count(last, "experiment: "))
		assert.NotContains(t, last, "canceled")
		page, err := os.ReadFile(filepath.Join(dir, "report.html"))
		require.NoError(t, err, "what is finished has a page")
		assert.Contains(t, string(page), "This run is not finished: ")
		assert.Contains(t, last, "report.html")
	}
}

// A run that was started to outlive its terminal does.
func TestAnIgnoredSignalStaysIgnored(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	out := t.TempDir()
	child := exec.CommandContext(t.Context(), shell, "-c", `trap "" HUP; exec "$0"`, os.Args[0])
	child.Env = append(os.Environ(), longRun(out), "LETHE_DATA=none")
	require.NoError(t, child.Start())
	begun(t, out)
	require.NoError(t, child.Process.Signal(syscall.SIGHUP))
	time.Sleep(300 * time.Millisecond)
	require.NoError(t, child.Process.Signal(syscall.SIGTERM), "it is still there")
	var exit *exec.ExitError
	require.ErrorAs(t, child.Wait(), &exit)
	assert.Equal(t, 143, exit.ExitCode())
}

// Errors have one prefix, whatever packages they come through.
func TestErrorsHaveOnePrefix(t *testing.T) {
	for text, want := range map[string]string{
		"experiments: x: datasets: y":                         "experiment: x: y",
		"residual rows=1: experiments: unlearn: nets: broken": "experiment: residual rows=1: broken",
		"name an experiment":                                  "experiment: name an experiment",
		"a: b\nexperiments: c":                                "experiment: a: b\nc",
	} {
		assert.Equal(t, want, message(errors.New(text)))
	}
	dir := t.TempDir()
	for _, args := range []string{"report " + dir, "run affected --dataset adult --profile smoke --out " + dir, "run memorization --text nowhere.txt --out " + dir} {
		_, _, err := call(t, strings.Fields(args)...)
		require.Error(t, err, args)
		assert.NotRegexp(t, `(experiments|datasets|unlearn|nets): `, message(err), args)
	}
}

func TestHelpListsTheExitCodes(t *testing.T) {
	out, _, err := call(t, "--help")
	require.NoError(t, err)
	for _, code := range []int{failed, misused, interrupted, 128 + int(syscall.SIGTERM), 128 + int(syscall.SIGHUP)} {
		assert.Contains(t, out, fmt.Sprint(code))
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "experiments.md"))
	require.NoError(t, err)
	for _, code := range []int{0, failed, misused, interrupted, 143, 129} {
		assert.Contains(t, string(page), fmt.Sprintf("| %d |", code))
	}
}
