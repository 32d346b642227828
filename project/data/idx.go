package data

import (
	"context"
	"fmt"
	"io"
	"lethe/datasets"
	"slices"
	"strconv"
)

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
