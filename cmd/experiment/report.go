package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"lethe/experiments"
)

// form is in what form tables are printed.
type form struct {
	CSV   bool   `name:"csv" xor:"form" help:"Print the tables as CSV, a line for each cell, with numbers in full precision."`
	LaTeX bool   `name:"latex" xor:"form" help:"Print the tables as LaTeX, for the package booktabs."`
	JSON  bool   `name:"json" xor:"form" help:"Print the tables as JSON."`
	Table string `help:"With --csv, --latex or --json: only tables whose title contains this." placeholder:"NAME"`
}

// asked reports whether tables are to be printed in one of the forms.
func (f *form) asked() bool { return f.CSV || f.LaTeX || f.JSON }

func (f *form) check() error {
	if f.Table != "" && !f.asked() {
		return errors.New("--table chooses tables for --csv, --latex and --json: give one of them")
	}
	return nil
}

// encoded returns the tables of that name in the form that was asked for.
func (f *form) encoded(all []experiments.Table) ([]byte, error) {
	chosen, err := experiments.TablesNamed(all, f.Table)
	switch {
	case err != nil:
		return nil, usageError{err}
	case f.CSV:
		return experiments.CSV(chosen)
	case f.LaTeX:
		return experiments.LaTeX(chosen), nil
	}
	return experiments.JSON(chosen)
}

type reportCommand struct {
	Dirs  []string `arg:"" name:"dir" help:"Folders of runs, or a folder that contains them."`
	Out   string   `help:"File to write: the page of several runs, or the tables. Without it the page is named by the content of the runs, and the tables go to the screen." placeholder:"FILE"`
	Force bool     `help:"Overwrite the file that --out names."`
	form
}

// Run rebuilds what is shown of one run, or shows several runs side by side, which stay as they
// are.
func (c *reportCommand) Run(t *terminal) error {
	if err := c.check(); err != nil {
		return usageError{err}
	}
	dirs, err := experiments.RunFolders(c.Dirs)
	if err != nil {
		return err
	}
	if c.Out != "" { // before the work
		if err := experiments.Free(c.Out, c.Force); err != nil {
			return err
		}
	}
	switch {
	case c.asked():
		return c.tables(t, dirs)
	case len(dirs) == 1 && c.Out == "":
		shown, progress := newDisplay(t.stderr, false, 1)
		defer shown.close()
		if err := experiments.RenderTelling(progress, dirs[0]); err != nil {
			return err
		}
		shown.rest()
		fmt.Fprintln(t.stdout, filepath.Join(dirs[0], "report.html"))
		return nil
	}
	path, err := experiments.Page(dirs, c.Out, c.Force)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.stdout, path)
	return nil
}

// tables prints the tables of the runs, or writes them to the file that is named.
func (c *reportCommand) tables(t *terminal, dirs []string) error {
	all, err := experiments.Tables(dirs)
	if err != nil {
		return err
	}
	data, err := c.encoded(all)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := experiments.WriteFile(c.Out, data); err != nil {
			return err
		}
		fmt.Fprintln(t.stdout, c.Out)
		return nil
	}
	_, err = t.stdout.Write(data)
	return err
}
