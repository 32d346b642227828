//go:build unix

package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// limits is at how many sizes of each job's files TestFullDisk lets the disk be full.
var limits = flag.Int("limits", 6, "sizes at which TestFullDisk lets files of each job end")

// TestFullDisk lets a process write files of so many bytes only, as if the disk were full there. It
// says so, whichever file it is, and once there is space again the work resumes with nothing lost.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	for _, j := range jobs(t) {
		rng, failed := rand.New(rand.NewPCG(1, 2)), 0
		for k := range *limits {
			j.dir = j.begin(t)
			limit := 0
			if k > 0 {
				limit = rng.IntN(j.largest)
			}
			cmd := j.child(t, fmt.Sprint(childLimit, "=", limit))
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			j.acknowledge(stdout.String())
			if j.check != nil {
				j.check(t, j.dir)
			}
			if err == nil {
				j.done(t, j.dir)
				continue
			}
			failed++
			require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s at %d bytes: %s", j.name, limit, stderr.String())
			require.Contains(t, stderr.String(), "file too large", "%s at %d bytes", j.name, limit)
			require.Contains(t, stderr.String(), j.dir, "it names the file")
			require.NotContains(t, stderr.String(), "panic")

			out, err := j.child(t).CombinedOutput()
			require.NoError(t, err, "%s at %d bytes, after which there is space again: %s", j.name, limit, out)
			j.acknowledge(string(out))
			if j.check != nil {
				j.check(t, j.dir)
			}
			j.done(t, j.dir)
		}
		require.Positive(t, failed)
		t.Logf("%s: %d of %d failed, of files of up to %d bytes", j.name, failed, *limits, j.largest)
		j.dir = ""
	}
}

// acknowledge reads which entries a ledger's process has printed.
func (j *job) acknowledge(stdout string) {
	for line := range strings.Lines(stdout) {
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			j.acknowledged = n + 1
		}
	}
}

// largestFile returns the size of the largest file in a folder.
func largestFile(t *testing.T, dir string) int {
	largest := int64(0)
	require.NoError(t, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		if !e.IsDir() {
			largest = max(largest, info.Size())
		}
		return nil
	}))
	return int(largest)
}
