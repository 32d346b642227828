package data

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"lethe/datasets"
)

// readTable reads CSV, TSV or Parquet.
func (l *Loaded) readTable(ctx context.Context) error {
	if l.options.Label == "" && l.options.Like == nil {
		return wrong(l.Path, "name it by --label", "which column is the label is not said")
	}
	return l.eachRecord(ctx, l.options.Progress, func(rows datasets.Records) error {
		format := l.options.format(rows.Header())
		coded, err := format.Code(rows, l.Path)
		if err != nil {
			return l.options.explained(err, l.Format != Parquet)
		}
		return l.takes(coded, format, rows.Header())
	})
}

// eachRecord opens the table and hands its rows to read.
func (l *Loaded) eachRecord(ctx context.Context, progress func(done, total int64), read func(rows datasets.Records) error) error {
	if l.Format == Parquet {
		return l.eachParquet(ctx, progress, read)
	}
	return unpacked(ctx, l.Path, progress, func(r io.Reader) error {
		format := datasets.CSV{}
		if l.Format == TSV {
			format.Delimiter = '\t'
		}
		rows, err := format.Records(r, l.Path)
		if err != nil {
			return l.options.explained(err, true)
		}
		if err := oneColumn(l.Path, rows.Header()); err != nil {
			return err
		}
		return read(rows)
	})
}

// oneColumn refuses a header that was written with another delimiter.
func oneColumn(path string, header []string) error {
	if len(header) != 1 {
		return nil
	}
	for _, c := range []struct{ delimiter, name, remedy string }{
		{";", "semicolons", "write it with commas, and numbers with decimal points"},
		{"\t", "tabs", "say --format tsv"},
		{",", "commas", "say --format csv"},
	} {
		if strings.Contains(header[0], c.delimiter) {
			return &Error{File: path, Line: 1, Row: -1, Reason: "the header is a single column with " + c.name + " in it", Remedy: c.remedy}
		}
	}
	return nil
}

// format says how package datasets reads a table with that header.
func (o Options) format(header []string) datasets.CSV {
	f := datasets.CSV{
		Auto: true, ID: o.ID, Drop: o.Drop, Categorical: o.Categorical, Missing: o.Missing, Unlabelled: o.Unlabelled,
		Unknown: datasets.UnknownLevel(o.Unknown), Storage: datasets.SmallerRows,
	}
	if o.Unknown == OtherUnknown {
		f.Unknown = datasets.ZeroUnknown
	}
	if o.Like == nil {
		f.Label, f.Classes, f.Regression = o.Label, o.Classes, o.Regression
		f.Impute, f.Mean = true, true
		f.Scaling, f.KeepBinary = o.scaling()
		return f
	}
	hidden := o.hidden(header)
	f.Like, f.Categorical = without(o.Like.coding(), hidden), nil
	f.Drop = slices.Concat(f.Drop, hidden)
	if f.Storage = datasets.DenseRows; o.Like.Sparse {
		f.Storage = datasets.SparseRows
	}
	if f.ID == "" && slices.Contains(header, o.Like.ID) {
		f.ID = o.Like.ID
	}
	return f
}

// scaling returns how numbers are scaled, and whether columns of 0 and 1 are left as they are.
func (o Options) scaling() (s datasets.Scaling, keepBinary bool) {
	switch o.Scaling {
	case "":
		return datasets.Standard, true
	case NoScaling:
		return datasets.Unscaled, false
	}
	return o.Scaling, false
}

// takes takes over what was read.
func (l *Loaded) takes(coded *datasets.Coded, format datasets.CSV, header []string) error {
	l.Data, l.Dropped, l.Filled = coded.Data, coded.Dropped, coded.Filled
	if hidden := l.options.hidden(header); len(hidden) > 0 {
		if err := l.Description.restore(l.Data, hidden); err != nil {
			return err
		}
	}
	if l.options.Like == nil && l.options.UnitRows {
		var err error
		if l.Data, err = datasets.NormalizeRows(l.Data); err != nil {
			return err
		}
	}
	if l.Format != Parquet {
		l.line = func(row int) int { return coded.Line(l.Data.Row(row)) }
	} else {
		for i := range l.Dropped {
			l.Dropped[i].Line = 0
		}
	}
	if l.options.Like == nil {
		l.describe(format)
	}
	l.noteWords(coded.Words)
	return l.setIDs(l.Path, coded.IDs, l.place)
}

// describe makes the description of training data.
func (l *Loaded) describe(format datasets.CSV) {
	_, sparse := l.Data.X.(*datasets.CSR)
	d := &Description{Format: l.Format, Label: format.Label, ID: format.ID, Regression: format.Regression, Sparse: sparse, Scaling: format.Scaling}
	if d.Scaling == datasets.Unscaled {
		d.Scaling = NoScaling
	}
	d.takes(l.Data.Coding)
	l.Description = d
}

// noteWords says which columns look as if they were meant as numbers.
func (l *Loaded) noteWords(words []datasets.Word) {
	for _, w := range words {
		if 2*w.Numbers <= w.Levels {
			continue
		}
		place := fmt.Sprintf("line %d", w.Line)
		if l.Format == Parquet {
			place = fmt.Sprintf("row %d", w.Line-1)
		}
		l.Notes = append(l.Notes, fmt.Sprintf("Column %q is a category of %d levels, since the cell in %s is no number; %d of its levels are numbers.",
			w.Column, w.Levels, place, w.Numbers))
	}
}
