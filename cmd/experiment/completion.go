package main

import (
	"fmt"
	"slices"
	"strings"

	"lethe/datasets"
	"lethe/experiments"
	"lethe/experiments/bench"
	"lethe/internal/cli"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish: source <(experiment completion bash)"`
}

// Run prints the script.
func (c *completionCommand) Run(t *terminal) error {
	fmt.Fprint(t.stdout, cli.Script(c.Shell, "experiment"))
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
	last := words[len(words)-1]
	for _, word := range cli.Complete(parser.Model.Node, words[:len(words)-1], last, completed{}) {
		fmt.Fprintln(t.stdout, word)
	}
	return nil
}

// completed knows the words of this program.
type completed struct{}

// Positional implements [cli.Words]: experiments, data sets, workloads, shells.
func (completed) Positional(l *cli.Line) []string {
	var out []string
	switch l.Command.Name {
	case "run", "list", "help":
		for _, e := range experiments.Experiments() {
			out = append(out, e.ID)
		}
		if l.Command.Name == "help" {
			for _, c := range l.Command.Parent.Children {
				if !c.Hidden {
					out = append(out, c.Name)
				}
			}
		}
	case "fetch":
		out = datasets.Names()
	case "bench":
		for _, w := range bench.Works() {
			out = append(out, w.Name)
		}
	case "completion":
		out = cli.Shells
	}
	return out
}

// named returns the experiments of the command line, all where none is named.
func named(l *cli.Line) []*experiments.Experiment {
	var out []*experiments.Experiment
	for _, id := range l.Named {
		if e, err := experiments.Find(id); err == nil {
			out = append(out, e)
		}
	}
	if out == nil {
		return experiments.Experiments()
	}
	return out
}

// Values implements [cli.Words]. Of settings it returns their names, and behind one its words.
func (completed) Values(l *cli.Line, flag, so string) []string {
	var out []string
	add := func(words ...string) {
		for _, w := range words {
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	switch flag {
	case "dataset":
		for _, e := range named(l) {
			add(datasetsOf(e)...)
		}
	case "model":
		for _, e := range named(l) {
			add(e.Models()...)
		}
	case "profile":
		add(experiments.Profiles...)
	case "color":
		add("auto", "always", "never")
	case "set":
		key, value, chosen := strings.Cut(so, "=")
		for _, e := range named(l) {
			for _, f := range e.Domain.New().Fields() {
				switch {
				case !e.Takes(f.Name):
				case !chosen:
					add(f.Name + "=")
				case f.Name == key:
					before := value[:strings.LastIndexByte(value, ',')+1] // of a list
					for _, w := range wordsOf(e, f) {
						add(key + "=" + before + w)
					}
				}
			}
		}
	}
	return out
}

// wordsOf returns the words that a setting may be in an experiment.
func wordsOf(e *experiments.Experiment, f experiments.Field) []string {
	switch f.Kind {
	case "true or false":
		return []string{"true", "false"}
	case "number or auto":
		return []string{"auto"}
	}
	return e.WordsOf(f)
}
