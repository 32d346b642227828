package main

import (
	"context"
	"fmt"
)

// stoppedError says of a run that was canceled where its finished work is.
type stoppedError struct{ dir string }

func (e *stoppedError) Error() string { return e.HowToContinue() }

// HowToContinue implements [cli.Kept].
func (e *stoppedError) HowToContinue() string {
	return fmt.Sprintf("finished work is kept in %s; repeat the command with --resume to continue", e.dir)
}

func (e *stoppedError) Unwrap() error { return context.Canceled }
