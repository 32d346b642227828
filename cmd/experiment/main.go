// Command experiment runs the experiments, reports on them, and looks after data and machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"lethe/experiments"
	"lethe/internal/cli"
)

// Exit codes. A command that a signal stopped has 128 and the signal's number, as shells have it:
// 130 for SIGINT (Ctrl-C), 143 for SIGTERM, 129 for SIGHUP.
const (
	failed      = 1
	misused     = 2
	interrupted = cli.Interrupted
)

// exitCodes is their list in the help.
const exitCodes = "Exit codes: 0 done, 1 failed, 2 wrong command line; stopped by a signal: 130 SIGINT (Ctrl-C), 143 SIGTERM, 129 SIGHUP."

func main() { os.Exit(program(os.Args[1:], os.Stdout, os.Stderr)) }

// program carries a command line out, which signals may stop, says what went wrong, and returns the
// exit code.
func program(args []string, stdout, stderr io.Writer) int {
	ctx, stop := cli.Interruptible()
	err := run(ctx, args, stdout, stderr)
	err = cli.BySignal(ctx, err)
	stop()
	if err != nil {
		fmt.Fprintln(stderr, message(err))
	}
	return exitCode(err)
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	var usage usageError
	var order *experiments.UsageError
	var canceled *cli.Canceled
	switch {
	case err == nil:
		return 0
	case errors.As(err, &canceled):
		return canceled.Code()
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
	paint          paint // of stdout
}

// commands is the command line.
type commands struct {
	Version versionFlag `help:"Print version, commit, Go and BLAS."`
	Color   string      `help:"Color verdicts: auto (on a terminal, unless NO_COLOR is set), always or never." enum:"auto,always,never" default:"auto" placeholder:"WHEN"`

	List     listCommand     `cmd:"" help:"List the experiments, the questions they answer, and their settings."`
	Run      runCommand      `cmd:"" help:"Run experiments and write tables, figures and a report."`
	Report   reportCommand   `cmd:"" help:"Rebuild the tables, figures and report of a run, or report on several runs."`
	Compare  compareCommand  `cmd:"" help:"Compare two runs: both values, interval and verdict by metric and method."`
	Networks networksCommand `cmd:"" help:"Save the trained networks of a run of poisoning or correct, for run --networks."`
	Data     dataCommand     `cmd:"" help:"List, fetch and verify data sets."`
	Bench    benchCommand    `cmd:"" help:"Time the standard workloads."`
	Doctor   doctorCommand   `cmd:"" help:"Check this machine, its data, and the derivatives of the built-in networks."`

	Help       helpCommand       `cmd:"" help:"Explain a command or an experiment."`
	Completion completionCommand `cmd:"" help:"Print the completion of command lines for a shell."`
	Complete   completeCommand   `cmd:"" hidden:"" help:"Print the words that may stand last on a command line."`
}

// leave is how kong ends a command line that only asked for help.
type leave int

// newParser reads command lines; help goes to the writers.
func newParser(stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(&commands{}, kong.Name("experiment"),
		kong.Description("Machine unlearning of features and labels: experiments on real data.\n\nThe main job: experiment run features\n\n"+exitCodes),
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
	k, err := parse(parser, args)
	if err != nil {
		return err
	}
	out := &cli.Output{W: stdout}
	color := paintFor(stdout, parser.Model.Target.Interface().(commands).Color)
	if err := k.Run(&terminal{ctx, out, stderr, color}); err != nil {
		return err
	}
	return out.Err
}

// parse reads a command line.
func parse(parser *kong.Kong, args []string) (*kong.Context, error) {
	k, err := cli.Parse(parser, args)
	if err != nil {
		return nil, usageError{err}
	}
	return k, nil
}
