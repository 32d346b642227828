//go:build unix

package unlearn

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// killFolder names the environment variable that makes the test's process one that streams requests
// into the ledger of that folder.
const killFolder = "LETHE_TEST_LEDGER"

// A process that is killed at any point loses no request that it acknowledged, and the account
// stays true.
func TestLedgerSurvivesKills(t *testing.T) {
	if dir := os.Getenv(killFolder); dir != "" {
		streamUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(5, 6))
	acknowledged := 0
	for kill := range 40 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLedgerSurvivesKills$")
		child.Env = append(os.Environ(), killFolder+"="+dir)
		stdout, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(stdout)
		after := rng.IntN(10)
		for lines.Scan() {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				continue // of the test's own
			}
			require.Greater(t, n, acknowledged-1)
			acknowledged = n
			if after--; after < 0 {
				// Some time into the request that follows.
				time.Sleep(time.Duration(rng.IntN(1500)) * time.Microsecond)
				break
			}
		}
		require.NoError(t, child.Process.Kill())
		for lines.Scan() { // what it acknowledged before the kill reached it
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				acknowledged = n
			}
		}
		_ = child.Wait()

		s := killStream(t, dir)
		requests := len(s.Ledger().Entries()) - 1
		require.GreaterOrEqual(t, requests, acknowledged, "after kill %d", kill)
		require.LessOrEqual(t, requests, acknowledged+1)
		require.Equal(t, killSamples-requests, s.Problem().Train.Len())
		agree(t, s)
		require.NoError(t, s.Close())
		acknowledged = requests
	}
	require.Positive(t, acknowledged)
}

// killSamples is more than the test gets to remove.
const killSamples = 400

func killStream(t *testing.T, dir string) *Stream {
	m := streamMethod()
	m.Budget.Sigma = 1e6
	p := &Problem{Objective: convexLogistic(5), Train: shortRows(killSamples, 5, 2, true, 3), L2: 1}
	s, err := m.Open(context.Background(), p, make([]float64, 5), dir)
	require.NoError(t, err)
	return s
}

// streamUntilKilled removes one sample after the other and prints how many are gone once each is
// acknowledged.
func streamUntilKilled(t *testing.T, dir string) {
	s := killStream(t, dir)
	for row := len(s.Ledger().Entries()) - 1; row < killSamples-1; row++ {
		_, err := s.Unlearn(context.Background(), RemoveSamples(row))
		require.NoError(t, err)
		fmt.Println(row + 1)
	}
}
