package main

import (
	"strings"

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
	if len(words) > 0 && strings.HasPrefix(words[0], "-") {
		words = nil
	}
	_, err = parse(parser, append(words, "--help"))
	return err
}
