package main

import (
	"fmt"

	"lethe/internal/cli"
	"lethe/project"
	"lethe/project/evidence"
)

type evaluateCommand struct {
	Model   string `required:"" help:"The model's folder." placeholder:"DIR"`
	Data    string `required:"" help:"Data with labels." placeholder:"FILE"`
	Labels  string `help:"File of the labels, of npy, npz and idx." placeholder:"FILE"`
	Unknown string `help:"Rows with a category that the training data do not have: drop or other (default: an error)." placeholder:"HOW"`
	outputFlags
}

// Run measures the model.
func (c *evaluateCommand) Run(t *terminal) error {
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	e, err := project.Evaluate(t.ctx, project.EvaluateOptions{Model: c.Model, Data: c.Data, Labels: c.Labels, Unknown: c.Unknown, Progress: shown})
	shown.close()
	if err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(t.stdout, e)
	}
	for _, note := range e.Notes {
		t.note(note)
	}
	fmt.Fprintln(t.stdout, e.Scores.String())
	return nil
}

type predictCommand struct {
	Model   string `required:"" help:"The model's folder." placeholder:"DIR"`
	Data    string `required:"" help:"Data; labels are not needed." placeholder:"FILE"`
	Out     string `required:"" help:"CSV file of the answers." placeholder:"FILE"`
	Unknown string `help:"Rows with a category that the training data do not have: drop or other (default: an error)." placeholder:"HOW"`
	Force   bool   `help:"Overwrite the file if it exists."`
	outputFlags
}

// Run writes the answers.
func (c *predictCommand) Run(t *terminal) error {
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	p, err := project.Predict(t.ctx, project.PredictOptions{Model: c.Model, Data: c.Data, Unknown: c.Unknown, Out: c.Out, Force: c.Force, Progress: shown})
	shown.close()
	switch {
	case err != nil:
		return err
	case c.JSON:
		return cli.WriteJSON(t.stdout, p)
	case c.Quiet:
		fmt.Fprintln(t.stdout, p.Out)
		return nil
	}
	fmt.Fprintf(t.stdout, "%s: %s\n", p.Out, evidence.Count(p.Rows, "answer", "answers"))
	if p.Dropped > 0 {
		t.note(evidence.Count(p.Dropped, "row has", "rows have") + " a category that the training data did not have: no answer")
	}
	return nil
}

type verifyCommand struct {
	Dir string `arg:"" name:"dir" help:"The model's folder."`
	outputFlags
}

// Run checks the folder.
func (c *verifyCommand) Run(t *terminal) error {
	v, err := project.Verify(c.Dir)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := cli.WriteJSON(t.stdout, v); err != nil {
			return err
		}
	} else if len(v.Faults) == 0 && !c.Quiet {
		fmt.Fprintf(t.stdout, "%s: %s as recorded, %s carried out, last line %.12s\n", v.Dir, evidence.Count(v.Files, "file is", "files are"), evidence.Count(v.Requests, "request", "requests"), v.Last)
	}
	return v.Err()
}
