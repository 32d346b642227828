package data

import (
	"context"
	"fmt"
	"math"
	"sync"

	"lethe/datasets"
)

// Loaded is a file that was read.
type Loaded struct {
	Data        *datasets.Dataset
	Description *Description          // of the training data: Options.Like, or that of this file
	Path        string                // the file or folder
	Format      string                // one of Formats
	IDs         []string              // one a row of Data, without the white space around it; nil where rows have no names
	Dropped     []datasets.DroppedRow // rows that DropUnknown left out; Line is 0 in files without lines
	Filled      map[string]int        // how many missing cells were filled, by column
	Notes       []string              // what a reader should know, a sentence each, without values of the file but levels
	Text        string                // of the format Text
	Vocabulary  *datasets.Vocabulary  // of the format Text

	options     Options
	index       *idIndex
	line        func(row int) int // of Data; nil = no lines
	fingerprint func() string
}

// fewestOfOwn is of how many rows each may not have a label of its own.
const fewestOfOwn = 10

// Learnable returns an error if a classifier can learn nothing from the labels, since there is one
// class only, or one for each row, as where the label is the id.
func (l *Loaded) Learnable() error {
	if l.Format != Text && l.Data.Classes == 1 {
		return wrong(l.Path, "name another column by --label, give rows of other classes too, or say --regression if the label is a number to predict",
			"all rows have the same label, and one class leaves nothing to learn")
	}
	if n := l.Data.Len(); l.Format != Text && n >= fewestOfOwn && l.Data.Classes == n {
		return wrong(l.Path, "name another column by --label, or say --regression if the label is a number to predict",
			"each of the %d rows has a label of its own, so nothing that is learned of one holds for another", n)
	}
	return nil
}

// Load reads a file, or a folder of images. Gzipped files are read as what is in them.
func Load(ctx context.Context, path string, o Options) (*Loaded, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	format, err := o.resolve(path)
	if err != nil {
		return nil, err
	}
	if err := o.checkUsed(format); err != nil {
		return nil, err
	}
	l := &Loaded{Path: path, Format: format, Description: o.Like, options: o}
	read := map[string]func(context.Context) error{
		"table": l.readTable, SVMLight: l.readSVMLight, NPY: l.readNumPy, NPZ: l.readNumPy, IDX: l.readIDX, Images: l.readImages, Text: l.readText,
	}[tableOr(format)]
	if err := read(ctx); err != nil {
		return nil, err
	}
	l.noteNumbers()
	l.fingerprint = sync.OnceValue(func() string { return datasets.Fingerprint(l.Data) })
	if l.Description.Fingerprint == "" && l.Description != o.Like {
		l.Description.Rows, l.Description.Fingerprint = l.Data.Len(), l.fingerprint()
	}
	return l, ctx.Err()
}

// noteNumbers says that classes look as if they were meant as numbers.
func (l *Loaded) noteNumbers() {
	names := l.Data.ClassNames
	if l.options.Like != nil || l.Format == Text || len(names) <= 20 {
		return
	}
	decimals := 0
	for _, name := range names {
		v, err := finite(name)
		if err != nil {
			return
		}
		if v != math.Trunc(v) {
			decimals++
		}
	}
	if decimals > 0 || 2*len(names) > l.Data.Len() {
		l.Notes = append(l.Notes, fmt.Sprintf("The label has %d classes, and all are numbers: say --regression if it is a number to predict.", len(names)))
	}
}

// tableOr returns what reads a format.
func tableOr(format string) string {
	if kindOf(format) == "table" {
		return "table"
	}
	return format
}

// Fingerprint returns [datasets.Fingerprint] of the data. It is computed once.
func (l *Loaded) Fingerprint() string { return l.fingerprint() }

// Line returns the line of the file in which row of Data begins, counted from 1; 0 in files without
// lines.
func (l *Loaded) Line(row int) int {
	if l.line == nil {
		return 0
	}
	return l.line(row)
}
