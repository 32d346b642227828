package data

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"lethe/datasets"
	"os"
	"slices"
	"strings"
)

// readNumPy reads .npy and .npz files.
func (l *Loaded) readNumPy(context.Context) error {
	o := l.options
	if o.id() != "" {
		return wrong(l.Path, "leave --id out; rows are known by number", "NumPy files have no column of ids")
	}
	format := datasets.NumPy{Regression: o.Regression}
	labels := o.Labels
	var err error
	if l.Format == NPZ {
		if format.SampleArray, format.LabelArray, err = l.arrays(); err != nil {
			return err
		}
		if labels == "" {
			labels = l.Path
		}
	}
	if o.Unlabelled {
		return l.bareRows(format.SampleArray)
	}
	if labels == "" {
		return wrong(l.Path, "name the .npy file of the labels by --labels", "it has no labels in it")
	}
	if format.Labels, err = classNumbers(o.Classes); err != nil {
		return err
	}
	if o.Like != nil {
		format.Like = o.Like.coding()
	}
	if l.Data, err = format.Load(l.Path, labels); err != nil {
		return o.explained(err, true)
	}
	_, sparse := l.Data.X.(*datasets.CSR)
	label := ""
	if labels == l.Path {
		label = format.LabelArray
	}
	return l.describeRows(&Description{Format: l.Format, Label: label, Regression: o.Regression, Sparse: sparse})
}

// arrays returns the names of the arrays of samples and labels of an archive. A SciPy matrix has no
// name.
func (l *Loaded) arrays() (samples, labels string, err error) {
	names, err := arrayNames(l.Path)
	if err != nil {
		return "", "", err
	}
	if l.options.Labels == "" && !l.options.Unlabelled {
		if labels = l.options.Label; labels == "" && l.options.Like != nil {
			labels = l.options.Like.Label
		}
		if labels == "" {
			labels = "y"
		}
		if !slices.Contains(names, labels) {
			return "", "", wrong(l.Path, "name it by --label, or the file of the labels by --labels", "there is no array %q of labels among %s", labels, shortList(names))
		}
	}
	if slices.Contains(names, "indptr") || slices.Contains(names, "format") {
		return "", labels, nil
	}
	for _, name := range []string{"x", "X"} {
		if slices.Contains(names, name) {
			return name, labels, nil
		}
	}
	rest := slices.DeleteFunc(names, func(name string) bool { return name == labels })
	if len(rest) != 1 {
		return "", "", wrong(l.Path, `call the array of the samples "x"`, "which of the arrays %s are the samples cannot be told", shortList(rest))
	}
	return rest[0], labels, nil
}

func arrayNames(path string) ([]string, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			return nil, fmt.Errorf("data: %w", pe)
		}
		return nil, wrong(path, "get the file whole", "it is no .npz archive, or a damaged one: %v", err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, strings.TrimSuffix(f.Name, ".npy"))
	}
	return names, nil
}

// bareRows reads samples without labels.
func (l *Loaded) bareRows(array string) error {
	x, err := bareFeatures(l.Path, l.Format, array)
	if err != nil {
		return l.options.explained(err, true)
	}
	d := l.Description
	if cols := x.Shape()[0]; cols != d.Width {
		return wrong(l.Path, "give data with the columns of the training data", "%d columns, but the model has %d", cols, d.Width)
	}
	l.Data = &datasets.Dataset{Name: l.Path, X: x}
	l.unlabel()
	if d.UnitRows {
		l.Data, err = datasets.NormalizeRows(l.Data)
	}
	return err
}
