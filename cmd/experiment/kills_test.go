//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kills is how many processes TestKills kills: go test ./cmd/experiment -run TestKills -kills 1000
// -timeout 1h.
var kills = flag.Int("kills", 50, "processes that TestKills kills")

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

// TestKills kills processes at random moments: runs, a training with checkpoints, reports and a
// ledger. What was finished stays, what is done again is done once, and in the end everything is as
// if nobody had been killed.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	jobs := jobs(t)
	for n, k := 0, 0; n < *kills; k++ {
		if jobs[k%len(jobs)].kill(t, rng) {
			if n++; n%100 == 0 {
				t.Logf("%d killed", n)
			}
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
