package data

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lethe/datasets"
)

// Features returns the features that a column of the file became, rising. Where columns have no
// names, a column is its number as the file counts it.
func (l *Loaded) Features(column string) ([]int, error) {
	d := l.Description
	if d.Width > 0 {
		k, err := l.numbered(column)
		return []int{k}, err
	}
	at := 0
	for _, c := range d.Columns {
		n := max(len(c.Levels), 1)
		if c.Name == column {
			all := make([]int, n)
			for i := range all {
				all[i] = at + i
			}
			return all, nil
		}
		at += n
	}
	return nil, l.noFeature(column)
}

// numbered returns the feature of a column without a name.
func (l *Loaded) numbered(column string) (int, error) {
	first := 0
	if l.Format == SVMLight && !l.Description.ZeroBased {
		first = 1
	}
	k, err := strconv.Atoi(column)
	if k -= first; err != nil || k < 0 || k >= l.Description.Width {
		return 0, wrong(l.Path, fmt.Sprintf("give a number of %d to %d", first, l.Description.Width-1+first), "there is no column %q: columns have numbers here", column)
	}
	return k, nil
}

// noFeature says why a column became no feature.
func (l *Loaded) noFeature(column string) error {
	d := l.Description
	e := &Error{File: l.Path, Row: -1, Column: column}
	switch {
	case len(d.Columns) == 0:
		e.Reason, e.Remedy = fmt.Sprintf("data of the format %s have no columns", l.Format), "name rows, or spans of text"
	case column == d.Label:
		e.Reason, e.Remedy = "it is the label, not a feature", "correct labels as such"
	case column == d.ID:
		e.Reason, e.Remedy = "it is the id, which the model does not see", "remove rows by their ids"
	case slices.Contains(d.Drop, column):
		e.Reason, e.Remedy = "it was left out of the training, so the model knows nothing of it", "name another column"
	default:
		var names []string
		for _, c := range d.Columns {
			names = append(names, c.Name)
		}
		e.Reason, e.Remedy = "there is no such column", "name one of "+shortList(names)
	}
	return e
}

// Encode returns what a cell of a column becomes: all features of the column and their values. A
// level that the training data did not have is an error unless Options.Unknown is OtherUnknown. The
// file and the data stay as they are.
func (l *Loaded) Encode(column, value string) (features []int, values []float64, err error) {
	if l.Description.UnitRows {
		return nil, nil, wrong(l.Path, "replace the whole row: remove the old one, and train on the new one", "each row is divided by its norm, so that a cell does not stand alone")
	}
	if features, err = l.Features(column); err != nil {
		return nil, nil, err
	}
	value = strings.TrimSpace(value)
	if l.Description.Width > 0 {
		v, err := finite(value)
		if err != nil {
			return nil, nil, l.badCell(column, err.Error(), "give a number")
		}
		return features, []float64{v}, nil
	}
	at := slices.IndexFunc(l.Description.Columns, func(c Column) bool { return c.Name == column })
	c := l.Description.Columns[at]
	if value == "" || value == cmp.Or(l.Description.Missing, "?") {
		if value = c.Fill; value == "" {
			return nil, nil, l.badCell(column, "nothing stands in for a missing value", "give one")
		}
	}
	if c.Kind == Number {
		v, err := finite(value)
		if err != nil {
			return nil, nil, l.badCell(column, err.Error(), "give a number")
		}
		if v, err = (datasets.Column{Shift: c.Shift, Scale: c.Scale}).Apply(v); err != nil {
			return nil, nil, l.badCell(column, err.Error(), "give another number")
		}
		return features, []float64{v}, nil
	}
	values = make([]float64, len(features))
	k := placeIn(c.Levels, value)
	if k < 0 && l.options.Unknown != OtherUnknown {
		return nil, nil, l.badCell(column, fmt.Sprintf("the level %q did not occur in the training data", value), "give one of "+shortList(c.Levels))
	}
	if k >= 0 {
		values[k] = 1
	}
	return features, values, nil
}

func (l *Loaded) badCell(column, reason, remedy string) error {
	return &Error{File: l.Path, Row: -1, Column: column, Reason: reason, Remedy: remedy}
}

// placeIn returns the place of a name in a list, or of an equal number where all names are numbers;
// -1 if it is not there.
func placeIn(names []string, name string) int {
	if k := slices.Index(names, name); k >= 0 {
		return k
	}
	v, err := finite(name)
	if err != nil {
		return -1
	}
	found := -1
	for k, n := range names {
		w, err := finite(n)
		if err != nil {
			return -1
		}
		if w == v {
			found = k
		}
	}
	return found
}

// finite reads a number as files have it.
func finite(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(text, "_xX") {
		return 0, fmt.Errorf("%q is no finite number", text)
	}
	return v, nil
}

// Class returns the class index of a label as it is written in the file, or the number of a
// regression.
func (l *Loaded) Class(label string) (float64, error) {
	label = strings.TrimSpace(label)
	d := l.Description
	if d.Regression {
		v, err := finite(label)
		if err != nil {
			return 0, wrong(l.Path, "give a number", "the label %v", err)
		}
		return v, nil
	}
	names := d.Classes
	if d.Format == Text {
		names = l.Data.ClassNames
	}
	if k := placeIn(names, label); k >= 0 {
		return float64(k), nil
	}
	return 0, wrong(l.Path, "give one of them", "the label %q is none of the classes (%s)", label, shortList(names))
}
