//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"lethe/unlearn"
)

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
	switch args, ledger := os.Getenv(childArgs), os.Getenv(childLedger); {
	case args != "":
		os.Exit(program(strings.Split(args, "\n"), os.Stdout, os.Stderr))
	case ledger != "":
		err := fillLedger(ledger)
		if err != nil {
			fmt.Fprintln(os.Stderr, message(err))
		}
		os.Exit(exitCode(err))
	}
	os.Exit(m.Run())
}

// fullLedger is how many entries a child writes.
const fullLedger = 60

// fillLedger adds entries whose parameters are their number, and prints the number of each once it
// is acknowledged.
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
