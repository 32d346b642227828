package project

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/datasets"
	"lethe/project/data"
)

const writeDataNext = "leave --write-data out: later requests take the original file"

// checkWriteData says whether the corrected data can be written as a file.
func (o *order) checkWriteData() error {
	if o.o.WriteData == "" {
		return nil
	}
	const next = writeDataNext
	f := o.data.loaded.Format
	if f != data.CSV && f != data.TSV && f != data.Text {
		return usage("--write-data writes csv, tsv and text, not %s: %s", f, next)
	}
	to := o.writtenFormat()
	switch {
	case to != data.CSV && to != data.TSV && to != data.Text:
		return usage("--write-data %s: it writes csv, tsv and text, not %s: give the file another ending", o.o.WriteData, to)
	case (to == data.Text) != (f == data.Text):
		return usage("--write-data %s: %s is not written as %s: give the file another ending", o.o.WriteData, f, to)
	case len(o.changes.Features) > 0 && o.model.Description.UnitRows:
		return usage("--write-data cannot leave out a forgotten column where rows are divided by their norms, in which it still counts: %s", next)
	case len(o.changes.Features) > 0 && f != data.Text && len(o.changes.forgotten(o.model.Description)) == len(o.model.Description.Columns):
		return usage("--write-data cannot write a table of which all columns are forgotten: %s", next)
	case len(o.data.loaded.Dropped) > 0:
		return usage("--write-data cannot leave out the rows that --unknown drops: %s", next)
	case f != data.Text:
		var err error
		o.cells, err = o.cellTexts()
		return err
	}
	return nil
}

// writtenFormat is what the ending of --write-data says, else the format of the data.
func (o *order) writtenFormat() string {
	if format := data.FormatOfName(o.o.WriteData); format != "" {
		return format
	}
	return o.data.loaded.Format
}

// writeData writes the corrected data beside the file asked for. It is read back and compared with
// what the model was updated on. The caller puts it in its place or cleans it up; nil = none was
// asked for.
func (o *order) writeData(ctx context.Context) (*pending, error) {
	path := o.o.WriteData
	if path == "" {
		return nil, nil
	}
	f, err := newPending(path, privateMode)
	if err != nil {
		return nil, err
	}
	if err := o.packed(f); err != nil {
		return nil, errors.Join(err, f.cleanup())
	}
	again, err := data.Load(ctx, f.Name(), data.Options{Like: o.model.Description, Format: o.writtenFormat(), Unknown: o.o.Unknown,
		Forgotten: o.changes.forgotten(o.model.Description), ReadForgotten: true})
	if err == nil && again.Fingerprint() != o.after().Fingerprint {
		err = fmt.Errorf("%s does not read as the corrected data: leave --write-data out, and give the original file to later requests", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.cleanup())
	}
	return f, nil
}

// packed writes the data after the request, gzipped where the name of the file ends in .gz.
func (o *order) packed(w io.Writer) error {
	if !strings.EqualFold(filepath.Ext(o.o.WriteData), ".gz") {
		return o.corrected(w)
	}
	z := gzip.NewWriter(w)
	return errors.Join(o.corrected(z), z.Close())
}

// corrected writes the data after the request.
func (o *order) corrected(w io.Writer) error {
	if x, ok := o.applied.Data.X.(*datasets.Tokens); ok {
		vocabulary, err := datasets.VocabularyOf(o.model.Description.Vocabulary)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, vocabulary.Decode(running(x, o.applied.Data.Y)))
		return err
	}
	return o.correctedTable(w)
}

// running is the text that windows follow each other in, with the character behind the last one as
// its label. The memory that the windows are cut from may hold what was replaced too.
func running(x *datasets.Tokens, labels []float64) (text []int32) {
	for _, at := range x.Starts {
		text = append(text, x.Text[at])
	}
	if n := len(x.Starts); n > 0 {
		last := x.Starts[n-1]
		text = append(append(text, x.Text[last+1:last+x.Length]...), int32(labels[n-1]))
	}
	return text
}

// correctedTable copies the table without the removed samples and with the corrected cells.
func (o *order) correctedTable(w io.Writer) error {
	in, err := os.Open(o.o.Data)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	plain, err := datasets.Unpack(in)
	if err != nil {
		return err
	}
	r, out := csv.NewReader(plain), csv.NewWriter(w)
	if o.data.loaded.Format == data.TSV {
		r.Comma = '\t'
	}
	if o.writtenFormat() == data.TSV {
		out.Comma = '\t'
	}
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, r.Comma == ','
	head, err := r.Read()
	if err != nil {
		return err
	}
	places, hidden := map[string]int{}, make([]bool, len(head)) // forgotten columns are not written
	forgotten := o.changes.forgotten(o.model.Description)
	for i, name := range head {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		places[name], hidden[i] = i, slices.Contains(forgotten, name)
	}
	write := func(record []string) error {
		kept := record[:0:0]
		for i, cell := range record {
			if i >= len(hidden) || !hidden[i] {
				kept = append(kept, cell)
			}
		}
		return out.Write(kept)
	}
	if err := write(head); err != nil {
		return err
	}
	for row := 0; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			out.Flush()
			return out.Error()
		}
		if err != nil {
			return err
		}
		if row >= len(o.data.rows) {
			return fmt.Errorf("%s has more rows than were read", o.o.Data)
		}
		now := o.data.rows[row]
		if now < 0 || o.gone(o.data.then[now]) {
			continue
		}
		for column, text := range o.cells[o.data.then[now]] {
			record[places[column]] = text
		}
		if err := write(record); err != nil {
			return err
		}
	}
}

// gone reports whether a sample of Base is removed after the request.
func (o *order) gone(base int) bool {
	_, is := slices.BinarySearch(o.changes.Removed, base)
	return is
}

// cellTexts returns the corrected cells of each row of Base as requests wrote them, by the name of
// their column.
func (o *order) cellTexts() (map[int]map[string]string, error) {
	columns := map[int]string{-1: o.model.Description.Label} // by their first feature
	for _, c := range o.model.Description.Columns {
		features, err := o.data.loaded.Features(c.Name)
		if err != nil {
			return nil, err
		}
		columns[features[0]] = c.Name
	}
	out := map[int]map[string]string{}
	for _, x := range o.changes.Written {
		if out[x.Row] == nil {
			out[x.Row] = map[string]string{}
		}
		out[x.Row][columns[x.Feature]] = x.Text
	}
	return out, o.checkWritten(out, columns)
}

// checkWritten refuses changes of a version that did not keep what requests wrote.
func (o *order) checkWritten(texts map[int]map[string]string, columns map[int]string) error {
	has := func(row, feature int) bool {
		name, first := columns[feature]
		_, is := texts[row][name]
		return is || !first
	}
	for _, x := range o.changes.Cells {
		if !has(x.Row, x.Feature) {
			return usage("--write-data needs corrected cells as they were written, and an earlier version of Lethe did not keep them: %s", writeDataNext)
		}
	}
	for _, x := range o.changes.Labels {
		if !has(x.Row, -1) {
			return usage("--write-data needs corrected labels as they were written, and an earlier version of Lethe did not keep them: %s", writeDataNext)
		}
	}
	return nil
}
