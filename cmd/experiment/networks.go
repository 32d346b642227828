package main

import (
	"fmt"

	"lethe/experiments"
)

type networksCommand struct {
	From string `arg:"" name:"run" help:"Folder of a run of poisoning or correct, with its checkpoints."`
	To   string `arg:"" help:"Folder for the networks; only the parameters are saved, in single precision."`
}

// Run writes the networks.
func (c *networksCommand) Run(t *terminal) error {
	paths, err := experiments.SaveNetworks(c.From, c.To)
	for _, path := range paths {
		fmt.Fprintln(t.stdout, path)
	}
	return err
}
