// Command experiment runs the experiments, reports on them, and looks after data and machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"lethe/experiments"
)

// Exit codes.
const (
	failed      = 1
	misused     = 2
	interrupted = 130 // 128 + SIGINT, as shells have it
)

func main() {
	ctx, stop := interruptible()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "experiment:", err)
	}
	os.Exit(exitCode(err))
}

// interruptible returns a context that the first Ctrl-C ends, so that what was finished is kept;
// the second one kills the process as if nothing caught it, in case a long computation does not
// look at the context.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	var usage usageError
	var order *experiments.UsageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return interrupted
	case errors.As(err, &usage), errors.As(err, &order):
		return misused
	}
	return failed
}

// terminal is where a command reads its cancellation from and writes to.
type terminal struct {
	ctx            context.Context
	stdout, stderr io.Writer
}

// commands is the command line.
type commands struct {
	Version versionFlag `help:"Print version, commit, Go and BLAS."`

	List     listCommand     `cmd:"" help:"List the experiments, the questions they answer, and their settings."`
	Run      runCommand      `cmd:"" help:"Run experiments and write tables, figures and a report."`
	Report   reportCommand   `cmd:"" help:"Rebuild the tables, figures and report of a run, or report on several runs."`
	Compare  compareCommand  `cmd:"" help:"Compare two runs: both values, interval and verdict by metric and method."`
	Networks networksCommand `cmd:"" help:"Save the trained networks of a poisoning run, for run --networks."`
	Data     dataCommand     `cmd:"" help:"List, fetch and verify data sets."`
	Bench    benchCommand    `cmd:"" help:"Time the standard workloads."`
	Doctor   doctorCommand   `cmd:"" help:"Check this machine, its data, and the derivatives of the built-in networks."`
}

// leave is how kong ends a command line that only asked for help.
type leave int

// newParser reads command lines; help goes to the writers.
func newParser(stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(&commands{}, kong.Name("experiment"),
		kong.Description("Machine unlearning of features and labels: experiments on real data.\n\nThe main job: experiment run features"),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(leave(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 80, Compact: true}))
}

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	parser, err := newParser(stdout, stderr)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(leave); !ok {
				panic(r)
			}
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		return usageError{fmt.Errorf("%w (experiment --help)", err)}
	}
	out := &output{w: stdout}
	if err := k.Run(&terminal{ctx, out, stderr}); err != nil {
		return err
	}
	return out.err
}
