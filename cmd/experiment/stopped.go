package main

import (
	"context"
	"fmt"
)

// stoppedError says of a run that was canceled where its finished work is.
type stoppedError struct {
	dir   string
	shown bool // report.html shows what is finished
}

func (e *stoppedError) Error() string { return e.HowToContinue() }

// HowToContinue implements [cli.Kept].
func (e *stoppedError) HowToContinue() string {
	text := fmt.Sprintf("finished work is kept in %s; repeat the command with --resume to continue", e.dir)
	if e.shown {
		text += "; its report.html shows what is finished"
	}
	return text
}

func (e *stoppedError) Unwrap() error { return context.Canceled }
