package main

import (
	"fmt"
	"strings"

	"lethe/experiments"
)

type compareCommand struct {
	A       string   `arg:"" name:"a" help:"Folder of the first run."`
	B       string   `arg:"" name:"b" help:"Folder of the run that is compared with it."`
	Metrics []string `name:"metric" help:"Compare only these metrics (see docs/records.md)." placeholder:"NAME"`
	All     bool     `help:"Also compare metrics of trainings, solves and choices."`
	form
}

// Run prints what the draws say of the second run against the first.
func (c *compareCommand) Run(t *terminal) error {
	if err := c.check(); err != nil {
		return usageError{err}
	}
	var runs [2]string
	for i, dir := range []string{c.A, c.B} {
		found, err := experiments.RunFolders([]string{dir})
		if err != nil {
			return err
		}
		if len(found) > 1 {
			return usageError{fmt.Errorf("%s holds %d runs: name one of them:\n  %s", dir, len(found), strings.Join(found, "\n  "))}
		}
		runs[i] = found[0]
	}
	a, err := experiments.ReadRun(runs[0])
	if err != nil {
		return err
	}
	b, err := experiments.ReadRun(runs[1])
	if err != nil {
		return err
	}
	compared, err := experiments.Compare(a, b, experiments.Choice{Metrics: c.Metrics, All: c.All})
	if err != nil {
		return usageError{err}
	}
	data := []byte(compared.Text(t.columns()))
	switch {
	case c.JSON && c.Table == "":
		data, err = compared.JSON()
	case c.asked():
		data, err = c.encoded(compared.Tables())
	}
	if err != nil {
		return err
	}
	_, err = t.stdout.Write(data)
	return err
}
