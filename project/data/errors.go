package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"lethe/datasets"
)

// Error says what is wrong with a file, where, and what to do.
type Error struct {
	File   string
	Line   int    // counted from 1; 0 = not known, or the file has no lines
	Row    int    // counted from 0, where Line is 0; -1 = not known
	Column string // of a table
	Reason string
	Remedy string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("data: " + e.File)
	switch {
	case e.Line > 0:
		fmt.Fprintf(&b, ":%d", e.Line)
	case e.Row >= 0:
		fmt.Fprintf(&b, ": row %d (counted from 0)", e.Row)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, ": column %q", e.Column)
	}
	b.WriteString(": " + e.Reason)
	if e.Remedy != "" {
		b.WriteString(": " + e.Remedy)
	}
	return b.String()
}

// missing says in plain words that a file is not there.
func missing(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return wrong(path, "look at its name and folder", "there is no such file")
	}
	return fmt.Errorf("data: %w", err)
}

// wrong is an error about a whole file.
func wrong(file, remedy, format string, args ...any) error {
	return &Error{File: file, Row: -1, Reason: fmt.Sprintf(format, args...), Remedy: remedy}
}

// explained says in words of the command line what a reader of tables found. hasLines tells whether
// places are lines, or rows counted from 1.
func (o Options) explained(err error, hasLines bool) error {
	f, ok := errors.AsType[*datasets.FormatError](err)
	if !ok {
		return err
	}
	e := &Error{File: f.File, Line: f.Line, Row: -1, Column: f.Column, Reason: f.Reason}
	if !hasLines {
		e.Line, e.Row = 0, f.Line-1
	}
	if f.Fault == "" {
		e.Reason, _, _ = strings.Cut(e.Reason, ", or give all names in Header")
		switch {
		case strings.HasSuffix(e.Reason, csv.ErrQuote.Error()):
			e.Reason, e.Remedy = "a cell that begins with a quote does not end with one, or has one in it", `close the quote, and write one within a cell twice, as ""`
		case strings.HasSuffix(e.Reason, csv.ErrBareQuote.Error()):
			e.Reason, e.Remedy = "a quote stands within a cell that does not begin with one", `put quotes around the cell, and write the one within it twice, as ""`
		}
		return e
	}
	e.Reason, e.Remedy = o.inWords(f)
	if f.Fault == datasets.NoColumn || f.Fault == datasets.SpareColumn {
		e.Row = -1
	}
	return e
}

// inWords returns reason and remedy of a fault of a table.
func (o Options) inWords(f *datasets.FormatError) (reason, remedy string) {
	_, columns, _ := strings.Cut(f.Reason, "; the columns are ")
	switch f.Fault {
	case datasets.NotNumber:
		reason = fmt.Sprintf("%q is no finite number", f.Cell)
		remedy = fmt.Sprintf("mend the cell, say --missing %q if that is how a missing one is written, or leave the column out by --drop", f.Cell)
		if o.Like != nil {
			remedy = "mend the cell, or leave it empty if the value is missing"
		}
	case datasets.NotUTF8:
		reason, remedy = fmt.Sprintf("%q is not UTF-8", f.Cell), "save the table as UTF-8"
	case datasets.MissingCell:
		reason, remedy = "a value is missing, and nothing stands in for it", "fill it in, or leave the column out by --drop"
		if o.Like != nil {
			remedy = "fill it in, or leave the row out of the file"
		}
	case datasets.MissingLabel:
		reason, remedy = "the label is missing", "fill it in, or leave the row out of the file"
		if f.Column == o.id() {
			reason, remedy = "the id is missing", "give every row one"
		}
	case datasets.StrangeLevel:
		reason = fmt.Sprintf("the level %q did not occur in the training data", f.Cell)
		remedy = "mend the cell, leave such rows out by --unknown drop, or take them for none of the known levels by --unknown other"
	case datasets.StrangeClass:
		reason = fmt.Sprintf("the label %q is none of the classes (%s)", f.Cell, shortList(o.classes()))
		remedy = "mend the label"
		if o.Like != nil {
			remedy += ", or leave such rows out by --unknown drop"
		}
	case datasets.TooManyLevels:
		reason, remedy = "it has texts in it and more than 1000 different values, too many for a category", "leave it out by --drop, or name it by --id if it names the rows"
		if f.Column == o.Label {
			reason, remedy = "the label has more than 1000 different values, too many for classes", "say --regression if it is a number"
		}
	case datasets.NoColumn:
		reason, remedy = "there is no such column", "name it so in the file, if it has another name there"
		if columns != "" {
			reason += " among " + shortList(strings.Split(columns, ", "))
		}
	case datasets.SpareColumn:
		reason, remedy = "the training data had no such column", "take it out of the file, or name it as there"
	case datasets.LabelNumber:
		reason, remedy = fmt.Sprintf("the label %q is no finite number", f.Cell), "leave the row out of the file, or name all classes by --classes if it is one"
	}
	return reason, remedy
}

// shortList joins at most 20 words.
func shortList(words []string) string {
	if len(words) > 20 {
		return fmt.Sprintf("%s, ... (%d in all)", strings.Join(words[:20], ", "), len(words))
	}
	return strings.Join(words, ", ")
}

// id returns the id column by the options or the description.
func (o Options) id() string {
	if o.ID == "" && o.Like != nil {
		return o.Like.ID
	}
	return o.ID
}

func (o Options) classes() []string {
	if len(o.Classes) == 0 && o.Like != nil {
		return o.Like.Classes
	}
	return o.Classes
}
