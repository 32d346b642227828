package data

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"lethe/datasets"
)

// readSVMLight reads sparse rows. The comments may be their ids.
func (l *Loaded) readSVMLight(ctx context.Context) error {
	o := l.options
	format := datasets.SVMLight{Regression: o.Regression}
	if o.Like != nil {
		if format.Like = o.Like.coding(); o.Unlabelled {
			format.Like.Classes = nil // whatever stands in place of the labels
		}
	}
	var err error
	if format.Labels, err = classNumbers(o.Classes); err != nil {
		return err
	}
	if id := o.id(); id != "" && id != "#" {
		return wrong(l.Path, `say --id "#" if the comments are the ids`, "svmlight has no columns with names, so %q cannot be the ids", id)
	}
	var comments []string
	if err := unpacked(ctx, l.Path, o.Progress, func(r io.Reader) error {
		l.Data, comments, err = format.Read(r, l.Path)
		return err
	}); err != nil {
		return o.explained(err, true)
	}
	if o.Unlabelled {
		l.unlabel()
	}
	if o.id() != "#" {
		comments = nil
	}
	if at := slices.Index(comments, ""); at >= 0 {
		return &Error{File: l.Path, Row: at, Reason: "the comment is missing that is the id", Remedy: "give every row one, behind #"}
	}
	if err := l.describeRows(&Description{Format: SVMLight, ID: o.ID, Regression: o.Regression, Sparse: true}); err != nil {
		return err
	}
	return l.setIDs(l.Path, comments, l.place)
}

// classNumbers returns classes as numbers; nil for none.
func classNumbers(classes []string) ([]float64, error) {
	var numbers []float64
	for _, c := range classes {
		v, err := strconv.ParseFloat(c, 64)
		if err != nil {
			return nil, fmt.Errorf("data: the class %q is no number, but the labels of such a file are: give numbers by --classes", c)
		}
		numbers = append(numbers, v)
	}
	return numbers, nil
}

// describeRows makes the description of training data without columns of names.
func (l *Loaded) describeRows(d *Description) (err error) {
	if l.options.Like != nil {
		return nil
	}
	if l.options.UnitRows {
		if l.Data, err = datasets.NormalizeRows(l.Data); err != nil {
			return err
		}
	}
	d.takes(l.Data.Coding)
	l.Description = d
	return nil
}

// unlabel gives all samples the label 0.
func (l *Loaded) unlabel() {
	d := l.Data
	d.Y, d.Classes, d.ClassNames, d.Coding = make([]float64, d.X.Len()), len(l.Description.Classes), nil, l.Description.coding()
	if d.Classes > 0 {
		d.ClassNames = slices.Clone(l.Description.Classes)
	}
}

func bareFeatures(path, format, array string) (datasets.Features, error) {
	if format == NPZ && array == "" {
		return datasets.LoadNPZ(path)
	}
	var a *datasets.Array
	var err error
	if format == NPZ {
		a, err = datasets.LoadNPZArray(path, array)
	} else {
		a, err = datasets.LoadNPY(path)
	}
	if err != nil {
		return nil, err
	}
	x, err := a.Dense()
	if err != nil {
		return nil, wrong(path, "mend the array", "%v", err)
	}
	return x, nil
}
