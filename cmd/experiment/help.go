package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"lethe/experiments"
)

type helpCommand struct {
	Words []string `arg:"" optional:"" name:"command" help:"A command, as data fetch, or an experiment."`
}

// Run prints the help of a command, or an experiment with its settings.
func (c *helpCommand) Run(t *terminal) error {
	if len(c.Words) == 1 {
		if _, err := experiments.Find(c.Words[0]); err == nil {
			return (&listCommand{IDs: c.Words, Settings: true}).Run(t)
		}
	}
	parser, err := newParser(t.stdout, t.stderr)
	if err != nil {
		return err
	}
	words := c.Words
	if len(words) == 1 && !strings.HasPrefix(words[0], "-") {
		if err := knownTopic(parser, words[0]); err != nil {
			return usageError{err}
		}
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "-") {
		words = nil
	}
	_, err = parse(parser, append(words, "--help"))
	return err
}

// knownTopic refuses a word that is neither a command nor an experiment.
func knownTopic(parser *kong.Kong, word string) error {
	var known []string
	for _, c := range parser.Model.Children {
		known = append(known, c.Name)
	}
	if slices.Contains(known, word) {
		return nil
	}
	for _, e := range experiments.Experiments() {
		known = append(known, e.ID)
	}
	return experiments.Unknown("command or experiment", word, slices.DeleteFunc(known, func(w string) bool { return w == "complete" }))
}
