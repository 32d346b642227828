package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Interrupted is the exit code of a command that was canceled by nobody knows what, as by SIGINT.
const Interrupted = 130

// stopping are the signals that end a command in good order, with what is said of each.
var stopping = map[os.Signal]string{
	os.Interrupt: "interrupted (SIGINT)", syscall.SIGTERM: "terminated (SIGTERM)", syscall.SIGHUP: "hung up (SIGHUP)",
}

// signalError is the signal that ended a command.
type signalError struct{ signal os.Signal }

func (e signalError) Error() string { return stopping[e.signal] }

// Interruptible returns a context that the first signal to stop ends, so that what was finished is
// kept; the second one kills the process as if nothing caught it, in case a long computation does
// not look at the context. A signal that the process was started to ignore stays ignored: nohup
// does that to SIGHUP, and a shell to SIGINT of what it runs in the background.
func Interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	caught := make(chan os.Signal, 1)
	for s := range stopping {
		if !signal.Ignored(s) {
			signal.Notify(caught, s)
		}
	}
	stop := func() {
		signal.Stop(caught)
		cancel(nil)
	}
	go func() {
		select {
		case s := <-caught:
			signal.Stop(caught) // before others see that the context has ended
			cancel(signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, stop
}

// BySignal adds to the error of a command that was canceled which signal did it.
func BySignal(ctx context.Context, err error) error {
	var by signalError
	if errors.Is(err, context.Canceled) && errors.As(context.Cause(ctx), &by) {
		return &Canceled{by, err}
	}
	return err
}

// Canceled is the error of a command that a signal ended.
type Canceled struct {
	by  signalError
	err error
}

func (e *Canceled) Error() string {
	var kept Kept
	if errors.As(e.err, &kept) {
		return fmt.Sprintf("%v; %s", e.by, kept.HowToContinue())
	}
	return e.by.Error()
}

// Kept is an error of a command that was stopped and can be gone on with.
type Kept interface {
	error
	// HowToContinue says where the finished work is, and what continues it.
	HowToContinue() string
}

func (e *Canceled) Unwrap() error { return e.err }

// Code is 128 and the number of the signal, as shells have it.
func (e *Canceled) Code() int {
	if s, ok := e.by.signal.(syscall.Signal); ok {
		return 128 + int(s)
	}
	return Interrupted
}
