package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lethe/experiments"
	"lethe/experiments/bench"
	"lethe/graph"
	"lethe/internal/cli"
)

type runCommand struct {
	IDs     []string `arg:"" optional:"" name:"id" help:"Experiments, see experiment list."`
	Dataset string   `help:"Data set (default: all available)." placeholder:"NAME"`
	Model   string   `help:"linear or mlp (default: both for features, linear for its parts); memorization uses lstm, poisoning and correct cnn." placeholder:"NAME"`
	Profile string   `help:"smoke, quick or paper (default: quick)." placeholder:"NAME"`
	Data    string   `help:"Folder of the data sets (default: LETHE_DATA)." placeholder:"DIR"`
	Out     string   `help:"Folder for results." placeholder:"DIR" default:"results"`
	Seed    *seed    `help:"Seed of all random numbers (default: 1)." placeholder:"N"`
	Set     []string `help:"Change a setting, for example --set features=10,50 --set draws=40." placeholder:"key=value" sep:"none"`
	Config  string   `help:"Repeat the run of this config.yaml." placeholder:"FILE"`
	Name    string   `help:"End the names of the runs' folders in this (default: six digits for settings that differ from the defaults)." placeholder:"NAME"`
	Resume  bool     `help:"Resume a run that was stopped, or extend one by more draws or methods."`
	Force   bool     `help:"Start again and overwrite an existing run."`
	Tables  bool     `help:"Print all tables at the end, not only what they come down to."`
	DryRun  bool     `help:"Check the command line and print its runs and folders without starting them."`
	Quiet   bool     `help:"Print only errors and paths."`
	JSON    bool     `name:"json" help:"Print one JSON object at the end, and nothing else on standard output."`

	Text       string `group:"Flags of memorization:" help:"UTF-8 file of the text to train on (default: the embedded text)." placeholder:"FILE"`
	Prompt     string `group:"Flags of memorization:" help:"Text that stands before the secret." placeholder:"TEXT"`
	Secret     string `group:"Flags of memorization:" help:"Text to unlearn (default: random digits, inserted into the text)." placeholder:"TEXT"`
	Replace    string `group:"Flags of memorization:" help:"Replacement of the secret, of the same length (default: random characters of the same kinds)." placeholder:"TEXT"`
	Insert     bool   `group:"Flags of memorization:" help:"Put prompt and secret into a text that holds neither."`
	ShowSecret bool   `group:"Flags of memorization:" help:"Write prompt, secret, replacement and completions into the run's files instead of [masked]."`
	Checkpoint string `group:"Flags of memorization:" help:"Trained parameters (safetensors) to load instead of training." placeholder:"FILE"`

	Networks string `group:"Flags of poisoning and correct:" help:"Folder of networks saved by experiment networks, to load instead of training." placeholder:"DIR"`
}

// given is what the flags say of the text and the secret.
func (c *runCommand) given() experiments.Given {
	return experiments.Given{Text: c.Text, Prompt: c.Prompt, Secret: c.Secret, Replacement: c.Replace, Checkpoint: c.Checkpoint,
		Insert: c.Insert, ShowSecret: c.ShowSecret}
}

// Run runs the experiments one after the other. All of them are checked before the first begins.
func (c *runCommand) Run(t *terminal) error {
	orders, err := c.orders()
	if err != nil {
		return usageError{err}
	}
	if c.DryRun {
		return c.plan(t, orders)
	}
	if _, err := graph.BLAS(); err != nil {
		return usageError{err} // never go on with another library than was asked for
	}
	if !c.Quiet {
		fmt.Fprintln(t.stderr, bench.MachineLine())
	}
	shown, progress := newDisplay(t.stderr, c.Quiet, 0)
	defer shown.close()
	for _, o := range orders {
		o.Progress = progress
	}
	if err := experiments.Prepare(t.ctx, orders...); err != nil {
		return err
	}
	number := 0
	for _, o := range orders {
		number += o.Runs()
	}
	shown.expect(number)
	result := &runResult{Runs: []runObject{}, Skipped: []skippedObject{}}
	for _, o := range orders {
		if err = c.one(t, o, shown, number, result); err != nil {
			break
		}
	}
	if c.JSON {
		err = errors.Join(err, cli.WriteJSON(t.stdout, result))
	}
	return err
}

// plan prints the runs that the orders ask for: the command that each repeats, its folder, and what
// is missing for it.
func (c *runCommand) plan(t *terminal, orders []*experiments.Order) error {
	all := []plannedObject{}
	for _, o := range orders {
		runs, err := o.Plan(t.ctx)
		if err != nil {
			return err
		}
		for _, r := range runs {
			all = append(all, plannedObject{r.Command, r.Dir, string(r.State), r.Dataset, r.Missing, r.Notes})
		}
	}
	if c.JSON {
		return cli.WriteJSON(t.stdout, all)
	}
	for _, r := range all {
		fmt.Fprintf(t.stdout, "%s\n  %s %s\n", r.Command, r.State, r.Folder)
		if r.Missing != "" {
			fmt.Fprintf(t.stdout, "  needs the data set %s: %s\n", r.Dataset, r.Missing)
		}
		for _, note := range r.Notes {
			fmt.Fprintf(t.stdout, "  %s\n", note)
		}
	}
	return nil
}

func (c *runCommand) orders() ([]*experiments.Order, error) {
	base := experiments.Order{Dataset: c.Dataset, Model: c.Model, Profile: c.Profile, Seed: 1, Set: c.Set, Data: c.Data, Out: c.Out, Name: c.Name,
		Given: c.given(), Networks: c.Networks}
	if c.Seed != nil {
		base.Seed = uint64(*c.Seed)
	}
	switch {
	case c.JSON && c.Tables:
		return nil, errors.New("--json and --tables exclude each other: tables.md in the run's folder holds the tables")
	case c.Resume && c.Force:
		return nil, errors.New("--resume and --force exclude each other")
	case c.Resume:
		base.Mode = experiments.Resume
	case c.Force:
		base.Mode = experiments.Force
	}
	if c.Config != "" {
		if len(c.IDs) > 0 || c.Dataset != "" || c.Model != "" || c.Profile != "" || c.Seed != nil || len(c.Set) > 0 {
			return nil, errors.New("--config repeats a run as it was: omit the experiment, --dataset, --model, --profile, --seed and --set")
		}
		config, err := experiments.ReadConfig(c.Config)
		if (c.Prompt != "" || c.Secret != "" || c.Replace != "") && (err != nil || !config.Masked()) {
			return nil, errors.New("--config repeats a run as it was: omit --prompt, --secret and --replace, unless they are masked in it " +
				"(--text and --checkpoint may give new paths of the files)")
		}
		if err != nil {
			return nil, err
		}
		base.Repeat = config
		return []*experiments.Order{&base}, nil
	}
	if len(c.IDs) == 0 {
		return nil, errors.New("name an experiment (experiment list shows them), or repeat a run with --config")
	}
	var out []*experiments.Order
	for i, id := range c.IDs {
		if slices.Contains(c.IDs[:i], id) {
			return nil, fmt.Errorf("experiment %s is named twice: name it once", id)
		}
		if _, err := experiments.Find(id); err != nil {
			return nil, err
		}
		o := base
		o.Experiment = id
		out = append(out, &o)
	}
	return out, nil
}

// one carries one order out and says what its runs gave; the command has so many.
func (c *runCommand) one(t *terminal, o *experiments.Order, shown *display, number int, result *runResult) error {
	runs, missing, err := o.Do(t.ctx)
	shown.rest()
	for i := range runs {
		r := &runs[i]
		if c.JSON {
			result.add(&r.Saved, r.Units, r.Units)
		} else if err := c.tell(t, r, number == 1); err != nil {
			return err
		}
	}
	for _, m := range missing {
		result.Skipped = append(result.Skipped, skippedObject{m.Dataset, m.How})
		for i, line := range wrap("Skipped: "+m.How, 78) {
			fmt.Fprintln(t.stderr, strings.Repeat("  ", min(i, 1))+line)
		}
	}
	var stopped *experiments.Stopped
	if errors.As(err, &stopped) {
		result.add(&experiments.Saved{Dir: stopped.Dir, Config: stopped.Config}, stopped.Units, stopped.Done)
		if errors.Is(err, context.Canceled) {
			return &stoppedError{stopped.Dir, stopped.Done > 0}
		}
	}
	if err != nil {
		return err
	}
	if len(runs) > 1 {
		read := make([]*experiments.Saved, len(runs))
		for i := range runs {
			read[i] = &runs[i].Saved
		}
		path, err := experiments.PageOf(read)
		if err != nil {
			return err
		}
		result.Reports = append(result.Reports, path)
		if !c.JSON {
			fmt.Fprintf(t.stdout, "Combined report: %s\n", path)
		}
	}
	return nil
}
