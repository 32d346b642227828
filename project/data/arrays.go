package data

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

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

// readIDX reads images and their labels in the format of MNIST.
func (l *Loaded) readIDX(ctx context.Context) error {
	o := l.options
	if o.id() != "" {
		return wrong(l.Path, "leave --id out; images are known by number", "IDX files have no column of ids")
	}
	var x *datasets.Images
	if err := unpacked(ctx, l.Path, o.Progress, func(r io.Reader) (err error) {
		x, err = datasets.ReadIDXImages(r, l.Path)
		return err
	}); err != nil {
		return o.explained(err, true)
	}
	if x.N == 0 {
		return wrong(l.Path, "", "there are no images in it")
	}
	y := make([]byte, x.N)
	if !o.Unlabelled {
		if o.Labels == "" {
			return wrong(l.Path, "name the file of the labels by --labels", "it has no labels in it")
		}
		if err := unpacked(ctx, o.Labels, nil, func(r io.Reader) (err error) {
			y, err = datasets.ReadIDXLabels(r, o.Labels)
			return err
		}); err != nil {
			return o.explained(err, true)
		}
	}
	if len(y) != x.N {
		return wrong(o.Labels, "give the labels of these images", "%d labels for the %d images of %s", len(y), x.N, l.Path)
	}
	classes := o.classes()
	if classes == nil {
		for c := range int(slices.Max(y)) + 1 {
			classes = append(classes, strconv.Itoa(c))
		}
	}
	labels := make([]float64, len(y))
	for i, c := range y {
		if labels[i] = float64(c); int(c) >= len(classes) {
			return &Error{File: o.Labels, Row: i, Reason: fmt.Sprintf("the label %d is none of the %d classes, counted from 0", c, len(classes)), Remedy: "mend the label"}
		}
	}
	return l.setImages(x, labels, classes)
}

// setImages makes the data set of images.
func (l *Loaded) setImages(x *datasets.Images, labels []float64, classes []string) error {
	size := Image{x.Height, x.Width, x.Channels}
	if d := l.options.Like; d == nil {
		l.Description = &Description{Format: l.Format, Classes: classes, Image: &size}
		if l.options.Regression {
			return wrong(l.Path, "leave --regression out", "the labels of images are classes")
		}
	} else if *d.Image != size {
		return wrong(l.Path, "give images of that size", "images of %s, but the model has seen %s", size, *d.Image)
	}
	l.Data = &datasets.Dataset{Name: l.Path, X: x, Y: labels, Classes: len(classes), ClassNames: slices.Clone(classes), Coding: l.Description.coding()}
	return nil
}

// String returns height, width and channels in words.
func (m Image) String() string {
	color := "grey"
	if m.Channels != 1 {
		color = fmt.Sprintf("%d channels", m.Channels)
	}
	return fmt.Sprintf("%d x %d pixels (%s)", m.Height, m.Width, color)
}
