package project

import (
	"errors"
	"fmt"
)

// UsageError is an order that cannot be carried out as it stands: options that are missing, unknown
// or contradict each other.
type UsageError struct{ err error }

func (e *UsageError) Error() string { return e.err.Error() }
func (e *UsageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// RefusedError is an order that a check refused: data that are not those that the model was trained
// on, an update that makes the model worse, a folder that is not what was written. Nothing was
// written.
type RefusedError struct {
	Reason string
	Next   string // what to do; "" = nothing is known
	err    error
}

func (e *RefusedError) Error() string {
	if e.Next == "" {
		return e.Reason
	}
	return e.Reason + ": " + e.Next
}

func (e *RefusedError) Unwrap() error { return e.err }

// Refused reports whether a check refused the order.
func Refused(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused)
}

// StoppedError is a training that was stopped. What it did is kept, and TrainOptions.Resume goes on
// with it.
type StoppedError struct {
	Dir string // where it is kept
	err error
}

func (e *StoppedError) Error() string { return fmt.Sprintf("%v; %s", e.err, e.HowToContinue()) }

// HowToContinue says what continues the training.
func (e *StoppedError) HowToContinue() string {
	return "what the training did is kept in " + e.Dir + "; repeat the command with --resume to continue"
}

func (e *StoppedError) Unwrap() error { return e.err }
