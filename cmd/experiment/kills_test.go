//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"lethe/experiments"
	"lethe/unlearn"
)

// kills is how many processes TestKills kills: go test ./cmd/experiment -run TestKills -kills 1000 -timeout 1h.
var kills = flag.Int("kills", 50, "processes that TestKills kills")

const (
	childArgs   = "LETHE_TEST_CHILD"  // command line of a child process, a word a line
	childLedger = "LETHE_TEST_LEDGER" // folder of a ledger that the child writes to
	childLimit  = "LETHE_TEST_LIMIT"  // bytes that a file of the child's may have, as on a disk that is full
)

// TestMain makes the test's process a child where its environment says so.
func TestMain(m *testing.M) {
	if limit := os.Getenv(childLimit); limit != "" {
		n, err := strconv.ParseUint(limit, 10, 64)
		if err != nil {
			panic(err)
		}
		signal.Ignore(syscall.SIGXFSZ) // a write then fails with an error
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
	var err error
	switch args, ledger := os.Getenv(childArgs), os.Getenv(childLedger); {
	case args != "":
		err = run(context.Background(), strings.Split(args, "\n"), os.Stdout, os.Stderr)
	case ledger != "":
		err = fillLedger(ledger)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "experiment:", err)
	}
	os.Exit(exitCode(err))
}

// fullLedger is how many entries a child writes.
const fullLedger = 60

// fillLedger adds entries whose parameters are their number, and prints the number of each once it is acknowledged.
func fillLedger(dir string) error {
	l, err := unlearn.OpenLedger(dir)
	if err != nil {
		return err
	}
	for n := len(l.Entries()); n < fullLedger; n++ {
		kind := "request"
		if n == 0 {
			kind = "train"
		}
		if err := l.Append(unlearn.Entry{Kind: kind, Added: 1}, []float64{float64(n)}); err != nil {
			return errors.Join(err, l.Close())
		}
		fmt.Println(n)
	}
	return l.Close()
}

// job is work that is done in a process that may be killed, and done again until it is finished.
type job struct {
	name  string
	env   func(dir string) string       // of the process that works in a folder
	check func(t *testing.T, d string)  // after each kill; nil = nothing
	done  func(t *testing.T, d string)  // once it is finished
	begin func(t *testing.T) (d string) // a new folder

	took         time.Duration // undisturbed
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
			require.Equal(t, float64(max(n-1, 1)), l.Total()+map[bool]float64{true: 0, false: -1}[n == 1])
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
	j.took = time.Since(began)
}

// kill starts the job's process and kills it after some time, unless it has ended before.
func (j *job) kill(t *testing.T, rng *rand.Rand) (killed bool) {
	if j.dir == "" {
		j.dir = j.begin(t)
	}
	cmd := j.child(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(time.Duration(rng.Float64()*float64(j.took)), func() { _ = cmd.Process.Kill() })
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			j.acknowledged = n + 1
		}
	}
	err = cmd.Wait()
	timer.Stop()
	var exit *exec.ExitError
	killed = errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if !killed {
		require.NoError(t, err, "%s: %s", j.name, stderr.String())
	}
	if j.check != nil {
		j.check(t, j.dir)
	}
	if !killed {
		j.done(t, j.dir)
		j.dir = ""
		j.finished++
	}
	return killed
}

// TestKills kills processes at random moments: runs, a training with checkpoints, reports and a ledger. What was finished stays, what is done
// again is done once, and in the end everything is as if nobody had been killed.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	jobs := []*job{
		runJob(t, "residual", "--dataset", "diabetes"), ledgerJob(t), runJob(t, "memorization", "--set", "methods=none,second-order"), reportJob(t),
	}
	for n, k := 0, 0; n < *kills; k++ {
		if jobs[k%len(jobs)].kill(t, rng) {
			n++
		}
	}
	for _, j := range jobs {
		for j.dir != "" { // to the end
			j.took = time.Hour
			j.kill(t, rng)
		}
		t.Logf("%s: finished %d times", j.name, j.finished)
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
