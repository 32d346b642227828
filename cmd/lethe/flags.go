package main

import (
	"fmt"
	"strconv"
	"strings"

	"lethe/datasets"
	"lethe/project"
	"lethe/project/data"
)

// readFlags say how data are read that no description exists of yet.
type readFlags struct {
	Label       string   `group:"How the data are read:" help:"Column of the label; tables need it." placeholder:"COLUMN"`
	Labels      string   `group:"How the data are read:" help:"File of the labels, of npy, npz and idx." placeholder:"FILE"`
	ID          string   `group:"How the data are read:" name:"id" help:"Column that names each row; it is no feature." placeholder:"COLUMN"`
	Format      string   `group:"How the data are read:" help:"csv, tsv, parquet, svmlight, npy, npz, idx, images or text (default: by the name)." placeholder:"NAME"`
	Drop        []string `group:"How the data are read:" help:"Columns to leave out." placeholder:"COLUMN,..."`
	Categorical []string `group:"How the data are read:" help:"Columns of numbers that are categories." placeholder:"COLUMN,..."`
	Regression  bool     `group:"How the data are read:" help:"The label is a number to predict."`
	Scaling     string   `group:"How the data are read:" help:"Of columns of numbers: standard, minmax or none (default: standard)." placeholder:"NAME"`
	UnitRows    bool     `group:"How the data are read:" help:"Divide each row by its norm."`
	Missing     string   `group:"How the data are read:" help:"How a missing cell is written, besides an empty one (default: ?)." placeholder:"TEXT"`
	Classes     []string `group:"How the data are read:" help:"The classes in their order (default: those that occur, sorted)." placeholder:"NAME,..."`
	Length      int      `group:"How the data are read:" help:"Characters of a window of text (default: 25)." placeholder:"N"`
}

// defaultLength is how many characters of a text a model sees.
const defaultLength = 25

func (f *readFlags) options(path string) data.Options {
	o := data.Options{Format: f.Format, Label: f.Label, Labels: f.Labels, ID: f.ID, Drop: f.Drop, Categorical: f.Categorical, Regression: f.Regression,
		Scaling: datasets.Scaling(f.Scaling), UnitRows: f.UnitRows, Missing: f.Missing, Classes: f.Classes, Length: f.Length}
	if o.Length == 0 && (f.Format == "text" || f.Format == "" && strings.HasSuffix(path, ".txt")) {
		o.Length = defaultLength
	}
	return o
}

// budget is EPSILON,DELTA on the command line.
type budget project.Budget

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *budget) UnmarshalText(text []byte) error {
	epsilon, delta, two := strings.Cut(string(text), ",")
	var errs [2]error
	b.Epsilon, errs[0] = strconv.ParseFloat(strings.TrimSpace(epsilon), 64)
	b.Delta, errs[1] = strconv.ParseFloat(strings.TrimSpace(delta), 64)
	if !two || errs[0] != nil || errs[1] != nil {
		return fmt.Errorf("%q is not EPSILON,DELTA, such as 1,1e-5", text)
	}
	return nil
}

// output is what all commands share.
type outputFlags struct {
	Quiet bool `help:"Print only errors and paths."`
	JSON  bool `name:"json" help:"Print one JSON object and nothing else on standard output."`
}

// positive refuses a setting of 0, which would stand for one that was not given.
func positive(epochs, batch *int, rate *float64) error {
	switch {
	case epochs != nil && *epochs < 1:
		return usageError{fmt.Errorf("--epochs is a whole number of at least 1, not %d", *epochs)}
	case batch != nil && *batch < 1:
		return usageError{fmt.Errorf("--batch is a whole number of at least 1, not %d", *batch)}
	case rate != nil && !(*rate > 0):
		return usageError{fmt.Errorf("--rate is a number above 0, not %g", *rate)}
	}
	return nil
}

// orZero returns a setting, 0 if it was not given.
func orZero[T int | float64](x *T) (value T) {
	if x != nil {
		value = *x
	}
	return value
}
