package main

import (
	"fmt"

	"lethe/internal/cli"
	"lethe/project"
	"lethe/project/data"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish: source <(lethe completion bash)"`
}

// Run prints the script.
func (c *completionCommand) Run(t *terminal) error {
	fmt.Fprint(t.stdout, cli.Script(c.Shell, "lethe"))
	return nil
}

type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The words of the command line, of which the last is to be completed."`
}

// Run prints what the last word may become, a line each; nothing where files are meant.
func (c *completeCommand) Run(t *terminal) error {
	parser, err := newParser(t.stdout, t.stderr)
	if err != nil {
		return err
	}
	words := c.Words
	if len(words) == 0 {
		words = []string{""}
	}
	last := len(words) - 1
	for _, word := range cli.Complete(parser.Model.Node, words[:last], words[last], completed{}) {
		fmt.Fprintln(t.stdout, word)
	}
	return nil
}

// completed knows the words of this program.
type completed struct{}

// Positional implements [cli.Words].
func (completed) Positional(l *cli.Line) []string {
	switch l.Command.Name {
	case "help":
		var out []string
		for _, c := range l.Command.Parent.Children {
			if !c.Hidden {
				out = append(out, c.Name)
			}
		}
		return out
	case "completion":
		return cli.Shells
	}
	return nil
}

// Values implements [cli.Words].
func (completed) Values(_ *cli.Line, flag, _ string) []string {
	switch flag {
	case "method":
		return project.Methods
	case "trainer":
		return project.Trainers
	case "schedule":
		return project.Schedules
	case "compare":
		return []string{"retrain"}
	case "network":
		return []string{"linear", "mlp:", "lstm:", "gru:", "cnn:"}
	case "unknown":
		return []string{data.DropUnknown, data.OtherUnknown}
	case "scaling":
		return []string{"standard", "minmax", string(data.NoScaling)}
	case "format":
		return []string{"csv", "tsv", "parquet", "svmlight", "npy", "npz", "idx", "images", "text"}
	case "color":
		return []string{"auto", "always", "never"}
	}
	return nil
}
