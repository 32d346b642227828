package main

import (
	"fmt"

	"lethe/internal/cli"
	"lethe/internal/wrap"
	"lethe/project"
	"lethe/project/evidence"
)

// requestFlags say what is to be forgotten, and how.
type requestFlags struct {
	Model     string   `required:"" help:"The model's folder, or a model from elsewhere." placeholder:"DIR|FILE"`
	Data      string   `required:"" help:"The data that it was trained on, as at the beginning or as they are now." placeholder:"FILE"`
	Request   string   `required:"" help:"The request: YAML, JSON or CSV." placeholder:"FILE"`
	Method    string   `help:"auto, newton, first, second, fine-tune or retrain." default:"auto" placeholder:"NAME"`
	Certify   *budget  `help:"Publish a certified release; a certified model goes on with its own." placeholder:"EPSILON,DELTA"`
	MaxLoss   *float64 `help:"Refuse an update that lowers the accuracy on the samples that stay by more points (default: 1)." placeholder:"POINTS"`
	Rate      *float64 `help:"Step of first, learning rate of fine-tune." placeholder:"X"`
	Ridge     float64  `help:"Added to the Hessian by second." placeholder:"X"`
	Epochs    *int     `help:"Passes of fine-tune and retrain." placeholder:"N"`
	Seed      uint64   `help:"Seed of all random numbers (default: 1)." default:"1" placeholder:"N"`
	Unknown   string   `help:"Rows with a category that the training data do not have: drop or other (default: an error)." placeholder:"HOW"`
	TrustData bool     `help:"Go on with data that are not those that the model was trained on."`
	Network   string   `group:"Of a model from elsewhere:" help:"network.yaml of a state dict." placeholder:"FILE"`
	Output    string   `group:"Of a model from elsewhere:" help:"Name of the value of an ONNX graph that is the logits." placeholder:"NAME"`
	L2        float64  `group:"Of a model from elsewhere:" name:"l2" help:"Regularizer that it was trained with." placeholder:"X"`
	readFlags
	outputFlags
}

func (c *requestFlags) options() project.UnlearnOptions {
	read := c.readFlags.options("")
	read.Labels = ""
	return project.UnlearnOptions{Model: c.Model, Data: c.Data, Labels: c.Labels, Request: c.Request, Method: c.Method, Certify: (*project.Budget)(c.Certify),
		MaxLoss: c.MaxLoss, Rate: orZero(c.Rate), Ridge: c.Ridge, Epochs: orZero(c.Epochs), Seed: c.Seed, Unknown: c.Unknown, TrustData: c.TrustData,
		Network: c.Network, Output: c.Output, L2: c.L2, Read: read}
}

type unlearnCommand struct {
	requestFlags
	Out        string `required:"" help:"The new folder." placeholder:"DIR"`
	Test       string `help:"Data to measure both models on." placeholder:"FILE"`
	TestLabels string `help:"File of the labels of the test data, of npy, npz and idx." placeholder:"FILE"`
	Compare    string `help:"retrain: train again too, and put the figures side by side." placeholder:"retrain"`
	ShowIDs    bool   `name:"show-ids" help:"Name the ids of the request in the evidence."`
	WriteData  string `help:"Also write the corrected data to this file (CSV, TSV or text)." placeholder:"FILE"`
	Force      bool   `help:"Overwrite the folder if it exists."`
}

// unlearnedObject is what unlearn prints with --json.
type unlearnedObject struct {
	Folder string           `json:"folder"`
	Record project.Record   `json:"record"`
	Report *evidence.Report `json:"report"`
}

// Run carries the request out.
func (c *unlearnCommand) Run(t *terminal) error {
	if err := positive(c.Epochs, nil, c.Rate); err != nil {
		return err
	}
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	o := c.options()
	o.Out, o.Test, o.TestLabels, o.Compare, o.ShowIDs, o.WriteData, o.Force, o.Progress = c.Out, c.Test, c.TestLabels, c.Compare, c.ShowIDs, c.WriteData, c.Force, shown
	done, err := project.Unlearn(t.ctx, o)
	shown.close()
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		return cli.WriteJSON(t.stdout, unlearnedObject{done.Dir, done.Record, done.Report})
	case c.Quiet:
		fmt.Fprintln(t.stdout, done.Dir)
		return nil
	}
	for _, w := range done.Warnings {
		t.note(w)
	}
	return done.Report.Summary(t.stdout, t.columns(), t.color)
}

type explainCommand struct{ requestFlags }

// plannedObject is what explain prints with --json.
type plannedObject struct {
	Gradient float64          `json:"gradient_change"` // norm of what the request changes in the gradient
	Left     float64          `json:"gradient_left"`   // norm of the gradient that training left
	Report   *evidence.Report `json:"report"`
}

// Run says what the request would do.
func (c *explainCommand) Run(t *terminal) error {
	if err := positive(c.Epochs, nil, c.Rate); err != nil {
		return err
	}
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	o := c.options()
	o.Progress = shown
	plan, err := project.Explain(t.ctx, o)
	shown.close()
	if err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(t.stdout, plannedObject{plan.Gradient, plan.Left, plan.Report})
	}
	for _, w := range plan.Warnings {
		t.note(w)
	}
	return plan.Report.Summary(t.stdout, t.columns(), t.color)
}

// note says something on the error output that fits into the terminal.
func (t *terminal) note(text string) {
	for i, line := range wrap.Lines("Note: "+flagged.Replace(text), t.columns()-2) {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintln(t.stderr, cli.Printable(line))
	}
}

// columns returns how many columns the terminal has that a command writes to, 80 elsewhere.
func (t *terminal) columns() int {
	if f, ok := cli.TerminalOf(t.stdout); ok {
		return cli.ColumnsOf(f)
	}
	return cli.UnknownColumns
}
