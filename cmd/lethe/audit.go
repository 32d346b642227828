package main

import (
	"fmt"

	"lethe/internal/cli"
	"lethe/project"
)

type auditCommand struct {
	Old       []string `help:"Folder of the model before the update; with several --new one for each." placeholder:"DIR" sep:"none"`
	New       []string `help:"Folder of the model after it; once more for each further seed." placeholder:"DIR" sep:"none"`
	Retrained []string `help:"Folder of a model that was trained on the corrected data; at least 6 with different seeds." placeholder:"DIR" sep:"none"`

	Data       string `group:"Of folders:" help:"The training data as they were before the request." placeholder:"FILE"`
	DataLabels string `group:"Of folders:" help:"File of their labels, of npy, npz and idx." placeholder:"FILE"`
	Request    string `group:"Of folders:" help:"What was to be forgotten: YAML, JSON or CSV." placeholder:"FILE"`
	Test       string `group:"Of folders:" help:"Data that no model was trained on." placeholder:"FILE"`
	TestLabels string `group:"Of folders:" help:"File of the labels of the test data, of npy, npz and idx." placeholder:"FILE"`
	Unknown    string `group:"Of folders:" help:"Rows with a category that a model does not have: other (default: an error)." placeholder:"HOW"`

	Logits     bool     `group:"Of logits:" help:"The models are files of logits: the one before the update, the one after it, retrained ones."`
	Labels     string   `group:"Of logits:" help:"File of the labels, class numbers from 0." placeholder:"FILE"`
	Forget     string   `group:"Of logits:" help:"File of the rows that were to be forgotten, from 0." placeholder:"FILE"`
	Validation string   `group:"Of logits:" help:"File of the rows that no model was trained on." placeholder:"FILE"`
	Files      []string `arg:"" optional:"" help:"Files of logits: npy, npz or csv."`

	Out   string `required:"" help:"The folder of audit.html and audit.json." placeholder:"DIR"`
	Seed  uint64 `help:"Seed of all random numbers (default: 1)." default:"1" placeholder:"N"`
	Force bool   `help:"Overwrite an audit in the folder."`
	outputFlags
}

// auditedObject is what audit prints with --json.
type auditedObject struct {
	Folder string `json:"folder"`
	*project.Audited
}

// Run makes the audit. Models that fail it, and an audit that is void, end with the exit code of a
// refusal; the page is written all the same.
func (c *auditCommand) Run(t *terminal) error {
	o := project.AuditOptions{Old: c.Old, New: c.New, Retrained: c.Retrained, Data: c.Data, DataLabels: c.DataLabels, Request: c.Request, Test: c.Test,
		TestLabels: c.TestLabels, Unknown: c.Unknown, Logits: c.Logits, Labels: c.Labels, Forget: c.Forget, Validation: c.Validation,
		Out: c.Out, Force: c.Force, Seed: c.Seed}
	if err := c.files(&o); err != nil {
		return err
	}
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	o.Progress = shown
	a, err := project.Audit(t.ctx, o)
	shown.close()
	switch {
	case err != nil:
		return err
	case c.JSON:
		err = cli.WriteJSON(t.stdout, auditedObject{a.Dir, a})
	case c.Quiet:
		fmt.Fprintln(t.stdout, a.Dir)
	default:
		err = a.Summary(t.stdout, t.columns(), t.color)
	}
	if err != nil {
		return err
	}
	return a.Err()
}

// files takes the words without a flag for files of logits, in the places that flags leave open.
func (c *auditCommand) files(o *project.AuditOptions) error {
	if len(c.Files) > 0 && !c.Logits {
		return usageError{fmt.Errorf("%s has no flag: folders are named by --old, --new and --retrained, files of logits follow --logits", c.Files[0])}
	}
	rest := c.Files
	for _, list := range []*[]string{&o.Old, &o.New} {
		if len(*list) == 0 && len(rest) > 0 {
			*list, rest = rest[:1], rest[1:]
		}
	}
	o.Retrained = append(o.Retrained, rest...)
	return nil
}
