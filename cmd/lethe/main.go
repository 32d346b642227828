// Command lethe trains models and makes them forget: your own data, your own model, your own
// request. docs/howto/own-model.md shows it at work.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"lethe/internal/build"
	"lethe/internal/cli"
	"lethe/project"
)

// Exit codes. A command that a signal stopped has 128 and the signal's number, as shells have it.
const (
	failed  = 1
	misused = 2
	refused = 3
)

// exitCodes is their list in the help.
const exitCodes = "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 refused by a check; stopped by a signal: 130 SIGINT (Ctrl-C), 143 SIGTERM, 129 SIGHUP."

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
	var order *project.UsageError
	var canceled *cli.Canceled
	switch {
	case err == nil:
		return 0
	case errors.As(err, &canceled):
		return canceled.Code()
	case errors.Is(err, context.Canceled):
		return cli.Interrupted
	case errors.As(err, &usage), errors.As(err, &order):
		return misused
	case project.Refused(err):
		return refused
	}
	return failed
}

// inner are the names of packages before their errors, which help who calls a package.
var inner = regexp.MustCompile(`(^|: |\n)(?:(?:project|audit|data|request|network|evidence|onnx|datasets|unlearn|nets|graph|exposure|safetensors): )+`)

// message is what is said of an error: one prefix, and then what went wrong.
func message(err error) string {
	return "lethe: " + flagged.Replace(inner.ReplaceAllString(err.Error(), "$1"))
}

// flagged names flags in the place of fields of packages.
var flagged = strings.NewReplacer("Options.Output", "--output")

// terminal is where a command reads its cancellation from and writes to.
type terminal struct {
	ctx            context.Context
	stdout, stderr io.Writer
	color          bool // of stdout
}

// commands is the command line.
type commands struct {
	Version versionFlag `help:"Print version, commit, Go and BLAS."`
	Color   string      `help:"Color words: auto (on a terminal, unless NO_COLOR is set), always or never." enum:"auto,always,never" default:"auto" placeholder:"WHEN"`

	Train    trainCommand    `cmd:"" help:"Train a model on a file and make its folder."`
	Import   importCommand   `cmd:"" help:"Make a folder of a model from elsewhere: ONNX, or a PyTorch state dict."`
	Unlearn  unlearnCommand  `cmd:"" help:"Carry out a request and make the folder of the new model, with the evidence."`
	Explain  explainCommand  `cmd:"" help:"Say what a request would do; nothing is written."`
	Evaluate evaluateCommand `cmd:"" help:"Measure a model on a file."`
	Predict  predictCommand  `cmd:"" help:"Write a model's answers to a file."`
	Audit    auditCommand    `cmd:"" help:"Ask whether updated models can be told from retrained ones."`
	Inspect  inspectCommand  `cmd:"" help:"Say what a model's folder or file holds."`
	Verify   verifyCommand   `cmd:"" help:"Check everything in a model's folder against its hashes."`

	Help       helpCommand       `cmd:"" help:"Explain a command."`
	Completion completionCommand `cmd:"" help:"Print the completion of command lines for a shell."`
	Complete   completeCommand   `cmd:"" hidden:"" help:"Print the words that may stand last on a command line."`
}

// leave is how kong ends a command line that only asked for help.
type leave int

// newParser reads command lines; help goes to the writers.
func newParser(stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(&commands{}, kong.Name("lethe"),
		kong.Description("Machine unlearning for your own model and data.\n\nThe main job: lethe unlearn --model model --data train.csv --request request.yaml --out model-2\n\n"+exitCodes),
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
	color := cli.Colors(stdout, parser.Model.Target.Interface().(commands).Color)
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

// versionFlag prints the version and ends the program.
type versionFlag bool

// BeforeReset is what kong calls as soon as it meets the flag.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprint(app.Stdout, build.Text("lethe", build.Info()))
	app.Exit(0)
	return nil
}

type helpCommand struct {
	Words []string `arg:"" optional:"" name:"command" help:"A command, as unlearn."`
}

// Run prints the help of a command.
func (c *helpCommand) Run(t *terminal) error {
	parser, err := newParser(t.stdout, t.stderr)
	if err != nil {
		return err
	}
	_, err = parse(parser, append(c.Words, "--help"))
	return err
}
