package main

import (
	"fmt"

	"lethe/internal/cli"
	"lethe/project"
	"lethe/project/evidence"
)

type trainCommand struct {
	Data       string   `required:"" help:"File of the training data, or folder of images." placeholder:"FILE"`
	Out        string   `required:"" help:"The new folder." placeholder:"DIR"`
	Network    string   `help:"linear, mlp:64,64, lstm:64, gru:64, cnn:16,32 or a network.yaml (default: linear, of text lstm:64, of images cnn:16,32)." placeholder:"NAME"`
	Test       string   `help:"Data to measure the model on." placeholder:"FILE"`
	TestLabels string   `help:"File of the labels of the test data, of npy, npz and idx." placeholder:"FILE"`
	L2         *float64 `name:"l2" help:"Regularizer (l2/2)||theta||^2, beside a sum over samples." placeholder:"X"`
	Trainer    string   `help:"lbfgs, newton, adam or sgd (default: lbfgs for linear models, adam for others)." placeholder:"NAME"`
	Epochs     *int     `help:"Passes of adam and sgd over the data (default: 20)." placeholder:"N"`
	Batch      *int     `help:"Samples in a batch of adam and sgd (default: 32)." placeholder:"N"`
	Rate       *float64 `help:"Learning rate of adam and sgd (default: 0.001)." placeholder:"X"`
	Schedule   string   `help:"Learning rate of adam and sgd over the training: constant, or one-cycle, which ends near 0 (default: constant)." placeholder:"NAME"`
	Seed       uint64   `help:"Seed of all random numbers (default: 1)." default:"1" placeholder:"N"`
	Float32    bool     `name:"float32" help:"Compute in single precision, as networks with convolutions, recurrent layers or attention do without it."`
	Float64    bool     `name:"float64" help:"Compute in double precision."`
	Certify    *budget  `help:"Publish a certified release and keep the ledger; linear models only." placeholder:"EPSILON,DELTA"`
	Unknown    string   `help:"Test rows with a category that the training data do not have: drop or other (default: an error)." placeholder:"HOW"`
	Force      bool     `help:"Overwrite the folder if it exists."`
	Resume     bool     `help:"Continue a training that was stopped."`
	readFlags
	outputFlags
}

// Run trains.
func (c *trainCommand) Run(t *terminal) error {
	if err := positive(c.Epochs, c.Batch, c.Rate); err != nil {
		return err
	}
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	o := project.TrainOptions{Data: c.Data, Read: c.options(c.Data), Test: c.Test, TestLabels: c.TestLabels, Out: c.Out, Network: c.Network, L2: c.L2, Trainer: c.Trainer, Epochs: orZero(c.Epochs),
		Batch: orZero(c.Batch), Rate: orZero(c.Rate), Schedule: c.Schedule, Seed: c.Seed, Float32: c.Float32, Float64: c.Float64, Certify: (*project.Budget)(c.Certify), Unknown: c.Unknown,
		Force: c.Force, Resume: c.Resume, Progress: shown}
	made, err := project.Train(t.ctx, o)
	shown.close()
	if err != nil {
		return err
	}
	return c.made(t, made)
}

type importCommand struct {
	Model   string  `required:"" help:"model.onnx, or a state dict in safetensors." placeholder:"FILE"`
	Data    string  `required:"" help:"The data that it was trained on." placeholder:"FILE"`
	Out     string  `required:"" help:"The new folder." placeholder:"DIR"`
	Network string  `help:"network.yaml of a state dict." placeholder:"FILE"`
	Output  string  `help:"Name of the value of an ONNX graph that is the logits (default: found)." placeholder:"NAME"`
	L2      float64 `name:"l2" help:"Regularizer that it was trained with, beside a sum over samples." placeholder:"X"`
	Force   bool    `help:"Overwrite the folder if it exists."`
	readFlags
	outputFlags
}

// Run imports.
func (c *importCommand) Run(t *terminal) error {
	shown := newDisplay(t.stderr, c.Quiet)
	defer shown.close()
	made, err := project.Import(t.ctx, project.ImportOptions{Model: c.Model, Network: c.Network, Output: c.Output, Data: c.Data, Read: c.options(c.Data), L2: c.L2,
		Out: c.Out, Force: c.Force, Progress: shown})
	shown.close()
	if err != nil {
		return err
	}
	return c.made(t, made)
}

// madeObject is what train and import print with --json.
type madeObject struct {
	Folder string          `json:"folder"`
	Record project.Record  `json:"record"`
	Test   *project.Scores `json:"test,omitempty"`
	Notes  []string        `json:"notes,omitempty"`
}

// made says what was made.
func (c *outputFlags) made(t *terminal, x *project.Outcome) error {
	switch {
	case c.JSON:
		return cli.WriteJSON(t.stdout, madeObject{x.Dir, x.Record, x.Scores, x.Notes})
	case c.Quiet:
		fmt.Fprintln(t.stdout, x.Dir)
		return nil
	}
	for _, note := range x.Notes {
		t.note(note)
	}
	r := x.Record
	if r.Kind == "train" {
		fmt.Fprintf(t.stdout, "%s: trained on %s by %s in %.1f s, gradient norm %.2g\n", x.Dir, evidence.Count(r.Data.Rows, "sample", "samples"), r.Method, r.Seconds, r.After)
	} else {
		fmt.Fprintf(t.stdout, "%s: imported with %s, gradient norm %.2g\n", x.Dir, evidence.Count(r.Data.Rows, "sample", "samples"), r.After)
	}
	if x.Scores != nil {
		fmt.Fprintf(t.stdout, "test data: %s\n", x.Scores)
	}
	if k := r.Certificate; k != nil {
		fmt.Fprintf(t.stdout, "certified at (%g, %g), noise %.2g a parameter; publish model.safetensors only, and keep certificate/ secret\n", k.Epsilon, k.Delta, k.Noise)
	}
	return nil
}
