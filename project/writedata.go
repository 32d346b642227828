package project

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/google/renameio/v2"

	"lethe/datasets"
	"lethe/project/data"
)

// checkWriteData says whether the corrected data can be written as a file.
func (o *order) checkWriteData() error {
	if o.o.WriteData == "" {
		return nil
	}
	const next = "leave --write-data out: later requests take the original file"
	switch f := o.model.Description.Format; {
	case f != "csv" && f != "tsv" && f != "text":
		return usage("--write-data writes csv, tsv and text, not %s: %s", f, next)
	case len(o.changes.Features) > 0:
		return usage("--write-data cannot write a file without the forgotten columns, since the model still reads them: %s", next)
	case len(o.data.loaded.Dropped) > 0:
		return usage("--write-data cannot leave out the rows that --unknown drops: %s", next)
	}
	return nil
}

// writeData writes the corrected data beside the file asked for. It is read back and compared with
// what the model was updated on. The caller puts it in its place or cleans it up; nil = none was
// asked for.
func (o *order) writeData(ctx context.Context) (*renameio.PendingFile, error) {
	path := o.o.WriteData
	if path == "" {
		return nil, nil
	}
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return nil, err
	}
	if err := o.corrected(f); err != nil {
		return nil, errors.Join(err, f.Cleanup())
	}
	again, err := data.Load(ctx, f.Name(), data.Options{Like: o.model.Description, Format: o.model.Description.Format})
	if err == nil && again.Fingerprint() != o.after().Fingerprint {
		err = fmt.Errorf("%s does not read as the corrected data: leave --write-data out, and give the original file to later requests", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Cleanup())
	}
	return f, nil
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
	r, out := csv.NewReader(in), csv.NewWriter(w)
	if o.model.Description.Format == "tsv" {
		r.Comma, out.Comma = '\t', '\t'
	}
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return err
	}
	if err := out.Write(head); err != nil {
		return err
	}
	cells, err := o.cellTexts(head)
	if err != nil {
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
		for column, text := range cells[o.data.then[now]] {
			record[column] = text
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
}

// gone reports whether a sample of Base is removed after the request.
func (o *order) gone(base int) bool {
	_, is := slices.BinarySearch(o.changes.Removed, base)
	return is
}

// cellTexts returns the corrected cells of each row of Base as they stand in a file with that
// heading, by the place of their column.
func (o *order) cellTexts(head []string) (map[int]map[int]string, error) {
	out := map[int]map[int]string{}
	put := func(row int, column, text string) {
		if at := slices.Index(head, column); at >= 0 {
			if out[row] == nil {
				out[row] = map[int]string{}
			}
			out[row][at] = text
		}
	}
	d := o.model.Description
	byFeature := map[int]data.Column{}
	first := map[int]int{} // of each feature the first of its column
	for _, c := range d.Columns {
		features, err := o.data.loaded.Features(c.Name)
		if err != nil {
			return nil, err
		}
		for _, j := range features {
			byFeature[j], first[j] = c, features[0]
		}
	}
	for _, x := range o.changes.Cells {
		c := byFeature[x.Feature]
		switch {
		case c.Kind == data.Number:
			put(x.Row, c.Name, o.numberText(c, x.Value))
		case x.Value == 1:
			put(x.Row, c.Name, c.Levels[x.Feature-first[x.Feature]])
		}
	}
	for _, x := range o.changes.Labels {
		if len(d.Classes) > 0 {
			put(x.Row, d.Label, d.Classes[int(x.Labels[0])])
		} else {
			put(x.Row, d.Label, number(x.Labels[0]))
		}
	}
	return out, nil
}

// numberText returns the number of a file that becomes so much. Its last digit may have to be
// sought, since scaling rounds.
func (o *order) numberText(c data.Column, value float64) string {
	x := value
	if c.Scale != 0 {
		x = value*c.Scale + c.Shift
	}
	for short := 15; short <= 17; short++ {
		text := strconv.FormatFloat(x, 'g', short, 64)
		if _, is, err := o.data.loaded.Encode(c.Name, text); err == nil && len(is) == 1 && is[0] == value {
			return text
		}
	}
	for _, to := range []float64{math.Inf(-1), math.Inf(1)} {
		for y, n := x, 0; n < 4; n++ {
			y = math.Nextafter(y, to)
			if _, is, err := o.data.loaded.Encode(c.Name, number(y)); err == nil && len(is) == 1 && is[0] == value {
				return number(y)
			}
		}
	}
	return number(x)
}
