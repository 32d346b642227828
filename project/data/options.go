package data

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lethe/datasets"
)

// NoScaling leaves the numbers of a table as they are. The zero Scaling of [Options] is
// [datasets.Standard] for all columns but those of 0 and 1.
const NoScaling datasets.Scaling = "none"

// What [Options].Unknown says of a row with a level that the training data did not have.
const (
	RefuseUnknown = ""      // an error that names column, line and what can be done
	DropUnknown   = "drop"  // the row is left out and listed in Dropped; so is one whose label is none of the classes
	OtherUnknown  = "other" // all features of the column are 0: it is none of the known levels
)

// Names of the formats.
const (
	CSV      = "csv"
	TSV      = "tsv"
	Parquet  = "parquet"
	SVMLight = "svmlight"
	NPY      = "npy"
	NPZ      = "npz"
	IDX      = "idx"
	Images   = "images"
	Text     = "text"
)

// Formats lists the formats that can be read.
var Formats = []string{CSV, TSV, Parquet, SVMLight, NPY, NPZ, IDX, Images, Text}

// DefaultLength is how many characters a window of text has where Length is 0.
const DefaultLength = 32

// Options says how data are read. Tables need Label, and npy and idx files Labels; all else may
// stay zero.
type Options struct {
	Format string // one of Formats; "" = by the file's name
	Label  string // name of the label column of a table, or of the array of labels in an npz archive ("" = y)
	Labels string // file of the labels, for npy, npz and idx
	// ID is the column that names each row of a table; it is no feature. "" = rows are known by
	// number. "#" takes the comments of an svmlight file.
	ID          string
	Drop        []string         // columns to leave out
	Categorical []string         // columns of numbers that are categories
	Regression  bool             // the label is a number to predict
	Scaling     datasets.Scaling // of the numbers of a table
	UnitRows    bool             // divide each row by its norm
	Missing     string           // how a missing cell is written, besides an empty one; "" = "?"
	Classes     []string         // the classes in their order; nil = those that occur, sorted
	Unknown     string           // RefuseUnknown, DropUnknown or OtherUnknown
	Length      int              // characters of a window of text; 0 = DefaultLength
	Unlabelled  bool             // data for predictions: labels are not read, and may be absent
	// Like is the description by which the file is read. Other fields may then stay zero; where
	// they contradict it, that is an error.
	Like *Description
	// Forgotten are columns of Like that the model does not see any more: they are 0, need not be
	// there, and are not looked at. ReadForgotten reads those that are there all the same, as
	// training data need for their fingerprint.
	Forgotten     []string
	ReadForgotten bool

	Progress func(done, total int64) // is told the bytes that were read of the file, and its size
}

// check refuses options that contradict each other, whatever the file.
func (o Options) check() error {
	switch {
	case o.Format != "" && !slices.Contains(Formats, o.Format):
		return fmt.Errorf("data: the format %q is not known; there are %s", o.Format, strings.Join(Formats, ", "))
	case !slices.Contains([]string{RefuseUnknown, DropUnknown, OtherUnknown}, o.Unknown):
		return fmt.Errorf("data: what to do with unknown levels is %q; give %q, %q or nothing", o.Unknown, DropUnknown, OtherUnknown)
	case !slices.Contains([]datasets.Scaling{datasets.Unscaled, datasets.Standard, datasets.MinMax, NoScaling}, o.Scaling):
		return fmt.Errorf("data: the scaling %q is not known; there are %q, %q and %q", o.Scaling, datasets.Standard, datasets.MinMax, NoScaling)
	case o.Length < 0:
		return fmt.Errorf("data: windows of %d characters; give a length of at least 1", o.Length)
	case o.Regression && len(o.Classes) > 0:
		return fmt.Errorf("data: a regression has no classes, but %q are given", o.Classes)
	case o.Like == nil && o.Unlabelled:
		return fmt.Errorf("data: data without labels are read by the description of a model's training data only")
	case o.Like == nil && o.Unknown != RefuseUnknown:
		return fmt.Errorf("data: no level of the training data is unknown: leave --unknown %s out", o.Unknown)
	}
	if err := o.checkColumns(); err != nil {
		return err
	}
	if o.Like != nil {
		return o.agrees(o.Like)
	}
	return nil
}

// agrees refuses options that say something else than the description.
func (o Options) agrees(d *Description) error {
	if err := d.Check(); err != nil {
		return err
	}
	differs := func(what string, have, want any) error {
		return fmt.Errorf("data: %s is %v, but the model's data.yaml says %v: leave it out, or train again", what, have, want)
	}
	switch {
	case o.Label != "" && o.Label != d.Label:
		return differs("the label", o.Label, cmp.Or(d.Label, "nothing"))
	case o.ID != "" && d.ID != "" && o.ID != d.ID:
		return differs("the id column", o.ID, d.ID)
	case o.Regression && !d.Regression:
		return differs("the task", "a regression", "a classification")
	case len(o.Classes) > 0 && !slices.Equal(o.Classes, d.Classes):
		return differs("the list of classes", o.Classes, d.Classes)
	case o.Scaling != "" && o.Scaling != d.Scaling:
		return differs("the scaling", o.Scaling, cmp.Or(d.Scaling, "nothing"))
	case o.UnitRows && !d.UnitRows:
		return differs("rows of norm 1", true, false)
	case o.Missing != "" && o.Missing != cmp.Or(d.Missing, "?"):
		return differs("the sign for missing cells", o.Missing, cmp.Or(d.Missing, "?"))
	case o.Length != 0 && o.Length != d.Length:
		return differs("the length of a window", o.Length, d.Length)
	case kindOf(o.Format) != "" && kindOf(o.Format) != kindOf(d.Format):
		return differs("the format", o.Format, d.Format)
	}
	for _, c := range d.Columns {
		switch {
		case slices.Contains(o.Drop, c.Name):
			return fmt.Errorf("data: column %q is to be left out, but the model needs it: train again", c.Name)
		case c.Kind == Number && slices.Contains(o.Categorical, c.Name):
			return differs(fmt.Sprintf("column %q", c.Name), "a category", "a number")
		}
	}
	return nil
}

// kindOf returns what a format holds. Files of one kind can be read alike.
func kindOf(format string) string {
	switch format {
	case CSV, TSV, Parquet:
		return "table"
	case NPY, NPZ, SVMLight:
		return "rows"
	}
	return format
}
