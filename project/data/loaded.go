package data

import (
	"context"
	"errors"

	"lethe/datasets"
)

// Loaded is a file that was read.
type Loaded struct {
	Data        *datasets.Dataset
	Description *Description   // of the training data: Options.Like, or that of this file
	IDs         []string       // one a row of Data, as written but for white space around it; nil without an id column
	Dropped     []Dropped      // rows of the file that are not in Data
	Filled      map[string]int // missing cells that were filled, by column
	Notes       []string       // what a reader should know, such as a column that is a category because of one cell
}

// Dropped is a row that was left out because of an unknown level.
type Dropped struct {
	Row    int    // counted from 0 in the file
	Line   int    // line of the file; 0 in formats without lines
	Column string // the column of the level
	Level  string
}

// Load reads a file, or a folder of images.
func Load(ctx context.Context, path string, o Options) (*Loaded, error) {
	return nil, errors.New("data: not written yet")
}

// Fingerprint returns datasets.Fingerprint of the data, computed once.
func (l *Loaded) Fingerprint() string { return "" }

// RowOf returns the row of Data that has an id.
func (l *Loaded) RowOf(id string) (row int, ok bool) { return 0, false }

// RowsWhere returns, rising, the rows of Data that have a value in a column of the file. It may read the file again.
func (l *Loaded) RowsWhere(ctx context.Context, column, value string) ([]int, error) {
	return nil, errors.New("data: not written yet")
}

// Features returns the features that a column of the file became.
func (l *Loaded) Features(column string) ([]int, error) {
	return nil, errors.New("data: not written yet")
}

// Encode returns what a cell of a column becomes: all features of the column and their values.
func (l *Loaded) Encode(column, value string) (features []int, values []float64, err error) {
	return nil, nil, errors.New("data: not written yet")
}

// Class returns the class index of a label as it is written in the file, or the number of a regression.
func (l *Loaded) Class(label string) (float64, error) { return 0, errors.New("data: not written yet") }
