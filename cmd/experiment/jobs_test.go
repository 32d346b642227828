//go:build unix

package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"lethe/experiments"
	"lethe/unlearn"
)

// job is work that is done in a process that may be killed, and done again until it is finished.
type job struct {
	name  string
	env   func(dir string) string       // of the process that works in a folder
	check func(t *testing.T, d string)  // after each kill; nil = nothing
	done  func(t *testing.T, d string)  // once it is finished
	begin func(t *testing.T) (d string) // a new folder

	took         time.Duration // undisturbed
	largest      int           // size of the largest file that it writes
	dir          string        // where it is at work; "" = nowhere
	acknowledged int           // entries of the ledger
	finished     int           // times
}

// child is the process of a job.
func (j *job) child(t *testing.T, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), j.env(j.dir), "LETHE_DATA=none"), more...)
	return cmd
}

func command(words ...string) string { return childArgs + "=" + strings.Join(words, "\n") }

// runJob is a run of an experiment, whose records have to be those of an undisturbed one.
func runJob(t *testing.T, words ...string) *job {
	args := append(append([]string{"run"}, words...), "--profile", "smoke", "--quiet", "--resume", "--out")
	j := &job{name: "run " + words[0]}
	j.env = func(dir string) string { return command(append(args, dir)...) }
	j.begin = func(t *testing.T) string { return t.TempDir() }
	j.dir = j.begin(t)
	j.undisturbed(t)
	want := recordsOf(t, j.dir)
	j.dir = ""
	j.done = func(t *testing.T, dir string) {
		require.Equal(t, want, recordsOf(t, dir))
		nothingPending(t, dir)
	}
	return j
}

// reportJob writes the report of a finished run again and again.
func reportJob(t *testing.T) *job {
	dir := t.TempDir()
	require.NoError(t, run(t.Context(), []string{"run", "residual", "--dataset", "diabetes", "--profile", "smoke", "--quiet", "--out", dir}, &bytes.Buffer{}, &bytes.Buffer{}))
	run := filepath.Join(dir, "residual", "diabetes-linear-smoke-1")
	want := map[string][]byte{}
	for _, name := range []string{"tables.md", "report.html", "records.jsonl", "config.yaml", "residual.svg"} {
		data, err := os.ReadFile(filepath.Join(run, name))
		require.NoError(t, err)
		want[name] = data
	}
	j := &job{name: "report", env: func(dir string) string { return command("report", dir) }, begin: func(*testing.T) string { return run }}
	j.check = func(t *testing.T, dir string) {
		for name, data := range want {
			got, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			require.Equal(t, string(data), string(got), name)
		}
	}
	j.done = j.check
	j.dir = run
	j.undisturbed(t)
	j.dir = ""
	return j
}

// ledgerJob fills a ledger, of which no acknowledged entry may be lost.
func ledgerJob(t *testing.T) *job {
	j := &job{name: "ledger", env: func(dir string) string { return childLedger + "=" + dir }, begin: func(t *testing.T) string { return t.TempDir() }}
	j.check = func(t *testing.T, dir string) {
		l, err := unlearn.OpenLedger(dir)
		require.NoError(t, err)
		n := len(l.Entries())
		require.GreaterOrEqual(t, n, j.acknowledged)
		require.LessOrEqual(t, n, j.acknowledged+1)
		for i, e := range l.Entries() {
			require.Equal(t, i, e.Number)
		}
		if n > 0 {
			require.Equal(t, []float64{float64(n - 1)}, l.Theta())
			require.Equal(t, float64(n), l.Total())
		}
		require.NoError(t, l.Close())
		nothingPending(t, dir)
		j.acknowledged = n
	}
	j.done = func(t *testing.T, dir string) {
		require.Equal(t, fullLedger, j.acknowledged)
		j.acknowledged = 0
	}
	j.dir = j.begin(t)
	j.undisturbed(t)
	j.dir = ""
	return j
}

// undisturbed does the job once and takes its time.
func (j *job) undisturbed(t *testing.T) {
	began := time.Now()
	out, err := j.child(t).CombinedOutput()
	require.NoError(t, err, "%s", out)
	j.took, j.largest = time.Since(began), largestFile(t, j.dir)
}

// jobs are all of them.
func jobs(t *testing.T) []*job {
	return []*job{
		runJob(t, "residual", "--dataset", "diabetes"), ledgerJob(t), runJob(t, "memorization", "--set", "methods=none,second-order"), reportJob(t),
	}
}

// recordsOf reads the records of the run in a folder, without how long things took.
func recordsOf(t *testing.T, out string) []experiments.Record {
	dirs, err := experiments.RunFolders([]string{out})
	require.NoError(t, err)
	require.Len(t, dirs, 1)
	records, err := experiments.ReadRecords(dirs[0])
	require.NoError(t, err)
	for i := range records {
		if records[i].Unit == "s" || strings.HasSuffix(records[i].Metric, "seconds") {
			records[i].Value = 0
		}
	}
	for _, name := range []string{"tables.md", "report.html"} {
		require.FileExists(t, filepath.Join(dirs[0], name))
	}
	return records
}

var pending = regexp.MustCompile(`^\..*[0-9]{5,}$`)

// nothingPending looks for files that were never renamed.
func nothingPending(t *testing.T, dir string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		require.False(t, pending.MatchString(e.Name()), path)
		return nil
	}))
}
