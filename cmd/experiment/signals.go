package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// stopping are the signals that end a command in good order, with what is said of each.
var stopping = map[os.Signal]string{
	os.Interrupt: "interrupted (SIGINT)", syscall.SIGTERM: "terminated (SIGTERM)", syscall.SIGHUP: "hung up (SIGHUP)",
}

// signalError is the signal that ended a command.
type signalError struct{ signal os.Signal }

func (e signalError) Error() string { return stopping[e.signal] }

// interruptible returns a context that the first signal to stop ends, so that what was finished is
// kept; the second one kills the process as if nothing caught it, in case a long computation does
// not look at the context. A signal that the process was started to ignore stays ignored: nohup
// does that to SIGHUP, and a shell to SIGINT of what it runs in the background.
func interruptible() (context.Context, context.CancelFunc) {
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

// bySignal adds to the error of a command that was canceled which signal did it.
func bySignal(ctx context.Context, err error) error {
	var by signalError
	if errors.Is(err, context.Canceled) && errors.As(context.Cause(ctx), &by) {
		return &canceledError{by, err}
	}
	return err
}

// canceledError is the error of a command that a signal ended.
type canceledError struct {
	by  signalError
	err error
}

func (e *canceledError) Error() string {
	var stopped *stoppedError
	if errors.As(e.err, &stopped) {
		return fmt.Sprintf("%v; %v", e.by, stopped)
	}
	return e.by.Error()
}

func (e *canceledError) Unwrap() error { return e.err }

// code is 128 and the number of the signal, as shells have it.
func (e *canceledError) code() int {
	if s, ok := e.by.signal.(syscall.Signal); ok {
		return 128 + int(s)
	}
	return interrupted
}

// stoppedError says of a run that was canceled where its finished work is.
type stoppedError struct {
	dir   string
	shown bool // report.html shows what is finished
}

func (e *stoppedError) Error() string {
	text := fmt.Sprintf("finished work is kept in %s; repeat the command with --resume to continue", e.dir)
	if e.shown {
		text += "; its report.html shows what is finished"
	}
	return text
}

func (e *stoppedError) Unwrap() error { return context.Canceled }
