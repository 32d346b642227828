//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/internal/cli"
)

// stubborn names the environment variable that makes the test's process one that does not look at
// its context.
const stubborn = "LETHE_TEST_STUBBORN"

// TestASecondInterruptKills interrupts a child that ignores it.
func TestASecondInterruptKills(t *testing.T) {
	if os.Getenv(stubborn) != "" {
		ctx, stop := cli.Interruptible()
		defer stop()
		fmt.Println("ready")
		<-ctx.Done()
		fmt.Println("interrupted")
		time.Sleep(20 * time.Second)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestASecondInterruptKills$")
	child.Env = append(os.Environ(), stubborn+"=1")
	stdout, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(stdout)
	for _, want := range []string{"ready", "interrupted"} {
		require.True(t, lines.Scan())
		require.Equal(t, want, lines.Text())
		require.NoError(t, child.Process.Signal(os.Interrupt))
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	// The signals are let go just after the context ends, so the second interrupt may come a moment
	// too early.
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	late := time.After(10 * time.Second)
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			assert.Equal(t, syscall.SIGINT, exit.Sys().(syscall.WaitStatus).Signal())
			return
		case <-again.C:
			_ = child.Process.Signal(os.Interrupt) // it may just have ended
		case <-late:
			_ = child.Process.Kill()
			require.Fail(t, "the second interrupt did not end the process")
		}
	}
}
